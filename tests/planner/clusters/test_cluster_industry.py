"""Industries to clusters: the published map, withheld counts, bounds from the tree of industries, counties to areas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import LayerError, PlanError, Source, declared, read
from planner.clusters.areas import members, sum_counties
from planner.clusters.industry import by_cluster, kinds_of, midpoints, narrow, suppression, withheld
from tests.planner.clusters._employment import by, employment

MAP = pd.DataFrame(
    {
        "naics_vintage": 2012, "industry": ["311111", "311119", "722511"], "cluster": ["18", "18", "111"],
        "cluster_name": ["Food", "Food", "Local Hospitality"], "traded": [True, True, False],
    }
)  # fmt: skip


def industries(rows, **more):
    codes, jobs = zip(*rows, strict=True)
    table = {
        "area_id": "25011",
        "industry": codes,
        "year": 2016,
        "employment": jobs,
        "establishments": 2.0,
        "naics_vintage": 2012,
    }
    return pd.DataFrame(table | more).assign(suppressed=lambda each: each["employment"].isna())


def test_the_published_map_has_its_industries_and_clusters(shared):
    columns = {"naics_vintage": "naics_year", "industry": "naics", "industry_name": "label", "cluster": "cluster_code"}
    source = Source(path=shared / "layers" / "naics_to_cluster_2018.csv", columns=columns)
    table = read(source, declared("naics_clusters"), "EPSG:26986").table
    mine = table[table["naics_vintage"] == 2012]
    assert len(mine) == 978
    assert mine["traded"].value_counts().to_dict() == {True: 675, False: 303}
    assert mine.groupby("traded")["cluster"].nunique().to_dict() == {True: 51, False: 16}


def test_industries_are_summed_and_what_is_withheld_stays_open():
    table = withheld(
        industries(
            [("311111", 10), ("311119", np.nan), ("722511", 7), ("999999", 3)],
            employment_high=[np.nan, 19, np.nan, np.nan],
        )
    )
    made, notes = by_cluster(narrow(table), MAP)
    food, local = by(made, "cluster").loc["18"], by(made, "cluster").loc["111"]
    assert np.isnan(food["employment"])
    assert (food["employment_low"], food["employment_high"], food["withheld_industries"]) == (10, 29, 1)
    assert (local["employment"], local["traded"]) == (7, False)
    assert notes == ("1 industries (999999) with 15.0% of the jobs that are known belong to no cluster; left out",)
    guess = midpoints(made).set_index("cluster")
    assert (guess.loc["18", "employment"], guess.loc["18", "modelled"], guess.loc["111", "modelled"]) == (
        19.5,
        True,
        False,
    )


def test_a_zero_that_is_marked_withheld_is_not_known():
    table = industries([("311111", 0.0)]).assign(suppressed=True)
    made, _ = by_cluster(narrow(withheld(table)), MAP)
    assert made["employment"].isna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"naics_vintage": 2017}, r"is of NAICS 2017, which layer 'naics_clusters' does not define \(it has 2012\)"),
        ({"naics_vintage": None}, r"does not say its edition of NAICS; write values"),
        ({"industry": "311"}, r"has no industry of six digits"),
    ],
)
def test_what_cannot_be_joined_is_refused(change, message):
    with pytest.raises(LayerError, match=message):
        by_cluster(narrow(withheld(industries([("311111", 1.0)]).assign(**change))), MAP)


def test_the_edition_may_be_said_once_for_all():
    made, _ = by_cluster(withheld(industries([("311111", 1.0)]).drop(columns="naics_vintage")), MAP, 2012)
    assert made["employment"].tolist() == [1]


def test_two_editions_in_one_table_are_told():
    both = pd.concat([industries([("311111", 1.0)]), industries([("311111", 1.0)], year=2010, naics_vintage=2007)])
    _, notes = by_cluster(withheld(both), pd.concat([MAP, MAP.assign(naics_vintage=2007)]))
    assert notes == ("years are of NAICS 2007, 2012; some change between them may come from the codes alone",)


def test_kinds_are_told_from_codes_and_others_must_be_said():
    table = pd.DataFrame({"area_id": ["US", "25", "25011"]})
    assert kinds_of(table).tolist() == ["nation", "state", "county"]
    with pytest.raises(LayerError, match=r"needed for codes such as 'C4414' \(row 2\)"):
        kinds_of(pd.DataFrame({"area_id": ["25", "C4414"]}))


def test_a_withheld_industry_is_what_the_wider_one_leaves_over():
    rows = [
        ("10", 100),
        ("31", 60),
        ("311", 60),
        ("3111", 60),
        ("31111", 60),
        ("311111", 42),
        ("311119", np.nan),
        ("72", 40),
    ]
    made = by(narrow(withheld(industries(rows)), rounding=0), "industry").loc["311119"]
    assert (made["employment_low"], made["employment_high"]) == (18, 18)
    small = by(narrow(withheld(industries(rows)), rounding=0, complete=False), "industry").loc["311119"]
    assert (small["employment_low"], small["employment_high"]) == (0, 18)
    rounded = by(narrow(withheld(industries(rows))), "industry").loc["311119"]
    assert rounded["employment_low"] < 18 < rounded["employment_high"]


LEAVES = ("311111", "311112", "311211", "322111", "441110", "454110", "722511", "722513")


def tree(jobs):
    rows: dict[str, float] = {}
    for code, count in zip(LEAVES, jobs, strict=True):
        sector = {"32": "31", "33": "31", "45": "44"}.get(code[:2], code[:2])
        for wider in (code, code[:5], code[:4], code[:3], sector, "10"):
            rows[wider] = rows.get(wider, 0.0) + count
    return rows


@given(
    st.lists(st.floats(0, 90), min_size=len(LEAVES), max_size=len(LEAVES)), st.sets(st.integers(0, 30)),
    st.booleans(), st.booleans(),
)  # fmt: skip
@settings(max_examples=25)
def test_bounds_hold_for_any_counts_and_any_that_are_withheld(jobs, hidden, complete, rounded):
    truth = tree(jobs)
    shown = {code: float(round(count)) if rounded else count for code, count in truth.items()}
    rows = [(code, np.nan if number in hidden else shown[code]) for number, code in enumerate(shown)]
    made = narrow(withheld(industries(rows)), complete=complete, rounding=0.5 if rounded else 1e-6)
    for code, low, high in made[["industry", "employment_low", "employment_high"]].itertuples(index=False):
        assert low - 0.51 * rounded - 1e-5 <= truth[code]
        assert not high + 0.51 * rounded + 1e-5 < truth[code]


def test_suppression_is_reported_by_area():
    one = industries([("10", 100), ("311111", 60), ("311119", np.nan), ("722511", 30)])
    two = industries([("311111", 60), ("311119", np.nan)], area_id="25013", employment_high=[np.nan, 20])
    three = industries([("311111", 60)], area_id="25015")
    four = industries([("311111", np.nan)], area_id="25017")
    made = suppression(narrow(withheld(pd.concat([four, two, three, one], ignore_index=True))))
    assert made["withheld_share"].tolist()[:3] == [pytest.approx(0.1), 0.25, 0]
    assert np.isnan(made["withheld_share"].iloc[3])
    assert made["basis"].tolist() == ["from all industries", "at most, from ranges", "nothing withheld", "not known"]
    assert made["withheld_cells"].tolist() == [1, 1, 0, 1]


MARKETS = pd.DataFrame(
    {
        "county_fips": ["25010", "25011", "25012", "25010"], "labor_market_id": ["44140", "44140", "38340", "7"],
        "labor_market": ["Springfield, MA", "Springfield, MA", "Pittsfield, MA", None],
        "kind": ["metropolitan area", "metropolitan area", "micropolitan area", "commuting zone"],
    }
)  # fmt: skip


def test_counties_make_up_states_labor_markets_and_drawn_areas():
    table = employment([[10, np.nan], [20, 5], [30, 0]])
    table["employment_high"] = 40.0
    kinds = ("state", "metropolitan or micropolitan area", "commuting zone", "drawn area")
    parts = members(sorted(set(table["area_id"])), MARKETS, {"West": ("25010", "25012")}, kinds)
    made, notes = sum_counties(table, parts)
    assert notes == ()
    got = by(made, "area_id", "cluster")
    assert got.loc[("25", "1"), "employment"] == 60
    assert np.isnan(got.loc[("25", "2"), "employment"])
    assert got.loc[("25", "2"), ["employment_low", "employment_high"]].tolist() == [5, 45]
    assert got.loc[("44140", "1"), "employment"] == 30
    assert got.loc[("7", "1"), "employment"] == 10
    assert got.loc[("West", "1"), "employment"] == 40
    assert got.loc[("44140", "1"), "area"] == "Springfield, MA"


def test_an_area_without_data_of_one_of_its_counties_is_not_known_and_named():
    table = employment([[10], [20]])
    parts = members((), MARKETS, {"West": ("25010", "25012"), "Far": ("09001",)}, ("drawn area",))
    made, notes = sum_counties(table, parts)
    assert made["employment"].isna().all()
    assert made["employment_low"].tolist() == [10]
    assert notes == ("drawn area 'West': no data of county 25012 in 2016; its counts are not known",)


@pytest.mark.parametrize("kind", ["metropolitan or micropolitan area", "commuting zone"])
def test_labor_markets_that_are_not_there_are_asked_for(kind):
    with pytest.raises(PlanError, match=f"areas name '{kind}', but layer 'labor_markets' has none"):
        members((), None, {}, (kind,))
