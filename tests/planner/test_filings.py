"""Filings in a region: counts by town, the rule that is asked for, universes, change, providers, anchors, areas."""

import csv
import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from layers import LayerError, PlanError, RuleError
from layers.filings import formats, ingest
from planner import check, load_region
from planner.covered import cover
from planner.plan import plan
from planner.service import to_reach

HEADER = list(formats()["bdc_fixed"].headers)
TOWNS = ("2500300001", "2500300002")
CABLE, COPPER, GSO = 40, 10, 60


def offer(number, block, technology=CABLE, down=100, up=20, low=1, code="X", provider=990001):
    return [
        "0000990001", provider, f"Generated {provider}", number, technology, down, up, low, code, "MA", block,
        "882a306603fffff",
    ]  # fmt: skip


def location(town, place):
    """Location and block of the n-th premises of town 0 or 1; ten to a block."""
    return 9_000_000_000 + 1000 * (town + 1) + place, f"250030{town + 1:05}{place // 10:04}"


def file_offers(folder, rows, day="D15", name="filings"):
    """Write offers as one filing of a day and ingest it into a folder."""
    path = folder / f"bdc_25_Generated_fixed_broadband_{day}_01jan2026.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    ingest([path], folder / name)


def at(town, place, *terms, **more):
    """An offer at a premises of town 0 or 1."""
    number, block = location(town, place)
    return offer(number, block, *terms, **more)


def write_region(folder, *more, layers=("premises",), filings='folder = "filings"\nrule = "reliable-technology"'):
    shapes = [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]
    towns = gpd.GeoDataFrame({"town_geoid": TOWNS, "town": ["One", "Two"]}, geometry=shapes, crs="EPSG:26986")
    towns["geometry"] = towns.translate(100_000, 900_000)
    towns.to_file(folder / "towns.gpkg")
    rows = [
        (location(town, place)[0], TOWNS[town], 100_010 + town * 1000 + place * 10, 900_500)
        for town in (0, 1)
        for place in range(50)
    ]
    pd.DataFrame(rows, columns=["location_id", "town_geoid", "x", "y"]).to_csv(folder / "premises.csv", index=False)
    text = 'name = "Two towns"\ncrs = "EPSG:26986"\nas_of = 2015-12-31\nprices = "massachusetts-2015"\n'
    text += "\n".join([*more, '[layers.towns]\npath = "towns.gpkg"'])
    if "premises" in layers:
        text += '\n[layers.premises]\npath = "premises.csv"\ncrs = "EPSG:26986"'
    if "anchors" in layers:
        text += '\n[layers.anchors]\npath = "anchors.csv"\ncrs = "EPSG:26986"'
    if "blocks" in layers:
        text += '\n[layers.block_towns]\npath = "blocks.csv"'
    if "areas" in layers:
        text += '\n[layers.areas]\npath = "areas.gpkg"'
    (folder / "region.toml").write_text(f"{text}\n[filings]\n{filings}\n", "utf-8")
    return folder / "region.toml"


def covered(path, **options):
    region = load_region(path)
    return cover(check(region), region, **options)


@pytest.fixture
def two_towns(tmp_path):
    """Town One: 48 of 50 at 100/20, 2 with satellite alone. Town Two: 40 at 100/20, 5 at 25/3, 3 not stated, 2 slow."""
    rows = [at(0, place) for place in range(48)]
    rows += [at(town, place, GSO, 150, 20, 0, provider=990009) for town in (0, 1) for place in range(50)]
    rows += [at(1, place) for place in range(40)]
    rows += [at(1, place, COPPER, 25, 3, provider=990003) for place in range(38, 45)]
    rows += [at(1, place, down="", up="") for place in range(45, 48)]
    rows += [at(1, place, COPPER, 24.99, 3, provider=990003) for place in range(48, 50)]
    file_offers(tmp_path, rows)
    return tmp_path


def row(tables, name, key, column="town_geoid"):
    table = tables[name]
    return table[table[column] == key].iloc[0]


def test_filings_give_the_town_test_and_the_federal_levels(two_towns):
    tables, notes = covered(write_region(two_towns))
    got = tables["coverage"].set_index(["town_geoid", "target"])
    counts = ["premises", "served", "unserved", "unknown", "needed", "verdict"]
    assert got.loc[(TOWNS[0], "25/3"), counts].tolist() == [50, 48, 2, 0, 48, "pass"]
    assert got.loc[(TOWNS[0], "100/20"), counts].tolist() == [50, 48, 2, 0, 48, "pass"]
    assert got.loc[(TOWNS[1], "25/3"), counts].tolist() == [50, 45, 2, 3, 48, "not known"]
    assert got.loc[(TOWNS[1], "100/20"), counts].tolist() == [50, 40, 7, 3, 48, "fail"]
    assert set(got["basis"]) == {"filings"}
    service = row(tables, "federal_service", TOWNS[1])
    # A speed that is not stated is unserved under the federal rule, and not known under the town test.
    assert service[["locations", "served", "underserved", "unserved"]].tolist() == [50, 40, 5, 5]
    assert service["technologies"] == "cable 43, copper 7"
    assert (service["providers"], service["median_down_mbps"], service["without_offer"]) == (2, 100, 0)
    assert "not the location fabric" in service["note"]
    assert notes == ()


def test_failing_locations_are_listed_with_the_verdict_of_their_town(two_towns):
    tables, _ = covered(write_region(two_towns))
    listed = tables["failing_locations"]
    assert listed.groupby("town")["town_verdict"].unique().map(list).to_dict() == {
        "One": ["pass"],
        "Two": ["not known"],
    }
    failing = to_reach(tables)
    assert failing is not None
    assert failing["location_id"].tolist() == [str(location(1, place)[0]) for place in range(45, 50)]
    assert failing["status"].tolist() == ["not known"] * 3 + ["unserved"] * 2
    assert failing["best_down_mbps"].tolist()[3:] == [24.99, 24.99]
    assert set(failing["town"]) == {"Two"}


def test_providers_are_counted_once_a_location(two_towns):
    rows = [at(0, place, code=code) for place in range(48) for code in ("B", "R")]
    file_offers(two_towns, rows, name="twice")
    tables, _ = covered(write_region(two_towns, filings='folder = "twice"\nrule = "reliable-technology"'))
    (provider,) = tables["providers"].to_dict("records")
    assert (provider["offered"], provider["served"], provider["offered_share"]) == (48, 48, 0.96)


def test_tier_target_and_customers_come_from_the_region_file(two_towns):
    target = "targets = [{ down_mbps = 100, up_mbps = 20, share = 0.98 }]"
    tables, _ = covered(write_region(two_towns, target))
    assert tables["coverage"][["needed", "verdict"]].to_numpy().tolist() == [[49, "fail"], [49, "fail"]]
    rows = [at(0, place, code="B") for place in range(50)]
    file_offers(two_towns, rows, name="business")
    for customers, served in (("residential", 0), ("business", 50), ("all", 50)):
        filings = f'folder = "business"\nrule = "reliable-technology"\ncustomers = "{customers}"'
        tables, _ = covered(write_region(two_towns, filings=filings))
        assert row(tables, "coverage", TOWNS[0])["served"] == served


def test_the_rule_is_the_one_named_or_in_force(two_towns):
    neutral = 'folder = "filings"\nrule = "technology-neutral"'
    satellite = [at(0, place, 61, 200, 20) for place in range(50)]
    file_offers(two_towns, satellite, name="orbit")
    for name, served in (("technology-neutral", 50), ("reliable-technology", 0)):
        path = write_region(two_towns, filings=f'folder = "orbit"\nrule = "{name}"')
        assert row(covered(path)[0], "coverage", TOWNS[0])["served"] == served
    assert load_region(write_region(two_towns, filings=neutral)).service_rule.name == "technology-neutral"
    path = write_region(two_towns, filings='folder = "filings"')
    with pytest.raises(RuleError, match="was in force on 2015-12-31; name one under \\[filings\\]"):
        covered(path)
    path.write_text(path.read_text("utf-8").replace("2015-12-31", "2023-01-01"), "utf-8")
    assert load_region(path).service_rule.name == "reliable-technology"


def test_change_counts_what_was_gained_and_lost(two_towns):
    before = [at(0, place) for place in range(2, 50)] + [at(1, place) for place in range(30)]
    file_offers(two_towns, before, day="D14", name="before")
    tables, _ = covered(
        write_region(two_towns, filings='folder = "filings"\nearlier = "before"\nrule = "reliable-technology"')
    )
    change = tables["coverage_change"].set_index(["town_geoid", "target"])
    wanted = ["served_before", "served", "gained", "lost", "change_share"]
    assert change.loc[(TOWNS[0], "25/3"), wanted].tolist() == [48, 48, 2, 2, 0]
    assert change.loc[(TOWNS[1], "100/20"), wanted].tolist() == [30, 40, 10, 0, 0.2]
    assert change["unknown_before"].tolist() == [0, 0, 0, 0]
    path = write_region(two_towns, filings='folder = "before"\nearlier = "filings"\nrule = "reliable-technology"')
    with pytest.raises(LayerError, match="exchange the folders"):
        covered(path)


def test_without_premises_blocks_say_the_town_and_the_bias_is_told(two_towns):
    rows = [at(0, place) for place in range(40)]
    file_offers(two_towns, rows, name="few")
    path = write_region(two_towns, layers=(), filings='folder = "few"\nrule = "reliable-technology"')
    with pytest.raises(LayerError, match="say nothing of towns; give a layer 'premises' or 'block_towns'"):
        covered(path)
    blocks = [(location(town, place * 10)[1], TOWNS[town]) for town in (0, 1) for place in range(5)]
    pd.DataFrame(blocks, columns=["block_geoid", "town_geoid"]).to_csv(two_towns / "blocks.csv", index=False)
    path = write_region(two_towns, layers=("blocks",), filings='folder = "few"\nrule = "reliable-technology"')
    tables, _ = covered(path)
    got = row(tables, "coverage", TOWNS[0])
    assert (got["premises"], got["served"], got["verdict"]) == (40, 40, "pass")
    assert "those that nobody filed for are missing, so the share is an upper bound" in got["note"]
    assert row(tables, "coverage", TOWNS[1])["verdict"] == "not known"


FABRIC = formats()["fabric"].headers


def fabric(folder, count, outside=0):
    rows = []
    for town in (0, 1):
        for place in range(count):
            number, block = location(town, place)
            # EPSG:26986 100,500 / 900,500 lies near 42.84 N 72.71 W; towns are one kilometre wide
            lon, lat = (
                gpd.GeoSeries.from_xy([100_010 + town * 1000 + place * 10], [900_500], crs=26986)
                .to_crs(4326)
                .iloc[0]
                .coords[0]
            )
            rows.append((number, block, lat + (1 if place < outside else 0), lon, place != 49))
    sample = {
        "location_id": "", "address_primary": "1 Generated Road", "city": "", "state": "MA", "zip": "01001", "zip_suffix": "",
        "unit_count": "1", "bsl_flag": "True", "building_type_code": "R", "land_use_code": "1", "address_confidence_code": "1",
        "county_geoid": "25003", "block_geoid": "", "h3_9": "892a306603bffff", "latitude": "", "longitude": "",
    }  # fmt: skip
    made = [
        sample
        | {
            "location_id": number,
            "block_geoid": block,
            "latitude": f"{lat:.9f}",
            "longitude": f"{lon:.9f}",
            "bsl_flag": str(bsl),
        }
        for number, block, lat, lon, bsl in rows
    ]
    path = folder / "FCC_Active_BSL_12312015.csv"
    pd.DataFrame(made)[[name for name in FABRIC if name in sample]].to_csv(path, index=False)
    ingest([path], folder / "filings")


def test_the_fabric_beside_the_filings_is_the_universe(two_towns):
    fabric(two_towns, 50, outside=1)
    tables, notes = covered(write_region(two_towns, layers=()))
    got = row(tables, "coverage", TOWNS[0])
    # 50 locations a town: one lies elsewhere, one is not serviceable, and two had no offer that counts
    assert (got["premises"], got["served"], got["note"]) == (48, 47, "N is the location fabric")
    assert notes == (
        "filings: 2 locations of the fabric lie in no town of the region; left out",
        "filings: 4 filed locations are not among the region's locations; left out",
    )


def test_areas_are_counted_by_county_tract_cell_and_drawn_area(two_towns):
    drawn = gpd.GeoDataFrame(
        {"area_id": ["west"], "area": ["West side"]},
        geometry=[box(100_000, 900_000, 100_105, 901_000)],
        crs="EPSG:26986",
    )
    drawn.to_file(two_towns / "areas.gpkg")
    path = write_region(two_towns, 'geographies = ["county", "tract", "h3", "area"]', layers=("premises", "areas"))
    tables, _ = covered(path)
    got = tables["area_coverage"]
    got = got[got["target"] == "25/3"].set_index("geography")
    assert got.loc["county", ["area_geoid", "premises", "served", "unknown", "towns"]].tolist() == [
        "25003",
        100,
        93,
        3,
        2,
    ]
    assert got.loc["tract", "area_geoid"].tolist() == ["25003000001", "25003000002"]
    assert got.loc["h3", ["area_geoid", "premises"]].tolist() == ["882a306603fffff", 100]
    assert got.loc["area", ["area_geoid", "premises", "served"]].tolist() == ["west", 10, 10]


def test_anchors_are_held_against_gigabit_speeds(two_towns):
    rows = [
        at(0, 0, 50, 1000, 1000),
        at(0, 1, 50, 1000, 999),
        at(0, 2, 50, "", 1000),
    ]
    file_offers(two_towns, rows, name="fibre")
    anchors = pd.DataFrame(
        {"anchor_id": list("abcde"), "name": list("abcde"), "kind": "school", "x": 100_020, "y": 900_500}
    )
    anchors["location_id"] = [location(0, place)[0] for place in range(4)] + [None]
    anchors.astype({"location_id": "Int64"}).to_csv(two_towns / "anchors.csv", index=False)
    filings = 'folder = "fibre"\nrule = "reliable-technology"'
    tables, _ = covered(write_region(two_towns, layers=("premises", "anchors"), filings=filings))
    table = tables["anchor_service"]
    assert table["verdict"].tolist() == ["has it", "lacks it", "not known", "lacks it", "not known"]
    assert table["missing"].fillna("").tolist() == ["", "", "speed of its offer", "", "its location"]


def test_a_second_run_reads_what_the_first_reduced_and_a_changed_filing_is_noticed(two_towns):
    path = write_region(two_towns)
    first, _ = covered(path)
    (kept,) = (two_towns / "filings" / "reduced").glob("*.parquet")
    stamp = kept.stat().st_mtime_ns
    again, _ = covered(path)
    assert kept.stat().st_mtime_ns == stamp
    pd.testing.assert_frame_equal(first["coverage"], again["coverage"])
    file_offers(two_towns, [at(0, place) for place in range(10)])
    changed, _ = covered(path)
    assert row(changed, "coverage", TOWNS[0])["served"] == 10


def older_format(folder):
    record = folder / "filings" / "ingest.json"
    content = json.loads(record.read_text("utf-8"))
    for source in content["sources"].values():
        source["members"][0]["format_sha256"] = "0" * 64
    record.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (older_format, "was ingested under another edition of its format; ingest it again"),
        (lambda folder: (folder / "filings" / "ingest.json").unlink(), "holds no ingested filings; 'townline ingest FILES"),
        (lambda folder: next((folder / "filings").glob("*.parquet")).write_bytes(b"x"), "missing or changed since it was ingested"),
        (lambda folder: file_offers(folder, [offer(9_000_009_999, "250030000010001")], day="J15"), None),
        (
            lambda folder: (folder / "region.toml").write_text(
                (folder / "region.toml").read_text("utf-8").replace("reliable-technology", "reliable-technolgy"), "utf-8"
            ),
            "did you mean 'reliable-technology'",
        ),
        (lambda folder: (folder / "premises.csv").write_text(
            (folder / "premises.csv").read_text("utf-8").replace("9000001000", "A1"), "utf-8"), "are not the fabric's ten digits"),
    ],
)  # fmt: skip
def test_bad_filings_are_named(two_towns, townline, spoil, message):
    path = write_region(two_towns)
    spoil(two_towns)
    if message is None:
        message = "are of 2 days (2015-06-30, 2015-12-31); ingest each day into a folder of its own"
    status, out, error = townline("coverage", path)
    assert (status, out) == (2, "")
    assert message in error


def test_a_state_without_filings_is_named(two_towns):
    rows = [offer(9_000_001_000, "330030000010001")]
    file_offers(two_towns, rows, name="other")
    path = write_region(two_towns, filings='folder = "other"\nrule = "reliable-technology"')
    with pytest.raises(
        LayerError, match="hold no offer in state 25, where the region has 2 towns \\(they hold state 33\\)"
    ):
        covered(path)


def test_filings_of_other_locations_are_refused(two_towns):
    file_offers(two_towns, [offer(9_100_000_000, "250030000010001")], name="other")
    path = write_region(two_towns, filings='folder = "other"\nrule = "reliable-technology"')
    with pytest.raises(LayerError, match="name no location that counts"):
        covered(path)


def test_the_command_writes_every_table_and_says_what_n_is(two_towns, townline):
    path = write_region(two_towns)
    status, printed, _ = townline("coverage", path, "--tables", two_towns / "out")
    assert status == 0
    assert "100 locations: 88 served, 5 underserved, 7 unserved; N is the layer premises" in printed
    assert {each.stem for each in (two_towns / "out").glob("*.csv")} == {
        "area_coverage", "coverage", "failing_locations", "federal_service", "providers",
    }  # fmt: skip
    assert townline("coverage", path, "--engine", "duck")[0] == 2
    with pytest.raises(PlanError):
        covered(path, engine="duck")
    found = json.loads(townline("coverage", path, "--json")[1])
    assert found["towns"][0]["basis"] == "filings"


def test_a_plan_carries_what_is_on_offer(two_towns):
    made = plan(load_region(write_region(two_towns)))
    town = row(made.tables, "town_results", TOWNS[1])
    assert town["on_offer"] == "mostly cable; 2 providers; median 100 Mbps download"
    assert (town["federal_underserved"], town["federal_unserved"]) == (5, 5)
    assert made.provenance["parameters"]["filings"]["rule"] == "reliable-technology"
    assert len(made.provenance["inputs"]["filings"]["sha256"]) == 64
