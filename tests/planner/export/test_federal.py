"""Federal files: shapes from data, counts that agree with the rule, nothing that is not known, samples apart."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from planner.export import export
from planner.export.federal import shapes
from planner.export.handover import Handover
from planner.export.materials import materials


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("federal")
    export(made, folder, ["federal", "materials"], with_locations=True)
    return folder / "federal"


def read(path):
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def test_unserved_and_underserved_are_as_many_as_the_rule_counts(written):
    assert read(written / "unserved.csv")["location_id"].tolist() == ["1000000001", "1000000002"]
    assert read(written / "underserved.csv")["location_id"].tolist() == ["1000000003"]
    assert (written / "unserved.csv").read_text() == "location_id\n1000000001\n1000000002\n"


def test_what_the_plan_cannot_list_in_full_is_left_out_with_the_reason(made, tmp_path):
    service = made.tables["federal_service"].assign(underserved=5)
    plan = replace(made, tables={**made.tables, "federal_service": service})
    said = export(plan, tmp_path, ["federal"]).left_out
    assert not (tmp_path / "federal" / "underserved.csv").exists()
    assert any("federal/underserved.csv: the federal rule counts 5 underserved locations" in line for line in said)


def test_institutions_have_the_published_columns_and_codes(written):
    # columns and codes of the federal challenge process, as its public validator has them
    header = (
        "type,entity_name,entity_number,cms_number,frn,location_id,address_primary,city,state,zip_code,longitude,latitude,"
        "explanation,need,availability"
    )
    text = (written / "cai.csv").read_text("utf-8")
    assert text.splitlines()[0] == header
    table = read(written / "cai.csv")
    assert table["type"].tolist() == ["S", "S", "C", "F"]
    assert table["location_id"].tolist() == ["1000000001", "", "", ""]
    assert set(table["state"]) == {"MA"}
    assert set(table["need"]) == {"1000"}
    for name in ("longitude", "latitude"):
        assert table[name].map(lambda value: bool(re.fullmatch(r"-?\d+\.\d{6}", value))).all()
    assert table["entity_name"].tolist()[:2] == ["<script>alert(1)</script>", '\'=HYPERLINK("http://example.org")']
    for unknown in ("entity_number", "cms_number", "frn", "address_primary", "city", "zip_code", "availability"):
        assert set(table[unknown]) == {""}


def test_generated_rows_stand_in_files_of_their_own(written):
    assert read(written / "generated-cai.csv")["entity_name"].tolist() == ["../../etc/passwd"]


def test_rows_that_are_not_as_asked_are_listed_with_the_reason(written):
    lost = read(written / "not_exported.csv")
    assert set(lost["file"]) == {"active_bsl.csv"}
    assert (
        lost["reason"].str.startswith("location_id is not as the file asks for: Location of the federal fabric").all()
    )


def test_without_a_rule_in_force_nothing_is_called_unserved(made, tmp_path):
    plan = replace(made, region=made.region.model_copy(update={"filings": None}))
    said = export(plan, tmp_path, ["federal"]).left_out
    assert any("no rule for served locations was in force" in line for line in said)
    assert set(read(tmp_path / "federal" / "cai.csv")["need"]) == {""}
    assert not (tmp_path / "federal" / "unserved.csv").exists()


def test_an_institution_without_town_is_not_exported(made, tmp_path):
    anchors = made.layers["anchors"].copy()
    anchors.loc[0, "town_geoid"] = None
    export(replace(made, layers={**made.layers, "anchors": anchors}), tmp_path, ["federal"])
    lost = read(tmp_path / "federal" / "not_exported.csv")
    assert lost[lost["file"] == "cai.csv"].to_dict("records") == [
        {"file": "cai.csv", "row": "a0", "reason": "state is required and not known"}
    ]


def test_places_of_premises_need_a_word(made, tmp_path):
    said = export(made, tmp_path).left_out
    assert any(line.startswith("layer_premises: says where single premises are") for line in said)
    assert not any("premises" in path.name for path in tmp_path.rglob("*"))
    manifest = (tmp_path / "manifest.json").read_text("utf-8")
    assert '"layer_premises"' not in manifest


def test_every_shape_has_a_source_and_known_columns():
    for shape in shapes():
        assert shape.source
        assert shape.as_of.year >= 2023
        for column in shape.columns.values():
            assert column.meaning
            re.compile(column.pattern)


def test_materials_of_the_middle_mile_add_up_by_hand(made):
    table = materials(Handover(made))
    mine = table[table["network"] == "middle mile"].set_index("item")
    # 1,500 m on poles, 400 m in the ground, 300 m there already, 100 m of laterals, one hut
    aerial, make_ready, underground, hut, share = 16.40, 7.02, 41.01, 229_290.0, 0.16
    base = 1500 * (aerial + make_ready) + 400 * underground + 100 * (aerial + make_ready) + hut
    assert mine["cost_central_usd"].sum() == pytest.approx(base / (1 - share), abs=0.02)
    assert mine.loc["aerial route", "quantity"] == 1500
    assert mine["source"].str.len().min() > 20
    assert (mine["cost_low_usd"] <= mine["cost_central_usd"]).all()
    lines = mine.drop(index="design and inspection")
    assert (lines["quantity"] * lines["unit_cost_high_usd"] - lines["cost_high_usd"]).abs().max() < 0.01
