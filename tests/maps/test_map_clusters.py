"""The map of the strength of clusters: areas put together from counties, a chooser of clusters, classes and figures."""

import re
import types
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import maps
from layers import PlanError, data_folder
from maps.areas import outlined
from maps.strengths import looks, quotient_codes, share_codes
from planner.clusters.areas import METRO
from planner.clusters.stage import measure

CRS = "EPSG:5070"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "layers"
NATION: Any = types.SimpleNamespace(name="Test nation", as_of=np.datetime64("2020-12-31", "s"), clusters=None)
COUNTIES = [f"25{number:03d}" for number in range(1, 16, 2)]
METROS = [f"{code}" for code in range(11110, 11114)]
MARKETS = pd.DataFrame({
    "county_fips": COUNTIES, "labor_market_id": [METROS[at // 2] for at in range(8)],
    "labor_market": [f"Metro {at // 2}" for at in range(8)], "kind": "metropolitan area",
})  # fmt: skip
HOSTILE = (
    "</script><script>window.ran=1</script>", '"><img src=x onerror=window.ran=1>', "${window.ran=1}", "1 2|3 4", "$&{name}",
)  # fmt: skip


@pytest.fixture
def counties():
    shapes = [shapely.box(1e5 * at, 0, 1e5 * (at + 1), 1e5) for at in range(len(COUNTIES))]
    return gpd.GeoDataFrame(
        {"county_fips": COUNTIES, "county": COUNTIES, "origin": "published", "source": "Gazetteer"},
        geometry=shapes, crs=CRS,
    )  # fmt: skip


def jobs(kind=METRO, codes=(*METROS, "11119"), years=(2012, 2016)):
    """Return employment by area, cluster and year, with rows of the nation; one count is withheld."""
    rows = [
        {"area_kind": kind, "area_id": code, "area": f"Area {code}", "employment": at_work(at, cluster, year),
         "cluster": cluster, "year": year, "establishments": float(3 + at % 5)}
        for at, code in enumerate(codes) for cluster in "abcz" for year in years
    ]  # fmt: skip
    nation = [
        {"area_kind": "nation", "area_id": "US", "area": "US", "employment": 90_000.0, "cluster": cluster, "year": year,
         "establishments": 900.0}
        for cluster in "abcz" for year in years
    ]  # fmt: skip
    table = pd.DataFrame([*rows, *nation])
    return table.assign(cluster_name="Name " + table["cluster"], traded=table["cluster"] != "z")


def at_work(at, cluster, year):
    if (at, cluster) == (1, "b"):
        return np.nan
    return float(100 + 37 * ((at + 2) * (ord(cluster) - 90) % 11) ** 2 + year % 7)


@pytest.fixture
def tables():
    return measure(jobs(), None)


def draw(tables, **layers):
    made = maps.draw_clusters(NATION, layers, tables)
    assert made is not None
    return made.get_root().render()


def counts(opened):
    chips = opened.page.locator("#fit-legend li[data-count]").all()
    return [int(chip.get_attribute("data-count")) for chip in chips]


def test_metros_are_put_together_from_their_counties(counties):
    found = outlined(METRO, [*METROS, "99999"], {"counties": counties, "labor_markets": MARKETS}, {})
    assert found is not None
    assert found.table["area_id"].tolist() == METROS
    assert found.table.area.tolist() == [2e10] * 4
    assert found.table["origin"].unique().tolist() == ["published"]
    assert found.partial == ()
    less = outlined(METRO, METROS, {"counties": counties[1:], "labor_markets": MARKETS}, {})
    assert less is not None
    assert less.partial == ("11110",)
    dated = outlined(METRO, METROS, {"counties": counties, "labor_markets": MARKETS.assign(vintage=2023)}, {})
    assert dated is not None
    assert dated.made_of == "put together from counties as delineated in 2023"
    assert less.table.area.tolist() == [1e10, 2e10, 2e10, 2e10]


def test_states_counties_and_drawn_areas_have_outlines_too(counties):
    layers = {"counties": counties}
    towns = counties.assign(town_geoid=counties["county_fips"] + "00001")
    for kind, codes, drawn in (("state", ["25"], {}), ("drawn area", ["Mine"], {"Mine": COUNTIES})):
        found = outlined(kind, codes, layers, drawn)
        assert found is not None
        assert found.table.area.tolist() == [8e10]
    by_towns = outlined("county", COUNTIES, {"towns": towns}, {})
    assert by_towns is not None
    assert by_towns.table.area.tolist() == [1e10] * 8
    assert outlined(METRO, METROS, layers, {}) is None
    assert outlined("county", COUNTIES, {}, {}) is None


def test_every_value_has_one_class():
    names = [look.label for look in looks()]
    lq = [5.0, 2.0, 1.999, 1.0, 0.999, 0.0, np.nan, 3.0]
    strong = [True, False, False, None, False, pd.NA, None, np.nan]
    said = [names[code].split(":")[0] for code in quotient_codes(lq, strong)]
    assert said == [
        "strong", "LQ of 2 or more, not strong", "LQ of 1 to 2", "LQ of 1 to 2", "LQ below 1", "LQ below 1",
        "withheld or not known", "LQ of 2 or more, not strong",
    ]  # fmt: skip
    assert share_codes([0.6, 0.5999, 0.4, 0.0, np.nan]).tolist() == [0, 1, 1, 2, len(names) - 1]


def test_classes_sum_to_all_areas_and_equal_the_table(visit, tables, counties, tmp_path):
    files, notes = maps.save_clusters(
        NATION, {"counties": counties, "labor_markets": MARKETS}, tables, tmp_path / "out"
    )
    assert [file.name for file in files] == ["clusters.html"]
    assert notes == [
        "1 metro or micro area has figures but no outline in the layers given, and no colour on the map (first: Area 11119)"
    ]
    opened = visit(files[0].read_text("utf-8"))
    assert opened.text("h1") == "How strong are the clusters of each metro or micro area?"
    assert opened.text("#answer") == "4 clusters measured in 5 metro and micro areas, figures of 2016"
    assert opened.page.locator(".leaflet-layer-cluster_areas-pane path[fill^='url(#fit-']").count() == 4
    last = tables["cluster_strength"].query("year == 2016")
    for at, cluster in enumerate([None, "a", "b", "c", "z"]):
        opened.page.select_option("#cluster", value=str(at))
        found = counts(opened)
        assert str(sum(found)) == opened.page.get_attribute("#fit-legend .total", "data-total") == "5"
        if cluster:
            mine = last[last["cluster"] == cluster]
            strong = mine["strong"].fillna(value=False).astype(bool)
            others = mine["lq"][~strong]
            assert found == [
                strong.sum(), (others >= 2).sum(), ((others >= 1) & (others < 2)).sum(), (others < 1).sum(), others.isna().sum(),
            ]  # fmt: skip
    assert opened.texts("#cluster optgroup[label='Local clusters'] option")[0].startswith("Name z: ")
    opened.assert_clean()


def test_the_panel_says_quotient_rank_jobs_growth_and_flags(visit, tables, counties):
    opened = visit(draw(tables, counties=counties, labor_markets=MARKETS))
    opened.page.select_option("#cluster", label=opened.texts("#cluster option")[1])
    opened.select("Area 11112")
    row = tables["cluster_strength"].query("year == 2016 and area_id == '11112' and cluster == 'a'").iloc[0]
    grown = tables["shift_share"].query("area_id == '11112' and cluster == 'a'").iloc[0]
    mine = tables["cluster_strength"].query("year == 2016 and cluster == 'a'")["lq"]
    cell = opened.page.locator("#fits tr[data-cluster=a]")
    said = {node.get_attribute("data-said"): node.text_content() for node in cell.locator("p").all()}
    rank = 1 + int((mine > row["lq"]).sum())
    assert said["figures"] == f"LQ {int(row['lq'] * 100 + 1e-9) / 100:.2f}, rank {rank} of {mine.notna().sum()}"
    assert said["jobs"] == f"{row['employment']:,.0f} jobs, {row['establishments']:.0f} establishments"
    word = "grew" if grown["growth_yearly_share"] >= 0 else "shrank"
    assert said["growth"] == f"Jobs {word} {abs(grown['growth_yearly_share']) * 100:.1f} % a year, 2012 to 2016"
    assert opened.page.locator("#fits tbody tr").count() == 5
    opened.select("Area 11111")
    lost = opened.page.locator("#fits tr[data-cluster=b]")
    assert "jobs not known" in lost.text_content()
    assert "? Withheld or not known" in opened.text("#fits details[data-verdict^=withheld] summary")
    opened.page.click("#table-box summary")
    opened.page.wait_for_selector("#table thead th")
    assert opened.texts("#table thead th button span:first-child") == ["Metro or micro area", "Strength"]
    opened.assert_clean()


def test_the_chooser_works_by_keyboard_and_on_a_phone(visit, tables, counties):
    opened = visit(draw(tables, counties=counties, labor_markets=MARKETS), 390, 844)
    assert opened.page.evaluate("document.getElementById('cluster').labels[0].textContent") == "Strength of"
    opened.page.focus("#cluster")
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.get_attribute("body", "data-cluster") == "a"
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    unnamed = "node => !(node.labels?.length || node.getAttribute('aria-label') || node.textContent.trim())"
    fields = opened.page.locator("input, select, button").all()
    assert [node for node in fields if node.evaluate(unnamed)] == []
    opened.assert_clean()


def test_hostile_names_are_shown_as_they_are_written(visit, counties):
    rows = jobs(years=(2016,))
    rows["area"] = rows["area_id"].map(dict(zip((*METROS, "11119"), HOSTILE, strict=True)))
    rows["cluster_name"] = rows["cluster"].map(dict(zip("abcz", HOSTILE, strict=False)))
    html = draw(measure(rows, None), counties=counties, labor_markets=MARKETS)
    for page in (html, re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)):
        opened = visit(page)
        opened.page.click("#table-box summary")
        opened.page.wait_for_selector("#table thead th")
        opened.page.wait_for_selector("#table tbody tr")
        names = opened.texts("#table tbody button")
        assert sorted(names) == sorted(HOSTILE[:4])
        opened.page.locator("#table tbody button").nth(names.index(HOSTILE[2])).click()
        assert opened.text("#fits h2") == f"Clusters of {HOSTILE[2]}"
        assert sorted(opened.texts("#fits .fit-title")) == sorted(["All traded clusters", *HOSTILE[:4]])
        opened.assert_clean()


def test_one_kind_is_drawn_and_the_others_are_named(tables, counties, tmp_path):
    more = measure(pd.concat([jobs(), jobs("county", COUNTIES)]).drop_duplicates(["area_id", "cluster", "year"]), None)
    layers = {"counties": counties, "labor_markets": MARKETS}
    _, notes = maps.save_clusters(NATION, layers, more, tmp_path)
    assert notes[0] == "the map shows metro and micro areas; those of counties are in the tables"
    assert "clusters of each county" in draw(more, counties=counties)
    assert maps.draw_clusters(NATION, {"counties": counties}, tables) is None


def test_without_outlines_there_is_no_map_and_the_note_says_what_to_add(tables, tmp_path):
    files, notes = maps.save_clusters(NATION, {}, tables, tmp_path)
    assert files == []
    assert 'path = "townline:outlines/counties.parquet"' in notes[0]
    assert list(tmp_path.iterdir()) == []


def test_the_same_input_gives_the_same_bytes_in_any_order(tables, counties):
    mixed = {name: table[::-1].reset_index(drop=True) for name, table in tables.items()}
    one = draw(tables, counties=counties, labor_markets=MARKETS)
    assert draw(mixed, counties=counties[::-1].reset_index(drop=True), labor_markets=MARKETS[::-1]) == one


def test_a_folder_that_is_a_file_is_refused(tables, counties, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(PlanError, match="cannot be written"):
        maps.save_clusters(NATION, {"counties": counties, "labor_markets": MARKETS}, tables, tmp_path / "file")


def test_all_metros_of_the_nation_fit_one_page(visit):
    file = SHARED / "cbsa_county.csv"
    if not file.exists():
        pytest.skip("reference layers are absent")
    listed = pd.read_csv(file, dtype=str)
    markets = pd.DataFrame({
        "county_fips": listed["fipsstatecode"].str.zfill(2) + listed["fipscountycode"].str.zfill(3),
        "labor_market_id": listed["cbsacode"], "labor_market": listed["cbsatitle"], "kind": "metropolitan area",
    }).dropna()  # fmt: skip
    outlines = gpd.read_parquet(Path(data_folder()) / "outlines" / "counties.parquet").to_crs(CRS)
    codes = sorted(set(markets["labor_market_id"]))
    page = draw(measure(jobs(codes=codes, years=(2016,)), None), counties=outlines, labor_markets=markets)
    opened = visit(page)
    assert sum(counts(opened)) == len(codes)
    drawn = opened.page.locator(".leaflet-layer-cluster_areas-pane path.town-area").count()
    known = markets[markets["county_fips"].isin(outlines["county_fips"])]["labor_market_id"].nunique()
    assert drawn == known > 900
    opened.assert_clean()
