"""From a file's columns to ours: names, marks of what is missing, codes that lost their zeros, constant columns."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import pandas as pd

from layers._columns import Column, conform
from layers.errors import LayerError, suggestion
from layers.layer import Layer
from layers.source import Source

X, Y, WKT = "x", "y", "wkt"
_OWN_KEYS: Final = ("origin", "source", "as_of")
_TEXT: Final = Column(type="text", null=True, meaning=".")


def wanted(source: Source, declaration: Layer) -> set[str]:
    """Return the names to look for in the file, without blanks around them."""
    return {source.columns.get(name, name).strip() for name in (*declaration.columns, X, Y, WKT)}


def to_ours(raw: pd.DataFrame, source: Source, declaration: Layer) -> tuple[pd.DataFrame, list[str]]:
    """Return a file's rows under our column names, and what was changed in them.

    Raises
    ------
    LayerError
        With all faults of the entry's keys `columns`, `values` and `zero_pad`.
    """
    theirs = raw.attrs["file_columns"]
    places = _places(source, declaration, theirs)
    faults = [
        *_column_faults(source, declaration, theirs),
        *_value_faults(source.values, declaration, places),
        *_pad_faults(source.zero_pad, declaration, places),
    ]
    if faults:
        raise LayerError("", faults)
    hidden = [name for name in places if name in raw and name not in places.values()]  # another column is mapped to it
    table = raw.drop(columns=hidden).rename(columns={column: name for name, column in places.items()})
    table, blanked = _without_marks(table, source.missing, [name for name in places if name in table])
    table, padded = _padded(table, source.zero_pad)
    return table.assign(**source.values), [*blanked, *padded]


def _find(name: str, theirs: Iterable[str]) -> list[str]:
    """Return the file's columns that a name fits: the one so written, else all that differ in blanks around it."""
    if name in theirs:
        return [name]
    return [column for column in theirs if column.strip() == name.strip()]


def _places(source: Source, declaration: Layer, theirs: Collection[str]) -> dict[str, str]:
    """Return where each of our columns is in the file; what the region file maps goes before what has our name."""
    found = {name: _find(column, theirs) for name, column in source.columns.items()}
    places = {name: columns[0] for name, columns in found.items() if len(columns) == 1}
    taken = set(places.values())
    for name in (*declaration.columns, X, Y, WKT):
        columns = _find(name, theirs)
        if name not in source.columns and len(columns) == 1 and columns[0] not in taken:
            places[name] = columns[0]
    return places


def _column_faults(source: Source, declaration: Layer, theirs: Collection[str]) -> list[str]:
    ours = {*declaration.columns, X, Y, WKT}
    found = {name: _find(column, theirs) for name, column in source.columns.items()}
    mapped = [columns[0] for columns in found.values() if len(columns) == 1]
    faults = [
        f"columns maps '{name}', which the layer does not declare{suggestion(name, ours)}"
        for name in source.columns
        if name not in ours
    ]
    faults += [_not_found(name, source.columns[name], fits, theirs) for name, fits in found.items() if len(fits) != 1]
    faults += [
        f"column '{name}' is mapped to several of ours; name it once"
        for name in sorted({n for n in mapped if mapped.count(n) > 1})
    ]
    return faults


def _not_found(name: str, column: str, fits: Collection[str], theirs: Collection[str]) -> str:
    said = f"column '{name}' is mapped to '{column}', which"
    if not fits:
        return f"{said} the file does not have{suggestion(column, theirs)}"
    listed = ", ".join(f"'{fit}'" for fit in fits)
    return f"{said} fits several columns of the file ({listed}); write it with its blanks"


def _value_faults(values: Mapping[str, object], declaration: Layer, places: Mapping[str, str]) -> list[str]:
    faults = []
    for name in values:
        if name not in declaration.columns:
            faults.append(
                f"values fills '{name}', which the layer does not declare{suggestion(name, declaration.columns)}"
            )
        elif name in _OWN_KEYS:
            faults.append(f"values fills '{name}', which has its own key; write {name} = ... beside path")
        elif name in places:
            faults.append(
                f"values fills '{name}', but the file has it (column '{places[name]}'); take it out of values"
            )
    return faults


def _pad_faults(widths: Mapping[str, int], declaration: Layer, places: Mapping[str, str]) -> list[str]:
    faults = []
    for name in widths:
        column = declaration.columns.get(name)
        if column is None:
            faults.append(
                f"zero_pad names '{name}', which the layer does not declare{suggestion(name, declaration.columns)}"
            )
        elif column.type != "text":
            faults.append(f"zero_pad names '{name}', which holds no codes but is of type {column.type}; leave it out")
        elif name not in places:
            faults.append(
                f"zero_pad names '{name}', which the file does not have; map one of its columns to it,"
                f' such as columns = {{ {name} = "..." }}'
            )
    return faults


def _without_marks(table: pd.DataFrame, marks: Collection[str], names: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """Empty the cells that hold a mark, and say how many of each column."""
    marked = {name: _marked(table[name], marks) for name in names} if marks else {}
    marked = {name: cells for name, cells in marked.items() if cells.any()}
    listed = ", ".join(f"'{mark}'" for mark in marks)
    notes = [f"column '{name}': {int(cells.sum())} values {listed} read as not known" for name, cells in marked.items()]
    return table.assign(**{name: table[name].mask(cells) for name, cells in marked.items()}), notes


def _marked(values: pd.Series, marks: Collection[str]) -> pd.Series:
    """Return which cells are one of the marks: as text without blanks around it, or as the same number."""
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return values.isin(pd.to_numeric(pd.Series(list(marks)), errors="coerce").dropna()).astype(bool)
    return values.notna() & values.astype("str").str.strip().isin(list(marks)).astype(bool)


def _padded(table: pd.DataFrame, widths: Mapping[str, int]) -> tuple[pd.DataFrame, list[str]]:
    """Write codes with the digits they must have, and say how many of each column were shorter."""
    codes = {name: conform(table[name], _TEXT)[0].set_axis(table.index) for name in widths}
    faults = [fault for name, width in widths.items() for fault in _code_faults(name, codes[name], width)]
    if faults:
        raise LayerError("", faults)
    short = {name: int((codes[name].str.len() < width).sum()) for name, width in widths.items()}
    notes = [
        f"column '{name}': {short[name]} codes padded with zeros to {width} digits"
        for name, width in widths.items()
        if short[name]
    ]
    return table.assign(**{name: codes[name].str.zfill(width) for name, width in widths.items()}), notes


def _code_faults(name: str, codes: pd.Series, width: int) -> list[str]:
    odd = codes.notna() & ~codes.astype("str").str.fullmatch(f"[0-9]{{1,{width}}}").fillna(value=False).astype(bool)
    if not odd.any():
        return []
    row, count = int(odd.to_numpy().argmax()), int(odd.sum())
    said = (
        f"column '{name}' has {count} {'value' if count == 1 else 'values'} that zero_pad cannot pad to {width} digits"
    )
    return [f"{said} (first: row {row + 1}, '{str(codes.iloc[row])[:40]}'); correct them, the column or the width"]
