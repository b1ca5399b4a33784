"""The federal rule for a location: every boundary, an independent oracle on a million rows, and two engines alike."""

import hashlib
import os
import shutil
import warnings
from fractions import Fraction

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import PlanError, RuleError
from layers.availability import best_offers, by_area, by_provider, in_towns
from layers.engines import engine, parquet
from layers.generate import FIRST_LOCATION, locations, offers
from planner.rules import service_version, service_versions

TIERS = [(25.0, 3.0), (100.0, 20.0)]
RELIABLE = service_version("reliable-technology").rule
COLUMNS = [
    "location_id",
    "block_geoid",
    "technology",
    "down_mbps",
    "up_mbps",
    "low_latency",
    "business_residential_code",
]


@pytest.fixture(scope="module")
def duck():
    with engine("duckdb") as backend:
        yield backend


def memtable(table):
    return ibis.memtable(pa.Table.from_pandas(table, preserve_index=False))


def frame(*rows):
    """Rows of (location, technology, down, up, low latency, code)."""
    table = pd.DataFrame([(row[0], 250010000000001, *row[1:]) for row in rows], columns=COLUMNS)
    return table.astype({"down_mbps": "float64", "up_mbps": "float64", "technology": "int16"})


def reduced(duck, table, rule=RELIABLE, tmp=None):
    got = best_offers(memtable(table), rule, TIERS)
    return duck.to_pyarrow(got).to_pandas().sort_values("location_id").set_index("location_id")


@pytest.mark.parametrize(
    ("technology", "down", "up", "low", "level", "tiers"),
    [
        (50, 24.99, 3, True, 0, (0, 0)),
        (50, 25, 3, True, 1, (2, 0)),
        (50, 25, 2.99, True, 0, (0, 0)),
        (50, 99.99, 20, True, 1, (2, 0)),
        (50, 100, 19.99, True, 1, (2, 0)),
        (50, 100, 20, True, 2, (2, 2)),
        (50, 24.6, 3, True, 0, (0, 0)),
        (50, 1000, 1000, False, 0, (0, 0)),
        (50, 1000, 1000, None, 0, (0, 0)),
        (50, None, 20, True, 0, (1, 1)),
        (50, 100, None, True, 0, (1, 1)),
        (50, None, 2.99, True, 0, (0, 0)),
        (50, 30, None, True, 0, (1, 0)),
        (60, None, None, True, 0, (0, 0)),
        *[(code, 100, 20, True, 2, (2, 2)) for code in (10, 40, 50, 71, 72)],
        *[(code, 100, 20, True, 0, (0, 0)) for code in (0, 60, 61, 70)],
    ],
)
def test_every_boundary_of_the_rule(duck, technology, down, up, low, level, tiers):
    row = reduced(duck, frame((1, technology, down, up, low, "X"))).loc[1]
    assert row["level"] == level
    assert (row["tier_1"], row["tier_2"]) == tiers


def test_the_technology_neutral_rule_counts_what_meets_speed_and_latency(duck):
    rule = service_version("technology-neutral").rule
    rows = frame((1, 61, 100, 20, True, "X"), (2, 60, 100, 20, False, "X"), (3, 70, 25, 3, True, "R"))
    assert reduced(duck, rows, rule)["level"].tolist() == [2, 0, 1]


def test_a_location_has_its_best_offer_and_one_offer_must_meet_both_speeds(duck):
    rows = frame((1, 40, 300, 10, True, "X"), (1, 71, 50, 25, True, "X"), (1, 61, 900, 900, True, "X"))
    row = reduced(duck, rows).loc[1]
    assert row["level"] == 1
    assert (row["best_down_mbps"], row["best_up_mbps"], row["best_technology"], row["offers"]) == (300, 10, 40, 3)


def test_speeds_keep_their_hundredths_in_the_best_offer(duck):
    row = reduced(duck, frame((1, 10, 24.6, 0.76, True, "B"))).loc[1]
    assert (row["best_down_mbps"], row["best_up_mbps"]) == (24.6, 0.76)


def test_a_location_without_any_offer_is_unserved_and_one_outside_the_universe_does_not_count(duck):
    best = best_offers(memtable(frame((1, 50, 100, 20, True, "X"), (9, 50, 100, 20, True, "X"))), RELIABLE, TIERS)
    universe = memtable(pd.DataFrame({"location_id": [1, 2], "town_geoid": ["2501100001"] * 2}))
    row = duck.to_pyarrow(by_area(in_towns(best, universe, None, 2), "town_geoid", (50,), 2)).to_pandas().iloc[0]
    assert (row["locations"], row["served"], row["unserved"], row["offered"], row["technology_50"]) == (2, 1, 1, 1, 1)
    assert row["median_down_mbps"] == 50


def test_without_a_universe_towns_come_from_the_blocks(duck):
    best = best_offers(memtable(frame((1, 50, 100, 20, True, "X"))), RELIABLE, TIERS)
    blocks = memtable(pd.DataFrame({"block_geoid": [250010000000001], "town_geoid": ["2501100001"]}))
    assert duck.to_pyarrow(in_towns(best, None, blocks, 2)).to_pandas()["town_geoid"].tolist() == ["2501100001"]
    with pytest.raises(ValueError, match="block-to-town crosswalk"):
        in_towns(best, None, None, 2)


def oracle(table, rule):
    """The rule in plain pandas, written from its text and not from the expression."""
    counted = table[table["technology"].isin(rule.technologies) & table["low_latency"].fillna(False).astype(bool)]
    counted = counted[counted["business_residential_code"].isin(rule.codes)]
    down, up = counted["down_mbps"], counted["up_mbps"]
    level = pd.Series(1, counted.index)
    level[(down >= 100) & (up >= 20)] = 2
    level[down.isna() | up.isna() | (down < 25) | (up < 3)] = 0
    table = pd.DataFrame({"location_id": table["location_id"].unique()}).set_index("location_id")
    table["level"] = level.groupby(counted["location_id"]).max()
    return table["level"].fillna(0).astype(int)


SPEEDS = st.sampled_from([None, 0, 2.99, 3, 19.99, 20, 24.6, 24.99, 25, 99.99, 100, 20_000])
ROW = st.tuples(
    st.integers(1, 4), st.sampled_from([0, 10, 40, 50, 60, 61, 70, 71, 72]), SPEEDS, SPEEDS,
    st.booleans(), st.sampled_from(["B", "R", "X"]),
)  # fmt: skip


@given(st.lists(ROW, min_size=1, max_size=20))
def test_the_expression_agrees_with_the_oracle(rows):
    table = frame(*rows)
    with engine("duckdb") as backend:
        got = reduced(backend, table)
    assert got["level"].to_dict() == oracle(table, RELIABLE).to_dict()
    for place, (down, up) in enumerate(TIERS, 1):
        counted = table["technology"].isin(RELIABLE.technologies) & table["low_latency"]
        missing_down, missing_up = table["down_mbps"].isna(), table["up_mbps"].isna()
        met = counted & (table["down_mbps"] >= down) & (table["up_mbps"] >= up)
        might = counted & (missing_down | (table["down_mbps"] >= down)) & (missing_up | (table["up_mbps"] >= up))
        wanted = (met.astype(int) + might.astype(int)).groupby(table["location_id"]).max()
        assert got[f"tier_{place}"].to_dict() == wanted.to_dict()


@pytest.fixture(scope="module")
def filing(tmp_path_factory):
    """A million generated filings, with speeds moved around the boundaries and some taken away."""
    folder = tmp_path_factory.mktemp("filing")
    places = locations(190_000)
    table = pd.concat([part.to_pandas() for part in offers(places)], ignore_index=True)
    random = np.random.default_rng(3)
    table["down_mbps"] = table["max_advertised_download_speed"] + random.choice([0, -0.01, 0.5, np.nan], len(table))
    table["up_mbps"] = table["max_advertised_upload_speed"] + random.choice(
        [0, -0.01, np.nan], len(table), p=[0.9, 0.05, 0.05]
    )
    table["low_latency"] = table["low_latency"].astype(bool)
    table = table.astype({"location_id": "int64", "block_geoid": "int64"})[[*COLUMNS, "provider_id", "brand_name"]]
    table.to_parquet(folder / "offers.parquet", row_group_size=100_000)
    universe = places.astype({"location_id": "int64"})[["location_id", "town_geoid"]]
    universe.to_parquet(folder / "universe.parquet")
    return folder, table, universe


def towns_table(backend, folder):
    rows = best_offers(parquet(backend, [folder / "offers.parquet"]), RELIABLE, TIERS)
    placed = in_towns(rows, parquet(backend, [folder / "universe.parquet"]), None, len(TIERS))
    return (
        by_area(placed, "town_geoid", RELIABLE.technologies, len(TIERS)).order_by("town_geoid").to_pyarrow().to_pandas()
    )


def providers_table(backend, folder):
    offers_there, placed = (parquet(backend, [folder / f"{name}.parquet"]) for name in ("offers", "universe"))
    table = by_provider(offers_there, placed, RELIABLE, (25.0, 3.0))
    return table.order_by("town_geoid", "provider_id", "technology").to_pyarrow().to_pandas()


def test_providers_agree_with_plain_counting(duck, filing):
    folder, table, universe = filing
    placed = table.merge(universe, on="location_id").drop_duplicates(["location_id", "provider_id", "technology"])
    wanted = placed.groupby(["town_geoid", "provider_id", "technology"])["location_id"].nunique()
    got = providers_table(duck, folder).set_index(["town_geoid", "provider_id", "technology"])["offered"]
    assert got.to_dict() == wanted.to_dict()


def test_a_million_generated_rows_agree_with_the_oracle(duck, filing):
    folder, table, universe = filing
    assert len(table) >= 1_000_000
    level = oracle(table, RELIABLE)
    town = universe.set_index("location_id")["town_geoid"]
    placed = pd.DataFrame({"town": town, "level": level.reindex(town.index, fill_value=0)})
    wanted = pd.crosstab(placed["town"], placed["level"])
    got = towns_table(duck, folder).set_index("town_geoid")
    for name, number in (("unserved", 0), ("underserved", 1), ("served", 2)):
        assert got[name].to_dict() == wanted[number].to_dict()
    assert got["locations"].sum() == len(universe)
    assert (got["met_2"] == got["served"]).all()


def digest(table):
    numbers = table.drop(columns="town_geoid").astype("float64").round(6)
    return hashlib.sha256(
        pd.concat([table["town_geoid"].astype("str"), numbers], axis=1).to_csv(index=False).encode()
    ).hexdigest()


def test_duckdb_and_a_spark_cluster_give_equal_tables(duck, filing):
    if shutil.which("java") is None and not os.environ.get("CI"):
        pytest.skip("Spark needs Java, which is not here")
    folder, _, _ = filing
    mine = towns_table(duck, folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark's own libraries warn of their future
        with engine("spark", master="local-cluster[2,1,1024]") as backend:
            theirs = towns_table(backend, folder)
            their_providers = providers_table(backend, folder)
    assert digest(mine) == digest(theirs)
    pd.testing.assert_frame_equal(providers_table(duck, folder), their_providers, check_dtype=False)


def test_an_unknown_engine_or_rule_is_named():
    with pytest.raises(PlanError, match="engine 'duck': is not known \\(did you mean 'duckdb'"), engine("duck"):
        pass
    with pytest.raises(RuleError, match="did you mean 'technology-neutral'"):
        service_version("technology-neutrl")


def test_rule_versions_are_dated_cited_and_in_order():
    versions = service_versions()
    assert [version.name for version in versions] == ["reliable-technology", "technology-neutral"]
    assert all(version.citation and version.unserved_area_share == Fraction(4, 5) for version in versions)
    # 47 USC 1702(a)(1): 25/3 and 100/20; (a)(1)(E): gigabit for anchor institutions
    assert {(v.rule.unserved_below, v.rule.served_from, v.anchor_from) for v in versions} == {
        ((25, 3), (100, 20), (1000, 1000))
    }


def test_generated_filings_are_repeatable_and_never_look_like_the_fabric():
    places = locations(1000, seed=5)
    one, two = ([part.to_pandas() for part in offers(places, seed=5)] for _ in range(2))
    pd.testing.assert_frame_equal(pd.concat(one), pd.concat(two))
    assert pd.concat(one)["location_id"].astype("int64").min() >= FIRST_LOCATION
    assert list(one[0].columns) == [
        "frn", "provider_id", "brand_name", "location_id", "technology", "max_advertised_download_speed",
        "max_advertised_upload_speed", "low_latency", "business_residential_code", "state_usps", "block_geoid", "h3_res8_id",
    ]  # fmt: skip
