"""The command `townline fetch`, against a server on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

AREA = ("fetch", "qcew_area", "area=25011", "year=2023")
BODY = b"area_fips,own_code,industry_code,agglvl_code,disclosure_code,annual_avg_emplvl\n25011,5,10,71,,22000\n"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/cew/data/api/2023/a/area/25011.csv"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Options that send the command to a server on this machine, with a cache of its own."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("FCC_USERNAME", raising=False)
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield "--folder", tmp_path / "cache", "--base", f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def test_fetch_prints_where_from_and_under_which_licence(townline, here):
    status, out, err = townline(*AREA, *here)
    assert (status, err) == (0, "")
    assert "qcew_2023_25011.csv" in out
    assert "US Bureau of Labor Statistics, as of 2023-12-31; US government work, public domain" in out
    status, again, _ = townline(*AREA, *here, "--offline")
    assert (status, again) == (0, out)


def test_fetch_copies_to_a_file_or_a_folder(townline, here, tmp_path):
    assert townline(*AREA, *here, "--out", tmp_path / "jobs.csv")[0] == 0
    assert (tmp_path / "jobs.csv").read_bytes() == BODY
    status, out, _ = townline(*AREA, *here, "--out", tmp_path, "--json")
    made = json.loads(out)["files"][0]
    assert status == 0
    assert made["path"] == str(tmp_path / "qcew_2023_25011.csv")
    assert made["bytes"] == len(BODY)
    assert made["licence"].startswith("US government work")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "jobs.csv", "qcew_2023_25011.csv"]


def test_fetch_lists_its_sources(townline):
    status, out, _ = townline("fetch", "--list")
    assert status == 0
    assert "cousub_shapes" in out
    assert "CENSUS_API_KEY (optional)" in out
    assert "Open Database License" in out
    known = json.loads(townline("fetch", "--list", "--json")[1])["sources"]
    assert known["bdc_days"]["credentials"][0] == {"variable": "FCC_USERNAME", "needed": True}
    assert all(row["url"].startswith("https://") and row["licence"] and row["as_of"] for row in known.values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("qcew_area", "area=25011", "year=1999"), "is not there (status 404)"),
        (("qcew_area", "area=25011", "year=1999", "--offline"), "townline fetch qcew_area area=25011 year=1999"),
        (("qcew_area", "25011"), "'25011' is not name=value"),
        (("qcew_area", "area=25011", "area=25011"), "names a part twice"),
        (("qcew_area", "key=1", "self=2"), "needs area=25011"),
        (("qcew",), "did you mean 'qcew_"),
        (("bdc_days",), "needs FCC_USERNAME"),
        ((), "needs a source; 'townline fetch --list' prints them"),
    ],
)
def test_fetch_says_what_is_wrong_in_one_message(townline, here, given, said):
    status, out, err = townline("fetch", *given, *here)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
