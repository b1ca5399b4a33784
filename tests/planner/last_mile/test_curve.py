"""The last percent, against what was published and by hand."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from layers import PlanError
from planner.last_mile.curve import beyond, hand_over, last_percent, needed, slices


def charlemont():
    """The offer of a cable company: 75 % of 700 households for 0.96 and 1.1 million, 96 % for 1.7 million more."""
    upto = [needed(share, 700) for share in (0.75, 0.96)]
    return last_percent(np.diff([0, *upto]), [0.96e6 + 1.1e6, 1.7e6], 700)


def test_the_published_offer_costs_11_600_a_premises_in_its_last_slice():
    curve = charlemont()
    assert curve["share"].tolist() == [0.75, 0.96]
    assert curve["premises"].tolist() == [525, 672]
    assert curve["cost_usd"].tolist() == [2.06e6, 3.76e6]
    assert curve["marginal_usd"].iloc[1] == pytest.approx(11_600, abs=50)
    found = slices(curve, [0.75, 0.96, 1])
    assert found["marginal_usd"].iloc[:2].tolist() == curve["marginal_usd"].tolist()
    assert found["premises"].tolist() == [525, 147, 28]
    assert np.isnan(found["cost_usd"].iloc[2])  # nobody offered the last 4 %


def test_another_technology_takes_over_where_it_is_the_cheaper_one():
    curve = charlemont()
    assert hand_over(curve, 10_000) == 0.75
    assert hand_over(curve, 12_000) is None
    assert hand_over(curve, 1_000) == 0
    # with a fixed cost of 2 million, 4,000 a premises no longer builds the first 75 %
    dear = last_percent([525, 147], [2.06e6, 1.7e6], 700, fixed_usd=2e6)
    assert hand_over(curve, 4_000) == 0.75
    assert hand_over(dear, 4_000) == 0
    assert dear["cost_usd"].iloc[0] == 4.06e6
    assert slices(dear, [0.75])["cost_usd"].tolist() == [4.06e6]


def test_a_step_that_only_pays_with_the_next_is_taken_with_it():
    curve = last_percent([10, 10, 10], [100, 900, 200], 40)
    assert hand_over(curve, 60) is None
    assert hand_over(curve, 50) == 0.25


def test_shares_are_exact():
    assert needed(0.96, 700) == 672
    assert needed(0.07, 100) == 7  # 0.07 * 100 is above 7 in floating point
    assert needed(Fraction(1, 3), 10) == 4
    with pytest.raises(PlanError, match=r"96 is not a share from 0 to 1; write 96 percent as 0\.96"):
        needed(96, 700)


def test_the_premises_beyond_a_share_are_named_with_their_cost():
    drops = pd.DataFrame(
        {"location_id": list("abcd"), "order": [4, 1, 3, 2], "marginal_cost_usd": [9.0, 1.0, 5.0, 1.0]}
    )
    found = beyond(drops, 0.5)
    assert found.premises["location_id"].tolist() == ["c", "a"]
    assert found.cost_usd == 14
    assert beyond(drops, 0.5, total_premises=6).premises["location_id"].tolist() == ["a"]
    assert beyond(drops, 1).cost_usd == 0


@pytest.mark.parametrize(
    ("premises", "cost", "total", "message"),
    [
        ([500, 300], [1, 1], 700, "steps add 800 premises, more than the total of 700"),
        ([500, 0], [1, 1], 700, "each step must add a whole number of premises"),
        ([1.5], [1], 700, "each step must add a whole number of premises"),
        ([500, 100], [1, -1], 700, "each step must cost 0 or more"),
        ([500], [float("nan")], 700, "each step must cost 0 or more"),
        ([500], [1, 2], 700, "as many numbers of premises as costs"),
        ([], [], 700, "at least one"),
    ],
)
def test_steps_that_cannot_be_are_refused(premises, cost, total, message):
    with pytest.raises(PlanError, match=message):
        last_percent(premises, cost, total)


def test_shares_that_do_not_rise_are_refused():
    with pytest.raises(PlanError, match="shares must rise"):
        slices(charlemont(), [0.96, 0.75])
    with pytest.raises(PlanError, match="not a cost"):
        hand_over(charlemont(), float("nan"))
    with pytest.raises(PlanError, match="the fixed cost must be 0 or more"):
        last_percent([1], [1], 1, fixed_usd=-1)
