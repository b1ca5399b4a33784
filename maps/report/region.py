"""The report on a region: what it says, in which order."""

from collections.abc import Mapping
from itertools import chain

from layers import PlanError
from maps.charts import charts
from maps.report import _coverage, _networks, _places, _sources
from maps.report._summary import summary, warned
from maps.report.model import Document
from planner import Plan, words


def report(plan: Plan, drawn: Mapping[str, bytes] | None = None) -> Document:
    """Return the report on a plan's region; `maps.report.html` and `maps.report.pdf` write it.

    Parameters
    ----------
    plan
        A plan with table ``town_results``. Stages that it lacks have no section.
    drawn
        Charts of `maps.charts`, where they are drawn already.

    Returns
    -------
    Document
        Summary, coverage, networks, finance, programmes, clusters and sites, method, sources, caveats and manifest.

    Raises
    ------
    PlanError
        Where the plan has no towns.
    """
    towns_of(plan)
    pictures = charts(plan.tables, plan.region) if drawn is None else drawn
    found = chain(
        (summary(plan), _coverage.coverage(plan), _networks.middle_mile(plan), _networks.last_mile(plan, pictures)),
        (_networks.finance(plan, pictures), _places.programmes(plan), _places.clusters(plan), _places.sites(plan)),
        (_sources.method(plan), _sources.sources(plan), _sources.caveats(plan)),
        (_coverage.every_town(plan), _sources.manifest(plan)),
    )
    return Document(
        title=f"{words.text(plan.region.name)}: broadband plan",
        subtitle=subtitle(plan),
        blocks=warned(plan),
        sections=tuple(each for each in found if each is not None),
    )


def subtitle(plan: Plan) -> str:
    """Say of what day and scenario a report is."""
    scenario = words.text(plan.region.scenario)
    return f"As of {words.day(plan.region.as_of)}" + (f", scenario {scenario}" if scenario else "")


def towns_of(plan: Plan) -> None:
    """Refuse a plan without towns.

    Raises
    ------
    PlanError
        Where there are none.
    """
    if _coverage.RESULTS not in plan.tables or plan.tables[_coverage.RESULTS].empty:
        raise PlanError("report", [f"the plan has no table '{_coverage.RESULTS}'; plan the region again"])
