"""The site of the documents: it builds without a warning, no link leads nowhere, nothing comes from another host."""

import functools
import re
import shutil
import subprocess
import sys
import threading
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
LOADS = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"), ("object", "data")}


class Links(HTMLParser):
    """What a page loads, where it leads, and the places in it that can be led to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.leads, self.places = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if (tag, name) in LOADS:
                self.loads.append(value)
            if (tag, name) == ("a", "href"):
                self.leads.append(value)
            if name == "id":
                self.places.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; the pages are copied, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "docs", folder / "docs")
    for path in (*ROOT.glob("*.md"), ROOT / "mkdocs.yml"):
        shutil.copy(path, folder)
    ran = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "warning" not in (ran.stdout + ran.stderr).lower()
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site):
    return {path.relative_to(site).as_posix(): Links(path.read_text("utf-8")) for path in site.rglob("*.html")}


def is_local(link):
    return not urlsplit(link).scheme and not urlsplit(link).netloc


def test_every_page_is_reached_from_the_start(pages):
    reached, new = set(), {"index.html"}
    while new:
        reached |= new
        leads = {urlsplit(urljoin(page, link)).path for page in new for link in pages[page].leads if is_local(link)}
        new = (leads & set(pages)) - reached
    assert reached == set(pages) - {"404.html"}


def test_no_link_leads_nowhere(site, pages):
    for page, found in pages.items():
        if page == "404.html":  # its links begin at the root of a server
            continue
        for link in filter(is_local, found.loads + found.leads):
            parts = urlsplit(urljoin(page, link))
            target = unquote(parts.path) or page
            assert (site / target).exists(), f"{page}: {link}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].places, f"{page}: {link}"


def test_nothing_is_loaded_from_another_host(site, pages):
    assert [(page, link) for page, found in pages.items() for link in found.loads if not is_local(link)] == []
    for sheet in site.rglob("*.css"):
        assert not re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text("utf-8")), sheet


@pytest.fixture(scope="module")
def address(site):
    """The site on a server of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("page", ["index.html", "methods.html", "gallery.html"])
def test_a_page_in_a_browser_asks_no_other_host(browser, address, page):
    opened = browser.new_page()
    asked, errors = [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(address + page, wait_until="load")
    opened.wait_for_timeout(300)
    assert opened.locator("h1").count() >= 1
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []
    opened.close()
