"""A small plan with everything that is handed over, put together by hand on six invented towns."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers import declared
from planner import load_region, plan
from planner.entry import FilingsEntry
from planner.tables import checked

REGION = Path(__file__).parents[2] / "cases" / "small" / "region.toml"
DAY = pd.Timestamp("2016-01-01")
HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org")',
    "../../etc/passwd",
    "&lt;b&gt; &amp; ]]> ${x} `y`",
    'Ænima \N{SNOWMAN} naïve, "quoted"\nsecond line',
]
COSTS = {"cost_low_usd": 1.0, "cost_central_usd": 2.0, "cost_high_usd": 3.0}
MADE = {"origin": "modelled", "source": "Townline", "as_of": DAY}


def mile(crs, start):
    """A middle mile: an aerial trunk of two segments, one underground, one that exists; a hut and five anchors."""
    x, y = start
    points = [(x, y), (x + 1000, y), (x + 1500, y), (x + 1000, y + 400), (x + 1000, y - 300)]
    ends = [(0, 1), (1, 2), (1, 3), (1, 4)]
    segments = gpd.GeoDataFrame(
        {
            "segment_id": [f"s{number:07}" for number in range(4)],
            "build": ["aerial", "aerial", "underground", "existing"],
            "road_class": ["main", None, "main", "main"],
            "length_m": [1000.0, 500.0, 400.0, 300.0],
            "phase": [1, 1, 2, 2],
            "role": ["ring", "spur", "spur", "spur"],
            "premises_lost": [0, 20_000, 5, 0],
            "anchors_lost": [0, 1, 1, 0],
            "cut": ["ring: survives any one cut", "cut parts 10,000 premises or more",
                    "cut parts under 1,000 premises", "cut parts no premises"],
            **COSTS, **MADE,
        },
        geometry=[shapely.LineString([points[a], points[b]]) for a, b in ends], crs=crs,
    )  # fmt: skip
    huts = gpd.GeoDataFrame(
        {"hut_id": ["h0001"], "place_id": ["a0"], "name": ["North School"], "town_geoid": [None], **COSTS, **MADE},
        geometry=[shapely.Point(x + 1500, y + 60)], crs=crs,
    )  # fmt: skip
    names = ["a0", "a1", "a2", "a3", "a4"]
    places = pd.DataFrame(
        {
            "kind": ["point of presence", *["anchor"] * 5], "place_id": ["p", *names], "name": ["Exchange", *HOSTILE],
            "town_geoid": None, "basis": "as given", "premises": 0, "anchors": [0, 1, 1, 1, 1, 1],
            "connected": [True, True, True, True, True, False], "snap_m": 20.0, "route_m": 1.0, "exposed_m": 1.0,
            "own_usd": 1.0, "share_usd": 1.0, "missing": None, **MADE,
        }
    )  # fmt: skip
    totals = pd.DataFrame({"statistic": ["route", "laterals to places"], "value": [2200.0, 100.0], "unit": "m", **MADE})
    made = {"middle_mile_segments": segments, "middle_mile_huts": huts, "middle_mile_places": places}
    tables = {name: checked(name, table, crs if "geometry" in table else None) for name, table in made.items()}
    return tables | {"middle_mile_totals": checked("middle_mile_totals", totals)}


def input_layers(crs, start):
    x, y = start
    common = {"origin": "published", "source": "Gazetteer", "as_of": DAY}
    anchors = gpd.GeoDataFrame(
        {
            "anchor_id": ["a0", "a1", "a2", "a3", "a4"], "name": HOSTILE,
            "kind": ["school", "higher education", "library", "community support", "public safety"],
            "town_geoid": ["2500300001"] * 5, "location_id": ["1000000001", None, None, None, None],
            **common, "origin": ["published", "published", "generated", "published", "published"],
        },
        geometry=[shapely.Point(x + 1500, y + 60), *(shapely.Point(x + 250 * n, y - 20) for n in range(4))], crs=crs,
    )  # fmt: skip
    pops = gpd.GeoDataFrame(
        {"pop_id": ["p"], "name": ["Exchange"], "operator": ["Carrier"], **common},
        geometry=[shapely.Point(start)],
        crs=crs,
    )
    fibre = gpd.GeoDataFrame(
        {"route_id": ["a", "b"], "name": ["Trunk", None], "status": ["operational", "planned"], "owner": ["Town", None], **common},
        geometry=[shapely.LineString([(x, y), (x, y + 900)]), shapely.LineString([(x, y + 900), (x + 5, y + 950)])], crs=crs,
    )  # fmt: skip
    given = {"anchors": anchors, "points_of_presence": pops, "fibre_routes": fibre}
    return {name: declared(name).check(table, crs) for name, table in given.items()}


def service(levels):
    """Tables of filings: locations with the speeds of their best offer, and what the federal rule counts."""
    down = {"none": None, "unserved": 10.0, "underserved": 50.0}
    failing = pd.DataFrame(
        {
            "location_id": [str(1_000_000_001 + number) for number in range(len(levels))], "town_geoid": "2500300001",
            "town": "Alpha", "town_verdict": "fail", "target": "25/3", "status": "unserved",
            "best_down_mbps": [down[level] for level in levels], "best_up_mbps": 5.0, "best_technology": "copper",
            "offers": 1, "origin": "published", "source": "filings", "as_of": DAY,
        }
    )  # fmt: skip
    counts = {"unserved": levels.count("none") + levels.count("unserved"), "underserved": levels.count("underserved")}
    federal = pd.DataFrame(
        {
            "town_geoid": ["2500300001"], "town": "Alpha", "locations": 100, "served": 100 - len(levels), **counts,
            "without_offer": 0, "unserved_share": 0.1, "unserved_area": False, "main_technology": "copper",
            "technologies": "copper 1", "providers": 1, "best_down_mbps": 50.0, "best_up_mbps": 5.0,
            "median_down_mbps": 10.0, "rule": "rule", "citation": "code", "note": "N", "origin": "published",
            "source": "filings", "as_of": DAY,
        }
    )  # fmt: skip
    made = {"failing_locations": failing, "federal_service": federal}
    return {name: checked(name, table) for name, table in made.items()}


@pytest.fixture(scope="session")
def made():
    """The plan; its tables and layers are not to be changed."""
    planned = plan(load_region(REGION))
    crs = planned.region.crs
    west, south, *_ = planned.tables["town_results"].total_bounds
    start = (round(west) + 500.0, round(south) + 500.0)
    tables = {**planned.tables, **mile(crs, start), **service(["none", "unserved", "underserved"])}
    filings = FilingsEntry(folder="filings", rule="reliable-technology")
    region = planned.region.model_copy(update={"filings": filings})
    return replace(planned, region=region, tables=tables, layers={**planned.layers, **input_layers(crs, start)})


@pytest.fixture
def changed(made):
    """Give the plan with one value of a layer or table changed."""

    def change(name, column, value, row=0):
        group = "tables" if name in made.tables else "layers"
        given = getattr(made, group)
        table = given[name].copy()
        table.loc[row, column] = value
        return replace(made, **{group: {**given, name: table}})

    return change
