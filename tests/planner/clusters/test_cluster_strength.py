"""Quotients and flags: the federal map's own, brute force, ranges of what is withheld."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.clusters._groups import percentiles
from planner.clusters.quotient import quotients, reference
from planner.clusters.strength import strength
from tests.planner.clusters._employment import FLAGS, employment, metros, published, states


@pytest.mark.parametrize("drop", [[], ["lq"]], ids=["published quotients", "quotients from published shares"])
def test_flags_of_all_states_are_those_published(shared, drop):
    frame = states(shared)
    traded = frame[frame["cluster_type"] == "traded"]
    assert len(traded) == 2550
    made = strength(published(frame, "state").drop(columns=drop))
    made = made.merge(
        traded.assign(cluster=traded["cluster_code_t"].astype("str")),
        left_on=["area_id", "cluster"], right_on=["region_code_t", "cluster"],
    )  # fmt: skip
    assert len(made) == 2550
    for flag in FLAGS:
        assert (made[flag].astype(bool) == made[f"{flag}_b"].astype(bool)).all(), flag
    assert made[["strong", "strong10"]].sum().tolist() == [512, 209]


def test_quotients_from_shares_are_the_published_ones_and_from_fifty_states_nearly(shared):
    table = published(states(shared), "state")
    told = strength(table)["lq"]
    shares = strength(table.drop(columns="lq"))
    assert set(shares["lq_basis"]) == {"published shares"}
    np.testing.assert_allclose(shares["lq"], told, rtol=1e-6)
    sums = strength(table.drop(columns=["lq", "area_share", "national_share"]))
    ratio = (sums["lq"] / told)[sums["traded"] & (told > 0)]
    # the nation without the District of Columbia and withheld counts: 0.925 to 1.019 of the published quotients
    assert ratio.min() == pytest.approx(0.925, abs=5e-4)
    assert ratio.max() == pytest.approx(1.019, abs=5e-4)


def test_metros_have_their_published_quotients_and_clusters_known_to_be_strong(shared):
    made = strength(published(metros(shared), "metro").drop(columns="lq"))
    assert len(made) == 46_767
    assert set(made["lq_basis"]) == {"published shares"}
    for area, cluster, lq in (
        ("Springfield, MA", "12", 5.86), ("Pittsfield, MA", "1", 7.67), ("Worcester, MA-CT", "27", 5.27),
    ):  # fmt: skip
        row = made[(made["area"].str.strip() == area) & (made["cluster"] == cluster)].iloc[0]
        assert row["lq"] == pytest.approx(lq, abs=0.005)
        assert row["strong"] == (area != "Pittsfield, MA")  # one establishment is not above the 25th percentile


def plain(table):
    return list(table.itertuples())


def naive_flags(table):
    rows = quotients(table)
    out = []
    for row in plain(rows):
        peers = rows[(rows["cluster"] == row.cluster) & (rows["year"] == row.year) & (rows["employment"] > 0)]

        def at(name, share, peers=peers):
            return np.percentile(peers[name], share) if len(peers) else np.nan

        base = (
            row.employment > 0
            and row.employment > at("employment", 25)
            and row.establishments > at("establishments", 25)
        )
        out.append((
            base and row.lq > at("lq", 25), base and row.lq > at("lq", 50),
            base and row.lq >= 1 and row.lq >= at("lq", 75), base and row.lq >= 1 and row.lq >= at("lq", 90),
        ))  # fmt: skip
    return np.array(out, bool)


matrices = st.integers(1, 7).flatmap(
    lambda areas: st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=areas, max_size=areas)
)


@given(matrices, st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_flags_are_those_of_the_definition_whatever_the_order_of_rows(jobs, random):
    table = employment(jobs, sites=1)
    table["establishments"] = (table["employment"] // 3).to_numpy()
    made = strength(table)
    assert (made[list(FLAGS)].to_numpy(bool) == naive_flags(table)).all()
    order = list(range(len(table)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(strength(table.iloc[order]), made)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-5, 5)), min_size=1, max_size=30), st.sampled_from([0.25, 0.5, 0.9])
)
def test_percentiles_are_numpys(rows, share):
    group, values = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = percentiles(group, values, values > -4, share)
    for number in np.unique(group):
        mine = values[(group == number) & (values > -4)]
        wanted = np.percentile(mine, 100 * share) if len(mine) else np.nan
        np.testing.assert_allclose(found[group == number], wanted, atol=1e-12)


@given(matrices, st.data())
@settings(max_examples=15)
def test_bounds_hold_whatever_the_withheld_counts_are(jobs, data):
    truth = np.array(jobs, float)
    hidden = np.array(data.draw(st.lists(st.booleans(), min_size=truth.size, max_size=truth.size))).reshape(truth.shape)
    wide = data.draw(st.integers(0, 20))
    table = employment(np.where(hidden, np.nan, truth))
    table["employment_low"] = np.maximum(truth - wide, 0).ravel()
    table["employment_high"] = (truth + wide).ravel()
    found, true = quotients(table), quotients(employment(truth))
    known = true["lq"].notna()
    assert (found["lq_low"][known] <= true["lq"][known] + 1e-6).all()
    assert not (found["lq_high"][known] < true["lq"][known] - 1e-6).any()
    exact = found["lq"].notna() & known
    np.testing.assert_allclose(found["lq"][exact], true["lq"][exact], atol=1e-8)


def test_what_is_withheld_is_not_known_and_says_so():
    made = strength(employment([[10, np.nan], [20, 5], [30, 0]]))
    assert made["lq"].isna().tolist() == [True, True, True, True, True, False]  # 0 jobs are 0, whatever the nation has
    assert made["strong"].isna().tolist() == [True, True, True, True, True, False]
    assert made["note"].notna().sum() == 6
    assert made["lq_high"].isna().any()


def test_a_local_cluster_is_held_against_local_employment_and_has_no_flags():
    both = pd.concat([employment([[10, 30], [30, 10]]), employment([[5], [15]], traded=False).assign(cluster="101")])
    made = strength(both)
    assert made.loc[made["cluster"] == "101", "lq"].tolist() == [1.0, 1.0]
    assert made.loc[made["cluster"] == "1", "lq"].tolist() == [0.5, 1.5]
    assert made.loc[~made["traded"], "strong"].isna().all()


def test_the_nation_is_what_areas_are_held_against_where_it_is_given():
    nation = employment([[100, 300]], kind="nation").assign(area_id="US")
    table = pd.concat([employment([[10, 10]]), nation])
    made = strength(table)
    assert made["lq"].tolist() == [2.0, pytest.approx(2 / 3)]
    assert set(reference(table)["basis"]) == {"national rows"}
    assert set(made["lq_basis"]) == {"national rows"}
