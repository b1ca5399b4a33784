"""The smallest group of neighbours with which a place would qualify: evidence and outlines made ready for `redraw`."""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from layers import PlanError
from planner.eligibility._figures import Figures
from planner.eligibility._tests import measure_of
from planner.eligibility.adjacent import adjacent
from planner.eligibility.engine import Screening
from planner.eligibility.evidence import Evidence
from planner.eligibility.redraw import Areas, Asked, Counts, as_table, redraw
from planner.programmes.measures import Way, measures
from planner.programmes.rule import MeasureTest, Programme

_OUTLINES = {"county": ("counties", "county_fips"), "community": ("towns", "town_geoid")}
_DRAWN = "drawn area"


def redrawn(layers: Mapping[str, pd.DataFrame], screening: Screening, name: str, unit: str, place: int) -> pd.DataFrame:
    """Return table `redrawn`: the smallest connected group of areas with a place that meets a programme's rule.

    The rule is that for drawn areas where there is one, else that of the place's own unit. Counts of the group are
    summed; a test on a median cannot be redrawn and says so.

    Parameters
    ----------
    layers
        With the outlines of the unit, in the region's metric CRS.
    screening
        Where the programme was screened.
    name, unit, place
        Programme, kind of place and its position.

    Raises
    ------
    PlanError
        Where there are no outlines of the unit, or the programme sets no rule for it.
    """
    if unit not in _OUTLINES:
        raise PlanError("redraw", [f"knows no outlines of a {unit}; name a county or a town"])
    known = screening.evidence[unit]
    found = screening.of(name, unit)
    rules = found.programme
    kind = _DRAWN if rules.rule_for(_DRAWN, screening.day) else unit
    ids = known.places["place_id"].to_numpy()
    counts, references = _sums(rules, screening, known, place)
    verdicts = {(name, test): each.verdict for test, each in found.tests.items() if each.figures is None}
    areas = Areas(tuple(ids.tolist()), _pairs(layers, unit, ids), counts, references, verdicts)
    options = dict(screening.manner.options.get(name, {}))
    return as_table(redraw(rules, str(ids[place]), areas, Asked(kind, screening.day, options)))


def _pairs(layers: Mapping[str, pd.DataFrame], unit: str, ids: np.ndarray) -> np.ndarray:
    """Return positions among `ids` of areas that share a border."""
    layer, key = _OUTLINES[unit]
    outlines = layers.get(layer)
    if not isinstance(outlines, gpd.GeoDataFrame):
        raise PlanError("redraw", [f"needs the outlines of every {unit}; add layer '{layer}' to the region file"])
    pairs = adjacent(outlines)
    at = pd.Index(ids).get_indexer(pd.Index(outlines[key]))
    joined = at[pairs]
    return np.asarray(joined[(joined >= 0).all(axis=1)])


def _sums(
    rules: Programme, screening: Screening, known: Evidence, place: int
) -> tuple[dict[str, Counts], dict[tuple[str, str], float]]:
    """Return what can be summed, by measure, and the figures that it is compared with."""
    counts: dict[str, Counts] = {}
    references: dict[tuple[str, str], float] = {}
    for test in rules.tests.values():
        if not isinstance(test, MeasureTest) or not isinstance(known.figures, Figures):
            continue
        measure = measure_of(test, rules, screening.manner.options.get(rules.name, {}))
        way = _way(measure, known.figures, place)
        if way is None:
            continue
        number, each = way
        top, bottom = known.figures.counts(each)
        counts[measure] = Counts(top.value, bottom.value if bottom else None, each.per)
        for side in test.of:
            figure = known.figures(measure, number, side).value
            if not np.isnan(figure[place]):
                references[measure, side] = float(figure[place])
    return counts, references


def _way(measure: str, figures: Figures, place: int) -> tuple[int, Way] | None:
    """Return the first way of a measure that can be summed and is known of the place."""
    for number, way in enumerate(measures()[measure].ways):
        if way.kind != "level" and not way.weights and not np.isnan(figures(measure, number, "").value[place]):
            return number, way
    return None
