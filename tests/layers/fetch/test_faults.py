"""Fetching from a server that answers badly: one message, nothing half-written, no secret anywhere."""

import errno
import gzip
import io
import json
import logging
import socket
import stat
import subprocess
import sys
import time
import traceback
import zipfile
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.fetch import Fetcher, FetchError, Policy, _partial, _record
from layers.fetch._address import ask
from layers.fetch._archive import BadContentError, opened, safe_members
from layers.fetch._secrets import redacted
from layers.fetch._source import parsed
from tests.layers.fetch._server import (
    ACS,
    ACS_PATH,
    COUSUB,
    COUSUB_PATH,
    QCEW,
    QCEW_PATH,
    Answer,
    dbf,
    packed,
    ranged,
    zipped,
)

PAGE = b"\xef\xbb\xbf <!-- x --><!DOCTYPE HTML><html><head><title>Service &amp; Maintenance</title></head></html>"
COUSUB_PARTS = {"state": "25", "year": "2023"}
ACS_PARTS = {"state": "25", "year": "2023", "table": "B19013", "level": "county subdivision"}
AREA_PARTS = {"year": "2023", "area": "25011"}
SECRET = "k3y+of/nobody=="  # noqa: S105


def link():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("a.dbf")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    return out.getvalue()


def twice():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.dbf", b"1")
        archive.writestr("A.DBF", b"2")
    return out.getvalue()


def flipped():
    """A sound directory, but one byte of a member's packed data is another."""
    at = COUSUB.index(b".dbf") + 20
    return COUSUB[:at] + bytes([COUSUB[at] ^ 255]) + COUSUB[at + 1 :]


@pytest.mark.parametrize(
    ("answers", "said", "asked"),
    [
        ([Answer(b"", 404)], "is not there .status 404.; check the year", 1),
        ([Answer(b"", 403)], "set TOWNLINE_CONTACT", 1),
        ([Answer(b"", 410)], "no longer there", 1),
        ([Answer(b"", 418)], "answers with status 418", 1),
        ([Answer(b"", 204)], "has nothing for these parts", 1),
        ([Answer(b"", 500)], r"status 500 \(asked 4 times\); try again later", 4),
        ([Answer(b"", 429, {"Retry-After": "9000"})], "asked too often .*asks to wait 9000 s", 1),
        ([Answer(b"", 429, {"Retry-After": "3"})], r"\(asked 4 times\); it asks to wait 3 s", 4),
        ([Answer(b"", 503, {"Retry-After": "soon"})], "status 503", 4),
        ([Answer(COUSUB[:300], claim=len(COUSUB))], "broke off before its end .*asked 4 times", 4),
        ([Answer(COUSUB[:300])], "broken zip archive", 1),
        ([Answer(b"")], "is empty", 1),
        ([Answer(PAGE)], "web page .'Service & Maintenance'. in place of zip", 1),
        ([Answer(PAGE, headers={"Content-Type": "application/zip"})], "web page", 1),
        ([Answer(b"PK\x03\x04 and then nothing")], "broken zip archive", 1),
        ([Answer(flipped())], "broken zip archive", 1),
        ([Answer(zipped(a__dbf=dbf("STATEFP", "GEOID", "NAME")))], "has no column COUNTYFP, COUSUBFP, NAMELSAD, ALAND in a.dbf", 1),
        ([Answer(zipped(a__dbf=b"\x03"))], "cut short", 1),
        ([Answer(zipped(a__txt=b"1"))], r"holds no file like '\*.dbf'", 1),
        ([Answer(zipped(**{"../a__dbf": b"1"}))], "leads out of the zip", 1),
        ([Answer(zipped(**{"/etc/a__dbf": b"1"}))], "leads out of the zip", 1),
        ([Answer(zipped(**{"C:a__dbf": b"1"}))], "leads out of the zip", 1),
        ([Answer(link())], "is a link", 1),
        ([Answer(twice())], "the same file twice", 1),
        ([Answer(zipped(a__dbf=bytes(80_000_000)))], "more than 250 times its size", 1),
        ([Answer(b"", claim=200_000_000)], "200 MB, more than the 100 MB allowed", 1),
        ([Answer(b"", 302, {"Location": "https://evil.example/cb.zip?k=1"})], "redirects to https://evil.example, which", 1),
        ([Answer(b"", 301, {"Location": "http://www2.census.gov/cb.zip"})], "redirects to http://www2.census.gov, which", 1),
        ([Answer(b"", 301, {"Location": "file:///etc/passwd"})], "redirects to file://, which", 1),
        ([Answer(b"", 301, {"Location": "https://[bad"})], "redirects to what is no address", 1),
        ([Answer(b"", 302, {"Location": COUSUB_PATH})], "redirects more than 5 times", 5),
        ([Answer(COUSUB, headers={"Content-Encoding": "br"})], "came packed as 'br'", 1),
    ],
)  # fmt: skip
def test_a_bad_answer_gives_one_message_and_leaves_nothing(server, fetcher, left, answers, said, asked):
    server.serve(COUSUB_PATH, *answers)
    with pytest.raises(FetchError, match=said) as caught:
        fetcher().get("cousub_shapes", **COUSUB_PARTS)
    assert str(caught.value).startswith(f"source 'cousub_shapes' ({server.address}{COUSUB_PATH}): ")
    assert "\n" not in str(caught.value)
    assert len(server.asked) == asked
    assert left() == []


@pytest.mark.parametrize(
    ("key", "parts", "path", "answer", "said"),
    [
        ("acs5", ACS_PARTS, ACS_PATH, Answer(PAGE), "web page"),
        ("acs5", ACS_PARTS, ACS_PATH, Answer(ACS[:-9]), "is not whole JSON"),
        ("acs5", ACS_PARTS, ACS_PATH, Answer(b"[" * 100_000), "is not whole JSON"),
        ("acs5", ACS_PARTS, ACS_PATH, Answer(ACS.replace(b"19013_001M", b"19013_001X")), "has no column B19013_001M"),
        ("acs5", ACS_PARTS, ACS_PATH, Answer(gzip.compress(ACS)[:-4], headers={"Content-Encoding": "gzip"}), "cut short gzip"),
        ("qcew_area", AREA_PARTS, QCEW_PATH, packed(bytes(51_000_000)), "unpacks to more than 50 MB"),
        ("acs5", ACS_PARTS, ACS_PATH, Answer(b"error: unknown table", 400, {"Content-Type": "text/plain"}), "it says 'error: unknown table'"),
        ("qcew_area", AREA_PARTS, QCEW_PATH, Answer(PAGE), "web page"),
        ("qcew_area", AREA_PARTS, QCEW_PATH, Answer(QCEW.replace(b"own_code", b"owner")), "has no column own_code"),
        ("osm_roads", {"bbox": "1,2,3,4"}, "/api/interpreter", Answer(b'<osm version="0.6"><node'), "cut short"),
        ("osm_roads", {"bbox": "1,2,3,4"}, "/api/interpreter", Answer(b'<!DOCTYPE x [<!ENTITY a "b">]><osm>&a;</osm>'), "entities"),
        ("osm_roads", {"bbox": "1,2,3,4"}, "/api/interpreter", Answer(b"<osm><remark> runtime error: Query timed out </remark></osm>"), "Query timed out.*smaller box"),
        ("osm_anchors", {"bbox": "1,2,3,4"}, "/api/interpreter", Answer(b'{"elements": [], "remark": "runtime error: out of memory"}'), "out of memory"),
        ("cbsa_delineation", {"year": "2023"}, "/programs-surveys/metro-micro/geographies/reference-files/2023/delineation-files/list1_2023.xlsx", Answer(COUSUB), "is no workbook"),
    ],
)  # fmt: skip
def test_what_is_not_of_its_kind_is_refused(server, fetcher, left, key, parts, path, answer, said):
    server.serve(path, answer)
    with pytest.raises(FetchError, match=said):
        fetcher().get(key, **parts)
    assert left() == []


def test_a_failure_leaves_the_earlier_file_as_it_was(server, fetcher, left):
    server.serve(COUSUB_PATH, Answer(COUSUB), Answer(PAGE))
    made = fetcher().get("cousub_shapes", **COUSUB_PARTS)
    with pytest.raises(FetchError, match="web page"):
        fetcher(policy={"refresh": True}).get("cousub_shapes", **COUSUB_PARTS)
    assert fetcher(offline=True).get("cousub_shapes", **COUSUB_PARTS) == made
    assert left() == ["cb_2023_25_cousub_500k.zip", "record.json"]


@pytest.mark.parametrize("good", [True, False])
def test_a_wrong_hash_is_refused(server, tmp_path, good):
    """Against the hash that FIPS 180-4 gives for the three letters."""
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    row = {
        "title": "t",
        "url": "https://example.gov/a.csv",
        "licence": "l",
        "as_of": "2020",
        "source": "s",
        "kind": "csv",
    }
    server.serve("/a.csv", Answer(b"abc" if good else b"abd"))
    ours = Fetcher(tmp_path, base=server.address, rows=parsed({"rows": {"fixed": row | {"sha256": digest}}}))
    if good:
        assert ours.get("fixed").sha256 == digest
        return
    with pytest.raises(FetchError, match="another hash"):
        ours.get("fixed")


def test_a_server_that_falls_silent_is_left(server, fetcher, left):
    server.serve(COUSUB_PATH, Answer(COUSUB, wait=1.5))
    with pytest.raises(FetchError, match=r"fell silent .asked 2 times"):
        fetcher(policy={"attempts": 2, "read_s": 0.2}).get("cousub_shapes", **COUSUB_PARTS)
    assert left() == []


def test_a_server_that_drips_is_left(server, fetcher, left):
    server.serve(COUSUB_PATH, Answer(COUSUB))
    with pytest.raises(FetchError, match="took more than 0 s"):
        fetcher(policy={"deadline_s": 0.0}).get("cousub_shapes", **COUSUB_PARTS)
    assert left() == []


def test_nobody_there(tmp_path, waits, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(FetchError, match="cannot be reached; check the network"):
            Fetcher(tmp_path, base=base, policy=Policy(attempts=2, pause=waits.append)).get("bea_cainc1")


def test_a_redirect_inside_the_source_is_followed(server, fetcher):
    server.serve(COUSUB_PATH, Answer(b"", 302, {"Location": "https://www2.census.gov/moved/here.zip"}))
    server.serve("/moved/here.zip", Answer(COUSUB))
    assert fetcher().get("cousub_shapes", **COUSUB_PARTS).path.name == "cb_2023_25_cousub_500k.zip"
    assert server.paths()[-1] == "/moved/here.zip"


def test_a_range_that_is_not_as_asked_begins_afresh(server, fetcher):
    whole = QCEW * 2000
    wrong = Answer(whole[10:], 206, {"Content-Range": f"bytes 10-{len(whole) - 1}/{len(whole)}", "ETag": '"v1"'})
    server.serve(QCEW_PATH, ranged(whole, cut=70_000), wrong, Answer(b"", 416), Answer(whole))
    assert fetcher().get("qcew_area", **AREA_PARTS).path.read_bytes() == whole


@pytest.mark.parametrize("base", ["http://example.org", "ftp://127.0.0.1", "127.0.0.1", "https://user:pw@example.org"])
def test_a_base_is_secure_or_here(tmp_path, base):
    with pytest.raises(FetchError, match="must be https"):
        Fetcher(tmp_path, base=base)


def test_a_full_disk_gives_a_message_and_room(server, fetcher, left, monkeypatch):
    server.serve(COUSUB_PATH, Answer(COUSUB))

    def full(_path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_partial, "flush", full)
    with pytest.raises(FetchError, match="cannot be written: No space left on device; make room"):
        fetcher().get("cousub_shapes", **COUSUB_PARTS)
    monkeypatch.undo()
    monkeypatch.setattr(_record, "flush", full)
    with pytest.raises(FetchError, match="No space left on device"):
        fetcher().get("cousub_shapes", **COUSUB_PARTS)
    assert left() == []


def test_a_folder_that_is_a_file(server, tmp_path):
    (tmp_path / "taken").write_text("x")
    with pytest.raises(FetchError, match="cannot be written"):
        Fetcher(tmp_path / "taken", base=server.address).get("bea_cainc1")


@pytest.mark.parametrize("body", [b"", COUSUB[:200]])
def test_a_run_that_is_killed_leaves_nothing_that_looks_whole(server, fetcher, left, monkeypatch, body):
    """As kill -9 would leave it: the part without record, or the file without record."""
    server.serve(COUSUB_PATH, Answer(COUSUB))
    place = fetcher().get("cousub_shapes", **COUSUB_PARTS).path
    (place.parent / "record.json").unlink()
    (place.parent / ".part").write_bytes(body)
    with pytest.raises(FetchError, match="not in the cache"):
        fetcher(offline=True).get("cousub_shapes", **COUSUB_PARTS)
    assert fetcher().get("cousub_shapes", **COUSUB_PARTS).path.read_bytes() == COUSUB
    assert left() == ["cb_2023_25_cousub_500k.zip", "record.json"]


def test_kill_9_in_the_middle_of_a_body_and_the_next_run_resumes(server, tmp_path, left):
    whole = QCEW * 20_000
    first = ranged(whole)
    server.serve(QCEW_PATH, lambda headers: replace(first(headers), rest_after=60.0), ranged(whole))
    code = (
        "import sys; from pathlib import Path; from layers.fetch import Fetcher\n"
        "Fetcher(Path(sys.argv[1]), base=sys.argv[2]).get('qcew_area', year='2023', area='25011')"
    )
    run = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "cache"), server.address])
    part = tmp_path / "cache" / "mirrors" / server.address.removeprefix("http://").replace(":", "_")
    ends = time.monotonic() + 60
    while not any(path.stat().st_size for path in part.rglob(".part")) and time.monotonic() < ends:
        time.sleep(0.02)
    run.kill()
    run.wait()
    assert left() == [".part", ".part.json"]
    made = Fetcher(tmp_path / "cache", base=server.address).get("qcew_area", **AREA_PARTS)
    assert made.path.read_bytes() == whole
    assert int(server.asked[-1][2]["Range"].removeprefix("bytes=").rstrip("-")) > 0
    assert left() == ["qcew_2023_25011.csv", "record.json"]


ANSWERS = (
    Answer(ACS, headers={"ETag": f'"{SECRET}"', "Accept-Ranges": "bytes"}),
    Answer(PAGE),
    Answer(b"", 404),
    Answer(b"", 500),
    Answer(f"error: key {SECRET} is unknown".encode(), 400, {"Content-Type": "text/plain"}),
    Answer(b"", 302, {"Location": f"https://evil.example/?key={SECRET}"}),
    Answer(ACS[:50], claim=len(ACS), headers={"ETag": f'"{SECRET}"', "Accept-Ranges": "bytes"}),
)


@pytest.mark.parametrize("answer", ANSWERS)
def test_secrets_are_sent_and_are_nowhere_else(server, fetcher, tmp_path, monkeypatch, caplog, capfd, answer):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("CENSUS_API_KEY", SECRET)
    server.serve(ACS_PATH, answer)
    told: list[str] = []
    raised, seen = "", ""
    try:
        seen = repr(fetcher(tell=told.append).get("acs5", **ACS_PARTS))
    except FetchError as error:
        raised = "".join(traceback.format_exception(error)) + repr(error.__context__)
    assert "key=k3y%2Bof%2Fnobody%3D%3D" in server.paths()[0]
    files = "".join(path.read_text("utf-8", "replace") + str(path) for path in tmp_path.rglob("*") if path.is_file())
    everything = "".join((seen, raised, files, caplog.text, *told, *capfd.readouterr()))
    assert "GET" in caplog.text
    for form in (SECRET, "k3y", "nobody%3D"):
        assert form not in everything


def test_secrets_do_not_go_along_with_a_redirect_to_another_host(server, fetcher, monkeypatch):
    monkeypatch.setenv("CENSUS_API_KEY", SECRET)
    server.serve(ACS_PATH, Answer(b"", 302, {"Location": "https://api.census.gov/elsewhere"}))
    server.serve("/elsewhere", Answer(ACS))
    fetcher().get("acs5", **ACS_PARTS)
    assert server.paths()[-1].startswith("/elsewhere?key=")  # the same host
    mirror = Fetcher(fetcher().folder, base="https://mirror.example")
    question = mirror_question(mirror)
    assert question.secrets == ()
    assert question.url.startswith("https://mirror.example/data/2023/")


def mirror_question(mirror):
    row = mirror.rows["acs5"]
    return ask(row, row.values(ACS_PARTS), mirror.base)


def test_a_secret_that_is_needed_is_asked_for_before_the_server(server, fetcher, monkeypatch):
    with pytest.raises(
        FetchError, match=r"needs FCC_USERNAME and FCC_HASH_VALUE in the environment .or in the keyring"
    ):
        fetcher().get("bdc_days")
    monkeypatch.setenv("FCC_USERNAME", "x")
    monkeypatch.setenv("FCC_HASH_VALUE", "a\r\nb")
    with pytest.raises(FetchError, match="cannot send FCC_HASH_VALUE: it has signs") as caught:
        fetcher().get("bdc_days")
    assert "\r" not in str(caught.value)
    assert server.asked == []


def test_the_keyring_is_asked_where_the_environment_has_nothing(server, fetcher, monkeypatch):
    class Ring:
        @staticmethod
        def get_password(service, name):
            return f"{service}-{name}"

    monkeypatch.setitem(sys.modules, "keyring", Ring)
    server.serve(
        "/api/public/map/listAsOfDates",
        Answer(json.dumps({"data": [{"data_type": "availability", "as_of_date": "2025-06-30"}]}).encode()),
    )
    fetcher().get("bdc_days")
    assert server.asked[0][2]["hash_value"] == "townline-FCC_HASH_VALUE"


@settings(max_examples=40)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4), st.text(), st.text())
def test_no_form_of_a_secret_passes(secret, before, after):
    for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret)):
        if form not in "***" and form not in before + "***" + after:
            assert form not in redacted(f"{before}{form}{after}", [secret]).replace("***", "\0")


@settings(max_examples=60)
@given(st.binary(max_size=400), st.integers(0, 399))
def test_any_bytes_in_an_archive_give_its_files_or_a_refusal(noise, at):
    broken = COUSUB[:at] + noise + COUSUB[at + len(noise) :]
    try:
        with opened(io.BytesIO(broken)) as archive:  # type: ignore[arg-type]
            for member in safe_members(archive, 1e6):
                archive.read(member)
    except BadContentError:
        pass
