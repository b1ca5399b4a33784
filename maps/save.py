"""A plan with its map, written together."""

from pathlib import Path

from maps.charts import charts
from maps.draw import draw
from planner import Plan


def save(plan: Plan, folder: str | Path) -> list[Path]:
    """Write everything that `Plan.save` writes, the map as ``map.html``, and charts.

    Parameters
    ----------
    plan
        The plan.
    folder
        Made where it is missing.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    PlanError
        Where the folder cannot be written; earlier files stand.
    """
    page = draw(plan).get_root().render()
    return plan.save(folder, {"map.html": page.encode(), **charts(plan.tables, plan.region)})
