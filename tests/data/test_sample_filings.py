"""The generated filings of the sample region: form, identifiers, and what they say of every town, with pandas alone."""

import json
import tomllib
from hashlib import sha256

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest

from layers import data_folder
from layers.filings import formats

SAMPLE = data_folder() / "sample"
FOLDER = SAMPLE / "filings"
NAMES = {"Cable": 40, "Copper": 10, "FibertothePremises": 50, "GSOSatellite": 60, "LicensedFixedWireless": 71}
RELIABLE = (10, 40, 50, 71, 72)
CABLE = ("Hinsdale", "Lanesborough", "West Stockbridge")
PARTIAL = (
    "Buckland", "Chester", "Conway", "Hardwick", "Huntington", "Montague", "Northfield", "Pelham", "Shelburne",
)  # fmt: skip


@pytest.fixture(scope="module")
def filings():
    """All offers, with the technology that their file's name says."""
    parts = {path.name.split("_")[2]: pd.read_parquet(path) for path in FOLDER.glob("*.parquet")}
    return pd.concat([part.assign(file=name) for name, part in parts.items()], ignore_index=True)


@pytest.fixture(scope="module")
def record():
    return json.loads((FOLDER / "ingest.json").read_text("utf-8"))["sources"]


@pytest.fixture(scope="module")
def places(premises):
    """The universe by number of location."""
    return premises.set_index(premises["location_id"].astype("int64"))


def status(places, offers, down, up):
    """Return 1 where an offer meets the tier, NaN where none does but one's speed is missing, else 0."""
    meets = offers[(offers["down_mbps"] >= down) & (offers["up_mbps"] >= up)]["location_id"]
    missing = offers[offers["down_mbps"].isna() | offers["up_mbps"].isna()]["location_id"]
    values = np.select([places.index.isin(meets), places.index.isin(missing)], [1.0, np.nan], 0.0)
    return pd.Series(values, index=places.index)


@pytest.fixture(scope="module")
def reliable(filings):
    return filings[filings["technology"].isin(RELIABLE) & filings["low_latency"]]


@pytest.fixture(scope="module")
def service(places, reliable, towns):
    base = status(places, reliable, 25, 3)
    fast = status(places, reliable, 100, 20)
    flags = pd.DataFrame({"served": base == 1, "fast": fast == 1, "unknown": base.isna(), "premises": 1})
    table = flags.groupby(places["town_geoid"]).sum()
    return table.join(towns.set_index("town_geoid")["town"]).assign(share=lambda t: t["served"] / t["premises"])


# Form


def test_the_folder_is_as_ingest_leaves_it_and_nothing_was_left_out(record):
    names = {f"bdc_25_{name}_fixed_broadband_D15_31dec2015.csv" for name in NAMES}
    assert set(record) == names
    assert {path.name for path in FOLDER.iterdir()} == {"ingest.json"} | {f"{name}.1.parquet" for name in names}
    for source in record.values():
        (member,) = source["members"]
        assert (member["format"], member["as_of"]) == ("bdc_fixed", "2015-12-31")
        assert member["format_sha256"] == formats()["bdc_fixed"].digest
        assert member["rows_kept"] == member["rows_read"] > 0
        assert member["rejected"] == member["duplicates"] == 0
        assert not member["notes"]
        content = (FOLDER / member["output"]["name"]).read_bytes()
        assert sha256(content).hexdigest() == member["output"]["sha256"]


def test_the_region_file_names_the_filings():
    region = tomllib.loads((SAMPLE / "region.toml").read_text("utf-8"))
    assert region["filings"]["origin"] == "generated"
    assert (SAMPLE / region["filings"]["folder"]) == FOLDER


def test_everything_generated_says_so(filings):
    assert filings["brand_name"].str.fullmatch("Generated [A-Z][A-Za-z ]+").all()
    assert filings["provider_id"].between(990_101, 990_109).all()
    assert (filings["frn"] == filings["provider_id"].astype("str").str.zfill(10)).all()
    providers = filings[["provider_id", "brand_name", "technology"]].drop_duplicates()
    assert len(providers) == filings["provider_id"].nunique() == 9


def test_a_file_holds_the_technology_that_its_name_says(filings):
    assert (filings["technology"] == filings["file"].map(NAMES)).all()
    assert filings["business_residential_code"].isin(["X", "B"]).all()
    assert (filings["state_usps"] == "MA").all()


def test_a_provider_makes_one_offer_at_a_location(filings):
    assert not filings.duplicated(["provider_id", "location_id"]).any()
    assert 2_000_000 < len(filings) < 3_000_000


# Identifiers


def test_no_filing_names_a_location_outside_the_universe(filings, places):
    assert filings["location_id"].isin(places.index).all()
    assert filings["location_id"].between(9_000_000_001, 9_000_718_709).all()


def test_a_block_is_well_formed_and_lies_in_one_town_of_the_true_county(filings, places):
    assert not filings[["location_id", "block_geoid"]].drop_duplicates()["location_id"].duplicated().any()
    found = filings.drop_duplicates("location_id")
    block = found["block_geoid"].astype("str")
    town = pd.Series(places["town_geoid"].loc[found["location_id"]].to_numpy(), index=found.index)
    assert block.str.fullmatch(r"25\d{3}50\d{4}[1-9]\d{3}").all()
    assert (block.str[:5] == town.str[:5]).all()
    assert town.groupby(block).nunique().max() == 1
    assert town.groupby(block.str[:11]).nunique().max() == 1
    sizes = block.value_counts()
    assert sizes.between(24, 60).all()


def test_a_cell_is_the_one_that_holds_the_location(filings, places):
    some = filings.iloc[::997]
    cells = some["h3_res8_id"]
    if pd.api.types.is_integer_dtype(cells):
        cells = cells.map("{:015x}".format)
    assert cells.str.fullmatch("88[0-9a-f]{8}fffff").all()
    points = gpd.GeoSeries(places.geometry.loc[some["location_id"]])
    assert cells.tolist() == [h3.latlng_to_cell(y, x, 8) for x, y in zip(points.x, points.y, strict=True)]


# What they say


def test_the_verdicts_are_100_pass_58_fall_short_3_not_known(service):
    needed = 96 * service["premises"]
    met = 100 * service["served"] >= needed
    missed = 100 * (service["served"] + service["unknown"]) < needed
    assert (met.sum(), missed.sum(), (~met & ~missed).sum()) == (100, 58, 3)


def test_locations_on_the_ladder_are_as_many_as_built(places, reliable, service):
    best = reliable.groupby("location_id")["down_mbps"].max()
    assert service[["served", "unknown"]].sum().tolist() == [689_053, 202]
    assert (best == 6).sum() == 14_671  # slow copper alone
    assert len(places) - len(best) == 14_783  # no offer that counts
    ladder = best[best.between(25, 300)].value_counts()
    assert ladder[[25, 60]].tolist() == [43_368 - 178, 65_352 - 268]  # but for the 446 that have fibre of their town


def test_satellite_is_everywhere_and_counts_nowhere(filings, places):
    satellite = filings[filings["technology"] == 60]
    assert sorted(satellite["location_id"]) == places.index.tolist()
    assert not satellite["low_latency"].any()
    assert filings[filings["technology"] != 60]["low_latency"].all()


@pytest.mark.parametrize("tier", [(25, 3), (100, 20)])
def test_the_rule_without_technologies_finds_the_same(places, filings, reliable, tier):
    neutral = filings[filings["low_latency"]]
    assert status(places, neutral, *tier).equals(status(places, reliable, *tier))


@pytest.mark.parametrize("tier", [(25, 3), (100, 20)])
def test_wireless_and_copper_never_change_a_status(places, reliable, tier):
    wired = reliable[reliable["technology"].isin([40, 50])]
    assert status(places, wired, *tier).equals(status(places, reliable, *tier))


def test_a_location_with_an_unknown_speed_has_no_other_offer_that_counts(reliable):
    unknown = reliable[reliable["down_mbps"].isna()]
    assert unknown["up_mbps"].isna().all()
    assert (unknown["technology"] == 40).all()
    assert reliable["location_id"].isin(unknown["location_id"]).sum() == len(unknown) == 202


def test_fibre_is_in_the_town_of_its_own_and_in_cities_that_are_fast_anyway(filings, places, towns):
    fibre = filings[filings["technology"] == 50]
    names = towns.set_index("town_geoid")["town"].loc[places["town_geoid"].loc[fibre["location_id"]]].to_numpy()
    assert set(names[fibre["brand_name"] == "Generated Town Fibre"]) == {"Leverett"}
    others = fibre[names != "Leverett"]["location_id"]
    assert set(names) - {"Leverett"} == {"Chicopee", "Pittsfield", "Springfield", "Worcester"}
    cable = filings[filings["technology"] == 40].set_index("location_id")
    assert (cable.loc[others, "down_mbps"] == 300).all()
    leverett = places.index[places["town_geoid"] == "2501135180"]
    assert not cable.index.isin(leverett).any()


def test_the_unserved_last_mile_towns_have_nobody_at_25_3(service, budgets):
    dark = service.loc[budgets.index][lambda table: ~table["town"].isin(CABLE)]
    assert len(dark) == 41
    assert dark["served"].sum() == 0
    assert dark["unknown"].sum() == 0


def test_the_cable_and_partly_served_towns_lack_what_is_published(service):
    table = service.set_index("town")
    missing = table["premises"] - table["served"]
    assert missing.loc[list(CABLE)].sum() == 440
    assert missing.loc[list(PARTIAL)].sum() == 1_303
    assert table.loc[list(CABLE), "share"].between(0.8, 0.95).all()


def test_other_towns_are_served_but_for_the_invented_exceptions(service, budgets):
    others = service.drop(budgets.index)[lambda table: ~table["town"].isin(PARTIAL)]
    unknown = others[others["unknown"] > 0]
    below = others[(others["share"] < 0.96) & (others["unknown"] == 0)]
    assert set(below["town"]) == {"Granville", "Oakham", "Phillipston", "Westhampton", "Whately"}
    assert below["share"].between(0.9, 0.959).all()
    assert set(unknown["town"]) == {"Bernardston", "Russell", "Sheffield"}
    assert (unknown["share"] < 0.96).all()
    assert ((unknown["served"] + unknown["unknown"]) / unknown["premises"] > 0.96).all()
    assert others.drop([*below.index, *unknown.index])["share"].between(0.962, 1.0).all()


def test_the_faster_tier_reaches_fewer(service):
    some = service[service["served"] > 0]
    assert set(some[some["fast"] == some["served"]]["town"]) == {"Leverett"}
    assert some["fast"].min() > 0


def test_the_unserved_live_far_from_the_centre(places, reliable, towns):
    row = towns.set_index("town").loc["Conway"]
    ours = places[places["town_geoid"] == row["town_geoid"]].to_crs("EPSG:26986")
    centre = gpd.GeoSeries.from_xy([row["center_longitude_deg"]], [row["center_latitude_deg"]], crs="EPSG:4326")
    far = ours.distance(centre.to_crs("EPSG:26986").iloc[0])
    served = status(ours, reliable, 25, 3) == 1
    assert far[~served].min() > far[served].median()
