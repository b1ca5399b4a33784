"""A small invented plan, a browser without network, and a page that notes everything it should not do."""

import datetime as dt
import os
import shutil
import types
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import sync_playwright

import maps
from layers import declared
from planner.plan import plan as plan_of
from planner.region import load_region
from planner.tables import tables
from tests.cases.hilltowns import write_region

CHROMIUM = "/usr/bin/chromium"
CRS = "EPSG:26986"
WEST, SOUTH, SIDE = 100_000, 880_000, 8_000
DAY = dt.date(2014, 12, 31)
# share served, verdict; 0.9596 must never read as 96.0 %
TOWNS = [
    ("Alford", 1.0, "pass"),
    ("Becket", 0.96, "pass"),
    ("Colrain", 0.9596, "fail"),
    ("Dalton", 0.90, "fail"),
    ("Egremont", 0.8999, "fail"),
    ("Florida", 0.5, "fail"),
    ("Goshen", 0.1, "fail"),
    ("Hawley", 0.0, "fail"),
    ("Heath", None, "not known"),
    ("Monroe", None, "fail"),
    ("Peru", 0.97, "pass"),
    ("Pétersham", 0.961, "pass"),
]


@pytest.fixture(scope="session")
def browser():
    """Chromium; without it these tests are skipped, but not where CI is set."""
    if shutil.which(CHROMIUM) is None:
        reason = f"{CHROMIUM} is missing; install Debian's chromium to run the map's tests"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visit:
    """An opened page and what it did: requests, console messages, errors, dialogs."""

    def __init__(self, browser, path, width, height, motion):
        self.path = path
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, reduced_motion=motion, has_touch=width < 500
        )
        self.context.set_default_timeout(120_000)  # a busy machine is no fault of the page
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.console: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self.refuse)
        self.page.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective));"
        )
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("body[data-ready]")

    def refuse(self, dialog):
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def assert_clean(self):
        assert self.requests == [self.path.as_uri()]
        assert self.console == []
        assert self.errors == []
        assert self.page.evaluate("window.violations") == []
        assert self.page.evaluate("window.ran === undefined")

    def select(self, name):
        self.page.fill("#find", name)
        self.page.press("#find", "Enter")
        self.page.wait_for_function("name => document.body.dataset.selected === name", arg=name)

    def wait(self, milliseconds):
        """Wait by the page's own clock: what it put off for a shorter time has happened then, however slow it is."""
        self.page.evaluate(
            "wait => new Promise(done => setTimeout(() => requestAnimationFrame(done), wait))", milliseconds
        )

    def text(self, selector):
        return self.page.locator(selector).first.text_content()

    def texts(self, selector):
        return self.page.locator(selector).all_text_contents()


@pytest.fixture
def visit(browser, tmp_path):
    """Open HTML in the browser, by default for a reader who wants no animation."""
    opened: list[Visit] = []

    def open_page(html, width=1280, height=800, motion="reduce"):
        path = tmp_path / f"map-{len(opened)}.html"
        path.write_text(html, "utf-8")
        opened.append(Visit(browser, path, width, height, motion))
        return opened[-1]

    yield open_page
    for each in opened:
        each.context.close()


def common(origin="published", source="Test gazetteer", as_of=DAY):
    return {"origin": origin, "source": source, "as_of": as_of}


def squares():
    corners = [(WEST + SIDE * (i % 4), SOUTH + SIDE * (i // 4)) for i in range(len(TOWNS))]
    return [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]


def results():
    share = np.array([np.nan if each[1] is None else each[1] for each in TOWNS])
    known = ~np.isnan(share)
    served = pd.Series([round(s * 10_000) if k else pd.NA for s, k in zip(share, known, strict=True)], dtype="Int64")
    verdict = [each[2] for each in TOWNS]
    count = len(TOWNS)
    cost = np.array([1_234_567.0 + 100_000 * i for i in range(count)])
    cost[-1] = np.nan
    return gpd.GeoDataFrame(
        {
            "town_geoid": [f"25003{i:05d}" for i in range(count)],
            "town": [each[0] for each in TOWNS],
            "county": ["Berkshire"] * 6 + ["Franklin"] * 6,
            "population_2020": pd.array([60_000, *range(100, 100 + count - 1)], dtype="Int64"),
            "premises": pd.array([10_000] * count, dtype="Int64"),
            "served": served,
            "unserved": -(served - 10_000),
            "unknown": pd.array([0 if k else 10_000 for k in known], dtype="Int64"),
            "share_served": share,
            "target": "25/3",
            "target_share": 0.96,
            "needed": pd.array([9_600] * count, dtype="Int64"),
            "shortfall": pd.array([max(0, 9_600 - s) if s is not pd.NA else pd.NA for s in served], dtype="Int64"),
            "verdict": verdict,
            "coverage_basis": "premises list",
            "coverage_origin": "published",
            "coverage_as_of": DAY,
            "missing": ["" if k else "offers of premises" for k in known],
            "other_targets": "100/20 Mbps: 80.7 % served, falls short",
            "route_m": 16_093.44,
            "cost_low_usd": cost * 0.9,
            "cost_central_usd": cost,
            "cost_high_usd": cost * 1.2,
            "cost_origin": ["modelled"] * (count - 1) + [None],
            "quantities_basis": ["surveyed quantities"] * 2 + ["road length"] * (count - 3) + [None],
            "cost_note": [""] * (count - 1) + ["no route miles"],
            "published_budget_usd": [2_500_000.0] + [np.nan] * (count - 1),
        },
        geometry=squares(),
        crs=CRS,
    )


def layers():
    towns = results()[["town_geoid", "town", "geometry"]].assign(**common())
    middle = (WEST + 2 * SIDE, SOUTH + 1.5 * SIDE)
    boxes = squares()
    roads = [shapely.LineString([(WEST, SOUTH + 500 * i), (WEST + 4 * SIDE, SOUTH + 500 * i)]) for i in range(1, 40)]
    return {
        "towns": towns,
        "roads": gpd.GeoDataFrame(
            {
                "road_id": [str(i) for i in range(39)],
                "town_geoid": "2500300000",
                "road_class": ["main" if i % 10 == 0 else "residential" for i in range(39)],
                **common(),
            },
            geometry=roads,
            crs=CRS,
        ),
        "fibre_routes": gpd.GeoDataFrame(
            {
                "route_id": ["a", "b"],
                "name": "Trunk",
                "status": ["operational", "planned"],
                "owner": "Town",
                **common(),
            },
            geometry=[roads[5], roads[20]],
            crs=CRS,
        ),
        "anchors": gpd.GeoDataFrame(
            {
                "anchor_id": ["1", "2", "3"],
                "name": ["North School", "Town Library", "Old Hall"],
                "kind": ["school", "library", "community support"],
                **common(),
            },
            geometry=[box.centroid for box in boxes[:3]],
            crs=CRS,
        ),
        "institutes": gpd.GeoDataFrame(
            {
                "institute_id": ["1"],
                "name": ["Institute of the Middle"],
                "kind": ["university"],
                "field": None,
                **common(),
            },
            geometry=[shapely.Point(middle)],
            crs=CRS,
        ),
        "points_of_presence": gpd.GeoDataFrame(
            {"pop_id": ["1"], "name": ["Exchange"], "operator": ["Carrier"], **common()},
            geometry=[boxes[7].centroid],
            crs=CRS,
        ),
        "counties": gpd.GeoDataFrame(
            {"county_fips": ["25003", "25011"], "county": ["Berkshire", "Franklin"], **common()},
            geometry=[shapely.union_all(boxes[:6]), shapely.union_all(boxes[6:])],
            crs=CRS,
        ),
        "states": gpd.GeoDataFrame(
            {"state_fips": ["25", "50"], "state": ["Massachusetts", "Vermont"], **common()},
            geometry=[shapely.union_all(boxes), shapely.box(WEST, SOUTH + 3 * SIDE, WEST + 9 * SIDE, SOUTH + 9 * SIDE)],
            crs=CRS,
        ),
    }


def prices():
    factor = types.SimpleNamespace(
        low=1.0,
        central=1.2,
        high=1.35,
        source="Accounts of two towns",
        as_of=dt.date(2020, 12, 31),
        meaning="What the fit is multiplied by.",
    )
    return types.SimpleNamespace(title="Hill prices", year=2015, budget_to_cost=factor)


@pytest.fixture
def cost_fit():
    """Table `cost_fit`, as far as the page reads it."""
    named = {"towns fitted": (44.0, "towns"), "mean absolute error, leave one out": (0.07159, "share")}
    rows = [(name, value, unit, None) for name, (value, unit) in named.items()]
    return pd.DataFrame(rows, columns=["statistic", "value", "unit", "note"])


@pytest.fixture
def plain_layers():
    """Layers that are not drawn, in two rows each."""
    towns = {"town_geoid": ["2500300000", "2500300001"]}
    return {
        "premises": pd.DataFrame({"location_id": ["1", "2"], **common("generated", "Seeded premises")}),
        "town_service": pd.DataFrame({**towns, **common(source="State table")}),
        "build_quantities": pd.DataFrame({**towns, **common("approximate", "Desk survey")}),
        "published_budgets": pd.DataFrame({**towns, **common(source="Desk estimates", as_of=dt.date(2015, 3, 1))}),
        "actual_costs": pd.DataFrame({**towns, **common(source="Town accounts")}),
    }


@pytest.fixture
def make_plan():
    """Build the small plan: make_plan(layers={…}, results=…, tables={…}, prices=…, name=…, label=…)."""

    def make(**given):
        target = types.SimpleNamespace(
            label=given.get("label", "25/3"), down_mbps=25, up_mbps=3, share=given.get("share", Fraction(96, 100))
        )
        region = types.SimpleNamespace(
            name=given.get("name", "Test hills"),
            as_of=dt.date(2015, 7, 1),
            crs=CRS,
            targets=[target],
            target=target,
            prices=given.get("prices", prices()),
            scenario="",
            map=None,
        )
        return types.SimpleNamespace(
            region=region,
            notes=(),
            provenance={},
            layers=given.get("layers", layers()),
            tables={"town_results": given.get("results", results()), **given.get("tables", {})},
            declaration=lambda name: tables()[name] if name in tables() else declared(name),
        )

    return make


@pytest.fixture
def plan(make_plan):
    return make_plan()


@pytest.fixture
def html(plan):
    return maps.draw(plan).get_root().render()


@pytest.fixture
def screened():
    """Table `eligibility` of one programme: every fourth town is eligible, borderline, not known, not eligible."""
    codes = results()["town_geoid"]
    cycle = ("eligible", "borderline", "not known", "not eligible")
    return pd.DataFrame({
        "unit": "community", "place_id": codes, "place": [each[0] for each in TOWNS], "state": "MA",
        "programme": "hills", "programme_title": "Hill towns grant", "status": "open",
        "verdict": [cycle[at % 4] for at in range(len(codes))], "reason": "Rate of 7.25 percent; 7.00 percent asked",
        "margin": 0.25, "margin_unit": "percentage points", "probability": np.nan, "missing": None,
        "data_as_of": np.datetime64(DAY, "s"), "citation": "42 USC 3161(a)", "day": np.datetime64("2015-07-01", "s"),
    })  # fmt: skip


@pytest.fixture(scope="session")
def hills(tmp_path_factory):
    """A true plan of some hill towns, with streets designed to every premises, and the folder it is published to."""
    whole = plan_of(load_region(write_region(tmp_path_factory.mktemp("hills"))))
    folder = tmp_path_factory.mktemp("published")
    maps.save(whole, folder, maps.Publish(10))
    return whole, folder
