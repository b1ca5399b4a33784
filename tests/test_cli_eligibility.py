"""The commands on eligibility, as a user runs them, on eight hill towns and on bad input."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from layers.save import write_csv
from planner import load_region
from planner.check import check
from planner.eligibility.stage import eligibility
from tests.cases.hilltowns import TOWNS, write_region

GOLDEN = Path(__file__).parent / "golden" / "eligibility"
FEW = '\nprogrammes = ["eda-distress", "nsf-epscor", "recompete"]\n'
STATISTICS = """
name = "Three counties"
crs = "EPSG:26986"
as_of = 2026-11-22
prices = "massachusetts-2015"
programmes = ["eda-distress"]

[eligibility]

[layers.labor_force]
path = "laus.csv"
origin = "generated"

[layers.personal_income]
path = "income.csv"
origin = "generated"
"""
LAUS = """area_geoid,area,year,labor_force,employed,unemployed
US,United States,2024,1000000,940000,60000
US,United States,2025,1000000,940000,60000
25011,"Franklin County, MA",2024,1000,930,70
25011,"Franklin County, MA",2025,1000,930,70
25013,"Hampden County, MA",2024,1000,931,69
25013,"Hampden County, MA",2025,1000,931,69
25015,"=HYPERLINK(""x"")",2024,1000,990,10
"""
INCOME = """area_geoid,year,per_capita_personal_income_usd
US,2024,60000
25011,2024,70000
25013,2024,70000
25015,2024,48000
"""


@pytest.fixture(scope="module")
def hills(tmp_path_factory):
    path = write_region(tmp_path_factory.mktemp("hills"))
    text = path.read_text("utf-8")
    path.write_text(FEW + text, "utf-8")
    return path


@pytest.fixture
def counties(tmp_path):
    for name, text in (("region.toml", STATISTICS), ("laus.csv", LAUS), ("income.csv", INCOME)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path / "region.toml"


def test_the_stage_is_the_golden_one(hills, tmp_path):
    """With UPDATE_GOLDEN=1 the files are written anew; read the difference before committing it."""
    region = load_region(hills)
    for name, table in eligibility(check(region).layers, region).items():
        write_csv(table, tmp_path / f"{name}.csv")
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            write_csv(table, GOLDEN / f"{name}.csv")
        assert (tmp_path / f"{name}.csv").read_bytes() == (GOLDEN / f"{name}.csv").read_bytes()


def test_screening_for_people_and_for_machines(townline, counties, tmp_path):
    out = tmp_path / "out"
    status, said, error = townline("eligibility", counties, "--out", out)
    assert (status, error) == (0, "")
    assert "2 ✓  1 ?" in said
    table = pd.read_csv(out / "eligibility.csv", dtype="str").query("unit == 'county'").set_index("place_id")
    assert table["verdict"].to_dict() == {"25011": "eligible", "25013": "not known", "25015": "eligible"}
    hostile = str(table["place"]["25015"])
    assert hostile.lstrip("'").startswith("=HYPERLINK")
    assert not hostile.startswith("=")  # no cell begins a formula
    assert "B23001" in str(table["missing"]["25013"])
    status, said, _ = townline("eligibility", counties, "--out", out, "--json")
    found = json.loads(said)
    assert (status, found["day"]) == (0, "2026-11-22")
    assert {row["verdict"]: row["places"] for row in found["verdicts"] if row["unit"] == "county"} == {
        "eligible": 2,
        "not known": 1,
    }


def test_before_the_amendment_the_official_example_decides(townline, counties, tmp_path):
    """13 CFR 301.2(b)(1) (2003): the nation at 6 percent, 7 percent is eligible and 6.9 is not."""
    townline("eligibility", counties, "--out", tmp_path / "out", "--as-of", "2026-01-01")
    region = (
        counties.read_text("utf-8")
        .replace("2026-11-22", "2025-01-03")
        .replace("[eligibility]", "[eligibility]\nunits = ['county']")
    )
    counties.write_text(region, "utf-8")
    for name, text in (("laus.csv", LAUS.replace("2025", "2023")), ("income.csv", INCOME.replace("2024", "2023"))):
        (counties.parent / name).write_text(text, "utf-8")
    status, _, error = townline("eligibility", counties, "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    table = pd.read_csv(tmp_path / "out" / "eligibility.csv", dtype="str").set_index("place_id")
    assert table["verdict"].to_dict() == {"25011": "eligible", "25013": "not eligible", "25015": "eligible"}


def test_changes_name_the_amendment(townline, counties, tmp_path):
    status, said, error = townline(
        "eligibility", counties, "--changes", "2024-06-30", "2026-11-22", "--out", tmp_path / "out"
    )
    assert (status, error) == (0, "")
    table = pd.read_csv(tmp_path / "out" / "eligibility_changes.csv", dtype="str")
    row = table[(table["place_id"] == "25013") & (table["day"] == "2025-01-04")].iloc[0]
    assert (row["verdict_before"], row["verdict_after"]) == ("not eligible", "not known")
    assert "P.L. 118-272" in row["amendment"]
    assert "P.L. 118-272" in said
    status, _, error = townline("eligibility", counties, "--changes", "2026-11-22", "2024-06-30")
    assert (status, error.count("\n")) == (2, 1)
    assert "must lie before the last" in error


def test_a_match_is_worked_out_from_the_share_that_applies(townline, counties, tmp_path):
    asked = ("match", "Franklin County", "eda-distress", "--region", counties)
    out = tmp_path / "match.csv"
    status, said, error = townline(*asked, "--cost", "4000000", "--promise", "Commonwealth=500000", "--out", out)
    assert (status, error) == (0, "")
    assert "42 USC 3144(a)(1)" in said  # half of the cost, and more only by how far distress goes
    table = pd.read_csv(out).set_index("payer")["amount_usd"]
    assert table.sum() == 4_000_000
    assert table["Commonwealth"] == 500_000
    found = json.loads(townline(*asked, "--cost", "4000000", "--json")[1])
    assert [row["payer"] for row in found["match"]] == ["grant", "still to be found"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--cost", "-1"), "cost must be 0 to"),
        (("--cost", "100", "--promise", "state"), "is not NAME=DOLLARS"),
        (("--cost", "100", "--promise", "state=many"), "is not NAME=DOLLARS"),
        (("--cost", "100", "--promise", "state=200"), "promises of 200.00 USD exceed the cost of 100.00 USD"),
        (("--cost", "100", "--promise", "state=nan"), "promises no figure of 0 or more"),
        (("--cost", "1e308"), "cost must be 0 to 10,000,000,000,000 USD"),
        (("--cost", "100", "--promise", "A=1", "--promise", "A=2"), "is there twice; give one sum for each partner"),
        (("--cost", "100", "--promise", "grant=3"), "'grant' is a line of the table"),
        (("--cost", "100", "--activity", "dancing"), "'dancing' is no activity with a share that applies; name one of"),
    ],
)
def test_a_match_that_cannot_be_is_refused(townline, counties, options, message):
    status, said, error = townline("match", "Franklin County", "eda-distress", "--region", counties, *options)
    assert (status, said) == (2, "")
    assert message in error


def test_a_memorandum_a_portfolio_and_a_programme(townline, counties, tmp_path):
    memo = tmp_path / "memo.txt"
    status, said, error = townline("explain", "Franklin County", "eda-distress", "--region", counties, "--out", memo)
    assert (status, error) == (0, "")
    assert "Finding: met." in said
    assert "Counted: 140 / 2,000 (unemployed / labor_force, pooled over 24 months)" in " ".join(said.split())
    assert "42 USC 3161(a)(2)" in memo.read_text("utf-8")
    status, said, error = townline("portfolio", "25013", "--region", counties, "--out", tmp_path / "portfolio")
    assert (status, error) == (0, "")
    assert {path.name for path in (tmp_path / "portfolio").iterdir()} == {
        "eligibility_portfolio.csv",
        "programme_money.csv",
    }
    status, said, error = townline("programmes", "recompete", "--as-of", "2026-11-22")
    assert (status, error) == (0, "")
    assert "status: expired" in said
    status, said, error = townline("programmes", "--json")
    assert len(json.loads(said)["programmes"]) >= 30


def test_stacked_money_and_members_come_from_the_region_file(townline, counties, tmp_path):
    (tmp_path / "costs.csv").write_text("project,line,activity,cost_usd\nlab,fit-out,project,1000000\n", "utf-8")
    (tmp_path / "members.csv").write_text("programme,member,type\neda-distress,UMass,university\n", "utf-8")
    more = '[layers.project_costs]\npath = "costs.csv"\n[layers.consortium_members]\npath = "members.csv"\n'
    counties.write_text(counties.read_text("utf-8") + more, "utf-8")
    status, said, error = townline("portfolio", "25011", "--region", counties, "--out", tmp_path / "portfolio")
    assert (status, error) == (0, "")
    assert "note: grants for the projects" in said
    table = pd.read_csv(tmp_path / "portfolio" / "stacked_money.csv")
    assert table["amount_usd"].sum() == pytest.approx(1_000_000)


def test_redraw_takes_in_neighbours(townline, hills, tmp_path):
    status, said, error = townline(
        "redraw", "Charlemont", "eda-distress", "--region", hills, "--unit", "community", "--out", tmp_path / "out"
    )
    assert (status, error) == (0, "")
    table = pd.read_csv(tmp_path / "out" / "redrawn.csv", dtype="str")
    assert "cannot be redrawn" in set(table["result"])
    assert set(" ".join(table["place_ids"].dropna()).split()) <= set(TOWNS)
    assert "sampling error is not counted" in said


def test_files_of_agencies_become_layers(townline, tmp_path):
    file = tmp_path / "acs5_2023.json"
    file.write_text(
        '[["NAME","B19013_001E","B19013_001M","state","county"],["Franklin County","70000","1500","25","011"]]', "utf-8"
    )
    status, said, error = townline("adapt", file, "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    table = pd.read_csv(tmp_path / "out" / "acs_estimates.csv", dtype="str")
    assert table[["area_geoid", "series", "estimate", "margin_of_error"]].iloc[0].tolist()[:2] == [
        "25011",
        "B19013_001",
    ]
    assert "1 rows" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("explain", "Nowhere", "eda-distress"), "place 'Nowhere': is not among the places"),
        (
            ("explain", "25011", "eda-distres"),
            r"programme 'eda-distres': has no rule file (did you mean 'eda-distress'?)",
        ),
        (("explain", "25", "eda-distress"), "sets no rule for a state on 2026-11-22; it has rules for: county"),
        (("explain", "25011", "eda-distress", "--unit", "town"), "unit 'town': has no places in this region"),
        (("redraw", "25011", "eda-distress"), "needs the outlines of every county; add layer 'counties'"),
        (("portfolio", "25", "--unit", "tract"), "unit 'tract': has no places in this region"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(townline, counties, tmp_path, words, message):
    out = ("--out", tmp_path / "out") if words[0] != "explain" else ()
    status, said, error = townline(*words, "--region", counties, *out)
    assert (status, said) == (2, "")
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_plan_and_an_input_are_told_from_a_screening(townline, counties, tmp_path):
    status, _, error = townline("coverage", counties)
    assert status == 2
    assert "layer 'towns': is missing" in error
    status, _, error = townline(
        "adapt", counties.parent / "laus.csv", "--out", counties.parent, "--shape", "laus-longg"
    )
    assert status == 2
    assert "shape 'laus-longg': is not known" in error
