"""The workbook: text stays text, codes keep their zeros, limits of a sheet are said and not silently met."""

import io
import sys

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.report import workbook
from maps.report.workbook import sheet_names

HOSTILE = ["=1+1", "+1", "@SUM(A1)", "-2+3", "\t=1", "|cmd", '=HYPERLINK("http://a.b","c")', "https://a.b", "007", "1e5",
           "{=1}", "_x0041_", "a\x01b\x1f", "{{7*7}}"]  # fmt: skip


def opened(plan):
    return openpyxl.load_workbook(io.BytesIO(workbook(plan)))


def cells(sheet):
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.fixture
def poisoned(make_plan, plan):
    results = plan.tables["town_results"].copy()
    results["town"] = (HOSTILE * 2)[: len(results)]
    results["county"] = (HOSTILE * 2)[-len(results) :]
    return make_plan(results=results, name="=cmd|' /C calc'!A0")


def test_hostile_values_are_text_everywhere(poisoned):
    book = opened(poisoned)
    for sheet in book:
        assert not [cell for cell in cells(sheet) if cell.data_type == "f" or cell.hyperlink]
    found = [row[0].value for row in book["town_results"].iter_rows(min_row=2, min_col=2, max_col=2)]
    kept = [
        text.replace("\x01", "\ufffd").replace("\x1f", "\ufffd") for text in poisoned.tables["town_results"]["town"]
    ]
    assert found == kept
    assert all(row[0].data_type == "s" for row in book["town_results"].iter_rows(min_row=2, min_col=2, max_col=2))


def test_codes_keep_their_zeros_and_figures_their_units(make_plan, plan):
    results = plan.tables["town_results"].assign(town_geoid=lambda rows: "01" + rows["town_geoid"].str[2:])
    sheet = opened(make_plan(results=results))["town_results"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, heads["town_geoid"]).value == results["town_geoid"].iloc[0]
    assert sheet.cell(4, heads["share_served"]).number_format == "0.0000%"
    assert sheet.cell(4, heads["share_served"]).value == 0.9596
    assert sheet.cell(2, heads["cost_central_usd"]).number_format == "$#,##0.00"
    assert sheet.cell(2, heads["coverage_as_of"]).is_date
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert "geometry" not in heads


def test_the_workbook_explains_itself_and_is_the_same_each_time(plan):
    book = opened(plan)
    assert book.sheetnames == ["Read me", "Columns", "town_results"]
    said = [str(cell.value) for cell in cells(book["Read me"])]
    assert "Test hills" in said
    assert any(text.startswith("Results by town: One row a town") for text in said)
    explained = {row[1].value: row[4].value for row in book["Columns"].iter_rows(min_row=2)}
    assert explained["share_served"] == "Served premises by all premises."
    assert workbook(plan) == workbook(plan)


def test_what_a_cell_cannot_hold_is_cut_and_said(make_plan, plan):
    results = plan.tables["town_results"]
    results["town"] = ["x" * 40_000, "\U0001f600" * 20_000, *results["town"].iloc[2:]]
    results["cost_low_usd"] = [np.inf, *results["cost_low_usd"].iloc[1:]]
    book = opened(make_plan(results=results))
    first, second = (book["town_results"].cell(row, 2).value for row in (2, 3))
    assert len(first) == 32_767
    assert first.endswith("[cut here]")
    assert second.endswith("[cut here]")
    said = " ".join(str(cell.value) for cell in cells(book["Read me"]))
    assert "Sheet town_results, column town: 2 texts beyond 32,767 signs are cut." in said


def test_rows_beyond_a_sheet_are_left_out_and_said(plan, monkeypatch):
    monkeypatch.setattr(sys.modules["maps.report.workbook"], "_MOST_ROWS", 5)
    book = opened(plan)
    assert book["town_results"].max_row == 6
    assert any("7 rows beyond what a sheet holds are left out" in str(cell.value) for cell in cells(book["Read me"]))


@settings(max_examples=100)
@given(st.lists(st.text(max_size=50), max_size=12, unique=True))
def test_names_of_sheets_are_legal_and_unlike(names):
    found = list(sheet_names(names, ("Read me",)).values())
    assert len({name.casefold() for name in [*found, "Read me"]}) == len(found) + 1
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found)
    assert all(name.casefold() != "history" and name[0] != "'" and name[-1] != "'" for name in found)


def test_a_pandas_reader_gets_the_table_back(plan):
    back = pd.read_excel(io.BytesIO(workbook(plan)), sheet_name="town_results", dtype={"town_geoid": str})
    table = plan.tables["town_results"]
    assert back["town_geoid"].tolist() == table["town_geoid"].tolist()
    assert back["served"].tolist()[:3] == table["served"].tolist()[:3]
    np.testing.assert_allclose(back["share_served"], table["share_served"])
