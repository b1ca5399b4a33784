"""One page opened in Chromium from its file, without network: how soon it is ready, what it holds, how it pans."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
SIZE: Final = {"width": 1280, "height": 800}
_FIND_MAP: Final = (
    "Object.defineProperty(window, 'L', { configurable: true, set(value) {"
    " Object.defineProperty(window, 'L', { value: value, writable: true });"
    " value.Map.addInitHook(function () { window.map = this; }); } });"
)
_FRAMES: Final = (
    "() => { window.worst = 0; let last = performance.now(); window.watching = true;"
    " const frame = now => { window.worst = Math.max(window.worst, now - last); last = now;"
    " if (window.watching) requestAnimationFrame(frame); };"
    " requestAnimationFrame(now => { last = now; requestAnimationFrame(frame); }); }"
)


@dataclass(frozen=True)
class Opened:
    """Seconds until ready, JavaScript heap after collection, and the longest frame of a drag."""

    ready_seconds: float
    heap_mb: float
    pan_ms: float


def opened(path: Path) -> Opened:
    """Open a page in a fresh browser and measure it.

    Parameters
    ----------
    path
        The HTML file; its script sets ``data-ready`` on the body when all is drawn.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport=SIZE, offline=True).new_page()  # type: ignore[arg-type]
        page.add_init_script(_FIND_MAP)
        start = time.perf_counter()
        page.goto(path.as_uri(), timeout=600_000)
        page.wait_for_selector("body[data-ready]", state="attached", timeout=600_000)
        _frame(page)
        seconds = time.perf_counter() - start
        heap = _heap(page)
        worst = max(_drag(page, zoom) for zoom in (9, 12))
        browser.close()
    return Opened(seconds, heap, worst)


def _frame(page: Page) -> None:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _heap(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    used: Any = session.send("Runtime.getHeapUsage")
    return float(used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6


def _drag(page: Page, zoom: float) -> float:
    """Return the longest frame, in milliseconds, while the map is dragged to and fro at a zoom."""
    page.evaluate("zoom => { window.map.setView([42.3, -71.8], zoom, { animate: false }); }", zoom)
    page.wait_for_timeout(800)
    page.evaluate(_FRAMES)
    box = page.locator("#map, .folium-map").first.bounding_box()
    assert box is not None  # noqa: S101 - the map was found above
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for way in (1, -1):
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 26):
            page.mouse.move(x - way * 13 * step, y - way * 6 * step)
            page.wait_for_timeout(16)
        page.mouse.up()
        page.wait_for_timeout(250)
    worst: float = page.evaluate("() => { window.watching = false; return window.worst; }")
    return worst
