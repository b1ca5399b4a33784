"""The last mile of seven hill towns, from options to money, against golden tables and against itself."""

import os
from pathlib import Path

import pandas as pd
import pytest

import maps
from layers import PlanError
from layers.save import write_csv
from planner import load_region, plan
from planner.last_mile.stage import designs
from planner.last_mile.summary import figures, finance_figures, finance_sentences, of_chosen, sentences, what_matters
from tests.cases.hilltowns import TOWNS, write_region

GOLDEN = Path(__file__).parents[2] / "golden" / "last_mile"
TABLES = (
    "bill_of_materials", "chosen_projects", "choice_totals", "finance", "finance_opex", "funding", "last_mile_sites",
    "last_percent", "pareto", "project_options", "towers",
)  # fmt: skip
CHARLEMONT, MONTGOMERY = "2501112505", "2501342530"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return plan(load_region(write_region(tmp_path_factory.mktemp("hilltowns"))))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_the_golden_one(made, name, tmp_path):
    """With UPDATE_GOLDEN=1 the files are written anew; read the difference before committing it."""
    write_csv(made.tables[name], tmp_path / f"{name}.csv")
    if os.environ.get("UPDATE_GOLDEN"):
        write_csv(made.tables[name], GOLDEN / f"{name}.csv")
    got, wanted = (pd.read_csv(folder / f"{name}.csv", dtype="str") for folder in (tmp_path, GOLDEN))
    numbers = [column for column in map(str, wanted) if made.declaration(name).columns[column].type == "number"]
    pd.testing.assert_frame_equal(got.drop(columns=numbers), wanted.drop(columns=numbers))
    pd.testing.assert_frame_equal(got[numbers].astype("float64"), wanted[numbers].astype("float64"), rtol=1e-6)


def test_each_of_the_five_models_is_there_with_its_reason(made):
    options = made.tables["project_options"]
    assert set(options["model"]) == {
        "private provider", "cable upgrade", "multi-town network", "municipal network", "pilot",
    }  # fmt: skip
    assert set(options["town_geoid"]) <= set(TOWNS)
    assert (options["served_after"] <= options["premises"]).all()
    money = (options["public_usd"] + options["provider_usd"].fillna(0)).round(2)
    assert money.tolist() == pytest.approx(options["capital_central_usd"].tolist())
    assert made.tables["chosen_projects"]["reason"].notna().all()


def test_what_is_below_the_asked_speed_is_shown_but_not_chosen(made):
    options, chosen = made.tables["project_options"], made.tables["chosen_projects"]
    pilots = options[options["model"] == "pilot"]
    assert (pilots["down_mbps"] < 100).all()
    cheapest = options[options["meets_target"]].sort_values("public_usd").drop_duplicates("town_geoid")
    assert "pilot" in set(cheapest["model"])
    assert "pilot" not in set(chosen["model"])


def test_offers_that_were_made_stand_beside_the_rest(made):
    options = made.tables["project_options"].set_index(["town_geoid", "option_id"])
    assert options.loc[(MONTGOMERY, "offer-1"), "public_usd"] == 805_800
    assert options.loc[(CHARLEMONT, "offer-2"), "public_usd"] == 3_760_000


def test_payers_pay_the_capital_to_the_cent(made):
    paid = made.tables["funding"].groupby(["town_geoid", "option_id"])["amount_usd"].sum().round(2)
    capital = made.tables["project_options"].set_index(["town_geoid", "option_id"])["capital_central_usd"].round(2)
    pd.testing.assert_series_equal(paid, capital[capital > 0].sort_index(), check_names=False)


def test_the_curve_ends_at_the_bill_and_the_dearest_premises_are_those_beyond_the_target(made):
    bill = made.tables["bill_of_materials"]["cost_central_usd"].sum()
    curve = made.tables["last_percent"]
    assert curve["cost_usd"].iloc[-1] == pytest.approx(bill)
    assert curve["marginal_usd"].is_monotonic_increasing
    total = int(curve["total_premises"].iloc[0])
    assert len(made.tables["last_premises"]) == total - -(-96 * total // 100)
    routes = made.tables["last_mile_routes"]
    assert routes.crs == made.region.crs
    assert set(routes["town_geoid"]) == {CHARLEMONT}


def test_the_designed_town_is_costed_by_the_model_while_its_roads_are_generated(made):
    options = made.tables["project_options"].set_index(["town_geoid", "option_id"])
    basis = options.loc[(CHARLEMONT, "fibre-all"), "basis"]
    assert basis.startswith("model fitted to published budgets")


def test_figures_and_sentences_say_the_same(made):
    found, money = figures(made.tables), finance_figures(made.tables)
    assert (
        sum(found["models"].values()) == found["towns_with_project"] == len(of_chosen(made.tables, "project_options"))
    )
    assert sum(found["paid_by"].values()) == pytest.approx(found["capital_central_usd"], abs=10)
    said = " ".join([*sentences(made.tables), *finance_sentences(made.tables)])
    assert f"{found['towns_that_reach_the_target']} reach the target" in said
    assert f"networks of the towns' own: {money['networks']};" in said
    matters = what_matters(made.tables)
    assert (matters["low_usd"] - matters["high_usd"]).abs().is_monotonic_decreasing


def test_the_map_and_the_charts_show_it(made):
    keys = {layer.key for layer in maps.draw(made)._children.values() if hasattr(layer, "key")}
    assert {"chosen_projects", "last_mile_routes", "last_premises", "towers"} <= keys
    drawn = maps.charts(made.tables, made.region)
    assert set(drawn) == {
        "charts/projects.svg", "charts/budget.svg", "charts/cash-flow.svg", "charts/what-matters.svg",
        f"charts/last-percent-{CHARLEMONT}.svg",
    }  # fmt: skip
    assert all(b"<title" in chart and b"<desc" in chart for chart in drawn.values())
    assert maps.charts(made.tables, made.region) == drawn
    row = made.tables["town_results"].set_index("town_geoid").loc[MONTGOMERY]
    assert row["project"] == "private provider, cable"


@pytest.mark.parametrize(
    ("code", "message"), [("2501199999", "which is not in the region"), ("2501109595", "has no premises")]
)
def test_a_town_that_cannot_be_designed_is_named(tmp_path, made, code, message):
    region = made.region.model_copy(update={"last_mile": made.region.last_mile.model_copy(update={"design": (code,)})})
    premises = made.layers["premises"]
    layers = {**made.layers, "premises": premises[premises["town_geoid"] != "2501109595"]}
    world = type("World", (), {"layers": layers, "towns": layers["towns"], "shapes": lambda _, name: layers[name]})()
    with pytest.raises(PlanError, match=message):
        designs(world, region)


def test_a_price_book_without_projects_is_named(tmp_path):
    path = write_region(tmp_path)
    book = (Path(__file__).parents[3] / "planner/prices/massachusetts-2015.toml").read_text("utf-8")
    start, end = book.index("[projects.shared_hub]"), book.index("[last_mile.aerial]")
    (tmp_path / "own.toml").write_text(book[:start] + book[end:], "utf-8")
    path.write_text(path.read_text("utf-8").replace('"massachusetts-2015"', '"own.toml"'), "utf-8")
    with pytest.raises(PlanError, match=r"price book 'own' has no \[projects\]; add it"):
        plan(load_region(path))
