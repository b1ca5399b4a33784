"""A plan with its map, written together."""

from pathlib import Path

from maps.charts import charts
from maps.clusters import CLUSTERS_FILE, draw_clusters
from maps.draw import draw
from maps.pages import rendered
from maps.report.files import REPORT
from maps.report.files import pages as written
from maps.report.region import report
from maps.sites import CHOSEN
from maps.siting import SITING_FILE, draw_siting
from maps.strengths import STRENGTH
from planner import Plan
from planner.publish import Publish, published


def save(plan: Plan, folder: str | Path, publish: Publish | None = None) -> list[Path]:
    """Write all that `Plan.save` writes, ``map.html``, maps of clusters and sites, the report, and charts.

    Parameters
    ----------
    plan
        The plan.
    folder
        Made where it is missing.
    publish
        Where given, everything that is written is for everybody: see `planner.publish.published`.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    PlanError
        Where the folder cannot be written; earlier files stand.
    """
    plan = plan if publish is None else published(plan, publish)
    drawn = charts(plan.tables, plan.region)
    told = written(REPORT, report(plan, drawn))
    return plan.save(folder, {"map.html": rendered(draw(plan)), **_beside(plan), **told, **drawn})


def _beside(plan: Plan) -> dict[str, bytes]:
    """Return the pages beside the map: where clusters are strong, and where sites should stand."""
    found: dict[str, bytes] = {}
    if STRENGTH in plan.tables:
        strong = draw_clusters(plan.region, plan.layers, plan.tables)
        found |= {} if strong is None else {CLUSTERS_FILE: rendered(strong)}
    if CHOSEN in plan.tables:
        found[SITING_FILE] = rendered(draw_siting(plan.region, plan.layers, plan.tables))
    return found
