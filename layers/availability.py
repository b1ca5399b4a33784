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
        Download and upload in Mbps; for each a column ``tier_1``, ``tier_2``, ... says whether a counting offer meets it.

    Returns
    -------
    ibis.Table
        ``location_id``, ``block_geoid``, ``level`` (0, 1, 2), ``tier_*`` (0 or 1), ``best_down_mbps``, ``best_up_mbps``,
        ``best_technology`` (missing where no offer counts), ``offers`` (all rows filed for the location).
    """
    down, up = offers.down_mbps.fill_null(-1.0), offers.up_mbps.fill_null(-1.0)
    counts = _counts(offers, rule)
    marked = offers.mutate(
        key=ibis.ifelse(counts, _pack(_level(down, up, rule), down, up, offers.technology), -1),
        **{
            f"tier_{place}": ibis.ifelse(counts & (down >= tier[0]) & (up >= tier[1]), 1, 0)
            for place, tier in enumerate(tiers, 1)
        },
    )
    met = [f"tier_{place}" for place in range(1, len(tiers) + 1)]
    grouped = marked.group_by("location_id").aggregate(
        key=marked["key"].max(),
        block_geoid=marked.block_geoid.max(),
        offers=marked.count(),
        **{name: marked[name].max() for name in met},
    )
    return _unpack(grouped).select(
        "location_id", "block_geoid", "level", *met, "best_down_mbps", "best_up_mbps", "best_technology", "offers"
    )


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


def by_town(locations: ir.Table, technologies: Sequence[int], tiers: int) -> ir.Table:
    """Return counts and offers by town.

    Parameters
    ----------
    locations
        Rows of `in_towns`.
    technologies
        Codes whose locations are counted, by best offer.
    tiers
        How many ``tier_*`` columns there are.

    Returns
    -------
    ibis.Table
        ``town_geoid``; ``locations``, ``unserved``, ``underserved``, ``served`` (level 0, 1, 2); ``met_*`` for each tier;
        ``technology_*`` locations by the technology of their best offer; ``offered`` locations with any filing;
        ``best_down_mbps``, ``best_up_mbps`` and ``median_down_mbps`` over all locations, 0 where none is offered.
    """
    level = locations.level
    sums = {f"met_{place}": locations[f"tier_{place}"].sum() for place in range(1, tiers + 1)}
    sums |= {f"technology_{code}": _count(locations.best_technology == code) for code in technologies}
    return locations.group_by("town_geoid").aggregate(
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


def in_towns(best: ir.Table, universe: ir.Table | None, blocks: ir.Table | None, tiers: int) -> ir.Table:
    """Return each location with its town and its best offer; a location without an offer has level 0.

    Parameters
    ----------
    best
        Rows of `best_offers`.
    universe
        All locations with ``location_id`` and ``town_geoid``. Without it the filings themselves are the universe,
        which leaves out every location that nobody filed for.
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
    met = {name: joined[name].fill_null(0) for name in (f"tier_{place}" for place in range(1, tiers + 1))}
    return joined.select(
        universe.location_id,
        universe.town_geoid,
        level=joined.level.fill_null(0),
        offers=joined.offers.fill_null(0),
        best_down_mbps=joined.best_down_mbps,
        best_up_mbps=joined.best_up_mbps,
        best_technology=joined.best_technology,
        **met,
    )
