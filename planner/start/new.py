"""From the name of a place to a folder with a region file, its layers and their sources."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers import LayerError, PlanError
from layers.fetch import Fetcher
from layers.save import move_in, staged
from planner.check import check
from planner.region import load_region
from planner.start import ground, offers, statistics
from planner.start.part import Lost, Part, Wish, Work, attempt, day_of
from planner.start.places import Gazetteer, find
from planner.start.projection import metric_crs
from planner.start.towns import state_names, town_part, town_shapes
from planner.start.words import one_line, slug
from planner.start.write import region_toml, sources_md

_REGION: Final = "region.toml"
_NAMED: Final = re.compile(r"layer '([a-z_]+)'")
_AGAIN: Final = "run 'townline new' again with --force when it is to be had, or name a file of your own"
_OWN: Final = "name a file of your own, as 'townline layers {}' says"


@dataclass(frozen=True)
class Started:
    """A new region.

    Attributes
    ----------
    name, crs
        Its name and CRS.
    region
        Its region file.
    towns
        How many towns it has.
    layers
        Names of its layers, and ``filings`` where it has them.
    lost
        What could not be had, in words.
    """

    name: str
    crs: str
    region: Path
    towns: int
    layers: tuple[str, ...]
    lost: tuple[str, ...]


_BUILDERS: Final[tuple[tuple[Lost, Callable[[Work], tuple[Part, ...]]], ...]] = (
    (Lost("layers.counties", "outlines of counties", _AGAIN), ground.counties),
    (Lost("layers.states", "outlines of states", _AGAIN), ground.outlines),
    (
        Lost(
            "filings", "availability filings",
            "set FCC_USERNAME and FCC_HASH_VALUE (broadbandmap.fcc.gov, Manage API Access) and run 'townline new' again with"
            " --force; or download the state's files, run 'townline ingest *.zip --out filings', and write folder = \"filings\""
            " here, with a layer block_towns or premises",
        ),
        offers.offers,
    ),
    (Lost("layers.roads", "roads", f"{_AGAIN}, such as an extract of OpenStreetMap (.osm.pbf)"), ground.roads),
    (Lost("layers.anchors", "anchor institutions", _AGAIN), ground.anchors),
    (Lost("layers.institutes", "universities with research", _OWN.format("institutes")), ground.institutes),
    (Lost("layers.acs_estimates", "survey estimates", _AGAIN), statistics.acs),
    (Lost("layers.labor_force", "labor force of counties", _AGAIN), statistics.labor_force),
    (Lost("layers.personal_income", "personal income of counties", _AGAIN), statistics.personal_income),
    (Lost("layers.labor_markets", "metropolitan and micropolitan areas", _AGAIN), statistics.labor_markets),
    (Lost("layers.urban_areas", "urban areas", _AGAIN), statistics.urban_areas),
    (
        Lost("layers.industry_employment", "employment by industry", _OWN.format("industry_employment")),
        statistics.employment,
    ),
)  # fmt: skip


def start(
    wish: Wish, fetcher: Fetcher, out: Path | None = None, *, force: bool = False,
    tell: Callable[[str], None] = lambda _line: None,
) -> Started:  # fmt: skip
    """Fetch what a region needs and write its folder: region file, layers, SOURCES.md.

    Parameters
    ----------
    wish
        The place, the year of boundaries and statistics, the day of filings.
    fetcher
        Where files come from; the network or its cache.
    out
        The folder; named after the place where none is given.
    force
        Replace a region that is in the folder.
    tell
        Called with one line for every source that is left out.

    Returns
    -------
    Started

    Raises
    ------
    PlanError
        Where the place is not known or ambiguous, the folder has a region file, or cannot be written.
    FetchError
        Where the boundaries are not to be had. Nothing is written then.
    LayerError
        Where the towns are not as the layer is declared. Nothing is written then.
    """
    _refuse(out, force=force)
    gazetteer = Gazetteer(fetcher, wish.year, tell)
    places = find(wish.place, gazetteer)
    name = "; ".join(place.title for place in places)
    folder = out if out is not None else Path(slug(wish.place))
    _refuse(folder, force=force)
    codes = tuple(code for place in places for code in place.codes)
    towns, files = town_shapes(codes, gazetteer)
    crs = metric_crs(towns, state_names(codes))
    with staged(folder, PlanError, "choose another --out") as stage:
        work = Work(wish, fetcher, stage, towns, tell)
        parts = [town_part(work, files), *_optional(work)]
        kept = _checked(work, {"name": one_line(name), "crs": crs, "as_of": wish.bdc}, parts)
        move_in(stage, sorted(path for path in stage.rglob("*") if not path.is_dir()), folder)
    found = tuple(part.table.removeprefix("layers.") for part in kept if isinstance(part, Part))
    lost = tuple(part.what for part in kept if isinstance(part, Lost))
    return Started(name, crs, folder / _REGION, len(towns), found, lost)


def _optional(work: Work) -> list[Part | Lost]:
    return [part for lost, build in _BUILDERS for part in attempt(work, lost, lambda build=build: build(work))]  # type: ignore[misc]


def _checked(work: Work, head: dict[str, object], parts: Sequence[Part | Lost]) -> Sequence[Part | Lost]:
    """Write the region file and check it; take out what is not as declared, and check again."""
    fetched = [file.fetched.fetched_at for part in parts if isinstance(part, Part) for file in part.files]
    screened = max(filter(None, map(day_of, fetched)), default=work.wish.bdc)
    path = work.folder / _REGION
    while True:
        asked = f"townline new {work.wish.place!r} --year {work.wish.year} --bdc {work.wish.bdc}"
        path.write_text(region_toml(head, asked, screened, parts), "utf-8")
        (work.folder / "SOURCES.md").write_text(sources_md(str(head["name"]), parts), "utf-8")
        try:
            check(load_region(path))
        except LayerError as error:
            parts = _without(work, parts, error)
        else:
            return parts


def _without(work: Work, parts: Sequence[Part | Lost], error: LayerError) -> Sequence[Part | Lost]:
    """Return the parts without those that an error names, with their files removed."""
    named = {f"layers.{name}" for name in _NAMED.findall(str(error))}
    if "filings" in str(error) or "layers.block_towns" in named:
        named |= {"filings", "layers.block_towns"}
    bad = [part for part in parts if isinstance(part, Part) and part.table in named - {"layers.towns"}]
    if not bad or "layers.towns" in named:
        raise error
    reasons = {lost.table: lost for lost, _ in _BUILDERS}
    for part in bad:
        for file in part.files:
            place = work.folder / file.name
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    work.tell(f"left out: {', '.join(part.table for part in bad)} ({' '.join(str(error).split())})")
    lost = [reasons[part.table] for part in bad if part.table in reasons]
    return [*(part for part in parts if part not in bad), *lost]


def _refuse(folder: Path | None, *, force: bool) -> None:
    if folder is not None and (folder / _REGION).exists() and not force:
        raise PlanError(f"folder {folder}", ["has a region.toml already; name another --out or say --force"])
