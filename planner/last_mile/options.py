"""The project models that a town can choose from, each with its cost, its reach and what it rests on.

Five models: a contract with a private provider, an upgrade of plant that is there, a network of several towns, a
municipal network, a pilot over the air. A project that leaves premises over can be filled up with a technology that
serves them singly. Whether a technology counts is for the target's speeds and the rule for served locations to say.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any, Final

import pandas as pd

from planner.last_mile.curve import hand_over
from planner.prices import Factor, Plant, ProjectPrices, Technology
from planner.tables import checked, nothing
from planner.words import exact_share

PRIVATE: Final = "private provider"
UPGRADE: Final = "cable upgrade"
SHARED: Final = "multi-town network"
MUNICIPAL: Final = "municipal network"
PILOT: Final = "pilot"
_TOGETHER: Final = "shared-"
Counts = Callable[[int, float, float], bool]


@dataclass(frozen=True)
class Money:
    """A cost: low, central, high, in US dollars."""

    low: float
    central: float
    high: float

    def __add__(self, other: "Money") -> "Money":
        return Money(self.low + other.low, self.central + other.central, self.high + other.high)

    @classmethod
    def of(cls, factor: Factor, quantity: float) -> "Money":
        """Return a price times a quantity."""
        return cls(factor.low * quantity, factor.central * quantity, factor.high * quantity)


@dataclass(frozen=True)
class Build:
    """A way to serve a number of premises: what it costs, what it rests on, how its figures came about."""

    premises: int
    money: Money
    basis: str
    origin: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A town that does not pass, with all that its options rest on.

    Attributes
    ----------
    premises, needed, served
        All premises, those that the target needs, and those that are served today.
    full
        A fibre build to every premises; None where it cannot be costed.
    curve
        Table `last_percent` of the town's fibre design; None where there is none.
    offers
        Rows of layer `offers` for the town.
    reach
        Premises without service that lie within reach of existing plant, by the plant's technology.
    air
        Premises that towers reach and what they cost; None where none were placed.
    note
        What to mind of the counts.
    """

    town_geoid: str
    town: str
    premises: int
    needed: int
    served: int
    full: Build | None = None
    curve: pd.DataFrame | None = None
    offers: pd.DataFrame = field(default_factory=pd.DataFrame)
    reach: Mapping[str, int] = field(default_factory=dict)
    air: Build | None = None
    air_offer: tuple[int, float, float] = (0, 0.0, 0.0)
    note: str = ""


@dataclass(frozen=True)
class Option:
    """One option of a town."""

    name: str
    model: str
    technology: str
    offer: tuple[float, float]
    build: Build
    served: int
    provider_usd: float = 0.0
    fill: str | None = None


def options(cases: Iterable[Case], prices: ProjectPrices, hub: Factor, counts: Counts) -> pd.DataFrame:
    """Return every option of every town.

    Parameters
    ----------
    cases
        Towns that do not pass.
    prices
        Section ``[projects]`` of the price book.
    hub
        Price of a town's hub, which neighbours can share.
    counts
        Whether an offer counts for the deciding target: code of the technology, download and upload in Mbps.

    Returns
    -------
    pandas.DataFrame
        Table `project_options`, by town and option.
    """
    rows = []
    for case in cases:
        for option in _options(case, prices, hub, counts):
            rows += [_row(case, each) for each in (option, *_filled(case, option, prices, counts))]
    if not rows:
        return nothing("project_options")
    return checked("project_options", pd.DataFrame(rows).sort_values(["town_geoid", "option_id"]))


def _options(case: Case, prices: ProjectPrices, hub: Factor, counts: Counts) -> Iterator[Option]:
    yield from _private(case, prices, counts)
    for plant in prices.plants:
        if case.reach.get(plant.technology):
            yield _upgrade(case, plant, prices, counts)
    fibre = prices.named["fibre"]
    if counts(fibre.code, fibre.down_mbps, fibre.up_mbps):
        for option in _fibre(case, fibre, prices, counts):
            yield option
            yield _shared(option, hub.central * prices.shared_hub.central)
    if case.air is not None:
        yield _pilot(case, case.air, counts)


def _private(case: Case, prices: ProjectPrices, counts: Counts) -> Iterator[Option]:
    """Yield an option for each offer of a provider, whatever its model."""
    for number, offer in enumerate(case.offers.to_dict("records"), 1):
        known = prices.named.get(str(offer["technology"]))
        speeds, unstated = _offered(offer, known)
        good = counts(known.code, *speeds) if known else False
        # Up, as the target's premises are: an offer of the target's share must not miss it by a part of one premises.
        reached = ceil(exact_share(float(offer["share_served"])) * case.premises)
        own = offer.get("provider_usd")
        own_usd = 0.0 if own is None or pd.isna(own) else float(own)
        total = float(offer["public_usd"]) + own_usd
        note = "" if good else _not_counting(str(offer["technology"]), speeds)
        unsaid = "the provider's own part is not stated" if own is None or pd.isna(own) else ""
        build = Build(
            reached, Money(total, total, total), f"offer of {offer['provider']}", str(offer["origin"]),
            str(offer["source"]), _join(note, unsaid, unstated),
        )  # fmt: skip
        name = f"offer-{number}"
        served = max(case.served, reached) if good else case.served
        yield Option(name, str(offer["model"]), str(offer["technology"]), speeds, build, served, own_usd)


def _offered(offer: Mapping[Hashable, Any], known: Technology | None) -> tuple[tuple[float, float], str]:
    """Return the speeds of an offer; where it states none, those of its technology in the price book, and says so."""
    if not pd.isna(offer["down_mbps"]) and not pd.isna(offer["up_mbps"]):
        return (float(offer["down_mbps"]), float(offer["up_mbps"])), ""
    if known is None:
        return (0.0, 0.0), "its speeds are not stated, and the price book does not know its technology"
    return (known.down_mbps, known.up_mbps), "its speeds are not stated; taken from its technology"


def _upgrade(case: Case, plant: Plant, prices: ProjectPrices, counts: Counts) -> Option:
    technology = prices.named[plant.technology]
    more = case.reach[plant.technology]
    speeds = technology.down_mbps, technology.up_mbps
    good = counts(technology.code, *speeds)
    money = Money.of(plant.extension, more)
    said = f"{more:,} premises within {plant.reach_m:,.0f} m of premises on the plant, straight; price for each added"
    note = "" if good else _not_counting(technology.name, speeds)
    build = Build(more, money, said, "modelled", plant.extension.source, note)
    served = min(case.premises, case.served + more) if good else case.served
    return Option(
        f"upgrade-{plant.technology}", UPGRADE, technology.name, speeds, build, served,
        money.central * plant.provider_share.central,
    )  # fmt: skip


def _fibre(case: Case, fibre: Technology, prices: ProjectPrices, counts: Counts) -> Iterator[Option]:
    """Yield fibre to every premises and, along a design, to the target's share and to where another takes over."""
    speeds = fibre.down_mbps, fibre.up_mbps
    if case.full is None:
        return
    yield Option("fibre-all", MUNICIPAL, fibre.name, speeds, case.full, case.premises)
    if case.curve is None:
        return
    stops = {"fibre-target": case.needed}
    for other in _fills(prices, counts):
        stops[f"fibre-until-{_slug(other.name)}"] = _until(case.curve, other)
    for name, count in stops.items():
        part = _part(case, count)
        if part is not None and 0 < part.premises < case.premises:
            yield Option(name, MUNICIPAL, fibre.name, speeds, part, max(case.served, part.premises))


def _until(curve: pd.DataFrame, other: Technology) -> int:
    """Return the premises that fibre serves where another technology takes over."""
    share = hand_over(curve, other.fill.central if other.fill else 0.0)
    at = curve[curve["share"] <= (1.0 if share is None else share)]
    return int(at["premises"].max()) if len(at) else 0


def _part(case: Case, count: int) -> Build | None:
    """Return the cheapest part of the design that serves a number of premises."""
    if case.curve is None or case.full is None or count <= 0:
        return None
    enough = case.curve[case.curve["premises"] >= count]
    if enough.empty:
        return None
    row = enough.sort_values("premises", kind="stable").iloc[0]
    whole = float(case.curve["cost_usd"].max())
    share = float(row["cost_usd"]) / whole if whole else 0.0
    money = case.full.money
    part = Money(money.low * share, money.central * share, money.high * share)
    note = "its part of the whole build's cost along the curve of the last percent"
    return replace(case.full, premises=int(row["premises"]), money=part, note=_join(case.full.note, note))


def _shared(option: Option, saving_usd: float) -> Option:
    """Return the same network built with neighbours, who share the hub."""
    money = option.build.money
    less = Money(*(max(amount - saving_usd, 0.0) for amount in (money.low, money.central, money.high)))
    note = _join(option.build.note, "shares its hub with at least one neighbour")
    build = replace(option.build, money=less, note=note)
    return replace(option, name=f"{_TOGETHER}{option.name}", model=SHARED, build=build)


def _pilot(case: Case, air: Build, counts: Counts) -> Option:
    code, down, up = case.air_offer
    good = counts(code, down, up)
    served = min(case.premises, case.served + air.premises) if good else case.served
    build = air if good else replace(air, note=_join(air.note, _not_counting("fixed wireless", (down, up))))
    return Option("pilot", PILOT, "fixed wireless", (down, up), build, served)


def _fills(prices: ProjectPrices, counts: Counts) -> list[Technology]:
    return [each for each in prices.technologies if each.fill and counts(each.code, each.down_mbps, each.up_mbps)]


def _filled(case: Case, option: Option, prices: ProjectPrices, counts: Counts) -> Iterator[Option]:
    """Yield the option with what it lacks to the target served singly by another technology."""
    lacking = case.needed - option.served
    if lacking <= 0 or option.served <= case.served:
        return
    for other in _fills(prices, counts):
        if other.name == option.technology or other.fill is None:
            continue
        build = replace(
            option.build, money=option.build.money + Money.of(other.fill, lacking),
            basis=f"{option.build.basis}; {lacking:,} premises by {other.name}",
            origin="modelled", source=f"{option.build.source}; {other.fill.source}",
        )  # fmt: skip
        name = f"{option.name}+{_slug(other.name)}"
        yield replace(option, name=name, build=build, served=case.needed, fill=other.name)


def _row(case: Case, option: Option) -> dict[str, object]:
    money = option.build.money
    return {
        "town_geoid": case.town_geoid, "town": case.town, "option_id": option.name, "model": option.model,
        "technology": option.technology, "fill": option.fill, "premises": case.premises, "served_before": case.served,
        "met_before": case.served >= case.needed, "served_after": option.served, "share_after": option.served / case.premises if case.premises else None,
        "meets_target": option.served >= case.needed, "shared": option.model == SHARED,
        "capital_low_usd": money.low, "capital_central_usd": money.central, "capital_high_usd": money.high,
        "provider_usd": option.provider_usd, "public_usd": money.central - option.provider_usd,
        "down_mbps": option.offer[0], "up_mbps": option.offer[1], "basis": option.build.basis,
        "origin": option.build.origin, "note": _join(option.build.note, case.note) or None,
        "source": option.build.source,
    }  # fmt: skip


def base_of(option_id: str) -> str:
    """Return the option of one town alone and without a fill that another option rests on."""
    return option_id.removeprefix(_TOGETHER).partition("+")[0]


def _not_counting(technology: str, speeds: tuple[float, float]) -> str:
    return f"{technology} at {speeds[0]:g}/{speeds[1]:g} Mbps does not count for the target"


def _join(*clauses: str) -> str:
    return "; ".join(clause for clause in clauses if clause)


def _slug(name: str) -> str:
    return name.replace(" ", "-")
