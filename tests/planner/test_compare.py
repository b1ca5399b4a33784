"""Scenarios side by side: every figure is the plan's own, and differences are to the file as it stands."""

from typing import Any

import pytest

import maps
from layers import PlanError
from planner.compare import AS_IT_STANDS, compare, plans
from tests.cases.hilltowns import write_region


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    cheap = '\n[scenario."within two million"]\nchoice = { budget_usd = 2_000_000, objective = "premises" }\n'
    path = write_region(tmp_path_factory.mktemp("hilltowns"), cheap)
    return plans(path, ["within two million"], lambda _stage: None)


def test_the_file_as_it_stands_comes_first_and_differs_from_nothing(made):
    assert list(made) == [AS_IT_STANDS, "within two million"]
    table: Any = compare(made)["comparison"]
    own = table[table["scenario"] == AS_IT_STANDS]
    assert (own["difference"] == 0).all()
    other: Any = table[table["scenario"] == "within two million"].set_index("statistic")
    base = own.set_index("statistic")["value"]
    assert other.loc["public cost", "value"] <= 2_000_000 < base["public cost"]
    assert other.loc["public cost", "difference"] == pytest.approx(
        other.loc["public cost", "value"] - base["public cost"]
    )


def test_figures_are_those_of_the_plans(made):
    table: Any = compare(made)["comparison"].set_index(["scenario", "statistic"])["value"]
    for name, each in made.items():
        chosen = each.tables["chosen_projects"]
        assert table[name, "public cost"] == pytest.approx(chosen["public_usd"].sum())
        assert table[name, "towns with a project"] == chosen["option_id"].notna().sum()
        paid = sum(table[name, key] for key in table[name].index if key.startswith("paid by"))
        assert paid == pytest.approx(table[name, "capital, central"], abs=1)


def test_a_town_without_a_project_keeps_what_it_has(made):
    table = compare(made)["comparison_towns"]
    none = table[(table["scenario"] == "within two million") & table["model"].isna()]
    cover = made[AS_IT_STANDS].tables["coverage"]
    today = cover[cover["target"] == "25/3"].set_index("town_geoid")["share_served"]
    assert len(none)
    assert none["share_after"].tolist() == pytest.approx(none["town_geoid"].map(today).tolist())
    assert (none["public_difference_usd"] <= 0).all()
    first = table[table["scenario"] == AS_IT_STANDS]
    assert not first["changed"].any()


def test_fronts_stand_side_by_side_and_are_drawn(made):
    tables = compare(made)
    front = tables["comparison_front"]
    assert set(front["scenario"]) == set(made)
    for _, rows in front.groupby("scenario"):
        assert rows["public_usd"].is_monotonic_increasing
        assert rows["premises_served"].is_monotonic_increasing
    drawn = maps.comparison_charts(tables)
    assert set(drawn) == {"charts/front.svg", "charts/public-cost.svg"}
    assert b"within two million" in drawn["charts/front.svg"]


def test_the_small_region_has_scenarios_without_projects(small):
    tables = compare(plans(small / "region.toml", [], lambda _stage: None))
    assert set(tables) == {"comparison", "comparison_towns"}
    assert tables["comparison"]["scenario"].unique().tolist() == [AS_IT_STANDS, "faster"]
    assert maps.comparison_charts(tables) == {}


@pytest.mark.parametrize(
    ("names", "message"), [(["fastr"], "no scenario 'fastr'"), ([], "no scenario to compare with")]
)
def test_a_scenario_that_is_not_there_is_named(small, names, message):
    path = small / "region.toml"
    if not names:
        text = path.read_text("utf-8")
        path.write_text(text[: text.index("[scenario.faster]")], "utf-8")
    with pytest.raises(PlanError, match=message):
        plans(path, names, lambda _stage: None)
