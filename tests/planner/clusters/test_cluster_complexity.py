"""Complexity, proximity and density: another library's values, reflections, brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.clusters.complexity import complexity, density, proximity
from tests.planner.clusters._employment import states


@pytest.fixture(scope="module")
def present(shared):
    frame = states(shared)
    jobs = frame[frame["cluster_type"] == "traded"].pivot_table(
        index="region_name_t", columns="cluster_code_t", values="emp_tl", fill_value=0
    )
    jobs = jobs.astype(float)
    lq = jobs.div(jobs.sum(axis=1), axis=0) / (jobs.sum() / jobs.sum().sum())
    return lq >= 1


def test_states_have_the_complexity_that_ecomplexity_gives(present):
    # ecomplexity 0.5.3 on jobs in traded clusters by state, 2016
    found = complexity(present.to_numpy())
    eci = dict(zip(present.index, found.eci, strict=True))
    wanted = {
        "New York": -2.114550, "Maryland": -2.085684, "Nevada": -2.078403, "California": -1.609404, "Ohio": 1.297149,
        "Iowa": 1.357111, "Kentucky": 1.451841, "Michigan": 1.561995, "Massachusetts": -1.453867,
    }  # fmt: skip
    assert {name: eci[name] for name in wanted} == pytest.approx(wanted, abs=1e-6)
    pci = [-0.404007, 0.385883, -0.591579, 3.211848, -0.154052, -2.978686]
    np.testing.assert_allclose(found.pci[:6], pci, atol=1e-6)
    assert found.diversity[list(present.index).index("Massachusetts")] == 14
    assert found.ubiquity[:6].tolist() == [19, 20, 10, 12, 19, 12]


def test_proximity_and_density_are_those_of_ecomplexity(present):
    near = proximity(present.to_numpy())
    wanted = [1.0, 0.4, 0.210526, 0.210526, 0.421053, 0.263158, 0.157895, 0.55]
    np.testing.assert_allclose(near[0, :8], wanted, atol=1e-6)
    found = density(present.to_numpy(), near, own=True)[list(present.index).index("Massachusetts")]
    wanted = [0.271737, 0.198206, 0.249568, 0.163236, 0.344565, 0.308916, 0.198930, 0.308615]
    np.testing.assert_allclose(found[:8], wanted, atol=1e-6)


def test_reflections_settle_on_the_same_order(present):
    matrix = present.to_numpy(float)
    diversity, ubiquity = matrix.sum(axis=1), matrix.sum(axis=0)
    area, cluster = diversity.copy(), ubiquity.copy()
    for _ in range(200):
        area, cluster = matrix @ cluster / diversity, matrix.T @ area / ubiquity
        area, cluster = area / area.std(), cluster / cluster.std()
        area, cluster = area - area.mean(), cluster - cluster.mean()
    found = complexity(present.to_numpy()).eci
    assert abs(np.corrcoef(area, found)[0, 1]) == pytest.approx(1, abs=1e-6)


flags = st.integers(2, 6).flatmap(
    lambda width: st.lists(st.lists(st.booleans(), min_size=width, max_size=width), min_size=2, max_size=7)
)


@given(flags)
@settings(max_examples=60)
def test_indices_average_each_other_and_keep_to_their_scale(rows):
    matrix = np.array(rows)
    found = complexity(matrix)
    areas, clusters = matrix.any(axis=1), matrix.any(axis=0)
    assert np.isnan(found.eci[~areas]).all()
    assert np.isnan(found.pci[~clusters]).all()
    if not areas.any() or np.isnan(found.eci[areas]).any():
        return
    assert found.eci[areas].mean() == pytest.approx(0, abs=1e-9)
    assert found.eci[areas].std() == pytest.approx(1, abs=1e-9)
    mean = [found.pci[row].mean() for row in matrix[areas]]
    np.testing.assert_allclose(
        found.eci[areas], mean, atol=1e-6
    )  # an area is as complex as its clusters are on average


def test_areas_without_a_cluster_in_common_have_no_index():
    assert np.isnan(complexity(np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]], bool)).eci).all()
    assert np.isnan(complexity(np.ones((3, 1), bool)).eci).all()
    assert np.isnan(complexity(np.zeros((3, 3), bool)).pci).all()


@given(flags, st.integers(1, 6), st.booleans())
def test_density_of_the_nearest_is_weighted(rows, nearest, own):
    """The known fault of a widely used library is to count the nearest without their weights."""
    matrix = np.array(rows)
    near = proximity(matrix)
    found = density(matrix, near, nearest, own=own)
    for cluster in range(matrix.shape[1]):
        weight = near[cluster].copy()
        if not own:
            weight[cluster] = 0
        kept = sorted(range(len(weight)), key=lambda other: (-weight[other], other))[:nearest]
        total = sum(weight[other] for other in kept)
        for area in range(len(matrix)):
            if total == 0:
                assert np.isnan(found[area, cluster])
            else:
                wanted = sum(weight[other] for other in kept if matrix[area, other]) / total
                assert found[area, cluster] == pytest.approx(wanted, abs=1e-12)


@given(flags)
def test_density_of_all_others_is_that_of_the_nearest_n_less_one(rows):
    matrix = np.array(rows)
    near = proximity(matrix)
    np.testing.assert_allclose(density(matrix, near, matrix.shape[1] - 1), density(matrix, near), atol=1e-12)
    assert np.nanmax(density(matrix, near, 1), initial=0) <= 1 + 1e-12
