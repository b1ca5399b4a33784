"""A layer from files as agencies publish them, for `layers.read`."""

import datetime as dt

import pandas as pd

from layers.adapt import Period, adapt
from layers.errors import LayerError
from layers.layer import Layer
from layers.source import Source


def as_published(source: Source, declaration: Layer) -> pd.DataFrame:
    """Return a layer's rows from files in the shape in which an agency publishes them.

    The entry's `values` fill what the files do not have, among it the period of survey estimates.

    Raises
    ------
    LayerError
        Where a file is of another shape or of another layer, or has a column that `values` fills.
    """
    try:
        found = adapt([source.path, *source.also], source.shape, _period(source), source.encoding)
    except LayerError as error:
        named = "" if error.where.startswith("layer") or not source.also else f"{error.where}: "
        raise LayerError("", [f"{named}{fault}" for fault in error.faults]) from None
    if declaration.name not in found:
        raise LayerError("", [f"holds rows of layer {' and '.join(found)}; name it there"])
    table = found[declaration.name].drop(columns="source")
    given = dict(source.values)
    fill = {name: value for name, value in given.items() if name not in ("period_from", "period_to")}
    faults = [_fault(name, declaration, table) for name in fill]
    if any(faults):
        raise LayerError("", filter(None, faults))
    filled = {name: table[name].fillna(value) if name in table else value for name, value in fill.items()}
    return table.assign(**filled)


def _fault(name: str, declaration: Layer, table: pd.DataFrame) -> str:
    if name not in declaration.columns:
        return f"values fills '{name}', which the layer does not declare"
    if name in table and table[name].notna().all():
        return f"values fills '{name}', but the file has it; take it out of values"
    return ""


def _period(source: Source) -> Period | None:
    """Return the period that the entry names."""
    given = dict(source.values)
    days = [given.get(name) for name in ("period_from", "period_to")]
    if days == [None, None]:
        return None
    first, last = days
    if not isinstance(first, dt.date) or not isinstance(last, dt.date) or first > last:
        raise LayerError(
            "", ["values must name both period_from and period_to, days in this order, such as 2015-01-01"]
        )
    return Period(first, last)
