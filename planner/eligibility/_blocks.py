"""Long tables of statistics -> arrays by period, area and series, as they were known on a day."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers import PlanError
from layers.state_codes import states
from planner.eligibility.evidence import Floats, Words
from planner.programmes.measures import measures

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]
_SPAN: Final = 1 << 32  # more days than any period has
_SOUND: Final = ("published", "not stated")
_INCOME: Final = ("per_capita_personal_income_usd", "personal_income_usd", "bea_population")
_LABOR: Final = ("labor_force", "employed", "unemployed")
_LONG: Final = ["area", "series", "value", "margin", "first", "last", "released", "origin"]


@dataclass(frozen=True)
class Block:
    """Statistics of one source.

    Attributes
    ----------
    areas
        Codes of areas, sorted.
    series
        Positions of series by name.
    first, last
        First and last day of each period, ``datetime64[D]``; the latest period is the last one, and of those that end
        on one day the longest.
    values, margins
        Figures and their margins of error, shape (periods, areas, series); NaN where not known.
    notes
        What a reader must know of a series, such as that its rows were modelled.
    """

    areas: pd.Index
    series: Mapping[str, int]
    first: Days
    last: Days
    values: Floats
    margins: Floats
    notes: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def of_states(self) -> tuple[Ints, Ints, Ints]:
        """Positions of counties, the position of each one's state among all states, and positions of states' own rows."""
        return _of_states(self.areas)

    def holds(self, needs: tuple[str, ...]) -> bool:
        """Whether it has all of some series, of any area."""
        return all(name in self.series for name in needs)

    def columns(self, needs: tuple[str, ...]) -> list[int]:
        """Return the positions of series."""
        return [self.series[name] for name in needs]


def _of_states(areas: pd.Index) -> tuple[Ints, Ints, Ints]:
    order = {fips: number for number, fips in enumerate(states())}
    counties = [(row, order[code[:2]]) for row, code in enumerate(areas) if len(code) == 5 and code[:2] in order]
    pairs = np.array(counties, np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], np.asarray(areas.get_indexer(pd.Index(list(order), dtype=object)), np.int64)


def blocks(layers: Mapping[str, pd.DataFrame], day: dt.date) -> tuple[Block, ...]:
    """Return the statistics that were known on a day, one block a source.

    A row is known from the day of its column ``released`` on; where it has none, from the end of its period on.
    """
    wanted = {name for measure in measures().values() for way in measure.ways for name in way.needs}
    wanted |= {*_INCOME, "B01003_001", "population"}
    longs = [
        *(_survey(layers[name]) for name in ("acs_estimates",) if name in layers),
        *(_labor(layers[name]) for name in ("labor_force",) if name in layers),
        *(_income(layers[name]) for name in ("personal_income",) if name in layers),
    ]
    others = list(_others(layers))
    if others:
        longs.append(pd.concat(others, ignore_index=True).drop_duplicates(["area", "series", "first", "last"]))
    found = (_block(long[long["series"].isin(wanted)], np.datetime64(day, "D")) for long in longs)
    return tuple(block for block in found if block is not None)


def _block(long: pd.DataFrame, day: np.datetime64) -> Block | None:
    released = long["released"].to_numpy("datetime64[D]")
    last = long["last"].to_numpy("datetime64[D]")
    long = long[np.where(np.isnat(released), last, released) <= day]
    if long.empty:
        return None
    area, areas = _coded(long["area"])
    series, names = _coded(long["series"])
    first, last = long["first"].to_numpy("datetime64[D]"), long["last"].to_numpy("datetime64[D]")
    ends, starts = last.astype(np.int64), first.astype(np.int64)
    period, kinds = pd.factorize(ends * _SPAN - starts, sort=True)  # by the end, and long ones after short ones
    shape = (len(kinds), len(areas), len(names))
    values, margins = np.full(shape, np.nan), np.full(shape, np.nan)
    place = (period, area, series)
    values[place], margins[place] = long["value"].to_numpy(np.float64), long["margin"].to_numpy(np.float64)
    row = np.empty(len(kinds), np.int64)
    row[period] = np.arange(len(long))
    days = first[row], last[row]
    order = {str(name): number for number, name in enumerate(names)}
    return Block(pd.Index(areas, dtype=object), order, *days, values, margins, _notes(long))


def _coded(words: pd.Series) -> tuple[Ints, Words]:
    """Return texts as positions in their sorted list, and the list."""
    codes, found = pd.factorize(words.array)
    names = np.asarray(found, object)
    order = np.argsort(names)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[codes], names[order]


def _notes(long: pd.DataFrame) -> dict[str, str]:
    odd = long[~long["origin"].isin(_SOUND)]
    pairs = odd[["series", "origin"]].drop_duplicates().sort_values(["series", "origin"])
    return {str(name): f"with {' and '.join(words)} rows" for name, words in pairs.groupby("series")["origin"]}


def _column(table: pd.DataFrame, name: str, empty: object) -> pd.Series:
    return table[name] if name in table else pd.Series(empty, table.index)


def _rows(table: pd.DataFrame, value: pd.Series, days: tuple[pd.Series, pd.Series], **own: object) -> pd.DataFrame:
    """Return rows of the one long form."""
    known = {
        "area": table["area_geoid"],
        "value": value,
        "margin": _column(table, "margin_of_error", np.nan),
        "first": days[0],
        "last": days[1],
        "released": pd.to_datetime(_column(table, "released", pd.NaT)),
        "origin": _column(table, "origin", "not stated"),
    }
    return pd.DataFrame({**known, **own})[_LONG]


def _survey(table: pd.DataFrame) -> pd.DataFrame:
    turned = (table["period_from"] > table["period_to"]).to_numpy(bool)
    if turned.any():
        row = int(turned.argmax()) + 1
        fault = f"has {int(turned.sum())} rows whose period ends before it begins (first: row {row}); correct the days"
        raise PlanError("layer 'acs_estimates'", [fault])
    return _rows(table, table["estimate"], (table["period_from"], table["period_to"]), series=table["series"])


def _labor(table: pd.DataFrame) -> pd.DataFrame:
    _refuse_more_than_all(table)
    month = _column(table, "month", pd.NA).astype("Int64")
    whole = month.isna()
    start = pd.to_datetime({"year": table["year"], "month": month.fillna(1).astype("int64"), "day": 1})
    end = start.where(~whole, start + pd.DateOffset(months=11)) + pd.offsets.MonthEnd(0)
    return pd.concat([_rows(table, table[name], (start, end), series=name) for name in _LABOR], ignore_index=True)


def _refuse_more_than_all(table: pd.DataFrame) -> None:
    """Refuse rows with more employed or unemployed than the labor force.

    Raises
    ------
    PlanError
        With the first such row of each column.
    """
    faults = []
    for name in ("employed", "unemployed"):
        over = (table[name] > table["labor_force"]).fillna(value=False).to_numpy(bool)
        if over.any():
            row = table.iloc[int(over.argmax())]
            faults.append(
                f"column '{name}' is above 'labor_force' in {int(over.sum())} rows (first: row {int(over.argmax()) + 1},"
                f" {row['area_geoid']} {row['year']}, {row[name]:,.0f} of {row['labor_force']:,.0f}); correct the figures"
            )
    if faults:
        raise PlanError("layer 'labor_force'", faults)


def _income(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(**{name: _column(table, name, np.nan).astype("float64") for name in _INCOME})
    rebuilt = table["per_capita_personal_income_usd"] * table["bea_population"]
    lost = table["personal_income_usd"].isna() & rebuilt.notna()
    table["personal_income_usd"] = table["personal_income_usd"].fillna(rebuilt)
    start = pd.to_datetime({"year": table["year"], "month": 1, "day": 1})
    parts = [
        _rows(table, table[name], (start, start + pd.DateOffset(months=12, days=-1)), series=name) for name in _INCOME
    ]
    parts[1]["origin"] = parts[1]["origin"].mask(lost, "rebuilt (income per resident times residents)")
    return pd.concat(parts, ignore_index=True)


def _others(layers: Mapping[str, pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Yield what has no block of its own: indicators first, then what other layers say."""
    if "indicators" in layers:
        table = layers["indicators"]
        start = pd.to_datetime(_column(table, "period_from", pd.NaT)).fillna(table["period_to"])
        yield _rows(table, table["value"], (start, table["period_to"]), series=table["series"])
    if "tribal_lands" in layers:
        table = layers["tribal_lands"]
        for name in ("residents_25_54", "enrolled_25_54"):
            yield _rows(table, table[name], (table["period_to"], table["period_to"]), series=f"tribal_{name}")
    if "urban_areas" in layers:
        table = _largest(layers["urban_areas"])
        census = pd.to_datetime({"year": table["census_year"], "month": 4, "day": 1})
        yield _rows(table, table["population"], (census, census), series="largest_urban_area_population")
    towns = layers.get("towns", pd.DataFrame())
    for year in (2010, 2020):
        if f"population_{year}" in towns:
            table = pd.DataFrame({"area_geoid": towns["town_geoid"], "origin": _column(towns, "origin", "not stated")})
            census = pd.Series(pd.Timestamp(year, 4, 1), table.index)
            yield _rows(table, towns[f"population_{year}"].astype("float64"), (census, census), series="population")


def _largest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the most populous urban area of each state and census; not known where one has no figure."""
    rows = table.assign(
        area_geoid=table["state_fips"],
        released=pd.to_datetime(_column(table, "released", pd.NaT)),
        population=table["population"].fillna(np.inf),
    )
    found = rows.groupby(["area_geoid", "census_year"], as_index=False).agg({"population": "max", "released": "max"})
    return found.assign(population=found["population"].replace(np.inf, np.nan))
