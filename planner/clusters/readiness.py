"""How ready places are for an institute or hub: criteria with sources, a rank, what it rests on, and why.

A criterion that is known nowhere is set aside and named. One that is missing at some places gives those a range of scores:
what is not known counts once as the worst place and once as the best. Nothing is filled in.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from layers import PlanError
from planner.check import World
from planner.clusters import score
from planner.clusters._groups import Floats
from planner.clusters._places import Places, places
from planner.clusters._readings import Given, Value, value_of
from planner.clusters.criteria import Criterion, criteria, weights
from planner.clusters.entry import ClustersEntry, ReadinessEntry
from planner.region import Region
from planner.tables import checked

_SHOWN: Final = 3


def rank_places(world: World, region: Region, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return places in order of readiness.

    Parameters
    ----------
    world
        Layers that criteria read.
    region
        Its table ``[clusters.readiness]``.
    tables
        Result tables so far, `cluster_strength` among them.

    Returns
    -------
    dict
        Tables `readiness`, `readiness_reasons` and `readiness_criteria`.

    Raises
    ------
    PlanError
        Where there are fewer than two places, a candidate or criterion does not exist, or no criterion with a weight
        tells places apart.
    """
    entry = region.clusters or ClustersEntry()
    asked = entry.readiness or ReadinessEntry()
    where = places(world, tables["cluster_strength"], entry, asked)
    given = Given(world, region, tables, where, asked)
    known = [value_of(given, each) for each in criteria()]
    return rank(where, known, asked)


def rank(where: Places, known: list[Value], asked: ReadinessEntry) -> dict[str, pd.DataFrame]:
    """Return the three tables of readiness from values of all criteria; see `rank_places`."""
    table = criteria()
    values = np.column_stack([each.found for each in known])
    wanted = np.array(list(weights(asked.weights).values()))
    matrix = score.scaled(values, np.array([each.direction == "more" for each in table]))
    used = ~np.isnan(matrix).all(axis=0) & (wanted > 0)
    if not used.any():
        fault = "no criterion with a weight has data that tells the places apart; add layers, or weigh others"
        raise PlanError("readiness", [fault])
    share = np.where(used, wanted, 0.0)
    share /= share.sum()
    return {
        "readiness": _ranking(
            where, matrix[:, used], share[used], [each for each, on in zip(table, used, strict=True) if on], asked
        ),
        "readiness_reasons": _reasons(where, known, matrix, share),
        "readiness_criteria": _criteria(values, matrix, wanted, share),
    }


def _ranking(
    where: Places, matrix: Floats, share: Floats, used: list[Criterion], asked: ReadinessEntry
) -> pd.DataFrame:
    low, high = score.bounds(matrix, share, asked.method)
    best, worst = score.ranks(low, high)
    draws = score.sensitivity(matrix, score.draw(share, asked.spread, asked.draws, asked.seed), asked.method, asked.top)
    whole = ~np.isnan(matrix).any(axis=1)
    rows = pd.DataFrame(
        {
            "place_id": where.codes, "place": where.names, "place_kind": where.kind,
            "rank": score.ranks(low, low)[0], "score": np.where(whole, low, np.nan), "score_low": low, "score_high": high,
            "rank_best": best, "rank_worst": worst, "rank_p5": draws.best, "rank_p95": draws.worst,
            "top_share": draws.top, "top_share_high": draws.top_high,
            "criteria_known": (~np.isnan(matrix)).sum(axis=1),
            "reason": [_said(row, share, used) for row in matrix],
            "missing": [_missing(row, used) for row in matrix],
            "draws": asked.draws, "top": asked.top, "method": asked.method,
        }
    )  # fmt: skip
    return checked("readiness", rows.sort_values(["rank", "place_id"]))


def _said(row: Floats, share: Floats, used: list[Criterion]) -> str:
    """Return what gives the place most of its score, and what costs it most."""
    here = np.nan_to_num(row) * share
    lost = np.where(np.isnan(row), 0.0, share - here)
    parts = []
    for word, weight in (("for", here), ("against", lost)):
        order = [place for place in np.argsort(-weight, kind="stable")[:_SHOWN] if weight[place] > 0]
        named = ", ".join(f"{used[place].title.lower()} ({weight[place]:.3f})" for place in order)
        parts.append(f"{word}: {named or 'nothing'}")
    return "; ".join(parts)


def _missing(row: Floats, used: list[Criterion]) -> str | None:
    lost = [each.title.lower() for each, value in zip(used, row, strict=True) if np.isnan(value)]
    return ", ".join(lost) or None


def _reasons(where: Places, known: list[Value], matrix: Floats, share: Floats) -> pd.DataFrame:
    parts = []
    for place, (criterion, value) in enumerate(zip(criteria(), known, strict=True)):
        used = share[place] > 0
        on = np.where(used, matrix[:, place], np.nan)
        parts.append(
            pd.DataFrame(
                {
                    "place_id": where.codes,
                    "criterion": criterion.name,
                    "criterion_title": criterion.title,
                    "value": value.found,
                    "unit": criterion.unit,
                    "scaled": on,
                    "weight": share[place],
                    "contribution": on * share[place],
                    "status": np.where(np.isnan(value.found), "not known", "known"),
                    "basis": value.basis,
                    "source": criterion.source,
                    "_order": place,
                }
            )
        )
    rows = pd.concat(parts, ignore_index=True).sort_values(["place_id", "_order"])
    return checked("readiness_reasons", rows)


def _criteria(values: Floats, matrix: Floats, wanted: Floats, share: Floats) -> pd.DataFrame:
    known = (~np.isnan(values)).sum(axis=0)
    status = np.select(
        [wanted == 0, known == 0, np.isnan(matrix).all(axis=0)],
        ["no weight", "not known anywhere", "tells no places apart"],
        "used",
    )
    filled = [column[~np.isnan(column)] for column in values.T]
    rows = [
        {
            "criterion": each.name, "title": each.title, "meaning": each.meaning, "unit": each.unit,
            "direction": each.direction, "trait": each.trait, "source": each.source,
        }
        for each in criteria()
    ]  # fmt: skip
    table = pd.DataFrame(rows).assign(
        weight=wanted, weight_used=share, status=status, places_known=known,
        lowest=[each.min() if len(each) else np.nan for each in filled],
        highest=[each.max() if len(each) else np.nan for each in filled],
    )  # fmt: skip
    return checked("readiness_criteria", table)
