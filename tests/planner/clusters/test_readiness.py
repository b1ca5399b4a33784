"""Scores and ranks: other libraries' values, ranges of what is not known, draws of weights, reasons."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from planner.clusters import score
from planner.clusters._places import Places
from planner.clusters._readings import Value
from planner.clusters.criteria import criteria, weights
from planner.clusters.entry import ReadinessEntry
from planner.clusters.readiness import rank
from tests.planner.clusters._employment import by

TRAITS = {
    "research universities and institutes", "leading firms", "risk capital", "specialised services", "diverse talent",
    "open collaboration networks", "coordinated regional plans",
}  # fmt: skip


def test_criteria_sum_to_one_and_name_all_seven_traits_of_world_class_centres():
    assert sum(each.weight for each in criteria()) == pytest.approx(1)
    assert {each.trait for each in criteria()} - {None} == TRAITS
    assert len({each.name for each in criteria()}) == len(criteria())


def test_topsis_has_the_value_of_pymcdms_example():
    # pymcdm 1.4.0, example of TOPSIS: prices 1, 2, 5 (less is better), ranges 3000, 3750, 4500 (more is)
    matrix = score.scaled(np.array([[1, 3000], [2, 3750], [5, 4500.0]]), np.array([False, True]))
    found = score.scores(matrix, np.array([0.5, 0.5]), "topsis")
    np.testing.assert_allclose(found, [0.5, 0.617, 0.5], atol=5e-4)
    np.testing.assert_allclose(score.scores(matrix, np.array([0.5, 0.5]), "weighted sum"), [0.5, 0.625, 0.5])


matrices = st.integers(2, 5).flatmap(
    lambda places: st.lists(
        st.lists(st.sampled_from([None, 0.0, 0.2, 0.5, 1.0]), min_size=3, max_size=3), min_size=places, max_size=places
    )
)


@given(matrices, st.sampled_from(["weighted sum", "topsis"]))
@settings(max_examples=40)
def test_score_and_rank_stay_within_their_range_whatever_the_missing_values_are(rows, method):
    matrix = np.array([[np.nan if cell is None else cell for cell in row] for row in rows])
    share = np.array([0.5, 0.3, 0.2])
    low, high = score.bounds(matrix, share, method)
    best, worst = score.ranks(low, high)
    holes = np.argwhere(np.isnan(matrix))[:4]
    for values in itertools.product([0.0, 0.3, 1.0], repeat=len(holes)):
        full = np.nan_to_num(matrix)
        for hole, value in zip(holes, values, strict=True):
            full[tuple(hole)] = value
        found = score.scores(full, share, method)
        assert (found >= low - 1e-9).all()
        assert (found <= high + 1e-9).all()
        rank_now = 1 + (found[None, :] > found[:, None] + 1e-12).sum(axis=1)
        assert (best <= rank_now).all()
        assert (rank_now <= worst).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=6))
def test_ranks_are_those_counted_out(pairs):
    low = np.array([float(pair[0]) for pair in pairs])
    high = low + [float(pair[1]) for pair in pairs]
    best, worst = score.ranks(low, high)
    for place in range(len(low)):
        others = [other for other in range(len(low)) if other != place]
        assert best[place] == 1 + sum(low[other] > high[place] for other in others)
        assert worst[place] == 1 + sum(high[other] > low[place] for other in others)


def test_draws_are_repeatable_and_stay_within_their_spread():
    share = np.array([0.5, 0.3, 0.2])
    drawn = score.draw(share, 0.5, 500, 7)
    np.testing.assert_array_equal(drawn, score.draw(share, 0.5, 500, 7))
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    ratio = (drawn / share) / (drawn / share)[:, :1]
    assert ratio.min() >= 1 / 3 - 1e-12
    assert ratio.max() <= 3 + 1e-12
    np.testing.assert_allclose(score.draw(share, 0.0, 3, 1), [share] * 3)


def test_a_rank_that_turns_on_a_weight_has_the_share_of_draws_that_the_weights_say():
    # the first place wins where its criterion weighs more: half of the draws of two equal weights
    matrix = np.array([[1.0, 0.0], [0.0, 1.0]])
    found = score.sensitivity(matrix, score.draw(np.array([0.5, 0.5]), 0.5, 2000, 1), "weighted sum", 1)
    assert found.top[0] == pytest.approx(0.5, abs=0.04)
    assert found.top.sum() == pytest.approx(1)
    assert (found.best == 1).all()
    assert (found.worst == 2).all()
    fixed = score.sensitivity(matrix, score.draw(np.array([0.8, 0.2]), 0.5, 200, 1), "topsis", 1)
    assert fixed.top.tolist() == [1, 0]  # 0.4 is still more than 0.3


def ranked(asked=None, **values):
    count = len(next(iter(values.values())))
    codes = tuple(f"2501{number}" for number in range(count))
    nothing = Value(np.full(count, np.nan), "no layer")
    known = [
        Value(np.array(values[each.name], float), "made up") if each.name in values else nothing for each in criteria()
    ]
    counties = pd.DataFrame({"place": range(count), "county_fips": codes})
    where = Places("county", codes, tuple(f"County {n}" for n in range(count)), counties, np.zeros((count, 2)))
    return rank(where, known, asked or ReadinessEntry(draws=50))


def test_what_is_known_nowhere_is_set_aside_and_named():
    made = ranked(cluster_strength=[0.2, 0.6, 0.4], talent=[0.3, 0.3, 0.3], workforce=[1, 2, 3])
    table = by(made["readiness_criteria"], "criterion")
    assert table.loc["cluster_strength", ["status", "weight_used"]].tolist() == ["used", pytest.approx(2 / 3)]
    assert table.loc["talent", "status"] == "tells no places apart"
    assert table.loc["risk_capital", "status"] == "not known anywhere"
    assert table["weight_used"].sum() == pytest.approx(1)
    first = made["readiness"].iloc[0]
    assert (first["place_id"], first["rank"], first["score"]) == ("25011", 1, pytest.approx(2 / 3 + 1 / 6, abs=1e-4))
    assert first["reason"] == "for: strength of clusters (0.667), workforce (0.167); against: workforce (0.167)"
    reasons = made["readiness_reasons"]
    assert len(reasons) == 3 * len(criteria())
    mine = reasons[reasons["place_id"] == "25011"]
    assert mine["contribution"].sum() == pytest.approx(first["score"], abs=2e-4)
    assert (by(mine, "criterion").loc["risk_capital", ["status", "basis"]] == ["not known", "no layer"]).all()


def test_a_place_without_a_value_has_a_range_and_says_so():
    made = ranked(cluster_strength=[0.0, 1.0, 0.9], workforce=[1, np.nan, 3])["readiness"].set_index("place_id")
    row = made.loc["25011"]
    assert np.isnan(row["score"])
    assert row[["score_low", "score_high"]].tolist() == [pytest.approx(2 / 3, abs=1e-4), 1]
    assert row[["rank", "rank_best", "rank_worst"]].tolist() == [2, 1, 2]  # ranked by what is sure
    assert row["missing"] == "workforce"
    assert made.loc["25012", ["rank_best", "rank_worst"]].tolist() == [1, 2]
    assert pd.isna(made.loc["25010", "missing"])


def test_weights_of_the_region_file_are_the_whole_set():
    asked = ReadinessEntry(weights={"workforce": 1.0}, draws=10)
    made = ranked(asked, cluster_strength=[0.2, 0.6], workforce=[2, 1])
    assert made["readiness"]["place_id"].tolist() == ["25010", "25011"]
    assert by(made["readiness_criteria"], "criterion").loc["cluster_strength", "status"] == "no weight"


def test_weights_that_cannot_be_are_refused_in_words():
    with pytest.raises(ValueError, match=r"sum to 0\.9, not to 1; divide each by that sum"):
        ReadinessEntry(weights={"workforce": 0.5, "talent": 0.4})
    with pytest.raises(ValueError, match="is not a weight between 0 and 1"):
        ReadinessEntry(weights={"workforce": 1.5, "talent": -0.5})
    with pytest.raises(
        PlanError, match=r"weights name criterion 'workforc', which does not exist \(did you mean 'workforce'\?\)"
    ):
        weights({"workforc": 1.0})
    with pytest.raises(PlanError, match="no criterion with a weight has data that tells the places apart"):
        ranked(ReadinessEntry(weights={"talent": 1.0}), workforce=[1, 2])


def test_the_same_seed_gives_the_same_tables():
    made = [
        ranked(ReadinessEntry(draws=80, seed=seed), cluster_strength=[0.2, 0.6, 0.4], workforce=[3, 1, 2])
        for seed in (3, 3)
    ]
    for name in made[0]:
        assert made[0][name].to_csv() == made[1][name].to_csv()
