"""Areas other than towns: counts before published shares, the same judgement, and measured use beside it."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from layers import LayerError
from planner import Target, check, load_region
from planner.areas import area_coverage

BASIC = Target(down_mbps=25, up_mbps=3, share=Fraction(96, 100))
FAST = Target(down_mbps=100, up_mbps=20, share=Fraction(1, 2))
NAMES = pd.Series({"25011": "Franklin", "25003": "Berkshire"})
DAY = pd.Timestamp("2019-12-31")
KEY = ["geography", "area_geoid", "target"]


def counts(*rows):
    """Rows of geography, code, target, served, unserved, unknown."""
    table = pd.DataFrame(rows, columns=[*KEY, "served", "unserved", "unknown"])
    return table.assign(
        premises=table[["served", "unserved", "unknown"]].sum(axis=1),
        towns=3, basis="filings", origin="published", as_of=DAY,
    )  # fmt: skip


def shares(*rows, down=25.0, up=3.0, **columns):
    table = pd.DataFrame(rows, columns=["area_geoid", "share_served"])
    return table.assign(down_mbps=down, up_mbps=up, origin="approximate", as_of=DAY, **columns)


def usage(*rows, down=25.0, up=3.0):
    return pd.DataFrame(rows, columns=["area_geoid", "share_used"]).assign(down_mbps=down, up_mbps=up)


def first(count_table=None, share_table=None, use=None, target=BASIC):
    return area_coverage(count_table, share_table, use, [target], NAMES).iloc[0]


@pytest.mark.parametrize(
    ("served", "unserved", "unknown", "verdict", "shortfall"),
    [
        (96, 4, 0, "pass", 0),
        (95, 5, 0, "fail", 1),
        (24, 1, 0, "pass", 0),  # 96 % of 25 is 24
        (26, 1, 0, "pass", 0),  # 96 % of 27 is 25.92, so 26
        (25, 2, 0, "fail", 1),
        (95, 0, 5, "not known", None),
        (96, 0, 4, "pass", 0),
        (90, 5, 5, "fail", 6),
        (0, 0, 0, "not known", None),
    ],
)
def test_counts_are_judged_by_the_town_test(served, unserved, unknown, verdict, shortfall):
    row = first(counts(("county", "25011", "25/3", served, unserved, unknown)))
    assert row["verdict"] == verdict
    assert (row["shortfall"] == shortfall) if shortfall is not None else pd.isna(row["shortfall"])
    assert (row["area"], row["towns"], row["basis"], row["origin"]) == ("Franklin", 3, "filings", "published")


def test_every_figure_of_a_counted_area_by_hand():
    row = first(counts(("tract", "25011040100", "25/3", 150, 40, 10)), use=usage(("25011040100", 0.5)))
    assert row[["premises", "served", "unserved", "unknown", "needed", "shortfall"]].tolist() == [
        200, 150, 40, 10, 192, 42,
    ]  # fmt: skip
    assert row["share_served"] == 0.75
    assert row["margin_share"] == -0.21
    assert (row["share_used"], row["adoption_gap_share"]) == (0.5, 0.25)
    assert row["missing"] == "speeds of 10 premises"
    assert pd.isna(row["area"])


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.96, "pass"), (0.9599, "fail"), (1.0, "pass"), (0.0, "fail"), (None, "not known")]
)
def test_a_published_share_is_compared_as_it_is(share, verdict):
    row = first(None, shares(("25011", share)))
    assert (row["verdict"], row["basis"], row["origin"]) == (verdict, "area share", "approximate")
    assert pd.isna(row["premises"])
    assert pd.isna(row["missing"]) == (share is not None)
    assert share is not None or row["missing"] == "share of premises served"


def test_a_share_of_counted_premises_gives_whole_premises():
    row = first(None, shares(("25011", 0.951), premises=pd.array([10], dtype="Int64")))
    assert row[["premises", "served", "unserved", "needed", "shortfall"]].tolist() == [10, 9, 1, 10, 1]


def test_the_length_of_a_code_says_its_geography():
    codes = ["25", "25011", "2501154030", "25011040100", "250110401001"]
    table = area_coverage(None, shares(*((code, 0.5) for code in codes)), None, [BASIC], NAMES)
    assert dict(zip(table["area_geoid"], table["geography"], strict=True)) == {
        "25": "area", "25011": "county", "2501154030": "area", "25011040100": "tract", "250110401001": "area",
    }  # fmt: skip


def test_counts_prevail_over_a_share_for_the_same_area_and_target_only():
    table = area_coverage(
        counts(("county", "25011", "25/3", 1, 99, 0)),
        pd.concat([shares(("25011", 1.0), ("25003", 1.0)), shares(("25011", 0.5), down=100.0, up=20.0)]),
        None, [BASIC, FAST], NAMES,
    )  # fmt: skip
    assert table[[*KEY, "basis", "verdict"]].to_numpy().tolist() == [
        ["county", "25003", "25/3", "area share", "pass"],
        ["county", "25003", "100/20", "none", "not known"],
        ["county", "25011", "25/3", "filings", "fail"],
        ["county", "25011", "100/20", "area share", "pass"],
    ]


def test_a_share_of_another_tier_says_nothing_and_the_row_says_what_is_missing():
    for down, up in ((10.0, 3.0), (25.0, 1.0), (100.0, 20.0)):
        row = first(None, shares(("25011", 1.0), down=down, up=up))
        assert (row["verdict"], row["basis"], row["origin"]) == ("not known", "none", "not stated")
        assert row["missing"] == "a premises list or a service share of the area"


def test_hexagons_are_counted_and_have_no_name():
    row = first(counts(("h3", "872a30000ffffff", "25/3", 10, 0, 0)), shares(("25011", 0.5)))
    assert row[["geography", "area_geoid", "verdict"]].tolist() == ["county", "25011", "fail"]
    both = area_coverage(
        counts(("h3", "872a30000ffffff", "25/3", 10, 0, 0)), shares(("25011", 0.5)), None, [BASIC], NAMES
    )
    assert both["geography"].tolist() == ["county", "h3"]
    assert both["verdict"].tolist() == ["fail", "pass"]


def test_a_gap_is_given_only_where_use_was_measured_at_the_targets_tier():
    given = pd.concat([shares(("25011", 0.75)), shares(("25011", 0.5), down=100.0, up=20.0)])
    table = area_coverage(None, given, usage(("25011", 0.8), ("25003", 0.1)), [BASIC, FAST], NAMES)
    assert table["share_used"].tolist() == [0.8, 0.8]
    assert table["adoption_gap_share"][0] == -0.05  # more is used than is said to be on offer
    assert pd.isna(table["adoption_gap_share"][1])


@pytest.mark.parametrize(("share", "used"), [(None, 0.5), (0.5, None)])
def test_a_gap_needs_both_sides(share, used):
    row = first(None, shares(("25011", share)), usage(("25011", used)))
    assert pd.isna(row["adoption_gap_share"])


def test_a_verdict_that_is_not_known_has_no_gap():
    row = first(counts(("county", "25011", "25/3", 95, 0, 5)), use=usage(("25011", 0.5)))
    assert (row["verdict"], row["share_used"]) == ("not known", 0.5)
    assert pd.isna(row["adoption_gap_share"])


def test_only_shares_inside_the_region_are_taken():
    given = shares(("25011", 1.0), ("36001", 1.0))
    table = area_coverage(None, given, None, [BASIC], NAMES, lambda code: code.startswith("25"))
    assert table["area_geoid"].tolist() == ["25011"]


@pytest.mark.parametrize("given", [None, shares(("36001", 1.0))])
def test_without_areas_there_are_no_rows(given):
    table = area_coverage(None, given, usage(("25011", 0.5)), [BASIC], NAMES, lambda code: code.startswith("25"))
    assert len(table) == 0
    assert "adoption_gap_share" in table


def test_a_name_comes_from_the_region_or_else_from_the_share():
    given = shares(("25011", 1.0), ("36001", 1.0), ("36003", 1.0)).assign(area=["Other", "Albany County", None])
    table = area_coverage(None, given, None, [BASIC], NAMES)
    assert table["area"].fillna("").tolist() == ["Franklin", "Albany County", ""]
    bare = area_coverage(None, given.drop(columns="area"), None, [BASIC], pd.Series(dtype="str"))
    assert bare["area"].isna().all()


def test_an_area_counted_twice_is_refused():
    row = ("county", "25011", "25/3", 1, 0, 0)
    with pytest.raises(LayerError, match="repeats"):
        area_coverage(counts(row, row), None, None, [BASIC], NAMES)


def test_the_result_does_not_depend_on_order_and_leaves_its_inputs_alone():
    given = shares(("25011", 0.5), ("25003", 0.97), ("25011040100", 0.2))
    counted = counts(("county", "25011", "25/3", 5, 5, 5), ("h3", "872a30000ffffff", "100/20", 1, 0, 0))
    before = given.copy(), counted.copy()
    one = area_coverage(counted, given, None, [BASIC, FAST], NAMES)
    other = area_coverage(counted[::-1], given[::-1].reset_index(drop=True), None, [BASIC, FAST], NAMES)
    pd.testing.assert_frame_equal(one, other)
    pd.testing.assert_frame_equal(given, before[0])
    pd.testing.assert_frame_equal(counted, before[1])


@pytest.fixture(scope="module")
def world(shared):
    """The real counties of 2019, read from the reference material; skips where that is absent."""
    return check(load_region(Path(__file__).parents[2] / "examples" / "massachusetts-2019.toml"))


def test_every_county_of_the_real_file_is_read_and_its_gaps_in_knowledge_are_told(world):
    offered, used = world.layers["area_service"], world.layers["usage"]
    assert len(offered) == len(used) == 3142
    assert set(offered["area_geoid"].str.len()) == {5}
    assert offered["share_served"].isna().sum() == 9  # cells that hold " -   " in the file
    assert used["share_used"].isna().sum() == 11
    assert "layer 'area_service': column 'area_geoid': 316 codes padded with zeros to 5 digits" in world.notes
    assert "layer 'usage': column 'share_used': 11 values '-' read as not known" in world.notes
    assert offered.set_index("area_geoid")["area"]["01001"] == "Autauga County"


def test_the_real_counties_have_their_published_figures_and_gaps(world):
    names = world.layers["counties"].set_index("county_fips")["county"]
    table = area_coverage(
        None, world.get("area_service"), world.get("usage"), [BASIC], names, lambda code: code.startswith("25")
    )
    rows = table.set_index("area_geoid").to_dict("index")
    assert len(table) == 14
    figures = ["share_served", "share_used", "adoption_gap_share"]
    assert [rows["25011"][name] for name in figures] == [0.8236, 0.567, 0.2566]  # Franklin
    assert [rows["25003"][name] for name in figures] == [0.9398, 0.56, 0.3798]  # Berkshire
    assert [rows["25015"][name] for name in figures] == [0.8729, 0.562, 0.3109]  # Hampshire
    assert table["verdict"].value_counts().to_dict() == {"pass": 10, "fail": 4}
    assert rows["25011"]["area"] == "Franklin"


def test_all_real_counties_have_a_verdict_unless_the_file_has_none(world):
    table = area_coverage(None, world.get("area_service"), world.get("usage"), [BASIC], NAMES)
    assert table["verdict"].value_counts()["not known"] == 9
    assert table["adoption_gap_share"].notna().sum() == 3142 - 9 - 11  # no county lacks both
