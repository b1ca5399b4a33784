"""Charts: what they hold, for eyes and for screen readers."""

import warnings
from xml.etree import ElementTree as ET

import pandas as pd

from maps.charts import charts, comparison_charts
from planner.region import load_region

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg):
    return ET.fromstring(svg)  # noqa: S314 -- our own file


def chosen(town):
    return pd.DataFrame(
        {
            "town_geoid": ["2599910001", "2599910002"], "town": [town, "Cedar"], "option_id": ["fibre-all"] * 2,
            "model": ["municipal network"] * 2, "public_usd": [1e6, 2e6],
        }
    )  # fmt: skip


def flow():
    return pd.DataFrame(
        {
            "town_geoid": ["2599910001"] * 2, "option_id": ["fibre-all"] * 2, "year": [1, 2],
            "revenue_usd": [100.0, 100.0], "isp_usd": [30.0, 30.0], "opex_usd": [50.0, 50.0],
            "reserve_usd": [10.0, 10.0], "debt_service_usd": [60.0, 60.0], "surplus_usd": [-50.0, -50.0],
            "cumulative_usd": [-50.0, -100.0],
        }
    )  # fmt: skip


def test_charts_have_a_title_and_a_description(small):
    made = charts({"chosen_projects": chosen("Birch")}, load_region(small / "region.toml"))
    root = drawn(made["charts/projects.svg"])
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]
    assert root[1].text == "2 towns: 2 municipal networks."


def test_a_name_of_any_length_and_any_signs_fits(small):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = charts({"chosen_projects": chosen("<b>$x$ " + "H" * 3000)}, load_region(small / "region.toml"))
    drawn(made["charts/projects.svg"])


def test_the_cash_flow_says_what_is_lacking(small):
    tables = {"chosen_projects": chosen("Birch"), "cash_flow": flow()}
    made = charts(tables, load_region(small / "region.toml"))
    assert drawn(made["charts/cash-flow.svg"])[1].text == "After 2 years $100 are lacking."


def test_no_chosen_network_has_no_cash_flow(small):
    tables = {"chosen_projects": chosen("Birch").assign(option_id=None), "cash_flow": flow()}
    assert charts(tables, load_region(small / "region.toml")) == {}


def test_scenarios_with_long_names_are_told_apart():
    names = ["as it stands", "x" * 200 + "1", "x" * 200 + "2"]
    table = pd.DataFrame({"scenario": names, "statistic": "public cost", "value": [1.0, 2.0, 3.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = comparison_charts({"comparison": table})
    assert set(made) == {"charts/public-cost.svg"}
