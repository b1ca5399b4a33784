"""The match calculator."""

import pytest

from layers import PlanError
from planner.eligibility.match import match


def test_a_match_sums_to_the_cost_and_never_pays_more_than_its_share():
    rows = match(140e6, 50, {"state": 58e6}).set_index("payer")["amount_usd"]
    assert rows.to_dict() == {"grant": 70e6, "state": 58e6, "still to be found": 12e6}
    full = match(148e6, 50, {"state": 58e6, "industry": 60e6}).set_index("payer")["amount_usd"]
    assert full["grant"] == 30e6
    assert full["still to be found"] == 0
    with pytest.raises(PlanError, match="exceed the cost"):
        match(10.0, 50, {"state": 11.0})
