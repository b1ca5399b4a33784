"""The national files beside the project: figures that others have published about them."""

import datetime as dt
import time

import numpy as np
import pytest

from planner import check, load_region
from planner.eligibility.gather import gather
from planner.programmes.measures import measures

RATE = ("unemployment_rate_24_months", 0)


@pytest.fixture(scope="module")
def layers(shared):
    del shared
    from pathlib import Path  # noqa: PLC0415

    return check(load_region(Path(__file__).parents[3] / "examples" / "united-states-2019.toml")).layers


@pytest.fixture(scope="module")
def at_2019(layers):
    return gather(layers, dt.date(2019, 12, 31), territories=True)


def test_unemployment_of_2018_and_2019_against_the_sum_of_all_counties(at_2019):
    county = at_2019["county"]
    rate, nation = county.figures(*RATE, ""), county.figures(*RATE, "nation")
    assert nation.value[0] == pytest.approx(3.815, abs=5e-4)
    assert "not the published national figure" in nation.basis[0]
    assert np.sum(rate.value >= nation.value + 1 - 1e-9) == 808
    ours = (county.places["state"] == "MA").to_numpy()
    assert not (rate.value[ours] >= nation.value[ours] + 1).any()
    highest = np.flatnonzero(ours)[np.argmax(rate.value[ours])]
    assert (county.places["place"][highest], round(rate.value[highest], 2)) == ("Hampden County", 4.37)


def test_without_territories_the_sum_is_the_published_national_rate(layers):
    # Current Population Survey, annual averages, thousands: 6,314 of 162,075 in 2018 and 6,001 of 163,539 in 2019
    county = gather(layers, dt.date(2019, 12, 31), wanted=("county",))["county"]
    published = 100 * (6314 + 6001) / (162075 + 163539)
    assert county.figures(*RATE, "nation").value[0] == pytest.approx(published, abs=1e-3)


def test_the_window_moves_with_the_day(layers):
    county = gather(layers, dt.date(2020, 12, 31), wanted=("county",))["county"]
    rate = county.figures(*RATE, "")
    ours = county.places["place_id"].tolist().index("25013")
    assert str(rate.as_of[ours]) == "2020-12-31"
    assert rate.value[ours] > 4.37
    assert gather(layers, dt.date(2018, 11, 30))["county"].figures(*RATE, "").missing[ours].startswith("BLS LAUS")


def test_zones_of_2020_and_markets_of_massachusetts(layers, at_2019):
    zones = layers["labor_markets"].query("kind == 'commuting zone'").set_index("county_fips")["labor_market_id"]
    assert (len(zones), zones.nunique()) == (3222, 593)
    assert zones["25011"] == zones["25013"] == zones["25015"]
    assert zones.index[(zones == zones["25003"]) & zones.index.str.startswith("25")].tolist() == ["25003"]
    assert zones["25027"] == zones["25025"]
    market = at_2019["local labor market"]
    where = dict(
        zip(at_2019["county"].places["place_id"], at_2019["county"].containers["local labor market"], strict=True)
    )
    names = market.places["place"].to_numpy()
    assert [names[where[code]] for code in ("25011", "25013", "25003")] == [
        "Greenfield, MA",
        "Springfield, MA",
        "Pittsfield, MA",
    ]


def test_what_the_files_do_not_hold_is_missing_by_name(at_2019):
    county = at_2019["county"]
    assert (
        county.figures("per_capita_income", 1, "nation").missing[0]
        == "BEA CAINC1 per_capita_personal_income_usd for US, 2018"
    )
    ours = county.places["place_id"].tolist().index("25011")
    assert county.figures("per_capita_income", 1, "").value[ours] == 54689  # CAINC1, Franklin County, 2018
    assert county.figures("per_capita_income", 1, "state").value[ours] == 71683
    assert county.figures("prime_age_employment", 0, "").missing[ours] == "B23001 (24 series: 024, 026, ...) for 25011"
    albany = at_2019["local labor market"].places["place"].tolist().index("Albany-Schenectady-Troy, NY")
    assert (
        at_2019["local labor market"].figures(*RATE, "").basis[albany].endswith("counties on file, delineation of 2023")
    )
    connecticut = at_2019["local labor market"].figures(*RATE, "").missing
    assert any("CBSA25540: 2 of 2 counties lack them (09110, 09130)" in text for text in connecticut)


def test_the_whole_nation_is_gathered_quickly(layers):
    gather(layers, dt.date(2019, 12, 31))
    start = time.process_time()
    county = gather(layers, dt.date(2019, 12, 31))["county"]
    for name, measure in measures().items():
        for way in range(len(measure.ways)):
            for side in ("", "nation"):
                county.figures(name, way, side)
    assert time.process_time() - start < 4  # 0.4 s for the evidence and 0.5 s for all measures, on a quiet machine
