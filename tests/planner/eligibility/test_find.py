import pandas as pd
import pytest

from layers import PlanError
from planner.eligibility.evidence import Evidence
from planner.eligibility.find import find


def nothing(measure, way, side):
    raise AssertionError(f"nobody asks for figures: {measure} {way} {side}")


def evidence(unit, rows):
    frame = pd.DataFrame(rows, columns=["place_id", "place", "state"])
    return Evidence(unit, frame, nothing)


PLACES = {
    "county": evidence("county", [("25013", "Hampden County, MA", "MA"), ("25011", "Franklin County, MA", "MA"), ("36033", "Franklin County, NY", "NY")]),
    "community": evidence("community", [("2501324325", "Hampden", "MA")]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "unit", "expected"),
    [
        ("25013", "", ("county", 0)),
        ("hampden county, ma", "", ("county", 0)),
        ("Hampden", "", ("community", 0)),
        ("Hampden", "county", ("county", 0)),
        ("2501324325", "", ("community", 0)),
    ],
)
def test_a_place_is_found_by_code_name_or_its_beginning(wanted, unit, expected):
    assert find(PLACES, wanted, unit) == expected


@pytest.mark.parametrize(
    ("wanted", "unit", "message"),
    [
        (
            "Franklin",
            "",
            r"is not one place: Franklin County, MA \(county 25011\), Franklin County, NY \(county 36033\)",
        ),
        ("Hampdan County, MA", "", "did you mean 'Hampden County, MA'"),
        ("Xyzzy", "", "is not among the places of this region"),
        ("Hampden", "tract", "has no places in this region"),
    ],
)
def test_what_is_not_one_place_is_refused(wanted, unit, message):
    with pytest.raises(PlanError, match=message):
        find(PLACES, wanted, unit)
