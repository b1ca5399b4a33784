"""Networks in the Open Fibre Data Standard: valid by the standard's own schema and checks, ends that meet, true lengths."""

import json
from pathlib import Path

import geopandas as gpd
import libcoveofds
import numpy as np
import pandas as pd
import pytest
import shapely
from jsonschema import Draft202012Validator, FormatChecker
from libcoveofds.geojson import GeoJSONToJSONConverter, JSONToGeoJSONConverter
from libcoveofds.python_validate import PythonValidate
from libcoveofds.schema import OFDSSchema

from planner.export.handover import Handover
from planner.export.ofds import geojson, networks
from planner.tables import checked

SCHEMA = Path(libcoveofds.__file__).parent / "data" / "schema-0-3-0.json"


@pytest.fixture(scope="module")
def package(made):
    return networks(Handover(made))


def last_mile(crs, x, y):
    common = {
        "cost_low_usd": 1.0,
        "cost_central_usd": 2.0,
        "cost_high_usd": 3.0,
        "origin": "modelled",
        "source": "Townline",
    }
    routes = gpd.GeoDataFrame(
        {
            "town_geoid": [None, None], "route_id": ["1", "2"], "role": ["feeder", "distribution"], "build": ["aerial", "existing"],
            "road_class": None, "length_m": 100.0, "premises": 5, "fibres_in_use": 3, "fibres": [24, 12], **common,
        },
        geometry=[shapely.LineString([(x, y), (x + 100, y)]), shapely.LineString([(x + 100, y), (x + 200, y)])], crs=crs,
    )  # fmt: skip
    sites = gpd.GeoDataFrame(
        {"town_geoid": [None, None], "site_id": ["hub", "1"], "kind": ["hub", "cabinet"], "premises": 5, "units": 5, "splitters": 1, **common},
        geometry=[shapely.Point(x, y), shapely.Point(x + 100, y + 8)], crs=crs,
    )  # fmt: skip
    return {
        "last_mile_routes": checked("last_mile_routes", routes, crs),
        "last_mile_sites": checked("last_mile_sites", sites, crs),
    }


def test_the_published_schema_and_the_standards_own_checks_find_nothing(package):
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=FormatChecker())
    assert [(list(error.path), error.message) for error in validator.iter_errors(package)] == []
    assert PythonValidate(OFDSSchema()).validate(json.loads(json.dumps(package))) == []
    broken = json.loads(json.dumps(package))
    broken["networks"][0]["spans"][0] |= {"start": "nowhere", "status": "dreamt"}
    assert list(validator.iter_errors(broken))
    assert PythonValidate(OFDSSchema()).validate(broken)


def test_geojson_is_what_the_standards_converter_makes(package):
    nodes, spans = geojson(package)
    converter = JSONToGeoJSONConverter()
    converter.process_package(json.loads(json.dumps(package)))
    assert nodes == converter.get_nodes_geojson()
    assert spans == converter.get_spans_geojson()


def test_geojson_goes_back_to_the_same_nodes_and_spans(package):
    back = GeoJSONToJSONConverter()
    for content in geojson(package):
        back.process_data(json.loads(json.dumps(content)))
    for ours, theirs in zip(package["networks"], back.get_json()["networks"], strict=True):
        assert [node["id"] for node in ours["nodes"]] == [node["id"] for node in theirs["nodes"]]
        assert [(span["start"], span["end"], span["route"]) for span in ours["spans"]] == [
            (span["start"], span["end"], span["route"]) for span in theirs["spans"]
        ]


def test_every_segment_is_a_span_whose_ends_are_its_nodes(package, made):
    network = package["networks"][0]
    where = {node["id"]: node["location"]["coordinates"] for node in network["nodes"]}
    for span in network["spans"]:
        assert span["route"]["coordinates"][0] == where[span["start"]]
        assert span["route"]["coordinates"][-1] == where[span["end"]]
    named = {span["name"].split()[1]: span for span in network["spans"] if span["name"].startswith("Segment")}
    segments = made.tables["middle_mile_segments"]
    assert set(named) == set(segments["segment_id"])
    for row in segments.itertuples():
        span = named[row.segment_id]
        line = gpd.GeoSeries([shapely.LineString(span["route"]["coordinates"])], crs="EPSG:4326").to_crs(
            made.region.crs
        )
        assert abs(line.length.iloc[0] - row.length_m) < 0.05
        assert span["status"] == ("operational" if row.build == "existing" else "proposed")
        known = {"aerial": ["aboveGround"], "underground": ["belowGround"]}
        assert span.get("deployment") == known.get(row.build)
        assert "fibreCount" not in span
        assert span["name"].endswith("(modelled)")


def test_connected_places_are_joined_at_their_distance(package):
    network = package["networks"][0]
    names = [node.get("name", "") for node in network["nodes"]]
    laterals = [span["name"] for span in network["spans"] if span["name"].startswith("Lateral to ")]
    assert len(laterals) == 4  # a hut and three connected anchors; the point of presence lies on the network
    assert any(name.startswith("Lateral to Hut at North School (modelled): a straight line, 60 m") for name in laterals)
    assert "Exchange" in names
    assert not any("second line" in name for name in names)  # the anchor that the network does not reach
    (pop,) = [node for node in network["nodes"] if node.get("name") == "Exchange"]
    assert pop["type"] == ["pop"]
    assert pop["networkProviders"][0]["name"] == "Carrier"
    assert [phase["name"] for phase in network["phases"]] == ["Phase 1", "Phase 2"]


def test_fibre_that_exists_keeps_status_and_owner(package):
    spans = {span["name"]: span for span in package["networks"][-1]["spans"]}
    assert {name: span["status"] for name, span in spans.items()} == {"Trunk": "operational", "b": "planned"}
    assert spans["Trunk"]["physicalInfrastructureProvider"]["name"] == "Town"
    assert "physicalInfrastructureProvider" not in spans["b"]


def test_a_last_mile_has_fibre_counts_hub_and_cabinet(made):
    x, y = made.layers["points_of_presence"].geometry.iloc[0].coords[0]
    plan = type(made)(**{**made.__dict__, "tables": {**made.tables, **last_mile(made.region.crs, x, y)}})
    package = networks(Handover(plan))
    assert [network["name"].split(": ")[1] for network in package["networks"]] == [
        "middle mile (designed)", "last mile (designed)", "fibre routes (as given)"
    ]  # fmt: skip
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")), format_checker=FormatChecker())
    assert list(validator.iter_errors(package)) == []
    network = package["networks"][1]
    assert sorted(span["fibreCount"] for span in network["spans"] if "fibreCount" in span) == [12, 24]
    types = {node["name"]: node["type"] for node in network["nodes"] if "type" in node}
    assert types == {"Hub  hub (modelled)": ["aggregationPoint"], "Cabinet  1 (modelled)": ["cabinet"]}


def test_the_order_of_rows_does_not_matter_and_ids_stay(package, made):
    shuffled = {
        name: table.sample(frac=1, random_state=3).reset_index(drop=True) if name.startswith("middle_mile_") else table
        for name, table in made.tables.items()
    }
    again = networks(Handover(type(made)(**{**made.__dict__, "tables": shuffled})))
    first, second = package["networks"][0], again["networks"][0]
    assert first["nodes"] == second["nodes"]
    assert first["spans"] == second["spans"]
    assert len({thing["id"] for thing in [*first["nodes"], *first["spans"]]}) == len(first["nodes"]) + len(
        first["spans"]
    )


def test_coordinates_are_longitude_and_latitude(package):
    places = np.array([node["location"]["coordinates"] for network in package["networks"] for node in network["nodes"]])
    assert (np.abs(places[:, 0] + 72) < 3).all()
    assert (np.abs(places[:, 1] - 42) < 2).all()
    assert pd.Series(places[:, 0]).map(lambda value: len(f"{value!r}".split(".")[1])).max() <= 7
