"""The federal list of metropolitan and micropolitan areas (a workbook) -> their counties."""

from pathlib import Path
from typing import Final

import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from layers import PlanError

_CODE: Final = "CBSA Code"
_NEEDED: Final = (
    _CODE,
    "CBSA Title",
    "Metropolitan/Micropolitan Statistical Area",
    "FIPS State Code",
    "FIPS County Code",
)
_KINDS: Final = {
    "Metropolitan Statistical Area": "metropolitan area",
    "Micropolitan Statistical Area": "micropolitan area",
}


def read_metros(path: Path) -> pd.DataFrame:
    """Return one row per county of a metropolitan or micropolitan area.

    Parameters
    ----------
    path
        The list of core-based statistical areas as the Census Bureau gives it, a workbook whose header stands below a
        title.

    Returns
    -------
    pandas.DataFrame
        Columns ``county_fips``, ``code``, ``title`` and ``kind``, by county.

    Raises
    ------
    PlanError
        Where it is no such list.
    """
    cells = _cells(path)
    header = next((at for at, row in enumerate(cells) if row and row[0] == _CODE), None)
    names = cells[header] if header is not None else []
    lost = [name for name in _NEEDED if name not in names]
    if header is None or lost:
        raise PlanError(f"file {path.name}", [f"has no column {', '.join(lost)}; its publisher may have changed it"])
    table = pd.DataFrame(cells[header + 1 :], columns=names, dtype="str")
    table = table[table[_CODE].str.fullmatch("[0-9]{5}").fillna(value=False).astype(bool)]
    found = pd.DataFrame(
        {
            "county_fips": table["FIPS State Code"].str.zfill(2) + table["FIPS County Code"].str.zfill(3),
            "code": table[_CODE],
            "title": table["CBSA Title"],
            "kind": table["Metropolitan/Micropolitan Statistical Area"].map(_KINDS),
        }
    )
    return found.dropna().sort_values("county_fips", ignore_index=True)


def _cells(path: Path) -> list[list[str]]:
    try:
        sheet = str(pyogrio.list_layers(path)[0][0])
        table = pyogrio.read_dataframe(path, layer=sheet, HEADERS="DISABLE", FIELD_TYPES="STRING")
    except (DataSourceError, DataLayerError, RuntimeError, IndexError) as error:
        fault = f"is no workbook that can be read ({' '.join(str(error).split())[:120]})"
        raise PlanError(f"file {path.name}", [fault]) from None
    return [["" if pd.isna(cell) else str(cell).strip() for cell in row] for row in table.itertuples(index=False)]
