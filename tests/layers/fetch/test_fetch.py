"""Fetching from a server that answers well, and the cache."""

import gzip
import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from layers import adapt
from layers.fetch import Fetcher, FetchError, Policy, sources
from layers.fetch._source import known_parts, parsed
from tests.layers.fetch._server import (
    ACS,
    ACS_PATH,
    COUSUB,
    COUSUB_PATH,
    QCEW,
    QCEW_PATH,
    Answer,
    packed,
    ranged,
    zipped,
)

ACS_PARTS = {"state": "25", "year": "2023", "table": "B19013", "level": "county subdivision"}
OSM = b'<?xml version="1.0"?>\n<osm version="0.6"><node id="1" lat="42.6" lon="-72.6"/></osm>\n'
BBOX = "42.5,-72.7,42.7,-72.5"


def test_a_file_is_fetched_once_with_its_provenance(server, fetcher, left):
    server.serve(COUSUB_PATH, Answer(COUSUB, headers={"Last-Modified": "Mon, 01 Apr 2024 10:00:00 GMT"}))
    one = fetcher().get("cousub_shapes", state="25", year="2023")
    two = fetcher().get("cousub_shapes", state="25", year="2023")
    assert one == two
    assert server.paths() == [COUSUB_PATH]
    assert one.path.read_bytes() == COUSUB
    assert one.sha256 == hashlib.sha256(COUSUB).hexdigest()
    assert (one.bytes, one.as_of, one.url) == (len(COUSUB), "2023-01-01", server.address + COUSUB_PATH)
    record = json.loads((one.path.parent / "record.json").read_text("utf-8"))
    assert record["licence"].startswith("US government work")
    assert record["last_modified"] == "Mon, 01 Apr 2024 10:00:00 GMT"
    assert datetime.fromisoformat(record["fetched_at"]).tzinfo is not None
    assert left() == ["cb_2023_25_cousub_500k.zip", "record.json"]


def test_the_true_address_differs_in_nothing_but_scheme_and_host():
    for key, row in sources().items():
        given = {name: known_parts()[name].example for name in row.parts}
        true = urlsplit(row.filled(row.url, row.values(given), in_url=True))
        assert true.scheme == "https", key
        assert true.hostname, key
        assert true.hostname.endswith((".gov", "overpass-api.de")), key
    acs = sources()["acs5"]
    url = acs.filled(acs.url, acs.values(ACS_PARTS), in_url=True)
    assert url == "https://api.census.gov" + ACS_PATH


def test_survey_tables_go_into_the_adapter_as_they_come(server, fetcher):
    server.serve(ACS_PATH, packed(ACS))
    made = fetcher().get("acs5", **ACS_PARTS)
    assert made.path.name == "acs5_2023_B19013_county_subdivision_25.json"
    assert made.path.read_bytes() == ACS
    table = adapt.adapt([made.path])["acs_estimates"]
    assert table[["area_geoid", "estimate", "margin_of_error"]].to_numpy().tolist() == [["2501114885", 75000.0, 9100.0]]


def test_overpass_is_asked_by_post(server, fetcher):
    server.serve("/api/interpreter", Answer(OSM, headers={"Content-Type": "application/osm3s+xml"}))
    made = fetcher().get("osm_roads", bbox=BBOX)
    method, _, _, posted = server.asked[0]
    question = parse_qs(posted.decode())["data"][0]
    assert method == "POST"
    assert f"({BBOX})" in question
    assert made.path.name == "osm_roads.osm"
    assert "OpenStreetMap" in made.source
    assert made.as_of == made.fetched_at[:10]


def test_a_refresh_asks_again_and_replaces(server, fetcher):
    server.serve(QCEW_PATH, Answer(QCEW), Answer(QCEW + b'"25011","5","101","72","0","2023","A","",1,2\n'))
    first = fetcher().get("qcew_area", year="2023", area="25011")
    again = fetcher(policy={"refresh": True}).get("qcew_area", year="2023", area="25011")
    assert again.bytes > first.bytes
    assert fetcher().get("qcew_area", year="2023", area="25011") == again


def test_offline_gives_the_cache_and_says_how_to_fill_it(server, fetcher):
    server.serve(COUSUB_PATH, Answer(COUSUB))
    fetcher().get("cousub_shapes", state="25", year="2023")
    server.asked.clear()
    offline = fetcher(offline=True)
    assert offline.get("cousub_shapes", state="25", year="2023").bytes == len(COUSUB)
    with pytest.raises(FetchError, match=r'not in the cache.*townline fetch acs5 "level=county subdivision" state=25'):
        offline.get("acs5", **ACS_PARTS)
    wanted = [("cousub_shapes", {"state": "25", "year": "2023"}), ("bea_cainc1", {})]
    assert offline.missing(wanted) == ["townline fetch bea_cainc1"]
    assert server.asked == []


def test_a_damaged_file_of_the_cache_is_seen_and_fetched_again(server, fetcher):
    server.serve(QCEW_PATH, Answer(QCEW))
    made = fetcher().get("qcew_area", year="2023", area="25011")
    made.path.write_bytes(QCEW[:-5])
    with pytest.raises(FetchError, match="damaged in the cache"):
        fetcher(offline=True).get("qcew_area", year="2023", area="25011")
    assert fetcher().get("qcew_area", year="2023", area="25011").path.read_bytes() == QCEW


def test_an_answer_that_breaks_off_is_resumed_where_the_server_can(server, fetcher, left):
    whole = QCEW * 2000
    server.serve(QCEW_PATH, ranged(whole, cut=70_000), ranged(whole))
    made = fetcher().get("qcew_area", year="2023", area="25011")
    assert made.path.read_bytes() == whole
    assert server.asked[1][2]["Range"].startswith("bytes=")
    assert server.asked[1][2]["If-Range"] == '"v1"'
    assert left() == ["qcew_2023_25011.csv", "record.json"]


def test_an_answer_that_breaks_off_begins_afresh_where_the_server_cannot(server, fetcher):
    whole = QCEW * 2000
    server.serve(QCEW_PATH, Answer(whole[:70_000], claim=len(whole)), Answer(whole))
    assert fetcher().get("qcew_area", year="2023", area="25011").path.read_bytes() == whole
    assert "Range" not in server.asked[1][2]


def test_a_part_of_an_earlier_version_is_not_put_before_a_newer_one(server, fetcher):
    old, new = b"x" * len(QCEW) * 2000, QCEW * 2000
    server.serve(QCEW_PATH, ranged(old, '"old"', cut=70_000), ranged(new, '"new"'))
    assert fetcher().get("qcew_area", year="2023", area="25011").path.read_bytes() == new


def test_the_next_run_resumes_what_the_last_one_left(server, fetcher, left):
    whole = QCEW * 2000
    server.serve(QCEW_PATH, ranged(whole, cut=70_000), Answer(b"", 500))
    with pytest.raises(FetchError, match="status 500"):
        fetcher().get("qcew_area", year="2023", area="25011")
    assert left() == [".part", ".part.json"]
    server.serve(QCEW_PATH, ranged(whole))
    assert fetcher().get("qcew_area", year="2023", area="25011").path.read_bytes() == whole
    assert server.asked[-1][2]["Range"].startswith("bytes=")


def test_two_runs_at_once_ask_once(server, fetcher):
    server.serve(COUSUB_PATH, Answer(COUSUB, wait=0.3))
    made = []
    runs = [
        threading.Thread(target=lambda: made.append(fetcher().get("cousub_shapes", state="25", year="2023")))
        for _ in range(4)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(set(made)) == 1
    assert len(server.asked) == 1


def test_a_host_is_not_asked_more_often_than_it_likes(server, tmp_path, waits):
    now = [1000.0]

    def pause(seconds):
        waits.append(seconds)
        now[0] += seconds

    rows = parsed({"rows": {"slow": {
        "title": "t", "url": "https://example.gov/{year}.csv", "licence": "l", "as_of": "{year}", "source": "s",
        "kind": "csv", "columns": ["a"], "per_minute": 2,
    }}})  # fmt: skip
    for year in range(2001, 2006):
        server.serve(f"/{year}.csv", Answer(b"a,b\n1,2\n"))
    policy = Policy(pause=pause, clock=lambda: now[0])
    for year in range(2001, 2006):
        now[0] += 1
        Fetcher(tmp_path, base=server.address, rows=rows, policy=policy).get("slow", year=str(year))
    assert waits == [58.0, 58.0]  # asked at 1001, 1002, (1003) 1061, 1062, (1063) 1121


@pytest.mark.parametrize("as_date", [False, True])
def test_a_server_that_asks_to_wait_is_given_that_time(server, fetcher, waits, as_date):
    text = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True) if as_date else "30"
    server.serve(COUSUB_PATH, Answer(b"", 429, {"Retry-After": text}), Answer(COUSUB))
    fetcher().get("cousub_shapes", state="25", year="2023")
    assert waits[0] == pytest.approx(30, abs=2)


def test_pauses_grow_and_a_server_that_recovers_is_asked_again(server, fetcher, waits):
    server.serve(COUSUB_PATH, Answer(b"", 500), Answer(b"", 503), Answer(b"", 502), Answer(COUSUB))
    told: list[str] = []
    fetcher(tell=told.append).get("cousub_shapes", state="25", year="2023")
    assert len(waits) == 3
    assert all(2**n / 2 <= wait <= 2**n for n, wait in enumerate(waits))
    assert any("status 503" in text for text in told)


def test_members_of_an_archive_are_unpacked_beside_it(server, fetcher):
    server.serve(COUSUB_PATH, Answer(COUSUB))
    ours = fetcher()
    made = ours.get("cousub_shapes", state="25", year="2023")
    places = ours.unpack(made, "*.DBF")
    assert [place.name for place in places] == ["cb_2023_25_cousub_500k.dbf"]
    places[0].write_bytes(b"broken")
    assert ours.unpack(made, "*.dbf")[0].stat().st_size > 100
    assert len(ours.unpack(made)) == 3
    with pytest.raises(FetchError, match="holds no file like"):
        ours.unpack(made, "*.csv")


def test_all_files_of_a_state_come_by_their_listing(server, fetcher, monkeypatch):
    monkeypatch.setenv("FCC_USERNAME", "planner@example.org")
    monkeypatch.setenv("FCC_HASH_VALUE", "hash-of-nobody")
    query = "?category=State&subcategory=Location%20Coverage&technology_type=Fixed%20Broadband"
    rows = [
        {"file_id": number, "state_fips": fips, "file_name": f"bdc_{fips}"}
        for number, fips in ((11, "25"), (12, "25"), (13, "33"))
    ]
    listing = json.dumps({"data": rows, "status": "successful"}).encode()
    server.serve(f"/api/public/map/downloads/listAvailabilityData/2025-06-30{query}", Answer(listing))
    header = ",".join(sources()["bdc_file"].columns)
    for number in (11, 12):
        content = zipped(**{f"bdc_25_{number}__csv": f"{header}\n"})
        server.serve(f"/api/public/map/downloads/downloadFile/availability/{number}", Answer(content))
    ours = fetcher()
    assert not ours.has("bdc_state", state="25", day="2025-06-30")
    made = ours.get_all("bdc_state", state="25", day="2025-06-30")
    assert [each.path.name for each in made] == ["bdc_2025-06-30_11.zip", "bdc_2025-06-30_12.zip"]
    assert ours.has("bdc_state", state="25", day="2025-06-30")
    assert all(headers["hash_value"] == "hash-of-nobody" for _, _, headers, _ in server.asked)
    with pytest.raises(FetchError, match="use get_all"):
        ours.get("bdc_state", state="25", day="2025-06-30")
    with pytest.raises(FetchError, match="lists no file with state_fips 44"):
        ours.get_all("bdc_state", state="44", day="2025-06-30")


@pytest.mark.parametrize(
    ("key", "parts", "said"),
    [
        ("cousub_shape", {}, "did you mean 'cousub_shapes'"),
        ("cousub_shapes", {"year": "2023"}, "needs state=25"),
        ("cousub_shapes", {"year": "2023", "state": "../.."}, "is not a two-digit code"),
        ("cousub_shapes", {"year": "2023", "state": "25\n"}, "is not a two-digit code"),
        ("cousub_shapes", {"year": "2023", "state": "25", "county": "1"}, "has no part 'county'"),
        ("imls_pls", {"year": "1999"}, "known for the years 2022, 2023, 2024"),
        ("osm_roads", {"bbox": "42.7,-72.5,42.5,-72.7"}, "is not south,west,north,east"),
        ("osm_roads", {"bbox": "1,2,3,4);out;("}, "is not a box"),
    ],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_said_before_anything_is_asked(server, fetcher, key, parts, said):
    with pytest.raises(FetchError, match=said):
        fetcher().get(key, **parts)
    assert server.asked == []


def test_gzip_files_are_read_to_their_end(server, tmp_path):
    rows = parsed({"rows": {"packed": {
        "title": "t", "url": "https://example.gov/a.csv.gz", "licence": "l", "as_of": "2020", "source": "s",
        "kind": "gz", "columns": ["a"],
    }}})  # fmt: skip
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    server.serve("/a.csv.gz", Answer(whole[:-9]))
    with pytest.raises(FetchError, match="cut short gzip"):
        Fetcher(tmp_path, base=server.address, rows=rows).get("packed")
    server.serve("/a.csv.gz", Answer(whole))
    assert Fetcher(tmp_path, base=server.address, rows=rows).get("packed").path.name == "a.csv.gz"
