"""Every format is read back and compared with the plan's tables; hostile text stays text."""

import csv
import io
import json
import sqlite3
import zipfile
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.qgis import looks
from planner import PlanError
from planner.export import export
from planner.export.handover import Handover
from planner.export.shapefile import short_name
from planner.tables import tables

KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("handover")
    export(made, folder, ["gpkg", "geoparquet", "csv", "flatgeobuf", "kmz", "shapefile"], looks=looks(made))
    return folder


@pytest.fixture(scope="module")
def handed(made):
    return Handover(made)


def plain(table):
    """A table's values as text, so that types of other formats do not matter."""
    frame = pd.DataFrame(table.drop(columns="geometry", errors="ignore")).reset_index(drop=True)
    return frame.apply(lambda column: column.map(cell))


def cell(value):
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.6f}" if isinstance(value, (int, float, np.number)) else str(value)


def same(ours, theirs):
    pd.testing.assert_frame_equal(plain(ours), plain(theirs)[list(plain(ours))], check_dtype=False)


def ordered(table, key):
    return table.sort_values(list(key), ignore_index=True, na_position="first")


def test_the_geopackage_holds_all_tables_and_finds_styles(written, handed):
    path = written / "handover.gpkg"
    names = set(pyogrio.list_layers(path)[:, 0])
    assert names == {*handed.tables, "layer_styles"}
    for name, table in handed.tables.items():
        again = pyogrio.read_dataframe(path, layer=name)
        same(table, again)
        if isinstance(table, gpd.GeoDataFrame):
            assert again.crs == table.crs
            assert shapely.equals(again.geometry.to_numpy(), table.geometry.to_numpy()).all()


def test_the_style_table_has_the_columns_that_qgis_asks_for(written, made):
    base = sqlite3.connect(written / "handover.gpkg")
    columns = [row[1] for row in base.execute("pragma table_info(layer_styles)")]
    assert columns[1:] == ["f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML",
                           "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time"]  # fmt: skip
    rows = base.execute(
        "select f_table_name, f_table_schema, f_geometry_column, useAsDefault, update_time from layer_styles"
    )
    found = list(rows)
    assert {row[1:3] for row in found} == {("", "geom")}
    assert {row[4][:10] for row in found} == {made.region.as_of.isoformat()}
    default = [row[0] for row in found if row[3]]
    assert len(default) == len(set(default)) == len({row[0] for row in found})
    geometry = {row[0]: row[1] for row in base.execute("select table_name, column_name from gpkg_geometry_columns")}
    assert all(geometry[row[0]] == row[2] for row in found)


def test_geoparquet_is_as_its_specification_asks(written, handed):
    for name, table in handed.tables.items():
        path = written / "geoparquet" / f"{name}.parquet"
        key = handed.declaration(name).key
        metadata = pq.read_metadata(path).metadata or {}
        if not isinstance(table, gpd.GeoDataFrame):
            assert b"geo" not in metadata
            same(table, pd.read_parquet(path))
            continue
        assert_geoparquet(json.loads(metadata[b"geo"]), pq.read_schema(path), table)
        again = gpd.read_parquet(path)
        same(ordered(table, key), ordered(again, key))
        assert again.crs == table.crs
        assert shapely.equals(ordered(table, key).geometry.to_numpy(), ordered(again, key).geometry.to_numpy()).all()
        assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def assert_geoparquet(geo, schema, table):
    """Requirements of GeoParquet 1.1.0: file metadata, column metadata, covering."""
    assert geo["version"] == "1.1.0"
    assert geo["primary_column"] in geo["columns"]
    column = geo["columns"][geo["primary_column"]]
    assert column["encoding"] in {
        "WKB",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
    }
    assert set(column["geometry_types"]) == set(table.geometry.geom_type)
    assert column["crs"]["id"] == {"authority": "EPSG", "code": int(table.crs.to_epsg())}
    assert len(column["bbox"]) == 4
    assert np.allclose(column["bbox"], table.total_bounds)
    covering = column["covering"]["bbox"]
    assert set(covering) == {"xmin", "ymin", "xmax", "ymax"}
    for edge, path in covering.items():
        assert path == ["bbox", edge]
    kinds = {field.name: str(field.type) for field in schema.field("bbox").type}
    assert set(kinds) == {"xmin", "ymin", "xmax", "ymax"}
    assert set(kinds.values()) <= {"double", "float"}


def test_flatgeobuf_reads_back_equal(written, handed):
    for name, table in handed.shapes.items():
        again = pyogrio.read_dataframe(written / "flatgeobuf" / f"{name}.fgb")
        key = handed.declaration(name).key
        same(ordered(table, key), ordered(again, key))
        assert again.crs == table.crs
        assert shapely.equals(ordered(table, key).geometry.to_numpy(), ordered(again, key).geometry.to_numpy()).all()


def test_csv_keeps_zeros_and_only_formulas_get_an_apostrophe(written, handed):
    for name, table in handed.tables.items():
        again = pd.read_csv(written / "csv" / f"{name}.csv", dtype="str", keep_default_na=False)
        assert len(again) == len(table)
        for column in plain(table):
            ours, theirs = plain(table)[column], again[column].str.removeprefix("'")
            if pd.api.types.is_bool_dtype(table[column]):
                assert [bool(float(value)) for value in ours] == [value == "True" for value in theirs]
            elif pd.api.types.is_numeric_dtype(table[column]):
                assert np.allclose(pd.to_numeric(ours), pd.to_numeric(theirs), equal_nan=True)
            else:
                assert ours.tolist() == theirs.tolist()
    text = (written / "csv" / "layer_anchors.csv").read_text("utf-8")
    assert '"2500300001"' in text
    assert "\"'=HYPERLINK" in text
    assert "\r" not in text


def test_points_in_csv_are_within_a_centimetre(written, made):
    table = pd.read_csv(written / "csv" / "layer_points_of_presence.csv")
    there = gpd.points_from_xy(table["longitude_deg"], table["latitude_deg"], crs="EPSG:4326").to_crs(made.region.crs)
    assert there.distance(made.layers["points_of_presence"].geometry.to_numpy()).max() < 0.02


def test_the_data_package_describes_every_column(written, handed):
    package = json.loads((written / "csv" / "datapackage.json").read_text("utf-8"))
    assert {each["path"] for each in package["resources"]} == {f"{name}.csv" for name in handed.tables}
    for each in package["resources"]:
        assert each["name"] == each["name"].lower().replace("_", "-")
        with (written / "csv" / each["path"]).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        fields = each["schema"]["fields"]
        assert header == [field["name"] for field in fields]
        assert {field["type"] for field in fields} <= {"string", "integer", "number", "boolean", "date"}
        assert set(each["schema"].get("primaryKey", ())) <= set(header)
    dictionary = pd.read_csv(written / "csv" / "columns.csv")
    assert len(dictionary) == sum(len(each["schema"]["fields"]) for each in package["resources"])
    assert dictionary["meaning"].notna().all()


def test_kmz_holds_every_row_as_text(written, handed):
    with zipfile.ZipFile(written / "handover.kmz") as archive:
        assert archive.namelist() == ["doc.kml"]
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
        root = ET.fromstring(archive.read("doc.kml"))  # noqa: S314 - our own file
    folders = {folder.findtext(f"{KML}name"): folder for folder in root.iter(f"{KML}Folder")}
    names = [name for name in handed.shapes if name != "layer_roads"]
    assert set(folders) == {handed.declaration(name).title for name in names}
    styles = {style.get("id") for style in root.iter(f"{KML}Style")}
    for name in names:
        marks = list(folders[handed.declaration(name).title].iter(f"{KML}Placemark"))
        table = handed.shapes[name]
        assert len(marks) == len(table)
        for mark, (_, row) in zip(marks, table.iterrows(), strict=True):
            told = {data.get("name"): data.findtext(f"{KML}value") for data in mark.iter(f"{KML}Data")}
            ours = {key: str(value) for key, value in row.drop("geometry").items() if cell(value)}
            dates = {key for key in ours if isinstance(row[key], pd.Timestamp)}
            assert {key: value for key, value in told.items() if key not in dates} == {
                key: value for key, value in ours.items() if key not in dates
            }
            assert mark.findtext(f"{KML}styleUrl", "").removeprefix("#") in styles
            assert "<script" not in mark.findtext(f"{KML}description", "")
    texts = {value.text for value in folders["Anchor institutions"].iter(f"{KML}value")}
    assert "<script>alert(1)</script>" in texts


def test_gdal_reads_the_places_of_the_kmz(written, handed):
    again = pyogrio.read_dataframe(written / "handover.kmz", layer="Middle mile (designed)")
    ours = handed.shapes["middle_mile_segments"]
    back = again.geometry.force_2d().to_crs(ours.crs).to_numpy()
    assert shapely.hausdorff_distance(back, ours.geometry.to_numpy()).max() < 0.02


def test_classes_in_the_kmz_are_those_of_the_style(written, made):
    with zipfile.ZipFile(written / "handover.kmz") as archive:
        root = ET.fromstring(archive.read("doc.kml"))  # noqa: S314 - our own file
    look = next(look for look in looks(made) if look.table == "middle_mile_segments" and look.default)
    used = [mark.findtext(f"{KML}styleUrl", "") for mark in root.iter(f"{KML}Placemark")]
    mine = [each for each in used if each.startswith("#middle_mile_segments-")]
    by_value = {swatch.value: f"#middle_mile_segments-{number}" for number, swatch in enumerate(look.swatches)}
    assert mine == [by_value[cut] for cut in made.tables["middle_mile_segments"]["cut"]]


def test_shapefiles_read_back_by_their_table_of_fields(written, handed, tmp_path):
    with zipfile.ZipFile(written / "shapefile.zip") as archive:
        archive.extractall(tmp_path)
    fields = pd.read_csv(tmp_path / "fields.csv")
    assert fields["field"].str.len().max() <= 10
    assert not fields.duplicated(["layer", "field"]).any()
    manifest = json.loads((written / "manifest.json").read_text("utf-8"))
    listed = next(each["tables"] for each in manifest["files"] if each["name"] == "shapefile.zip")
    assert {path.stem for path in tmp_path.glob("*.shp")} == set(listed) >= {"middle_mile_segments", "layer_anchors"}
    assert (tmp_path / "layer_anchors.cpg").read_text().strip() == "UTF-8"
    for name in listed:
        names = fields[fields["layer"] == name].set_index("field")["column"]
        again = pyogrio.read_dataframe(tmp_path / f"{name}.shp").rename(columns=names)
        table = handed.shapes[name]
        flags = [column for column in table if pd.api.types.is_bool_dtype(table[column])]
        same(table.drop(columns=flags), again)
        assert all(table[flag].astype("Int16").tolist() == again[flag].tolist() for flag in flags)
        assert shapely.equals(again.geometry.to_numpy(), table.geometry.to_numpy()).all()


def test_short_names_never_collide_within_a_declared_table():
    for declaration in tables().values():
        short = [short_name(column).lower() for column in declaration.columns]
        assert len(set(short)) == len(short), declaration.name


@given(st.from_regex(r"[a-z][a-z0-9]{0,12}(_[a-z0-9]{1,12}){0,4}", fullmatch=True))
def test_short_names_are_short_and_stable(name):
    assert 0 < len(short_name(name)) <= 10
    assert short_name(name) == (name if len(name) <= 10 else short_name(name))


def test_long_text_is_never_cut_in_a_shapefile(changed, tmp_path):
    plan = changed("anchors", "name", "é" * 128)
    said = export(plan, tmp_path, ["shapefile"]).left_out
    assert any(
        "layer_anchors: column 'name' has text longer than 254 bytes in 1 rows (first: row 1)" in line for line in said
    )
    with zipfile.ZipFile(tmp_path / "shapefile.zip") as archive:
        assert "layer_anchors.shp" not in archive.namelist()


def test_text_that_no_file_can_keep_is_refused(changed, tmp_path):
    plan = changed("anchors", "source", "a\0b", row=2)
    with pytest.raises(PlanError, match=r"layer_anchors: column 'source' row 3 has a control character"):
        export(plan, tmp_path / "out", ["csv"])
    assert not (tmp_path / "out").exists()


def test_control_characters_are_kept_or_refused(changed, tmp_path):
    plan = changed("anchors", "name", "bell\x07")
    with pytest.raises(PlanError, match=r"export kmz: layer_anchors: column 'name' row 1"):
        export(plan, tmp_path / "kmz", ["kmz"])
    export(plan, tmp_path / "gpkg", ["gpkg"])
    assert pyogrio.read_dataframe(tmp_path / "gpkg" / "handover.gpkg", layer="layer_anchors")["name"][0] == "bell\x07"


def test_no_file_is_named_by_data(written):
    with zipfile.ZipFile(io.BytesIO((written / "shapefile.zip").read_bytes())) as archive:
        assert not any("/" in name or ".." in name for name in archive.namelist())
    assert not any("passwd" in path.name for path in written.rglob("*"))
