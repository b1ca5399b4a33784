"""What federal filings say of a region: counts by town and area, providers, locations that fail, what has changed.

State by state: the best offers of a state (`layers.reduced`) meet the locations that count (`layers.universe`), and
only counts leave the engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis import BaseBackend

from layers import LayerError
from layers.availability import MET, PERHAPS, ServiceRule, by_area, by_provider, in_towns
from layers.engines import engine, parquet, write_parquet
from layers.reduced import State, reduce
from layers.save import scratch
from layers.universe import Universe, of_fabric, of_premises
from planner.check import World
from planner.region import Region

TECHNOLOGIES: Final = {
    10: "copper", 40: "cable", 50: "fibre", 71: "licensed wireless", 72: "wireless licensed by rule",
    70: "unlicensed wireless", 60: "geostationary satellite", 61: "other satellite", 0: "other",
}  # fmt: skip
_CODES: Final = {"all": ("B", "R", "X"), "residential": ("R", "X"), "business": ("B", "X")}
_UNIVERSES: Final = {
    "fabric": "N is the location fabric",
    "premises": "N is the layer premises, not the location fabric",
    "filings": "N is the filed locations; those that nobody filed for are missing, so the share is an upper bound",
}


@dataclass(frozen=True)
class Filed:
    """Counts from filings.

    Attributes
    ----------
    towns
        By town: `layers.availability.by_area` under its own names.
    areas
        The same by ``geography`` and ``area_geoid``.
    providers
        By town, provider and technology.
    failing
        Locations that do not meet the deciding tier.
    change
        By town and tier: locations that meet it now and did before, gained and lost; None without earlier filings.
    gigabit
        ``location_id`` of anchor institutions and what their location has at the anchors' speeds.
    as_of, before
        Day of the filings, and of the earlier ones.
    note
        What N is.
    notes
        What was left out.
    """

    towns: pd.DataFrame
    areas: pd.DataFrame
    providers: pd.DataFrame
    failing: pd.DataFrame
    change: pd.DataFrame | None
    gigabit: pd.DataFrame
    as_of: date
    before: date | None
    note: str
    notes: tuple[str, ...]


def count(world: World, region: Region, name: str = "duckdb") -> Filed | None:
    """Count what filings say of the region.

    Parameters
    ----------
    world
        Checked layers and opened filings.
    region
        Tiers, rule, customers and geographies.
    name
        Engine: ``duckdb`` or ``spark``.

    Returns
    -------
    Filed or None
        Nothing where the region gives no filings.

    Raises
    ------
    LayerError
        Where the locations that count have no towns, or none of them is in the filings.
    """
    if world.filings is None or region.filings is None:
        return None
    counting = _Counting(world, region, rule_of(region), tuple(_tiers(region, _anchor_ids(world))))
    states = sorted(set(world.towns["town_geoid"].str[:2]))
    with ExitStack() as stack:
        backend = stack.enter_context(engine(name))
        now = stack.enter_context(reduce(world.filings, counting.rule, counting.tiers, backend, states))
        before: Mapping[str, State] = {}
        if world.earlier:
            found = stack.enter_context(reduce(world.earlier, counting.rule, counting.tiers, backend, states))
            before = {state.code: state for state in found}
        parts = [counting.state(state, before.get(state.code), backend) for state in now]
    return _together(parts, counting, world.filings.as_of)


def rule_of(region: Region) -> ServiceRule:
    """Return what makes an offer count: the rule's version, for the customers that the region asks about."""
    customers = region.filings.customers if region.filings else "all"
    rule = region.service_rule.rule
    return replace(rule, codes=tuple(code for code in rule.codes if code in _CODES[customers]))


def _tiers(region: Region, anchors: pd.Series) -> Iterable[tuple[float, float]]:
    """Yield the region's tiers, and after them the speeds that anchor institutions need, where there are any."""
    yield from ((target.down_mbps, target.up_mbps) for target in region.targets)
    if len(anchors):
        yield region.service_rule.anchor_from


def _anchor_ids(world: World) -> pd.Series:
    """Return the locations of the anchor institutions that name one."""
    anchors = world.get("anchors")
    ids = (
        anchors["location_id"].dropna() if anchors is not None and "location_id" in anchors else pd.Series(dtype="str")
    )
    return ids.astype("int64")


@dataclass(frozen=True)
class _Part:
    """One state's counts."""

    towns: pd.DataFrame
    areas: pd.DataFrame
    providers: pd.DataFrame
    failing: pd.DataFrame
    change: pd.DataFrame | None
    gigabit: pd.DataFrame
    outside: int
    strangers: int


@dataclass(frozen=True)
class _Counting:
    """What is asked of every state."""

    world: World
    region: Region
    rule: ServiceRule
    tiers: tuple[tuple[float, float], ...]

    @property
    def universe(self) -> str:
        """Which locations count: of the fabric, else of the premises list, else those filed for."""
        if self.world.filings and self.world.filings.fabric:
            return "fabric"
        return "premises" if "premises" in self.world.layers else "filings"

    def state(self, state: State, before: State | None, backend: BaseBackend) -> _Part:
        """Count one state."""
        universe = self._universe(state.code)
        best = state.table(backend)
        with scratch() as folder:
            write_parquet(self._placed(best, universe, state.code), folder / "placed.parquet")
            placed = parquet(backend, [folder / "placed.parquet"])
            towns = _frame(by_area(placed, "town_geoid", self.rule.technologies, len(self.tiers)))
            filed_for = best.count().to_pyarrow().as_py()
            return _Part(
                towns=towns,
                areas=self._areas(placed),
                providers=self._providers(state, placed, backend),
                failing=_frame(_failing(placed)),
                change=self._change(placed, before.table(backend)) if before else None,
                gigabit=self._gigabit(placed),
                outside=universe.outside if universe else 0,
                strangers=filed_for - int(towns["offered"].sum()),
            )

    def _universe(self, code: str) -> Universe | None:
        areas = self.world.shapes("areas") if "areas" in self.world.layers else None
        if self.universe == "fabric" and self.world.filings:
            files = [part.path for part in self.world.filings.fabric]
            return of_fabric(files, code, self.world.towns, self.world.get("block_towns"), areas)
        premises = self.world.get("premises")
        return None if premises is None else of_premises(premises[premises["town_geoid"].str[:2] == code], areas)

    def _placed(self, best: ir.Table, universe: Universe | None, code: str) -> ir.Table:
        if universe is not None:
            return in_towns(best, ibis.memtable(universe.table), None, len(self.tiers))
        blocks = self.world.get("block_towns")
        if blocks is None:
            fault = "say nothing of towns; give a layer 'premises' or 'block_towns', or ingest the location fabric beside them"
            raise LayerError("filings", [fault])
        mine = blocks[blocks["town_geoid"].str[:2] == code]
        crosswalk = pa.table({"block_geoid": mine["block_geoid"].astype("int64"), "town_geoid": mine["town_geoid"]})
        placed = in_towns(best, None, ibis.memtable(crosswalk), len(self.tiers))
        return placed.drop_null("town_geoid")

    def _areas(self, placed: ir.Table) -> pd.DataFrame:
        keys = {
            "county": placed.town_geoid.substr(0, 5),
            "tract": (placed.block_geoid // 10**4).cast("string").lpad(11, "0"),
            "h3": placed.h3_res8_id,
            "area": placed.area_id if "area_id" in placed.columns else None,
        }
        frames = []
        for geography in self.region.geographies:
            key = keys[geography]
            if key is None:
                raise LayerError(
                    "geographies", ["names 'area', but there is no layer 'areas' with coordinates beside it"]
                )
            keyed = placed.mutate(area_geoid=key)
            table = by_area(keyed.drop_null("area_geoid"), "area_geoid", (), len(self.tiers))
            towns = keyed.group_by("area_geoid").aggregate(towns=keyed.town_geoid.nunique())
            frame = _frame(table.join(towns, "area_geoid"))
            if geography == "h3":
                frame["area_geoid"] = frame["area_geoid"].map("{:x}".format)
            frames.append(frame.assign(geography=geography))
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def _providers(self, state: State, placed: ir.Table, backend: BaseBackend) -> pd.DataFrame:
        parts = [_frame(by_provider(offers, placed, self.rule, self.tiers[0])) for offers in state.offers(backend)]
        how = dict.fromkeys(("brand_name", "best_down_mbps", "best_up_mbps"), "max")
        how |= {"offered": "sum", "served": "sum"}
        return pd.concat(parts).groupby(["town_geoid", "provider_id", "technology"], as_index=False).agg(how)

    def _change(self, placed: ir.Table, before: ir.Table) -> pd.DataFrame:
        tiers = {name: before[name] for name in before.columns if name.startswith("tier_")}
        old = before.select("location_id", **{f"old_{name}": column for name, column in tiers.items()})
        both = placed.left_join(old, placed.location_id == old.location_id)
        sums: dict[str, ir.Value] = {}
        for place in range(1, len(self.region.targets) + 1):
            now, old = both[f"tier_{place}"] == MET, both[f"old_tier_{place}"].fill_null(0)
            then = old == MET
            found = {"before": then, "perhaps": old == PERHAPS, "now": now, "gained": now & ~then, "lost": then & ~now}
            sums |= {f"{name}_{place}": ibis.ifelse(held, 1, 0).sum() for name, held in found.items()}
        return _frame(both.group_by("town_geoid").aggregate(locations=both.count(), **sums))

    def _gigabit(self, placed: ir.Table) -> pd.DataFrame:
        asked = placed.filter(placed.location_id.isin(_anchor_ids(self.world).tolist()))
        return _frame(asked.select("location_id", "offers", status=asked[f"tier_{len(self.tiers)}"]))


def _failing(placed: ir.Table) -> ir.Table:
    places = [name for name in ("block_geoid",) if name in placed.columns]
    rows = placed.filter(placed.tier_1 < MET)
    return rows.select(
        "location_id",
        "town_geoid",
        *places,
        "offers",
        "best_down_mbps",
        "best_up_mbps",
        "best_technology",
        status="tier_1",
    )


def _frame(table: ir.Table) -> pd.DataFrame:
    found: pd.DataFrame = table.to_pyarrow().to_pandas()
    return found


def _together(parts: Sequence[_Part], counting: _Counting, as_of: date) -> Filed:
    def rows(name: str, order: list[str]) -> pd.DataFrame:
        found: list[Any] = [getattr(part, name) for part in parts]
        table: pd.DataFrame = pd.concat(found, ignore_index=True)
        return table.sort_values(order, ignore_index=True) if len(table) else table

    if not sum(int(part.towns["offered"].sum()) for part in parts):
        fault = "name no location that counts; are filings and locations of the same fabric?"
        raise LayerError("filings", [fault])
    outside, strangers = sum(part.outside for part in parts), sum(part.strangers for part in parts)
    notes = [f"filings: {outside:,} locations of the fabric lie in no town of the region; left out"] if outside else []
    if strangers:
        notes.append(f"filings: {strangers:,} filed locations are not among the region's locations; left out")
    return Filed(
        towns=rows("towns", ["town_geoid"]),
        areas=_summed(rows("areas", ["geography", "area_geoid"])),
        providers=rows("providers", ["town_geoid", "provider_id", "technology"]),
        failing=rows("failing", ["town_geoid", "location_id"]),
        change=rows("change", ["town_geoid"]) if all(part.change is not None for part in parts) else None,
        gigabit=rows("gigabit", ["location_id"]),
        as_of=as_of,
        before=counting.world.earlier.as_of if counting.world.earlier else None,
        note=_UNIVERSES[counting.universe],
        notes=tuple(notes),
    )


def _summed(areas: pd.DataFrame) -> pd.DataFrame:
    """Return one row an area; one that lies in several states has a row of each until here."""
    if areas.empty:
        return areas
    counts = [
        name for name in map(str, areas) if name in ("locations", "towns") or name.startswith(("met_", "perhaps_"))
    ]
    return areas.groupby(["geography", "area_geoid"], as_index=False)[counts].sum()
