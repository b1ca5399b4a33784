"""Lists of awards: what they hold is what the agencies published, and faults are said in words."""

import pandas as pd
import pytest

from layers import RuleError
from planner.programmes import programmes
from planner.programmes.awards import awards

NAMES = ("bbbrc", "collaborative_rd", "manufacturing_institutes", "nsf_engines", "tech_hubs")
STATE = r"[A-Z]{2}"


def states(table):
    return set(table["states"].dropna().str.split(";").explode())


def test_31_hubs_in_32_states_and_puerto_rico_and_12_awards_of_504_million():
    """EDA's designations of October 2023 and awards of 2024 (504 million dollars)."""
    hubs = awards("tech_hubs")
    assert len(hubs) == 31
    assert len(states(hubs) - {"PR"}) == 32
    assert "PR" in states(hubs)
    assert hubs["award_usd"].notna().sum() == 12
    assert hubs["award_usd"].sum() == 504e6


def test_six_hubs_were_selected_in_2025_and_withdrawn_and_none_of_them_has_an_award():
    """The announcement said 210 million; the six sums add up to 211."""
    hubs = awards("tech_hubs")
    gone = hubs[hubs["withdrawn_usd"].notna()]
    assert sorted(gone["withdrawn_usd"] / 1e6) == [22, 23, 29, 44, 45, 48]
    assert gone["award_usd"].isna().all()


def test_21_coalitions_of_970_million():
    """White House fact sheet: 21 winners, 25 to 65 million each; one is 65.1."""
    table = awards("bbbrc")
    assert len(table) == 21
    assert table["award_usd"].sum() == 970.0e6
    assert table["award_usd"].min() == 25e6
    assert table["award_usd"].max() == 65.1e6
    assert table["states"].notna().all()


def test_ten_engines_of_15_million():
    """NSF, January 2024: 150 million for the first two years of ten engines."""
    table = awards("nsf_engines")
    assert len(table) == 10
    assert (table["award_usd"] == 15e6).all()
    assert table["states"].isna().sum() == 3


def test_14_institutes_of_2017_with_a_billion_and_more_than_two_from_others():
    """FY2017 report: 14 institutes, 1 billion federal, over 2 billion from others."""
    table = awards("manufacturing_institutes")
    first = table[table["as_of"] == pd.Timestamp("2017-09-30")]
    assert len(table) == 18
    assert len(first) == 14
    assert 1.0e9 <= first["award_usd"].sum() <= 1.1e9
    assert first["others_usd"].sum() > 2e9
    assert set(table["origin"]) == {"published", "not stated"}
    assert table.loc[table["origin"] == "not stated", "award_usd"].isna().all()


def test_the_list_of_states_with_an_institute_is_that_of_the_table():
    listing = {each.name: each for each in programmes()}["manufacturing-usa"].lists["with_institute"]
    table = awards("manufacturing_institutes")
    first = table[table["as_of"] == pd.Timestamp("2017-09-30")]
    assert [set(row.members) for row in listing.rows] == [states(first), states(table)]


def test_grants_of_massachusetts_are_a_quarter_at_most_but_for_the_one_that_its_rule_file_names():
    table = awards("collaborative_rd")
    share = table["award_usd"] / (table["award_usd"] + table["others_usd"])
    assert list(table.loc[share > 0.25, "name"]) == ["PracticePoint"]
    rules = {each.name: each for each in programmes()}["ma-collaborative-rd"]
    assert "PracticePoint" in rules.conflicts[0].says[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_list_has_the_same_columns_and_says_where_it_is_from(name):
    table = awards(name)
    assert list(table.columns) == list(awards("tech_hubs").columns)
    assert table["name"].is_unique
    assert table["name"].is_monotonic_increasing
    assert table["source"].notna().all()
    assert table["states"].dropna().str.fullmatch(rf"{STATE}(;{STATE})*").all()


def test_every_list_that_a_rule_file_names_is_there():
    assert all(len(awards(each.awarded)) for each in programmes() if each.awarded)


def test_an_unknown_list_is_an_error_that_names_a_near_one():
    with pytest.raises(RuleError, match=r"awards 'tech_hub': has no table tech_hub.csv .*did you mean 'tech_hubs'"):
        awards("tech_hub")


def test_a_list_of_another_layout_is_not_offered():
    with pytest.raises(RuleError) as error:
        awards("nothing-like-it")
    assert "towns" not in str(error.value)
    assert "nsf_engines" in str(error.value)


def test_all_faults_of_a_list_come_in_one_error(tmp_path):
    text = "name,states,award_usd,origin,source,as_of\nA,mass,-5,published,press,\nA,MA,1,published,press,2024-01-01\n"
    (tmp_path / "mine.csv").write_text(text, "utf-8")
    with pytest.raises(RuleError, match="awards 'mine'") as error:
        awards("mine", tmp_path)
    assert len(error.value.faults) == 3


def test_a_file_that_is_no_table_is_an_error(tmp_path):
    (tmp_path / "mine.csv").write_text("", "utf-8")
    with pytest.raises(RuleError, match="awards 'mine': cannot be read"):
        awards("mine", tmp_path)


def test_the_order_of_rows_does_not_matter(tmp_path):
    rows = ["B,MA,1,published,press,2024-01-01", "A,RI;MA,,published,press,"]
    head = "name,states,award_usd,origin,source,as_of\n"
    (tmp_path / "one.csv").write_text(head + "\n".join(rows), "utf-8")
    (tmp_path / "two.csv").write_text(head + "\n".join(reversed(rows)), "utf-8")
    pd.testing.assert_frame_equal(awards("one", tmp_path), awards("two", tmp_path))
