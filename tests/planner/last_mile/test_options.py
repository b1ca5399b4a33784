"""Five project models: each with its own reach and rules, none where its evidence is missing."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.last_mile.options import Build, Case, Money, options
from planner.prices import load_prices

BOOK: Any = load_prices("massachusetts-2015", Path())
PRICES, HUB = BOOK.projects, BOOK.last_mile.hub
RELIABLE = {10, 40, 50, 71, 72}
FULL = Build(700, Money(2e6, 2.4e6, 2.7e6), "model", "modelled", "budgets")


def fast_and_reliable(code, down, up):
    return code in RELIABLE and down >= 25 and up >= 3


def offer(share, public, **more):
    row = {
        "provider": "Cable company", "model": "private provider", "technology": "cable", "share_served": share,
        "public_usd": public, "provider_usd": None, "down_mbps": 150.0, "up_mbps": 20.0, "origin": "published",
        "source": "press", "month_usd": None,
    }  # fmt: skip
    return row | more


def case(**more: Any) -> Case:
    base: dict[str, Any] = {
        "town_geoid": "2501112505", "town": "Charlemont", "premises": 700, "needed": 672, "served": 0,
    }  # fmt: skip
    return Case(**(base | more))


def made(one, counts=fast_and_reliable):
    return options([one], PRICES, HUB, counts).set_index("option_id")


def test_a_town_without_evidence_has_no_option():
    assert options([case()], PRICES, HUB, fast_and_reliable).empty


def test_fibre_serves_all_alone_or_with_a_neighbour_who_shares_the_hub():
    table = made(case(full=FULL))
    assert list(table.index) == ["fibre-all", "shared-fibre-all"]
    alone, shared = table.loc["fibre-all"], table.loc["shared-fibre-all"]
    assert alone[["model", "served_after", "meets_target", "shared"]].to_list() == [
        "municipal network",
        700,
        True,
        False,
    ]
    assert shared["model"] == "multi-town network"
    assert shared["shared"]
    assert alone["capital_central_usd"] - shared["capital_central_usd"] == pytest.approx(229290 * 0.5)


def test_an_offer_below_the_target_is_filled_up_singly_and_says_so():
    table = made(case(offers=pd.DataFrame([offer(0.75, 2.06e6)])))
    base, filled = table.loc["offer-1"], table.loc["offer-1+fixed-wireless"]
    assert base["served_after"] == 525
    assert not base["meets_target"]
    assert filled["served_after"] == 672
    assert filled["meets_target"]
    assert filled["fill"] == "fixed wireless"
    assert filled["public_usd"] - base["public_usd"] == pytest.approx((672 - 525) * 2315)
    assert "the provider's own part is not stated" in base["note"]


def test_charlemonts_last_slice_costs_about_eleven_thousand_six_hundred_a_premises():
    """Published: 75 % of 700 households for 0.96 + 1.1 million, 96 % for 1.7 million more."""
    table = made(case(offers=pd.DataFrame([offer(0.75, 2.06e6), offer(0.96, 3.76e6)])))
    slice_usd = table.loc["offer-2", "public_usd"] - table.loc["offer-1", "public_usd"]
    slice_premises = table.loc["offer-2", "served_after"] - table.loc["offer-1", "served_after"]
    assert slice_usd / slice_premises == pytest.approx(11_600, rel=0.01)


def test_what_does_not_count_serves_nobody_and_says_so():
    sky = offer(1.0, 1e5, technology="satellite", down_mbps=100.0)
    table = made(case(offers=pd.DataFrame([sky])))
    assert table.loc["offer-1", "served_after"] == 0
    assert "does not count" in table.loc["offer-1", "note"]
    neutral = made(case(offers=pd.DataFrame([sky])), lambda _, down, up: down >= 25 and up >= 3)
    assert neutral.loc["offer-1", "served_after"] == 700


def test_plant_that_is_there_is_extended_only_to_what_lies_near():
    table = made(case(served=300, reach={"cable": 200}))
    row = table.loc["upgrade-cable"]
    assert row["served_before"] == 300
    assert row["served_after"] == 500
    assert row["capital_central_usd"] == pytest.approx(200 * 5106)
    assert row["provider_usd"] == pytest.approx(0.37 * row["capital_central_usd"])
    assert row["public_usd"] == pytest.approx(0.63 * row["capital_central_usd"])


CURVE = pd.DataFrame(
    {"premises": [400, 650, 690, 700], "share": [0.571, 0.929, 0.986, 1.0],
     "cost_usd": [400_000.0, 1_000_000.0, 1_400_000.0, 2_400_000.0], "marginal_usd": [1000.0, 2400.0, 10_000.0, 100_000.0],
     "total_premises": 700, "fixed_usd": 0.0}
)  # fmt: skip


def test_along_a_design_fibre_can_stop_at_the_target_or_where_another_technology_is_cheaper():
    table = made(case(full=FULL, curve=CURVE))
    target = table.loc["fibre-target"]
    assert target["served_after"] == 690
    assert target["capital_central_usd"] == pytest.approx(1_400_000)
    until = table.loc["fibre-until-fixed-wireless"]
    assert until["served_after"] == 400
    assert not until["meets_target"]
    mix = table.loc["fibre-until-fixed-wireless+fixed-wireless"]
    assert mix["served_after"] == 672
    assert mix["capital_central_usd"] == pytest.approx(400_000 + 272 * 2315)


def test_a_pilot_over_the_air_counts_only_where_its_technology_does():
    air = Build(650, Money(1e6, 1.1e6, 1.2e6), "radius model", "modelled", "prices")
    assert made(case(air=air, air_offer=(72, 25.0, 3.0))).loc["pilot", "served_after"] == 650
    assert made(case(air=air, air_offer=(70, 25.0, 3.0))).loc["pilot", "served_after"] == 0


def test_the_order_of_towns_does_not_matter():
    cases = [case(full=FULL), case(town_geoid="2501100001", town="A", full=FULL, served=3)]
    pd.testing.assert_frame_equal(
        options(cases, PRICES, HUB, fast_and_reliable), options(cases[::-1], PRICES, HUB, fast_and_reliable)
    )


def test_an_offer_of_the_targets_share_meets_the_target_though_premises_are_whole():
    """96 % of 588 premises are 564.48: the target needs 565, and so does the offer reach them."""
    table = made(case(premises=588, needed=565, offers=pd.DataFrame([offer(0.96, 3.76e6)])))
    assert table.loc["offer-1", "served_after"] == 565
    assert table.loc["offer-1", "meets_target"]
