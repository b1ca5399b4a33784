"""The whole stage on an invented region, and one file through its door."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, box
from shapely.geometry import Point

from layers import LayerError, PlanError, RegionError, declared
from planner import World, load_region
from planner.clusters.door import measure_file
from planner.clusters.stage import clusters, strength_table
from tests.planner.clusters._employment import by, employment

CRS = "EPSG:26986"
COUNTIES = ("25010", "25011", "25012")
CODES = ("311111", "332710", "541512", "722511")


def region(folder, text=""):
    path = folder / "region.toml"
    base = f'name = "R"\ncrs = "{CRS}"\nas_of = 2016-01-01\nprices = "massachusetts-2015"\n[layers.towns]\npath = "towns.gpkg"\n'
    path.write_text(base + text, "utf-8")
    return load_region(path)


def towns():
    rows = [(f"{county}{number:05}", 100 * (number + 1)) for county in COUNTIES for number in range(2)]
    shapes = [box(x, 0, x + 10_000, 10_000) for x in range(0, 60_000, 10_000)]
    table = pd.DataFrame(rows, columns=["town_geoid", "population_2020"]).assign(town="T")
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def industry():
    rows = []
    jobs = {
        2015: [[100, 0, 20, 50], [10, 80, 10, 60], [30, 30, 30, 40]],
        2016: [[120, 0, 20, 55], [10, 90, 5, 60], [25, 30, 40, 40]],
    }
    for year, counts in jobs.items():
        for county, mine in zip(COUNTIES, counts, strict=True):
            rows += [(county, code, year, count, 4.0) for code, count in zip(CODES, mine, strict=True) if count]
    table = pd.DataFrame(rows, columns=["area_id", "industry", "year", "employment", "establishments"])
    return table.assign(naics_vintage=2012, suppressed=False)


DEFINITIONS = pd.DataFrame(
    {
        "naics_vintage": 2012, "industry": CODES, "cluster": ["18", "32", "6", "111"],
        "cluster_name": ["Food", "Metalworking", "Business Services", "Local Hospitality"], "traded": [True, True, True, False],
    }
)  # fmt: skip
RELATED = pd.DataFrame({"cluster": ["18", "32"], "related_cluster": ["32", "6"], "weight": [0.5, 0.25]})


def institutes():
    table = pd.DataFrame(
        {
            "institute_id": ["a", "b", "c"], "name": ["A", "B", "C"], "kind": ["university", "university", "hub"],
            "field": [None, None, "robotics"], "carnegie_basic": [15, 18, None],
        }
    )  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[Point(10_000, 5000), Point(50_000, 5000), Point(0, 5000)], crs=CRS)


def world(**layers):
    base = {
        "towns": towns(),
        "industry_employment": industry(),
        "naics_clusters": DEFINITIONS,
        "related_clusters": RELATED,
    }
    return World(layers=base | layers, notes=(), hashes={})


READY = '[clusters]\nareas = ["county"]\n[clusters.readiness]\nclusters = ["32"]\nreach_m = 15000\ndraws = 20\n'


def test_tables_are_as_declared_and_say_what_they_measure(tmp_path):
    made, notes = clusters(world(institutes=institutes()), region(tmp_path, READY), {})
    few = "percentiles of strength run over the 3 areas of kind 'county' that have data, not over the nation's"
    assert notes == (f"clusters: {few}",)
    assert set(made) == {
        "cluster_strength", "cluster_regions", "cluster_concentration", "suppressed_employment", "shift_share", "readiness",
        "readiness_reasons", "readiness_criteria",
    }  # fmt: skip
    strong = by(made["cluster_strength"], "area_id", "cluster", "year")
    # 90 of 105 traded jobs against 120 of 340
    assert strong.loc[("25011", "32", 2016), "lq"] == pytest.approx((90 / 105) / (120 / 340))
    assert strong.loc[("25010", "32", 2016), "employment"] == 0  # a cluster without an industry there has no jobs
    assert strong.loc[("25010", "18", 2016), "related_clusters"] == 1
    areas = by(made["cluster_regions"], "area_id", "year")
    assert areas.loc[("25012", 2016), "traded_employment"] == 95
    assert areas.loc[("25012", 2016), "local_employment"] == 40
    shift = by(made["shift_share"], "area_id", "cluster")
    assert shift.loc[("25011", "32"), "change"] == 10
    ranked = by(made["readiness"], "place_id")
    given = made["readiness_reasons"].groupby("place_id")["contribution"].sum()
    np.testing.assert_allclose(given[ranked.index], ranked["score"], atol=1e-3)
    assert ranked["rank"].tolist() == [1, 2, 3]
    value = by(made["readiness_reasons"], "place_id", "criterion")["value"]
    assert value["25010", "research_universities"] == 1  # 3 km away from the residents' centre
    assert value["25012", "research_universities"] == 0
    assert value["25012", "access"] == 300  # its own towns; the next one is 16.7 km from its residents' centre
    assert value["25010", "existing_institutes"] == pytest.approx(11_666.67, abs=0.1)


def test_reach_runs_along_roads_where_asked(tmp_path):
    middle = [LineString([(0, 5000), (25_000, 5000)]), LineString([(35_000, 5000), (60_000, 5000)])]  # with a gap
    way = gpd.GeoDataFrame({"road_id": ["a", "b"]}, geometry=middle, crs=CRS)
    asked = region(tmp_path, READY.replace("15000", "60000") + 'distance = "roads"\n')
    made, _ = clusters(world(institutes=institutes(), roads=way), asked, {})
    rows = by(made["readiness_reasons"], "place_id", "criterion")
    assert rows["value"]["25010", "existing_institutes"] == pytest.approx(11_666.67, abs=0.1)
    assert np.isnan(rows["value"]["25012", "existing_institutes"])  # the hub lies beyond the gap
    assert (
        rows["value"]["25010", "access"] == 100 + 200 + 100
    )  # before the gap; all six lie within reach as the crow flies
    assert rows["basis"]["25010", "access"] == "towns of the region within 37.3 miles, along roads"
    with pytest.raises(PlanError, match="needs layer 'roads'"):
        clusters(world(institutes=institutes()), asked, {})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"employment_low": [500.0, None, None, None], "employment_high": [100.0, None, None, None]}, "employment_low is above employment_high (1 rows, first: county 25011"),
        ({"employment": [5000.0, 1.0, 1.0, 1.0], "employment_low": [100.0, None, None, None], "employment_high": [500.0, None, None, None]}, "employment lies outside"),
        ({"traded": [True, False, True, True]}, "cluster '1' is traded in some rows and local in others"),
        ({"area_kind": ["county", "county", "nation", "nation"], "area_id": ["25011", "25013", "US", "USA"]}, "more than one row of nation US, cluster '1', 2016 (area_id US and USA)"),
        ({"area_kind": ["county", "county", "county", "nation"], "area_id": ["25011", "25013", "25015", "US"], "employment": [10.0, 10.0, 900.0, 30.0]}, "employment is above the nation's (1 rows, first: county 25015"),
        ({"area_kind": "nation", "area_id": ["A", "B", "C", "D"], "year": [2013, 2014, 2015, 2016]}, "no area has data, the nation alone"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be_are_refused(changes, message):
    rows = pd.DataFrame({
        "area_kind": "county", "area_id": ["25011", "25013", "25015", "25003"], "area": "A", "cluster": "1", "cluster_name": "C",
        "traded": True, "year": 2016, "employment": [10.0, 20.0, 30.0, 40.0], "establishments": 2.0,
    })  # fmt: skip
    with pytest.raises(LayerError) as error:
        strength_table(rows.assign(**changes))
    assert message in str(error.value)


def test_a_cluster_has_one_name_and_is_traded_or_local(tmp_path):
    for column, value in (("cluster_name", "Other"), ("traded", False)):
        odd = pd.concat([DEFINITIONS, DEFINITIONS.head(1).assign(**{"industry": "311999", column: value})])
        with pytest.raises(LayerError, match=f"cluster '18' of NAICS 2012 has .* \\(column {column}\\)"):
            clusters(world(naics_clusters=odd), region(tmp_path, READY), {})


def test_names_in_the_request_that_no_data_has_are_refused(tmp_path):
    with pytest.raises(PlanError, match="clusters name '999', and no area has data of it"):
        clusters(world(), region(tmp_path, READY.replace('"32"', '"999"')), {})
    drawn = '[clusters]\nareas = ["drawn area"]\n[clusters.drawn]\nA = ["25010"]\nZ = ["99998"]\n'
    with pytest.raises(PlanError, match="no county of drawn area 'Z' has data"):
        clusters(world(), region(tmp_path, drawn), {})


def test_rows_in_any_order_give_the_same_tables(tmp_path):
    one, _ = clusters(world(institutes=institutes()), region(tmp_path, READY), {})
    mixed = world(
        institutes=institutes()[::-1], industry_employment=industry().sample(frac=1, random_state=3),
        naics_clusters=DEFINITIONS[::-1], related_clusters=RELATED[::-1], towns=towns(),
    )  # fmt: skip
    other, _ = clusters(mixed, region(tmp_path, READY), {})
    for name in one:
        assert one[name].to_csv() == other[name].to_csv(), name


def test_results_of_earlier_stages_are_read(tmp_path):
    codes = towns()["town_geoid"]
    cover = pd.DataFrame(
        {
            "town_geoid": codes,
            "target": "25/3",
            "premises": 10,
            "served": [10, 5, 9, 9, 0, 8],
            "unknown": [0, 0, 0, 0, 4, 0],
        }
    )
    mile = pd.DataFrame({"town_geoid": codes, "connected": [True, True, True, False, False, False]})
    verdicts = pd.DataFrame(
        {"unit": ["county"] * 3 + ["state"], "place_id": [*COUNTIES, "25"], "programme": ["eda-distress"] * 3 + ["nsf-epscor"],
         "verdict": ["eligible", "not eligible", "borderline", "not eligible"]}
    )  # fmt: skip
    tables = {"coverage": cover, "middle_mile_places": mile, "eligibility": verdicts}
    force = pd.DataFrame({"area_geoid": COUNTIES, "year": 2016, "labor_force": [1000.0, np.nan, 3000.0]})
    made, _ = clusters(world(labor_force=force), region(tmp_path, READY), tables)
    value = made["readiness_reasons"].pivot_table(index="place_id", columns="criterion", values="value")
    assert value["coverage"].tolist() == [0.75, 0.9, pytest.approx(np.nan, nan_ok=True)]
    assert value["middle_mile"].tolist() == [1, 0.5, 0]
    assert value["distress"].tolist()[:2] == [1, 0]
    assert np.isnan(value["distress"].iloc[2])
    assert value["research_capacity_state"].tolist() == [0, 0, 0]
    assert value["workforce"].isna().tolist() == [False, True, False]
    missing = by(made["readiness"], "place_id")["missing"]
    assert missing["25011"] == "workforce"
    assert missing["25012"] == "broadband coverage, economic distress"


def test_figures_of_the_user_go_first(tmp_path):
    mine = pd.DataFrame({"area_id": COUNTIES, "criterion": "risk_capital", "value": [5.0, 1.0, 0.0]})
    made, _ = clusters(world(place_figures=mine), region(tmp_path, READY), {})
    table = by(made["readiness_criteria"], "criterion")
    assert table.loc["risk_capital", ["status", "places_known"]].tolist() == ["used", 3]


def test_withheld_counts_are_open_or_the_middle_of_their_range(tmp_path):
    table = industry()
    hidden = (table["area_id"] == "25012") & (table["industry"] == "311111")
    table = table.assign(
        employment=table["employment"].mask(hidden), suppressed=hidden,
        employment_low=np.where(hidden, 20.0, np.nan), employment_high=np.where(hidden, 30.0, np.nan),
    )  # fmt: skip
    made, _ = clusters(world(industry_employment=table), region(tmp_path), {})
    row = by(made["cluster_strength"], "area_id", "cluster", "year").loc[("25012", "18", 2016)]
    assert np.isnan(row["lq"])
    assert row["basis"] == "withheld"
    assert row["lq_low"] < row["lq_high"]
    areas = by(made["cluster_regions"], "area_id", "year")
    assert areas.loc[("25012", 2016), "missing"] == "employment of 1 of 3 clusters"
    assert made["suppressed_employment"]["withheld_cells"].sum() == 2
    middle, _ = clusters(
        world(industry_employment=table), region(tmp_path, '[clusters]\nsuppressed = "midpoint"\n'), {}
    )
    row = by(middle["cluster_strength"], "area_id", "cluster", "year").loc[("25012", "18", 2016)]
    assert (row["employment"], row["basis"]) == (25, "middle of its range")


def test_areas_are_made_of_counties_and_their_lack_is_told(tmp_path):
    text = '[clusters]\nareas = ["state", "drawn area"]\n[clusters.drawn]\n"West and far" = ["25010", "25099"]\nEast = ["25011", "25012"]\n'
    made, notes = clusters(world(), region(tmp_path, text), {})
    assert set(made["cluster_strength"]["area_kind"]) == {"state", "drawn area"}
    assert notes[0] == "clusters: drawn area 'West and far': no data of county 25099 in 2015; its counts are not known"
    east = by(made["cluster_strength"], "area_id", "cluster", "year").loc[("East", "18", 2016)]
    assert east["employment"] == 35


def test_areas_of_a_layer_are_drawn_too(tmp_path):
    parts = pd.DataFrame({"area_geoid": "West", "area": "West", "member_geoid": ["25010", "25011"]})
    made, _ = clusters(world(drawn_areas=parts), region(tmp_path, '[clusters]\nareas = ["drawn area"]\n'), {})
    assert by(made["cluster_strength"], "area_id", "cluster", "year").loc[("West", "18", 2016), "employment"] == 130
    with pytest.raises(PlanError, match="drawn area 'West' has parts that are no counties"):
        clusters(
            world(drawn_areas=parts.assign(member_geoid=["25010", "2501112345"])),
            region(tmp_path, '[clusters]\nareas = ["drawn area"]\n'),
            {},
        )


@pytest.mark.parametrize(
    ("text", "layers", "message"),
    [
        (
            "",
            {"industry_employment": None},
            "need layer 'cluster_employment', or 'industry_employment' with 'naics_clusters'",
        ),
        (
            '[clusters]\nareas = ["commuting zone"]\n',
            {},
            "areas name 'commuting zone', but layer 'labor_markets' has none",
        ),
        ('[clusters]\nareas = ["drawn area"]\n', {}, "none is drawn; list counties under"),
        (READY + 'candidates = ["25019"]\n', {}, "candidate '25019' is no county with cluster data"),
        (READY + 'candidates = ["25011"]\n', {}, "needs two or more places of kind 'county', and cluster data has 1"),
        (READY + "[clusters.readiness.weights]\nworkforc = 1.0\n", {}, "did you mean 'workforce'"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path, text, layers, message):
    given = {name: table for name, table in (world().layers | layers).items() if table is not None}
    with pytest.raises(PlanError, match=message):
        clusters(replace(world(), layers=given), region(tmp_path, text), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[clusters.drawn]\nA = ["25011", "25011"]\n', "drawn area 'A' names a county twice"),
        ("[clusters.readiness.weights]\nworkforce = 0.4\n", "sum to 0.4, not to 1"),
        ("[clusters]\narea = []\n", r"key 'clusters.area' is not known \(did you mean 'areas'\?\)"),
    ],
)
def test_the_region_files_faults_are_named(tmp_path, text, message):
    with pytest.raises(RegionError, match=message):
        region(tmp_path, text)


def test_a_file_of_the_federal_map_is_measured(tmp_path):
    table = employment([[10, 30], [30, 10], [5, 5]])
    names = {"area_id": "region_code_t", "area": "region_name_t", "cluster": "cluster_code_t", "cluster_name": "cluster_name_t",
             "year": "year_t", "employment": "emp_tl", "establishments": "est_tl"}  # fmt: skip
    file = table.rename(columns=names).drop(columns=["area_kind", "traded"])
    file["region_area_type_t"] = np.where(
        file["region_code_t"] == "25010", "Micropolitan Statistical Area", "Metropolitan Statistical Area"
    )
    file.to_csv(tmp_path / "file.csv.gz", index=False)
    made = measure_file(tmp_path / "file.csv.gz")
    assert set(made["area_kind"]) == {"metropolitan or micropolitan area"}
    assert made["lq"].round(4).tolist() == [0.5, 1.5, 1.5, 0.5, 1.0, 1.0]
    own = measure_file(_own(table, tmp_path))
    assert own["lq"].tolist() == made["lq"].tolist()


def _own(table, folder):
    table.to_csv(folder / "own.csv", index=False)
    return folder / "own.csv"


def test_a_broken_file_is_refused_in_words(tmp_path):
    table = employment([[10, -30], [30, 10]])
    with pytest.raises(LayerError, match="column 'employment' has 1 negative value"):
        measure_file(_own(table, tmp_path))
    with pytest.raises(LayerError, match="does not exist"):
        measure_file(tmp_path / "none.csv")
    (tmp_path / "bad.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(LayerError, match="cannot be read"):
        measure_file(tmp_path / "bad.csv.gz")


def test_new_layers_are_declared():
    for name in ("naics_clusters", "cluster_employment", "related_clusters", "place_figures", "place_points"):
        assert declared(name).key
