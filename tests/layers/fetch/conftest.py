"""A fetcher of a server on this machine, and what it leaves behind."""

import threading

import pytest

from layers.fetch import Fetcher, Policy
from tests.layers.fetch._server import Http


@pytest.fixture
def server(monkeypatch):
    for name in ("CENSUS_API_KEY", "FCC_USERNAME", "FCC_HASH_VALUE", "TOWNLINE_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    httpd = Http()
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield httpd.ours
    httpd.stop.set()
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def waits():
    """Seconds that a fetch would have waited."""
    return []


@pytest.fixture
def fetcher(server, tmp_path, waits):
    """Make a fetcher of the local server that does not wait."""

    def make(**more):
        policy = {"attempts": 4, "connect_s": 2.0, "read_s": 2.0, "pause": waits.append} | more.pop("policy", {})
        return Fetcher(tmp_path / "cache", base=server.address, policy=Policy(**policy), **more)

    return make


@pytest.fixture
def left(tmp_path):
    """Files in the cache, but for locks and the hosts' clocks."""

    def listed():
        files = (path for path in (tmp_path / "cache").rglob("*") if path.is_file())
        return sorted(path.name for path in files if path.name != ".lock" and path.parent.name != "hosts")

    return listed
