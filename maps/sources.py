"""What "Sources and dates" lists beside the drawn layers: data that the figures rest on, cost model, price book."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from maps.layer import Payload, Words
from planner import Plan
from planner.words import count, day, is_missing, text

FIT = "cost_fit"
_FITTED, _ERROR = "towns fitted", "mean absolute error, leave one out"


def sources(plan: Plan, others: Mapping[str, Words]) -> list[Payload]:
    """Return title, mark and lines of each entry, in order.

    Parameters
    ----------
    plan
        The plan; where it has table ``cost_fit``, cost model and price book are listed.
    others
        Words of the layers that are not drawn.
    """
    entries = [each.payload() for each in others.values()]
    if FIT in plan.tables:
        entries += [_model(plan.tables[FIT], plan.declaration(FIT)), _prices(plan.region.prices)]
    return entries


def _entry(title: str, mark: str, *said: str) -> Payload:
    return {"title": title, "mark": mark, "said": [line for line in said if line]}


def _model(table: pd.DataFrame, declaration: Any) -> Payload:
    values = dict(zip(table["statistic"].map(text), table["value"], strict=True))
    towns: Any = values.get(_FITTED)
    error: Any = values.get(_ERROR)
    fitted = "" if is_missing(towns) else f"Fitted to {count(towns)} towns."
    # rounded and not cut, since cutting would flatter the model
    off = (
        ""
        if is_missing(error)
        else f"Mean absolute error {float(error) * 100:.1f} %, each town left out of its own fit."
    )
    return _entry(
        "Cost model",
        "modelled",
        text(declaration.meaning),
        f"{fitted} {off}".strip(),
        f"Source: {text(declaration.source)}",
    )


def _prices(book: Any) -> Payload:
    factor = book.budget_to_cost
    return _entry(
        f"Price book: {text(book.title)}",
        "",
        text(factor.meaning),
        f"Low {factor.low:g}, central {factor.central:g}, high {factor.high:g}, in dollars of {text(book.year)}.",
        f"Source: {text(factor.source)}",
        f"As of {day(factor.as_of)}.",
    )
