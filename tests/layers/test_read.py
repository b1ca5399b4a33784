"""Every format gives the same table; broken files give one message."""

import gzip
import warnings
from pathlib import Path

import geopandas as gpd
import osmium
import osmnx
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import Point, Polygon, box

from layers import LayerError, Source, declared, read
from layers.road_graph import road_graph

CRS = "EPSG:26986"


@pytest.fixture
def anchors():
    table = pd.DataFrame(
        {
            "anchor_id": ["a1", "a2"],
            "name": ["Library, main", "Schule Ä"],
            "kind": ["library", "school"],
            "beds": [None, 3],
        }
    )
    return gpd.GeoDataFrame(table, geometry=[Point(100000, 900000), Point(100500, 900250)], crs=CRS)


def write(table, folder, suffix):
    path = folder / f"anchors{suffix}"
    degrees = table.to_crs("EPSG:4326")
    match suffix:
        case ".parquet":
            table.to_parquet(path)
        case ".csv" | ".csv.gz" | ".tsv":
            plain = pd.DataFrame(table.drop(columns="geometry")).assign(x=table.geometry.x, y=table.geometry.y)
            plain.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
        case ".wkt.csv":
            pd.DataFrame(table.drop(columns="geometry")).assign(wkt=table.geometry.to_wkt()).to_csv(path, index=False)
        case ".shp.zip":
            table.to_file(path, driver="ESRI Shapefile")
        case ".geojson" | ".kml":
            degrees.to_file(path, driver="GeoJSON" if suffix == ".geojson" else "KML")
        case _:
            table.to_file(path)
    return path


@pytest.mark.parametrize(
    "suffix",
    [".gpkg", ".geojson", ".shp", ".shp.zip", ".fgb", ".kml", ".parquet", ".csv", ".csv.gz", ".tsv", ".wkt.csv"],
)
def test_every_format_gives_the_same_checked_table_in_the_regions_crs(anchors, tmp_path, suffix):
    path = write(anchors, tmp_path, suffix)
    columns = {"name": "Name"} if suffix == ".kml" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writers of the fixture may warn
        got = read(
            Source(path, crs=CRS if "csv" in suffix or "tsv" in suffix else None, columns=columns),
            declared("anchors"),
            CRS,
        )
    table = gpd.GeoDataFrame(got.table).sort_values("anchor_id")  # FlatGeobuf orders rows by place
    assert table["name"].tolist() == ["Library, main", "Schule Ä"]
    assert table["beds"].isna().tolist() == [True, False]
    assert table.crs == CRS
    assert shapely.distance(table.geometry.to_numpy(), anchors.geometry.to_numpy()).max() < 0.02
    assert len(got.sha256) == 64


def test_a_plain_parquet_table_and_a_named_table_of_a_geopackage_are_read(anchors, tmp_path):
    budget = pd.DataFrame({"town_geoid": ["2501154030"], "premises": [10], "poles": [20], "route_m": [3000.5]})
    budget.to_parquet(tmp_path / "q.parquet")
    assert read(Source(tmp_path / "q.parquet"), declared("build_quantities"), CRS).table["route_m"].tolist() == [3000.5]
    anchors.to_file(tmp_path / "two.gpkg", layer="one")
    anchors.to_file(tmp_path / "two.gpkg", layer="other")
    with pytest.raises(LayerError, match=r'has 2 tables \(one, other\); say which one with layer = "..."'):
        read(Source(tmp_path / "two.gpkg"), declared("anchors"), CRS)
    assert len(read(Source(tmp_path / "two.gpkg", layer="other"), declared("anchors"), CRS).table) == 2
    with pytest.raises(LayerError, match="no table 'othr' \\(did you mean 'other'"):
        read(Source(tmp_path / "two.gpkg", layer="othr"), declared("anchors"), CRS)


def test_common_columns_are_filled_from_the_region_file_only_where_the_file_has_none(anchors, tmp_path):
    anchors.assign(origin="generated").to_file(tmp_path / "a.gpkg")
    table = read(Source(tmp_path / "a.gpkg", origin="published", source="own walk"), declared("anchors"), CRS).table
    assert set(table["origin"]) == {"generated"}
    assert set(table["source"]) == {"own walk"}
    assert table["as_of"].isna().all()


def test_degrees_are_reprojected_and_the_result_agrees_with_a_published_pair(tmp_path):
    # Massachusetts Mainland (EPSG:26986): its natural origin 71.5 W, 41 N has easting 200,000 and northing 750,000 m.
    frame = pd.DataFrame(
        {"pop_id": ["origin", "north"], "name": ["o", "n"], "lon": [-71.5, -71.5], "lat": [41.0, 42.0]}
    )
    frame.to_csv(tmp_path / "p.csv", index=False)
    source = Source(tmp_path / "p.csv", crs="EPSG:4269", columns={"x": "lon", "y": "lat"})
    points = gpd.GeoDataFrame(read(source, declared("points_of_presence"), CRS).table).geometry
    assert points.x.iloc[0] == pytest.approx(200000, abs=0.01)
    assert points.y.iloc[0] == pytest.approx(750000, abs=0.01)


def test_invalid_polygons_are_repaired_with_a_warning_and_keep_their_area(tmp_path):
    bow_tie = Polygon([(0, 0), (2000, 2000), (2000, 0), (0, 2000)])
    rows = {"town_geoid": ["2501154030", "2501154031"], "town": ["Bow", "Box"]}
    towns = gpd.GeoDataFrame(
        rows, geometry=[shapely.affinity.translate(bow_tie, 1e5, 9e5), box(1e5, 9e5, 1.01e5, 9.01e5)], crs=CRS
    )
    towns.to_file(tmp_path / "t.gpkg")
    got = read(Source(tmp_path / "t.gpkg"), declared("towns"), CRS)
    assert got.warnings[0].startswith("1 invalid geometries repaired (first: row 1, Self-intersection")
    assert gpd.GeoDataFrame(got.table).geometry.is_valid.all()
    assert gpd.GeoDataFrame(got.table).geometry.area.iloc[0] == pytest.approx(2_000_000)


def test_the_real_massachusetts_towns_are_read_whole(shared):
    columns = {"town_geoid": "GEOID20", "town": "TOWN20", "population_2020": "POP2020"}
    source = Source(shared / "layers" / "massachusetts_towns_2020.gpkg", columns=columns)
    got = read(source, declared("towns"), CRS)
    assert len(got.table) == 351
    assert got.table["population_2020"].sum() == 7_029_917  # 2020 Census, Massachusetts
    assert got.warnings[0].startswith("2 invalid geometries repaired")


def broken(name, content, folder):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.gpkg", b"SQLite format 3\0" + b"\x10\x00" + b"\0" * 200, "cannot be read"),
        ("a.gpkg", b"not a database", "is not a GeoPackage"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "cannot be read"),
        ("a.parquet", b"PAR1 but no more", "cannot be read"),
        ("a.fgb", b"fgb", "cannot be read"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n ,\n", "is empty"),
        ("a.csv", b"anchor_id," + b",".join(b"c%d" % n for n in range(20_000)) + b"\n", "has 20,001 columns"),
        ("a.csv", b"anchor_id,name,kind\n1,a,school,7,8\n", "fields"),
        ("a.csv", b"anchor_id,name,kind\n1,\xff\xfe,school\n", "is not utf-8 text"),
        ("a.csv", b"<!DOCTYPE html><html><body>404</body></html>", "is an HTML page"),
        ("a.csv", b"anchor_id,name,kind,wkt\n1,a,school,POINT (1\n", "not WKT"),
        ("a.csv.gz", gzip.compress(b"anchor_id,name\n" * 99, mtime=0)[:30], "cannot be read"),
        ("a.xlsx", b"PK", "format of a.xlsx is not known"),
        ("a.osm", b"<osm></osm>", "cannot be read"),
    ],
)
def test_broken_files_give_one_message_that_names_layer_and_file(name, content, words, tmp_path):
    with pytest.raises(LayerError) as caught:
        read(Source(broken(name, content, tmp_path)), declared("anchors"), CRS)
    assert str(caught.value).startswith(f"layer 'anchors' ({name}): ")
    assert words in str(caught.value)


def test_a_column_map_that_fits_neither_side_is_told_with_the_nearest_names(anchors, tmp_path):
    anchors.to_file(tmp_path / "a.gpkg")
    source = Source(tmp_path / "a.gpkg", columns={"nam": "name", "kind": "knd"})
    with pytest.raises(LayerError) as caught:
        read(source, declared("anchors"), CRS)
    assert "columns maps 'nam', which the layer does not declare (did you mean 'name'?)" in str(caught.value)
    assert "column 'kind' is mapped to 'knd', which the file does not have (did you mean 'kind'?)" in str(caught.value)


def test_a_table_without_coordinates_says_how_to_name_them(tmp_path):
    (tmp_path / "a.csv").write_text("anchor_id,name,kind,LON,LAT\n1,a,school,-72,42\n", "utf-8")
    with pytest.raises(
        LayerError, match=r'expected points: map the coordinates of a CSV, such as columns = \{ x = "LON"'
    ):
        read(Source(tmp_path / "a.csv"), declared("anchors"), CRS)


def test_streets_come_from_openstreetmap_xml(tmp_path):
    nodes = {1: (42.1, -72.5), 2: (42.101, -72.5), 3: (42.102, -72.5), 4: (42.101, -72.499)}
    ways = {10: ([1, 2, 3], "primary", "Main St & Co"), 11: ([2, 4], "residential", "Side \u2019Lane")}
    xml = "".join(f'<node id="{key}" lat="{lat}" lon="{lon}"/>' for key, (lat, lon) in nodes.items())
    for key, (refs, kind, name) in ways.items():
        body = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        safe = name.replace("&", "&amp;")
        xml += f'<way id="{key}">{body}<tag k="highway" v="{kind}"/><tag k="name" v="{safe}"/></way>'
    (tmp_path / "s.osm").write_text(f'<osm version="0.6">{xml}</osm>', "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = read(Source(tmp_path / "s.osm"), declared("roads"), CRS).table
    roads = gpd.GeoDataFrame(table)
    assert sorted(roads["name"]) == ["Main St & Co", "Main St & Co", "Side \u2019Lane"]
    assert roads.geometry.length.sum() == pytest.approx(
        222.1 + 82.7, abs=1
    )  # 0.002 degrees of latitude, 0.001 of longitude
    assert set(roads["origin"]) == {"published"}


def test_of_an_openstreetmap_file_only_ways_with_a_highway_tag_are_roads(tmp_path):
    nodes = "".join(
        f'<node id="{k}" lat="{lat}" lon="{lon}"/>'
        for k, (lat, lon) in enumerate([(42.0, -72.0), (42.001, -72.0), (42.002, -72.0), (42.001, -72.001)])
    )
    tags = {"0 1 2": ("highway", "residential"), "1 3": ("highway", "service"), "0 3": ("waterway", "river")}
    ways = "".join(
        f'<way id="{k}">{"".join(f"""<nd ref="{ref}"/>""" for ref in refs.split())}<tag k="{key}" v="{value}"/></way>'
        for k, (refs, (key, value)) in enumerate(tags.items(), 10)
    )
    (tmp_path / "s.osm").write_text(f'<osm version="0.6">{nodes}{ways}</osm>', "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        roads = gpd.GeoDataFrame(read(Source(tmp_path / "s.osm"), declared("roads"), CRS).table)
    assert sorted(roads["road_class"]) == ["residential", "residential", "service"]
    graph = road_graph(roads)
    assert (graph.vertices, len(graph.tail)) == (4, 3)
    (tmp_path / "r.osm").write_text(f'<osm version="0.6">{nodes}{ways.replace("highway", "barrier")}</osm>', "utf-8")
    with pytest.raises(LayerError, match="holds no way with a highway tag"):
        read(Source(tmp_path / "r.osm"), declared("roads"), CRS)


SAMPLE = Path(pyogrio.__file__).parent / "tests" / "fixtures" / "sample.osm.pbf"


@pytest.mark.skipif(not SAMPLE.is_file(), reason="pyogrio came without its test data")
def test_a_pbf_extract_goes_through_osmnx_to_a_road_graph(tmp_path, monkeypatch):
    asked = []
    through = osmnx.graph_from_xml

    def remembered(path, **options):
        asked.append(path)
        return through(path, **options)

    monkeypatch.setattr(osmnx, "graph_from_xml", remembered)
    found = read(Source(SAMPLE), declared("roads"), "EPSG:32630")
    assert len(asked) == 1
    roads = gpd.GeoDataFrame(found.table)
    assert roads["road_id"].str.fullmatch("osm-[0-9]+-[0-9]+-[0-9]+").all()
    assert set(roads["origin"]) == {"published"}
    graph = road_graph(roads)
    drawn = pyogrio.read_dataframe(SAMPLE, layer="lines", where="highway IS NOT NULL", USE_CUSTOM_INDEXING="NO")
    classes = set(roads["road_class"].str.split(", ").explode())
    assert classes == set(drawn["highway"])  # as GDAL reads the file
    other = road_graph(gpd.GeoDataFrame({"road_id": drawn["osm_id"]}, geometry=drawn.to_crs("EPSG:32630").geometry))
    assert graph.vertices > 0 < len(graph.tail)
    assert graph.length_m.sum() == pytest.approx(other.length_m.sum(), abs=0.01)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="pyogrio came without its test data")
def test_a_pbf_extract_that_is_cut_or_lacks_points_is_refused(tmp_path):
    (tmp_path / "cut.osm.pbf").write_bytes(SAMPLE.read_bytes()[:500])
    with pytest.raises(LayerError, match="cannot be read"):
        read(Source(tmp_path / "cut.osm.pbf"), declared("roads"), "EPSG:32630")
    with osmium.SimpleWriter(str(tmp_path / "ways.osm.pbf")) as writer:
        for way in osmium.FileProcessor(str(SAMPLE), osmium.osm.WAY):
            writer.add(way)
    with pytest.raises(LayerError, match=r"lacks point [0-9]+ of way [0-9]+.*ways are complete"):
        read(Source(tmp_path / "ways.osm.pbf"), declared("roads"), "EPSG:32630")
