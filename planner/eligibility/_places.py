"""Which places of each unit there are, what they are made of, and what contains them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.state_codes import states
from planner.eligibility._counties import CBSA, Counties, looked_up
from planner.eligibility._drawn import refuse_faults
from planner.eligibility.evidence import Places, Words

UNITS: Final = ("state", "county", "local labor market", "community", "tribal land", "tract", "drawn area")
_COUNTY: Final = 5
_COMBINED: Final = 900  # from here on, codes are those of areas that the Bureau of Economic Analysis combines
_LENGTHS: Final = {2: "state", 5: "county", 10: "community", 11: "tract"}
_AREAS: Final = {
    "acs_estimates": ("estimate",),
    "labor_force": ("labor_force",),
    "personal_income": ("per_capita_personal_income_usd", "personal_income_usd", "bea_population"),
    "indicators": ("value",),
}
_NAMED: Final = ("place_facts", "programme_answers")


@dataclass(frozen=True)
class Parts:
    """Parts of places: those of place i are ``codes[starts[i]:starts[i + 1]]``."""

    codes: Words
    starts: npt.NDArray[np.int64]

    @property
    def count(self) -> npt.NDArray[np.int64]:
        """How many parts each place has."""
        return np.diff(self.starts)


@dataclass(frozen=True)
class Unit:
    """Places of one unit.

    Attributes
    ----------
    unit
        Kind of place.
    ids, names
        Codes, sorted, and names.
    state
        Two-digit code of the state that each lies in; empty where it lies in several or it is not known.
    county
        Code of the county that contains each; empty for states, and where there is none.
    metro
        Code of the metropolitan area around each, ``CBSA44140``; empty where there is none or it is not known.
    market
        Code of the labor market around each; empty where there is none or it is not known.
    parts
        What each is made of; None for units that are summed from nothing.
    vintage
        Year of the list that says what each is made of; empty where the list does not say it.
    attributes
        Properties by name; None where not known.
    """

    unit: str
    ids: Words
    names: Words
    state: Words
    county: Words
    metro: Words
    market: Words
    parts: Parts | None = None
    vintage: Words | None = None
    attributes: Mapping[str, Words] = field(default_factory=dict)

    def position(self, codes: Words) -> Places:
        """Return where codes are among the places; -1 for those that are not."""
        return np.asarray(pd.Index(self.ids, dtype=object).get_indexer(pd.Index(codes, dtype=object)), np.int64)


def parts_of(groups: Iterable[Iterable[str]]) -> Parts:
    """Return parts from one list of codes a place."""
    lists = [sorted(group) for group in groups]
    codes = np.array([code for group in lists for code in group], object)
    return Parts(codes, np.concatenate([[0], np.cumsum([len(group) for group in lists])]).astype(np.int64))


def units(layers: Mapping[str, pd.DataFrame], known: Counties) -> dict[str, Unit]:
    """Return all places by unit. A place is what a layer has a row about; units without one are left out.

    A county of which all figures are empty, and that no other layer names, is a code that is no longer in use.
    """
    names = _names(layers)
    codes = _codes(layers)
    found = [_simple(unit, sorted(codes[unit]), names, known) for unit in ("state", "county", "community", "tract")]
    found += [_markets(known, names), _tribal(layers), _drawn(layers, known)]
    return {each.unit: each for each in sorted(found, key=lambda each: UNITS.index(each.unit)) if len(each.ids)}


def _names(layers: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return names of areas by code: those of towns first, then of statistics, then of outlines."""
    found: dict[str, str] = {state.fips: state.name for state in states().values()}
    if "counties" in layers:
        found |= dict(zip(layers["counties"]["county_fips"], layers["counties"]["county"], strict=True))
    for layer in reversed(list(_AREAS)):
        table = layers.get(layer)
        if table is not None and "area" in table:
            named = table.dropna(subset="area").sort_values(["area_geoid", "area"]).drop_duplicates("area_geoid")
            found |= dict(zip(named["area_geoid"], named["area"], strict=True))
    if "towns" in layers:
        found |= dict(zip(layers["towns"]["town_geoid"], layers["towns"]["town"], strict=True))
    return found | {state.fips: state.name for state in states().values()}


def _codes(layers: Mapping[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Return codes of places by unit, of those whose code says the unit."""
    said = {code for name, columns in _AREAS.items() if name in layers for code in _with_figure(layers[name], columns)}
    said |= {code for name in _NAMED if name in layers for code in layers[name]["area_geoid"].unique()}
    if "towns" in layers:
        towns = set(layers["towns"]["town_geoid"])
        said |= towns | {code[:5] for code in towns}
    digits = {code for code in said if code.isdigit() and len(code) in _LENGTHS and code[:2] in states()}
    digits = {code for code in digits if len(code) != _COUNTY or int(code[2:]) < _COMBINED}
    digits |= {code[:2] for code in digits}
    return {unit: {code for code in digits if len(code) == length} for length, unit in _LENGTHS.items()}


def _with_figure(table: pd.DataFrame, columns: tuple[str, ...]) -> set[str]:
    """Return codes of areas; of counties only those with a figure."""
    codes = table["area_geoid"]
    has = table[[name for name in columns if name in table]].notna().any(axis=1)
    return set(codes[has].unique()) | {code for code in codes.unique() if len(code) != 5}


def _simple(unit: str, codes: list[str], names: Mapping[str, str], known: Counties) -> Unit:
    """Return places whose code begins with those of their state and county."""
    ids = np.array(codes, object)
    county = np.array([code[:5] if len(code) > 2 else "" for code in codes], object)
    kind = looked_up(county, known.kind)
    market = looked_up(county, known.market)
    area = looked_up(county, known.area)
    state = np.array([code[:2] for code in codes], object)
    attributes = {"state": _postal(state)}
    if unit != "state":
        attributes |= {
            "metro_kind": kind,
            "labor_market_kind": _market_kind(market, kind),
            "rural_urban_code": looked_up(county, known.rural),
        }
    return Unit(
        unit=unit,
        ids=ids,
        names=np.array([names.get(code, code) for code in codes], object),
        state=state,
        county=county,
        metro=np.where(kind == "metropolitan area", _text(area), "").astype(object),
        market=_text(market),
        attributes=attributes,
    )


def _text(words: Words) -> Words:
    return np.array([word or "" for word in words], object)


def _postal(fips: Words) -> Words:
    """Return postal codes; None where the state is not one."""
    return np.array([states()[code].postal if code in states() else None for code in fips], object)


def _market_kind(markets: Words, kinds: Words) -> Words:
    """Return the kind of labor markets from their codes and the kind of their metropolitan areas."""
    return np.array(
        [kind if str(code).startswith(CBSA) else "commuting zone" if code else None for code, kind in zip(markets, kinds, strict=True)],
        object,
    )  # fmt: skip


def _markets(known: Counties, names: Mapping[str, str]) -> Unit:
    """Return labor markets, made of counties."""
    groups: dict[str, list[str]] = {}
    for county, market in known.market.items():
        groups.setdefault(market, []).append(county)
    ids = sorted(groups)
    made = _made(
        "local labor market", ids, [known.names.get(code, names.get(code, code)) for code in ids], groups, known
    )
    kinds = np.array([known.kind[groups[code][0]] if code.startswith(CBSA) else "neither" for code in ids], object)
    return replace(
        made,
        market=made.ids.copy(),
        vintage=np.array([known.vintages.get(code, "") for code in ids], object),
        metro=np.where(kinds == "metropolitan area", made.ids, "").astype(object),
        attributes={**made.attributes, "metro_kind": kinds, "labor_market_kind": _market_kind(made.ids, kinds)},
    )


def _drawn(layers: Mapping[str, pd.DataFrame], known: Counties) -> Unit:
    """Return areas that the planner has drawn, made of counties, county subdivisions or tracts.

    Raises
    ------
    PlanError
        With all faults of the layer; see `planner.eligibility._drawn.refuse_faults`.
    """
    table = layers.get("drawn_areas", pd.DataFrame(columns=["area_geoid", "area", "member_geoid"]))
    refuse_faults(table)
    groups = {str(code): list(rows) for code, rows in table.groupby("area_geoid")["member_geoid"]}
    named = table.sort_values("member_geoid").drop_duplicates("area_geoid").set_index("area_geoid")["area"]
    return _made("drawn area", sorted(groups), [str(named[code]) for code in sorted(groups)], groups, known)


def _made(unit: str, ids: list[str], names: list[str], groups: Mapping[str, list[str]], known: Counties) -> Unit:
    """Return places that are made of parts; a property of theirs is known where all parts share it."""
    parts = parts_of(groups[code] for code in ids)
    county = np.array([code[:5] for code in parts.codes], object)

    def shared(values: Words) -> Words:
        pieces = np.split(values, parts.starts[1:-1]) if len(ids) else []
        return np.array([piece[0] if len(set(piece)) == 1 else None for piece in pieces], object)

    kind = shared(looked_up(county, known.kind))
    area, state = shared(looked_up(county, known.area)), shared(np.array([code[:2] for code in county], object))
    market = shared(looked_up(county, known.market))
    return Unit(
        unit=unit,
        ids=np.array(ids, object),
        names=np.array(names, object),
        state=_text(state),
        county=_text(shared(county)),
        metro=np.where(kind == "metropolitan area", _text(area), "").astype(object),
        market=_text(market),
        parts=parts,
        attributes={
            "state": _postal(state),
            "metro_kind": kind,
            "labor_market_kind": _market_kind(market, kind),
            "rural_urban_code": shared(looked_up(county, known.rural)),
        },
    )


def _tribal(layers: Mapping[str, pd.DataFrame]) -> Unit:
    """Return Tribal lands; what surrounds them is not known."""
    table = layers.get("tribal_lands", pd.DataFrame(columns=["area_geoid", "area"])).sort_values("area_geoid")
    rows = len(table)
    postal = table["state"].to_numpy(object) if "state" in table else np.full(rows, None, object)
    postal = np.array([None if pd.isna(code) else code for code in postal], object)
    fips = {state.postal: code for code, state in states().items()}
    empty = np.full(rows, "", object)
    return Unit(
        unit="tribal land",
        ids=table["area_geoid"].to_numpy(object),
        names=table["area"].to_numpy(object),
        state=np.array([fips.get(code, "") for code in postal], object),
        county=empty,
        metro=empty.copy(),
        market=empty.copy(),
        attributes={"state": postal, "labor_market_kind": np.full(rows, "tribal land", object)},
    )


def inside(unit: Unit, codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return which places lie in an area of codes, or contain one of its codes, or have a part that does."""
    if not codes:
        return np.ones(len(unit.ids), bool)
    holds = _holds(unit.state if unit.unit == "tribal land" else unit.ids, codes)
    if unit.parts is not None:
        holds = np.logical_or.reduceat(_holds(unit.parts.codes, codes), unit.parts.starts[:-1])
    return holds


def _holds(places: Words, codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return np.array(
        [
            bool(place) and (place.startswith(codes) or any(code.startswith(place) for code in codes))
            for place in places
        ],
        bool,
    )
