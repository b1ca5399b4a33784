"""What is published holds no single location, in no format; and stands in a folder of its own."""

import io
import re
import zipfile
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pikepdf
import pyogrio
import pytest
import shapely

from layers import PlanError
from maps.qgis import looks
from maps.report import report_files
from planner.export import FORMATS, export
from planner.locations import locations
from planner.publish import Publish, published
from planner.publish.hexagons import NAME

LEAST = 5
ID = re.compile(rb"(?<![0-9.])[0-9]{10}(?![0-9])")


@pytest.fixture(scope="module")
def whole(made):
    """The plan with drops, prices of single premises, and a note that names a location in the midst of signs."""
    premises = made.layers["premises"]
    premises = premises.assign(location_id="90000" + premises["location_id"])
    drops = gpd.GeoDataFrame(premises[["town_geoid", "location_id"]], geometry=premises.geometry.buffer(9).exterior)
    prices = premises[["location_id", "town_geoid", "geometry"]]
    name = premises["location_id"].iloc[3]
    notes = (*made.notes, f"moved [{name}].", f"units of {name}=2; well", "harmless")
    return replace(made, tables={**made.tables, "last_mile_drops": drops, "last_premises": prices}, notes=notes,
                   layers={**made.layers, "premises": premises})  # fmt: skip


@pytest.fixture(scope="module")
def open_plan(whole):
    return published(whole, Publish(LEAST))


@pytest.fixture(scope="module")
def folder(open_plan, tmp_path_factory):
    """All formats that have something to write, and the report with that of every town."""
    out = tmp_path_factory.mktemp("published")
    wanted = [name for name, each in FORMATS.items() if name not in ("federal", "materials", "shapefile")]
    export(open_plan, out / "files", [*wanted, "federal", "materials"], looks=looks(open_plan))
    files = report_files(reported(open_plan), open_plan.tables["town_results"]["town_geoid"].iloc[:1])
    for name, content in files.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)
    return out


def reported(plan):
    """The plan without the middle mile, of which the fixture has only what is exported."""
    return replace(plan, tables={name: each for name, each in plan.tables.items() if name != "middle_mile_totals"})


def contents(folder):
    """Yield every file, every member of a zip file, and every stream of a PDF."""
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        yield path.name, content
        if zipfile.is_zipfile(path):
            archive = zipfile.ZipFile(io.BytesIO(content))
            yield from ((f"{path.name} {name}", archive.read(name)) for name in archive.namelist())
        if path.suffix == ".pdf":
            yield path.name, b" ".join(str(tag.get("/Alt", "")).encode() for tag in _tags(content))


def _tags(content):
    return [each for each in pikepdf.open(io.BytesIO(content)).objects if isinstance(each, pikepdf.Dictionary)]


def frames(folder):
    """Yield every table of every file for programmes."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".gpkg", ".fgb"):
            for name in pyogrio.list_layers(path)[:, 0]:
                yield f"{path.name} {name}", pyogrio.read_dataframe(path, layer=name)
        elif path.suffix == ".parquet":
            there = b"geo" in (pd.read_parquet(path).attrs or {}) or "bbox" in pd.read_parquet(path)
            yield path.name, gpd.read_parquet(path) if there else pd.read_parquet(path)
        elif path.suffix == ".csv":
            yield path.name, pd.read_csv(path, dtype=str)
        elif path.suffix == ".xlsx":
            yield from pd.read_excel(path, sheet_name=None, dtype=str).items()


def test_the_plan_has_what_must_not_go_out(whole):
    assert {"failing_locations", "last_mile_drops", "last_premises"} <= set(whole.tables)
    assert len(whole.layers["premises"]) > 50


def test_no_file_names_a_location(whole, folder):
    known = {name.encode() for name in whole.layers["premises"]["location_id"]}
    known |= {name.encode() for name in whole.tables["failing_locations"]["location_id"]}
    files = dict(contents(folder))
    assert {"handover.gpkg", "handover.kmz doc.kml", "report.pdf", "manifest.json", "cai.csv", "bill_of_materials.csv",
            "network.json"} <= set(files)  # fmt: skip
    assert {name for name, content in contents(folder) if known & set(ID.findall(content))} == set()
    values = {str(value) for _, table in frames(folder) for column in table.drop(columns="geometry", errors="ignore")
              for value in table[column].dropna().unique()}  # fmt: skip
    assert not {name.decode() for name in known} & values


def test_no_file_has_the_place_of_a_single_premises(whole, folder):
    premises = whole.layers["premises"]
    anchors = shapely.get_coordinates(whole.layers["anchors"].geometry).round(1).tolist()
    metres = {tuple(each) for each in shapely.get_coordinates(premises.geometry).round(1).tolist()}
    metres -= {tuple(each) for each in anchors}
    degrees = shapely.get_coordinates(premises.geometry.to_crs("EPSG:4326"))
    texts = {f"{lon:.5f}".encode() + b" " + f"{lat:.5f}".encode() for lon, lat in degrees}
    for name, content in contents(folder):
        pairs = re.findall(rb"(-?[0-9]{2,3}\.[0-9]{5})[0-9]*,\s*([0-9]{2}\.[0-9]{5})", content)
        assert not texts & {lon + b" " + lat for lon, lat in pairs}, name
    shapes = [(name, table) for name, table in frames(folder) if isinstance(table, gpd.GeoDataFrame)]
    assert len(shapes) > 20
    for name, table in shapes:
        found = {tuple(each) for each in shapely.get_coordinates(table.geometry).round(1).tolist()}
        assert not metres & found, name


def test_hexagons_show_no_small_count_and_their_columns_say_nothing_of_it(whole, folder):
    given = locations(whole)
    assert given is not None
    seen = 0
    for name, table in frames(folder):
        if NAME not in name:
            continue
        seen += 1
        for column in ("locations", "served", "unserved", "unknown"):
            counts = pd.to_numeric(table[column]).dropna()
            assert not counts.between(1, LEAST - 1).any(), (name, column)
    assert seen >= 4


def test_notes_name_no_location_and_a_saved_plan_says_that_it_has_no_hexagons(whole):
    saved = replace(whole, layers={name: each for name, each in whole.layers.items() if name != "premises"})
    for plan in (whole, saved):
        notes = published(plan, Publish(LEAST)).notes
        assert not [note for note in notes if re.search(r"\d{10}", note)]
        assert "harmless" in notes
    assert any(note.startswith("published without hexagons") for note in published(saved, Publish(LEAST)).notes)


def test_what_was_published_is_not_published_anew_with_a_higher_threshold(open_plan):
    assert published(open_plan, Publish(LEAST)) is open_plan
    assert published(open_plan, Publish(3)).tables[NAME]["least"].unique().tolist() == [LEAST]
    with pytest.raises(PlanError, match=f"published with least = {LEAST}.*plan the region again"):
        published(open_plan, Publish(LEAST + 1))


def test_the_hand_over_says_what_was_left_out_and_asks_for_nothing_that_is_refused(open_plan, tmp_path):
    said = export(open_plan, tmp_path / "out", ["federal"]).left_out
    assert any(line.startswith("published without: premises") for line in said)
    assert "federal/unserved.csv: single locations are not published" in said
    assert not [line for line in said if "--with-locations" in line]
    assert "published without: premises" in (tmp_path / "out" / "README.txt").read_text("utf-8")


def test_a_changed_file_of_an_earlier_hand_over_does_not_go_out(whole, open_plan, tmp_path):
    export(whole, tmp_path, ["csv", "geoparquet"])
    export(open_plan, tmp_path, ["csv"])  # nobody touched the earlier files, so they are gone
    assert not (tmp_path / "csv" / "failing_locations.csv").exists()
    export(whole, tmp_path, ["csv"])
    touched = tmp_path / "csv" / "failing_locations.csv"
    touched.write_text(f"{touched.read_text('utf-8')}x", "utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(PlanError, match=r"holds csv/failing_locations.csv, which would go out"):
        export(open_plan, tmp_path, ["csv"])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_no_cell_of_the_workbook_and_no_text_of_a_csv_is_a_formula(changed, tmp_path):
    hostile = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\n@x"]
    plan = changed("town_results", "town", "x")
    rows = plan.tables["town_results"].copy()
    rows["county"] = (hostile * len(rows))[: len(rows)]
    bill = pd.DataFrame({"town_geoid": "0100300001", "item": hostile, "quantity": 1.0, "unit": "=u", "source": hostile,
                         "origin": "modelled"})  # fmt: skip
    bill = bill.assign(
        **{f"{kind}_{level}_usd": -1.0 for kind in ("unit_cost", "cost") for level in ("low", "central", "high")}
    )
    plan = replace(plan, tables={**plan.tables, "town_results": rows, "bill_of_materials": bill})
    export(plan, tmp_path / "out", ["csv", "materials", "geoparquet", "gpkg"])
    for name in ("csv/town_results.csv", "csv/bill_of_materials.csv", "bill_of_materials.csv"):
        table = pd.read_csv(tmp_path / "out" / name, dtype=str, keep_default_na=False)
        texts = [
            value for column in map(str, table) if not column.endswith(("_usd", "_deg")) for value in table[column]
        ]
        assert not [value for value in texts if re.match(r"\s*[=+@\t\r-]", value)], name
    bill = pd.read_csv(tmp_path / "out" / "bill_of_materials.csv", dtype=str)
    assert "0100300001" in set(bill["town_geoid"])
    assert set(pd.read_parquet(tmp_path / "out/geoparquet/bill_of_materials.parquet")["town_geoid"]) == {"0100300001"}
    assert set(pyogrio.read_dataframe(tmp_path / "out/handover.gpkg", layer="bill_of_materials")["town_geoid"]) == {
        "0100300001"
    }
    book = openpyxl.load_workbook(io.BytesIO(report_files(reported(plan))["report.xlsx"]))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert np.all(bill["cost_low_usd"].astype(float).notna())
