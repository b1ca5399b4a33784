"""Sites that serve so much and no more: brute force over choices and a linear programme for who is served by whom."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from layers import PlanError
from planner.reach import by_air
from tests.planner.siting._world import region, solved, total, world


def text(capacity, more=""):
    return f'[siting]\nmodel = "p-median"\nsites = 2\ncapacity = {capacity}\n{more}'


def cheapest(away, weight, capacity):
    """Least mean distance when every site serves at most its capacity; None where that is not possible."""
    demands, sites = away.shape
    each = np.kron(np.eye(demands), np.ones(sites))
    load = np.kron(weight, np.eye(sites))
    found = linprog((away * weight[:, None]).ravel(), load, np.full(sites, capacity), each, np.ones(demands))
    return found.fun / weight.sum() if found.success else None


@given(seed=st.integers(0, 60), spare=st.floats(1.02, 1.6))
@settings(max_examples=12)
def test_sites_with_capacities_are_the_best_of_all_choices(tmp_path_factory, seed, spare):
    folder = tmp_path_factory.mktemp("capacity")
    here = world(seed)
    weight = here.towns["population_2020"].to_numpy(float)
    capacity = round(float(weight.sum()) / 2 * spare, 3)
    made = solved(folder, text(capacity), here)[0]
    away = by_air(here.towns.geometry.representative_point(), here.shapes("institutes").geometry)
    values = [cheapest(away[:, list(pair)], weight, capacity) for pair in itertools.combinations(range(6), 2)]
    assert total(made, "value") == pytest.approx(min(each for each in values if each is not None), rel=1e-3)
    assert total(made, "gap") <= 1e-6
    service = made["site_service"]
    np.testing.assert_allclose(service.groupby("demand_id")["share"].sum(), 1, atol=1e-5)
    assert (service.groupby("site_id")["weight"].sum() <= capacity * (1 + 1e-6)).all()
    mean = float((service["weight"] * service["distance_m"]).sum() / weight.sum())
    assert total(made, "mean distance") == pytest.approx(mean, abs=0.2)
    assert made["chosen_sites"]["demand_share"].sum() == pytest.approx(1)
    for row in made["siting_alternatives"].itertuples():
        pairs = [int(code[1]) for code in made["chosen_sites"]["site_id"] if code != row.site_id] + [
            int(row.instead_id[1])
        ]
        assert row.value_moved == pytest.approx(cheapest(away[:, pairs], weight, capacity), rel=1e-3)


def test_capacities_that_do_not_suffice_are_refused(tmp_path):
    with pytest.raises(PlanError, match="capacity for a demand of"):
        solved(tmp_path, text(1), world(1))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ('[siting]\nmodel = "p-center"\nsites = 2\ncapacity = 5\n', "capacities go with a p-median or a fixed charge"),
        ("[siting]\nsites = 2\ncapacities = { i0 = 500 }\n", "candidates have no capacity"),
        ("[siting]\nsites = 2\ncapacity = 500\ncapacities = { i9 = 500 }\n", "capacities names 'i9', which is no candidate"),
        ('[siting]\nsites = 2\ncapacity = 500\n[[siting.what_if]]\nsite = "i0"\nto = "i1"\n', "what_if does not go with capacities"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_capacities_is_said(tmp_path, asked, message):
    with pytest.raises(ValueError, match=message):
        solved(tmp_path, asked, world(1))


def test_capacities_by_site_replace_the_usual_one(tmp_path):
    here = world(3)
    most = int(here.towns["population_2020"].sum())
    free = solved(tmp_path, "[siting]\nsites = 1\n", here)[0]["chosen_sites"]["site_id"].iloc[0]
    made = solved(tmp_path, f"[siting]\nsites = 1\ncapacity = {most}\ncapacities = {{ {free} = 1 }}\n", here)[0]
    assert made["chosen_sites"]["site_id"].iloc[0] != free
    assert region(tmp_path, "[siting]\nsites = 1\n").siting.limited is False
