"""Write `facts/` and `outlines/` from the reference material, so that every figure can be traced.

Usage: ``python data/import_facts.py ../shared PATH_TO_UNPACKED_US_ATLAS``

The first argument is the folder of reference material, the second the unpacked npm package us-atlas 3.0.1.
The results are committed; this script is needed again only when the reference material changes.
"""

import sys
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely

from data.award_facts import award_tables
from data.last_mile_facts import actual_components, offers, second_survey
from data.sample_builder.grid import snap
from data.sample_builder.write import write_parquet

HERE: Final = Path(__file__).resolve().parent
METRES_PER_MILE: Final = 1609.344
M2_PER_SQUARE_MILE: Final = METRES_PER_MILE**2
TOWN_CRS: Final = "EPSG:26986"
COUNTIES: Final = ("25003", "25011", "25013", "25015", "25027")

MBI: Final = "Massachusetts Broadband Institute, last-mile cost estimates by town, 2015"
SECOND_SURVEY: Final = (
    "Second survey of 43 last-mile towns, 2016 (dkulp2/opex): desk units, assessed values, vacancy and seasonal shares"
)
CENSUS: Final = "US Census Bureau, 2010 and 2020 Census and 2020 Gazetteer of county subdivisions"
IPEDS: Final = "NCES IPEDS, institutional directory HD2020"
HIFLD: Final = "HIFLD Hospitals, 2020 edition"
ATLAS: Final = "US Census Bureau cartographic boundaries 2017, through us-atlas 3.0.1"

CABLE_TOWNS: Final = ("Hinsdale", "Lanesborough", "West Stockbridge")
NOTE_UNSERVED: Final = (
    "The programme classed the whole town as unserved in 2015; this is its classification, not a count of premises."
)
NOTE_CABLE: Final = (
    "Not known: the programme classed the town as unserved, but a later cable contract added about 440 of some"
    " 3,400 premises in Hinsdale, Lanesborough and West Stockbridge together, so most premises had cable already."
)


def towns(shared: Path) -> pd.DataFrame:
    """Return the 161 towns of the five counties in the columns of the towns layer."""
    raw = _read(shared / "facts/towns_western_central_ma.csv")
    area = pd.to_numeric(raw["land_sq_mi"]) * M2_PER_SQUARE_MILE
    table = raw[["town_geoid", "town", "kind", "county"]].assign(
        county_fips=raw["county_fips"],
        land_area_m2=area.round(0).astype("int64"),
        center_longitude_deg=raw["longitude"],
        center_latitude_deg=raw["latitude"],
    )
    counts = ["population_2010", "population_2020", "housing_units_2020"]
    return _sign(pd.concat([table, raw[counts]], axis=1), "published", CENSUS, "2020-04-01")


def budgets(shared: Path) -> pd.DataFrame:
    """Return the 44 published budgets; route miles become metres."""
    raw = _read(shared / "facts/last_mile_towns_2015.csv")
    route_m = (pd.to_numeric(raw["route_miles"]) * METRES_PER_MILE).round(1)
    table = raw[["town_geoid", "town", "premises", "units", "poles"]].assign(route_m=route_m)
    money = {
        "total_usd": "total_project_usd",
        "professional_fees_usd": "professional_fees_usd",
        "construction_usd": "construction_usd",
        "make_ready_usd": "make_ready_usd",
        "state_construction_usd": "state_construction_usd",
        "town_share_usd": "town_share_usd",
    }
    table = table.assign(**{ours: raw[theirs] for ours, theirs in money.items()})
    table = table.assign(pole_custodian=raw["pole_custodian"], electric_utility=raw["electric_utility"])
    return _sign(table, "published", MBI, "2015-12-31")


def town_finances(shared: Path, budget: pd.DataFrame) -> pd.DataFrame:
    """Return assessed values, vacancy and seasonal shares of the 43 towns of the second survey."""
    raw = _read(shared / "facts/last_mile_towns_second_survey_2016.csv")
    codes = raw["town"].map(budget.set_index("town")["town_geoid"])
    if codes.isna().any():
        raise SystemExit(f"no code for {', '.join(raw['town'][codes.isna()])}")
    table = pd.DataFrame(
        {
            "town_geoid": codes,
            "town": raw["town"],
            "units": raw["desk_units"],
            "total_assessed_value_usd": raw["total_assessed_value_usd"],
            "average_home_value_usd": raw["average_single_family_value_usd"],
            "vacancy_share": raw["vacancy_share"],
            "seasonal_share": raw["seasonal_share"],
            "cooperative_member": raw["multi_town_cooperative_member"],
        }
    )
    return _sign(table.sort_values("town_geoid"), "published", SECOND_SURVEY, "2016-12-31")


def allocations(budget: pd.DataFrame) -> pd.DataFrame:
    """Return what the state allocated to the 44 towns: professional services, and a part of construction."""
    table = budget[["town_geoid", "town"]].assign(
        professional_services_usd=budget["professional_fees_usd"], construction_usd=budget["state_construction_usd"]
    )
    return _sign(table, "published", MBI, "2015-12-31")


def actual_costs() -> pd.DataFrame:
    """Return the towns for which both a budget and a cost as built are published."""
    plainfield = (
        "Whole network by component: engineering, management, make-ready, hub, distribution and drops."
        " 47 miles built; includes the backbone towards Windsor."
    )
    charlemont = (
        "Cost as built is a rounded figure ('$3.5 million investment'); make-ready overran an estimate of"
        " $620,000 by an advance of $438,000."
    )
    otis = "Cost as built is a round figure of the press ('about $5 million'); the day is not known."
    rows = [
        ("2501554030", "Plainfield", 1_760_000, 2_181_242, plainfield, "published",
         f"Town of Plainfield, capital costs (plainfield-ma.us/p/10128); budget: {MBI}", "2020-12-31"),
        ("2501112505", "Charlemont", 2_670_000, 3_500_000, charlemont, "approximate",
         f"charlemontconnect.org; masslive, October 2017; budget: {MBI}", "2022-12-31"),
        ("2500351580", "Otis", 4_870_000, 5_000_000, otis, "approximate", f"press; budget: {MBI}", None),
    ]  # fmt: skip
    names = ["town_geoid", "town", "budget_usd", "actual_usd", "note", "origin", "source", "as_of"]
    return pd.DataFrame(rows, columns=names)


def town_service(budget: pd.DataFrame) -> pd.DataFrame:
    """Return the share served at 25/3 in 2015, as the programme classed the towns."""
    cable = budget["town"].isin(CABLE_TOWNS)
    table = budget[["town_geoid", "town"]].assign(
        down_mbps=25,
        up_mbps=3,
        premises=budget["premises"],
        share_served=pd.Series("0", index=budget.index).mask(cable),
        note=pd.Series(NOTE_UNSERVED, index=budget.index).mask(cable, NOTE_CABLE),
    )
    return _sign(table, "approximate", "Massachusetts Broadband Institute, unserved towns", "2015-12-31")


def anchors(shared: Path) -> gpd.GeoDataFrame:
    """Return colleges and open hospitals of the five counties, each with the town in which it stands."""
    both = pd.concat([_colleges(_ipeds(shared)), _hospitals(shared)], ignore_index=True)
    places = gpd.GeoDataFrame(both, geometry=_points(both), crs="EPSG:4326")
    polygons = _town_polygons(shared)
    within = gpd.sjoin(places.to_crs(TOWN_CRS), polygons, predicate="within", how="left")
    table = places.drop(columns="geometry").assign(town_geoid=within["GEOID20"])
    names = ["anchor_id", "name", "kind", "town_geoid", "beds", "longitude_deg", "latitude_deg"]
    return table.dropna(subset="town_geoid")[[*names, "origin", "source", "as_of"]].sort_values("anchor_id")


def _colleges(ipeds: pd.DataFrame) -> pd.DataFrame:
    degree_granting = ipeds[ipeds["ICLEVEL"].isin(["1", "2"]) & ~ipeds["C18BASIC"].isin(["-2"])]
    table = pd.DataFrame(
        {
            "anchor_id": "ipeds-" + degree_granting["UNITID"],
            "name": degree_granting["INSTNM"],
            "kind": "higher education",
            "beds": None,
            "longitude_deg": degree_granting["LONGITUD"],
            "latitude_deg": degree_granting["LATITUDE"],
        }
    )
    return _sign(table, "published", IPEDS, "2020-12-31")


def _hospitals(shared: Path) -> pd.DataFrame:
    raw = _read(shared / "layers/massachusetts_hospitals_2020.csv")
    raw = raw[raw["COUNTYFIPS"].isin(COUNTIES) & (raw["STATUS"] == "OPEN")]
    raw = raw.assign(beds=pd.to_numeric(raw["BEDS"]).where(lambda beds: beds > 0).astype("Int64"))
    raw = raw.sort_values(["beds", "ID"]).drop_duplicates("ADDRESS")  # one campus is listed twice
    table = pd.DataFrame(
        {
            "anchor_id": "hifld-" + raw["ID"],
            "name": raw["NAME"].map(proper_case),
            "kind": "health",
            "beds": raw["beds"],
            "longitude_deg": pd.to_numeric(raw["LONGITUDE"]).round(6),
            "latitude_deg": pd.to_numeric(raw["LATITUDE"]).round(6),
        }
    )
    dates = pd.to_datetime(raw["VAL_DATE"], format="%Y/%m/%d %H:%M:%S").dt.date.astype("str")
    return _sign(table, "published", HIFLD, dates)


def proper_case(name: str) -> str:
    """Return a name in capitals as it is usually written.

    >>> proper_case("UMASS MEMORIAL MEDICAL CENTER - UNIVERSITY CAMPUS")
    'UMass Memorial Medical Center - University Campus'
    """
    own = {"UMASS": "UMass", "VA": "VA", "ADCARE": "AdCare", "TARAVISTA": "TaraVista", "ST": "St.", "INC": "Inc.",
           "OF": "of", "FOR": "for", "AND": "and", "MASS": "Mass.", "SHRINERS'": "Shriners'"}  # fmt: skip
    return " ".join(own.get(word, word.capitalize()) for word in name.split())


def institutes(shared: Path, town_table: pd.DataFrame) -> pd.DataFrame:
    """Return research universities of the five counties and two institutes that a state programme founded."""
    ipeds = _ipeds(shared)
    research = ipeds[ipeds["C18BASIC"].isin(["15", "16", "25"])]
    sites = anchors(shared).set_index("anchor_id")["town_geoid"]
    universities = pd.DataFrame(
        {
            "institute_id": "ipeds-" + research["UNITID"],
            "name": research["INSTNM"],
            "kind": "university",
            "field": None,
            "carnegie_basic": research["C18BASIC"],
            "town_geoid": ("ipeds-" + research["UNITID"]).map(sites),
            "longitude_deg": research["LONGITUD"],
            "latitude_deg": research["LATITUDE"],
        }
    )
    wpi = universities[universities["name"].str.contains("Polytechnic")]
    holyoke = town_table[town_table["town"] == "Holyoke"]
    grants = "MassTech Collaborative R&D Matching Grant awards"
    practice_point = wpi.assign(
        institute_id="practicepoint-wpi", name="PracticePoint at WPI", kind="research institute", carnegie_basic=None
    )
    open_cloud = pd.DataFrame(
        {
            "institute_id": "massachusetts-open-cloud",
            "name": "Massachusetts Open Cloud (at MGHPCC)",
            "kind": "research institute",
            "field": "cloud computing",
            "carnegie_basic": None,
            "town_geoid": holyoke["town_geoid"],
            "longitude_deg": holyoke["center_longitude_deg"],
            "latitude_deg": holyoke["center_latitude_deg"],
        }
    )
    parts = [
        _sign(universities, "published", IPEDS, "2020-12-31"),
        _sign(practice_point, "approximate", f"{grants}, April 2017; coordinates of WPI from IPEDS", "2017-04-30"),
        _sign(open_cloud, "approximate", f"{grants}, April 2014; coordinates of the town's centre", "2014-04-30"),
    ]
    return pd.concat(parts, ignore_index=True)


def points_of_presence(shared: Path) -> pd.DataFrame:
    """Return the one interconnection hub whose place is published."""
    college = _ipeds(shared).set_index("INSTNM").loc["Springfield Technical Community College"]
    table = pd.DataFrame(
        {
            "pop_id": ["springfield-technology-park"],
            "name": ["Springfield Technology Park, interconnection hub"],
            "operator": ["MassBroadband 123"],
            "longitude_deg": [college["LONGITUD"]],
            "latitude_deg": [college["LATITUDE"]],
        }
    )
    source = "masslive, 2014; urgentcomm; coordinates of Springfield Technical Community College from IPEDS"
    return _sign(table, "approximate", source, "2014-02-28")


def fibre_routes(town_table: pd.DataFrame) -> pd.DataFrame:
    """Return the trunk through the Connecticut valley as the towns that it passes, from its hub outwards."""
    geoid = town_table.set_index("town")["town_geoid"]
    legs = {
        "i91-north": ("I-91 conduit, hub to the Vermont line", ("Northampton", "Greenfield", "Bernardston")),
        "i91-south": ("I-91 conduit, hub to the Connecticut line", ("Longmeadow",)),
    }
    table = pd.DataFrame(
        {
            "route_id": list(legs),
            "name": [name for name, _ in legs.values()],
            "status": "operational",
            "owner": None,
            "from_pop_id": "springfield-technology-park",
            "through_town_geoids": [" ".join(geoid[town] for town in passed) for _, passed in legs.values()],
        }
    )
    source = "urgentcomm; masslive, 2014 (I-91 conduit from the Connecticut to the Vermont line; hub at Springfield)"
    return _sign(table, "approximate", source, "2014-02-28")


def outline(atlas: Path, layer: str, code: str, name: str) -> gpd.GeoDataFrame:
    """Return a layer of us-atlas, repaired, polygons only, on the sample's coordinate grid."""
    raw = gpd.read_file(atlas / "counties-10m.json", layer=layer)
    raw = raw[~raw.geometry.is_empty]  # Falls Church, Virginia, is smaller than the simplification
    shapes = shapely.transform(raw.geometry.to_numpy(), snap)
    polygons = [polygons_only(shape) for shape in shapely.make_valid(shapes)]
    table = _sign(pd.DataFrame({code: raw["id"], name: raw["name"]}), "published", ATLAS, "2017-01-01")
    return gpd.GeoDataFrame(table, geometry=polygons, crs="EPSG:4326").sort_values(code, ignore_index=True)


def polygons_only(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of a repaired shape."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 0])


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", encoding="utf-8")


def _ipeds(shared: Path) -> pd.DataFrame:
    raw = _read(shared / "layers/universities_ipeds_2020.csv")
    return raw[raw["COUNTYCD"].isin(COUNTIES)]


def _town_polygons(shared: Path) -> gpd.GeoDataFrame:
    polygons = gpd.read_file(shared / "layers/massachusetts_towns_2020.gpkg", columns=["GEOID20"])
    polygons = polygons[polygons["GEOID20"].str[:5].isin(COUNTIES)]
    return polygons.set_geometry(polygons.geometry.make_valid())


def _points(table: pd.DataFrame) -> object:
    return shapely.points(pd.to_numeric(table["longitude_deg"]), pd.to_numeric(table["latitude_deg"]))


def _sign(table: pd.DataFrame, origin: str, source: str, as_of: str | pd.Series) -> pd.DataFrame:
    return table.assign(origin=origin, source=source, as_of=as_of)


def write_facts(shared: Path) -> None:
    """Write every CSV of `facts/`."""
    town_table, budget = towns(shared), budgets(shared)
    tables = {
        "towns": town_table,
        "last_mile_budgets_2015": budget,
        "town_finances_2016": town_finances(shared, budget),
        "allocations_2015": allocations(budget),
        "actual_costs": actual_costs(),
        "town_service_2015": town_service(budget),
        "anchors": anchors(shared),
        "institutes": institutes(shared, town_table),
        "points_of_presence": points_of_presence(shared),
        "fibre_routes": fibre_routes(town_table),
        "second_survey_2016": second_survey(shared),
        "actual_components": actual_components(),
        "offers": offers(),
        **award_tables(shared),
    }
    for name, table in tables.items():
        table.to_csv(HERE / "facts" / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")


def write_outlines(atlas: Path) -> None:
    """Write the outlines of counties and states."""
    write_parquet(outline(atlas, "counties", "county_fips", "county"), HERE / "outlines/counties.parquet")
    write_parquet(outline(atlas, "states", "state_fips", "state"), HERE / "outlines/states.parquet")


if __name__ == "__main__":
    write_facts(Path(sys.argv[1]))
    write_outlines(Path(sys.argv[2]))
