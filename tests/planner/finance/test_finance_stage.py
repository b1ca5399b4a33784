"""Who can subscribe: those whom a network passes."""

import pandas as pd
import pytest

from planner.finance.stage import _reached


def test_a_network_of_part_of_the_premises_has_that_part_of_the_units():
    ids = ["fibre-all", "fibre-target", "fibre-target+satellite"]
    given = pd.DataFrame(
        {"town_geoid": ["1"] * 3, "option_id": ids, "premises": [100] * 3, "served_after": [100, 60, 96]}
    )
    known = pd.DataFrame({"town_geoid": ["1"], "units": [120]})
    found = _reached(given, given, known).set_index("option_id")
    assert found["units"].to_list() == pytest.approx(
        [120, 72, 72]
    )  # what satellite serves is no subscriber of the town
    assert found["premises"].to_list() == pytest.approx([100, 60, 60])
    assert "units" not in _reached(given, given, None)
