"""What the commands on eligibility do between parsing and printing: load, screen, find the place."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from layers import PlanError
from layers.errors import suggestion
from planner.check import World
from planner.eligibility.engine import Screened, Screening
from planner.eligibility.entry import EligibilityEntry
from planner.eligibility.find import find
from planner.eligibility.portfolio import portfolio
from planner.eligibility.stage import changed, screened
from planner.eligibility.tables import by_test, verdict_table
from planner.plan import screening
from planner.programmes import names, programme
from planner.region import Region, load_region


@dataclass(frozen=True)
class Told:
    """A region, screened: its file, its layers, and all verdicts."""

    region: Region
    world: World
    screening: Screening

    @property
    def title(self) -> str:
        """Name of the region and day of the rules."""
        return f"{self.region.name}, rules of {self.screening.day}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of the screening as a whole."""
        if self.screening.screened:
            return ()
        return (f"no programme has a rule that holds on {self.screening.day}, so no place has a verdict",)

    def place(self, wanted: str, unit: str) -> tuple[str, int]:
        """Return unit and position of a place; see `planner.eligibility.find.find` for errors."""
        return find(self.screening.evidence, wanted, unit)

    def name(self, unit: str, place: int) -> str:
        """Return name, unit and code of a place."""
        row = self.screening.evidence[unit].places.iloc[place]
        return f"{row['place']} ({unit} {row['place_id']})"

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return tables `eligibility` and `eligibility_tests`."""
        return {"eligibility": verdict_table(self.screening), "eligibility_tests": by_test(self.screening)}

    def portfolio(self, unit: str, place: int) -> pd.DataFrame:
        """Return table `eligibility_portfolio` of one place."""
        found, code = self.tables(), str(self.screening.evidence[unit].places["place_id"].iloc[place])
        markets = self.world.get("labor_markets")
        return portfolio(found["eligibility"], found["eligibility_tests"], code, unit, markets)

    def result(self, name: str, unit: str) -> Screened:
        """Return what was found for a programme; see `planner.eligibility.engine.Screening.of` for errors."""
        return self.screening.of(name, unit)


def on_day(region_file: Path, scenario: str, day: dt.date | None, only: str = "") -> Region:
    """Return a region with another day for its rules and data, and one programme only, where these are named.

    Raises
    ------
    RegionError
        As `planner.load_region`.
    RuleError
        Where there is no such programme.
    """
    region = load_region(region_file, scenario)
    entry = region.eligibility or EligibilityEntry()
    entry = entry.model_copy(update={"as_of": day}) if day else entry
    chosen = (programme(only).name,) if only else region.programmes
    return region.model_copy(update={"eligibility": entry, "programmes": chosen})


def tell(region: Region, stage: Callable[[str], None]) -> Told:
    """Read a region and screen it; see `planner.eligibility.stage.screened` for errors."""
    world, tables = screening(region, stage)
    stage("eligibility")
    return Told(region, world, screened(world.layers, region, tables))


def changes_of(
    region: Region, first: dt.date, last: dt.date, stage: Callable[[str], None]
) -> Mapping[str, pd.DataFrame]:
    """Return table `eligibility_changes` between two days.

    Raises
    ------
    PlanError
        Where the first day is not before the last.
    """
    if first >= last:
        raise PlanError("changes", [f"the first day, {first}, must lie before the last, {last}"])
    world, tables = screening(region, stage)
    stage("changes")
    return changed(world.layers, region, first, last, tables)


def programmes_named(name: str) -> tuple[str, ...]:
    """Return one programme's name, or all where none is named.

    Raises
    ------
    PlanError
        Where there is none of that name.
    """
    if name and name not in names():
        raise PlanError(f"programme '{name}'", [f"has no rule file{suggestion(name, names())}"])
    return (name,) if name else names()
