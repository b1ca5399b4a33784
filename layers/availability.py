"""Federal availability filings -> the best offer of each location. One Ibis expression, any engine.

The rule for a location (47 USC 1702(a)(1), as the programme's model notebooks compute it from filings): an offer
that counts by technology, latency and customer has level 0 below the lower pair of speeds, 2 from the upper pair on, and 1
between; a location has the highest level of its offers, and 0 without any.

The best offer is the maximum of one packed whole number (level, download, upload, technology), which every engine
computes alike and far cheaper than an arg-max. Speeds enter it in hundredths of Mbps, cut at 10 Gbps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ibis
import ibis.expr.types as ir

_UNIT: Final = 100  # hundredths of Mbps
_SPEEDS: Final = 10_000 * _UNIT + 1
_TECHNOLOGIES: Final = 100
_FASTEST: Final = 1e9
_PLACES: Final = ("block_geoid", "h3_res8_id")
_BEST: Final = ("best_down_mbps", "best_up_mbps", "best_technology")
MET: Final = 2
PERHAPS: Final = 1


@dataclass(frozen=True)
class ServiceRule:
    """What makes an offer count, and the two pairs of speeds.

    Attributes
    ----------
    technologies
        Technology codes that count.
    low_latency
        Whether an offer must have low latency.
    codes
        Customers to whom it must be offered: B businesses, R residences, X both.
    unserved_below, served_from
        Download and upload in Mbps: below the first a location is unserved, from the second on it is served.
    """

    technologies: tuple[int, ...]
    low_latency: bool
    codes: tuple[str, ...]
    unserved_below: tuple[float, float]
    served_from: tuple[float, float]


def best_offers(offers: ir.Table, rule: ServiceRule, tiers: Sequence[tuple[float, float]]) -> ir.Table:
    """Return one row a location: level, tiers met, and its best offer.

    Parameters
    ----------
    offers
        Filings with ``location_id``, ``block_geoid``, ``technology``, ``down_mbps``, ``up_mbps``, ``low_latency``,
        ``business_residential_code``. Speeds may be missing (not stated); such an offer meets no tier.
    rule
        What counts.
    tiers
        Download and upload in Mbps; for each a column ``tier_1``, ``tier_2``, ... says what the location has: `MET`
        where a counting offer meets it, `PERHAPS` where one might because a speed is not stated, else 0.

    Returns
    -------
    ibis.Table
        ``location_id``, ``block_geoid``, ``h3_res8_id`` where the filings have it, ``level`` (0, 1, 2), ``tier_*``,
        ``best_down_mbps``, ``best_up_mbps``, ``best_technology`` (missing where no offer counts), ``offers`` (all rows
        filed for the location).
    """
    down, up = offers.down_mbps.fill_null(-1.0), offers.up_mbps.fill_null(-1.0)
    counts = _counts(offers, rule)
    met = tier_names(len(tiers))
    marked = offers.mutate(
        key=ibis.ifelse(counts, _pack(_level(down, up, rule), down, up, offers.technology), -1),
        **{name: _status(offers, counts, tier) for name, tier in zip(met, tiers, strict=True)},
    )
    places = [name for name in _PLACES if name in offers.columns]
    grouped = marked.group_by("location_id").aggregate(
        key=marked["key"].max(), offers=marked.count(), **{name: marked[name].max() for name in (*places, *met)}
    )
    return _unpack(grouped).select("location_id", *places, "level", *met, *_BEST, "offers")


def tier_names(tiers: int) -> list[str]:
    """Return the names of the columns that say what a location has at each tier."""
    return [f"tier_{place}" for place in range(1, tiers + 1)]


def _status(offers: ir.Table, counts: ir.BooleanValue, tier: tuple[float, float]) -> ir.IntegerValue:
    may, does = (
        (offers.down_mbps.fill_null(blank) >= tier[0]) & (offers.up_mbps.fill_null(blank) >= tier[1])
        for blank in (_FASTEST, -1.0)
    )
    return ibis.ifelse(counts & may, ibis.ifelse(does, MET, PERHAPS), 0)


def _counts(offers: ir.Table, rule: ServiceRule) -> ir.BooleanValue:
    counts = offers.technology.isin(rule.technologies) & offers.business_residential_code.isin(rule.codes)
    return counts & offers.low_latency.fill_null(False) if rule.low_latency else counts  # noqa: FBT003


def _level(down: ir.FloatingValue, up: ir.FloatingValue, rule: ServiceRule) -> ir.IntegerValue:
    below = (down < rule.unserved_below[0]) | (up < rule.unserved_below[1])
    full = (down >= rule.served_from[0]) & (up >= rule.served_from[1])
    return ibis.cases((below, 0), (full, 2), else_=1)


def _pack(
    level: ir.IntegerValue, down: ir.FloatingValue, up: ir.FloatingValue, technology: ir.IntegerValue
) -> ir.Value:
    packed = level.cast("int64") * _SPEEDS + _hundredths(down)
    return (packed * _SPEEDS + _hundredths(up)) * _TECHNOLOGIES + technology.cast("int64")


def _hundredths(speed: ir.FloatingValue) -> ir.IntegerValue:
    return (speed.clip(0.0, 10_000.0) * _UNIT).floor().cast("int64")


def _unpack(grouped: ir.Table) -> ir.Table:
    key = grouped["key"]
    there = key >= 0
    speeds = key // _TECHNOLOGIES
    return grouped.mutate(
        level=ibis.ifelse(there, speeds // _SPEEDS // _SPEEDS, 0).cast("int64"),
        best_down_mbps=ibis.ifelse(there, (speeds // _SPEEDS % _SPEEDS) / _UNIT, ibis.null("float64")),
        best_up_mbps=ibis.ifelse(there, (speeds % _SPEEDS) / _UNIT, ibis.null("float64")),
        best_technology=ibis.ifelse(there, key % _TECHNOLOGIES, ibis.null("int64")),
    )


def in_towns(best: ir.Table, universe: ir.Table | None, blocks: ir.Table | None, tiers: int) -> ir.Table:
    """Return each location with its town and its best offer; a location without an offer has level 0.

    Parameters
    ----------
    best
        Rows of `best_offers`.
    universe
        All locations with ``location_id``, ``town_geoid`` and perhaps ``area_id``. Without it the filings themselves are
        the universe, which leaves out every location that nobody filed for.
    blocks
        ``block_geoid`` and ``town_geoid``; used where there is no universe.
    tiers
        How many ``tier_*`` columns there are.

    Raises
    ------
    ValueError
        Where neither universe nor blocks is given.
    """
    if universe is None:
        if blocks is None:
            raise ValueError("filings have no towns: give the universe of locations, or a block-to-town crosswalk")
        placed = best.left_join(blocks, best.block_geoid == blocks.block_geoid)
        return placed.select(best, blocks.town_geoid)
    joined = universe.left_join(best, universe.location_id == best.location_id)
    counted = {name: joined[name].fill_null(0) for name in ("level", "offers", *tier_names(tiers))}
    there = {name: joined[name] for name in (*_PLACES, *_BEST) if name in best.columns}
    return joined.select(universe, **counted, **there)


def by_area(locations: ir.Table, area: str, technologies: Sequence[int], tiers: int) -> ir.Table:
    """Return counts and offers by town, or by any other area.

    Parameters
    ----------
    locations
        Rows of `in_towns`.
    area
        The column that names the area, such as ``town_geoid``.
    technologies
        Codes whose locations are counted, by best offer.
    tiers
        How many ``tier_*`` columns there are.

    Returns
    -------
    ibis.Table
        The area; ``locations``, ``unserved``, ``underserved``, ``served`` (level 0, 1, 2); for each tier ``met_*`` and
        ``perhaps_*`` (a speed is not stated); ``technology_*`` locations by the technology of their best offer;
        ``offered`` locations with any filing; ``best_down_mbps``, ``best_up_mbps`` and ``median_down_mbps`` over all
        locations, 0 where none is offered.
    """
    level = locations.level
    sums = {f"met_{place}": _count(locations[name] == MET) for place, name in enumerate(tier_names(tiers), 1)}
    sums |= {f"perhaps_{place}": _count(locations[name] == PERHAPS) for place, name in enumerate(tier_names(tiers), 1)}
    sums |= {f"technology_{code}": _count(locations.best_technology == code) for code in technologies}
    return locations.group_by(area).aggregate(
        locations=locations.count(),
        unserved=_count(level == 0),
        underserved=_count(level == 1),
        served=_count(level == 2),
        offered=_count(locations.offers > 0),
        best_down_mbps=locations.best_down_mbps.fill_null(0.0).max(),
        best_up_mbps=locations.best_up_mbps.fill_null(0.0).max(),
        median_down_mbps=locations.best_down_mbps.fill_null(0.0).median(),
        **sums,
    )


def _count(condition: ir.BooleanValue) -> ir.IntegerScalar:
    return ibis.ifelse(condition.fill_null(False), 1, 0).sum()  # noqa: FBT003


def by_provider(offers: ir.Table, placed: ir.Table, rule: ServiceRule, tier: tuple[float, float]) -> ir.Table:
    """Return what each provider offers in each town, by technology.

    Parameters
    ----------
    offers
        Filings, as for `best_offers`, with ``provider_id`` and ``brand_name``.
    placed
        ``location_id`` and ``town_geoid`` of the locations that count.
    rule, tier
        What counts, and the speeds in Mbps that ``served`` means.

    Returns
    -------
    ibis.Table
        ``town_geoid``, ``provider_id``, ``technology``; ``brand_name`` (one of them where there are several),
        ``offered`` and ``served`` locations, ``best_down_mbps``, ``best_up_mbps``.
    """
    counts = _counts(offers, rule)
    marked = offers.mutate(served=ibis.ifelse(_status(offers, counts, tier) == MET, 1, 0))
    once = marked.group_by("location_id", "provider_id", "technology").aggregate(
        brand_name=marked.brand_name.max(),
        served=marked.served.max(),
        best_down_mbps=marked.down_mbps.max(),
        best_up_mbps=marked.up_mbps.max(),
    )
    joined = once.inner_join(placed, once.location_id == placed.location_id)
    return joined.group_by("town_geoid", "provider_id", "technology").aggregate(
        brand_name=joined.brand_name.max(),
        offered=joined.count(),
        served=joined.served.sum(),
        best_down_mbps=joined.best_down_mbps.max(),
        best_up_mbps=joined.best_up_mbps.max(),
    )
