"""A site that is moved by hand: its value is that of the model with the sites fixed, and broken conditions are named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import PlanError
from tests.planner.siting._world import region, solved, world

MODELS = ("p-median", "p-center", "maximal cover", "hub with satellites")


def text(model, more="", moves=()):
    head = '[siting]\nmodel = "hub with satellites"\nhubs = 1\nsatellites = 1\nsatellite_reach_m = 90_000\n'
    if model != "hub with satellites":
        head = f'[siting]\nmodel = "{model}"\nsites = 2\nreach_m = 12_000\n'
    return head + more + "".join(f'[[siting.what_if]]\nsite = "{one}"\nto = "{two}"\n' for one, two in moves)


@given(seed=st.integers(0, 50), model=st.sampled_from(MODELS), which=st.integers(0, 1), turn=st.integers(0, 3))
@settings(max_examples=30)
def test_a_moved_site_gives_what_the_model_gives_with_these_sites(tmp_path_factory, seed, model, which, turn):
    folder = tmp_path_factory.mktemp("what-if")
    here = world(seed)
    chosen = sorted(solved(folder, text(model), here)[0]["chosen_sites"]["site_id"])
    others = [f"i{number}" for number in range(6) if f"i{number}" not in chosen]
    site, to = chosen[which], others[turn]
    made = solved(folder, text(model, moves=[(site, to)]), here)[0]["what_if"].iloc[0]
    fixed = sorted({*chosen, to} - {site})
    again = solved(folder, text(model, f"must = {fixed}\n".replace("'", '"')), here)[0]
    totals = again["siting_totals"].set_index("statistic")["value"]
    assert made["value_moved"] == pytest.approx(totals["value"], rel=1e-4)
    assert made["mean_m"] == pytest.approx(totals["mean distance"], rel=1e-4)
    assert made["conditions_broken"] is None or made["conditions_broken"] != made["conditions_broken"]


def test_a_move_against_the_conditions_says_which(tmp_path):
    here = world(2)
    more = 'must = ["i0"]\nmust_not = ["i5"]\napart_m = 100\n'
    made = solved(tmp_path, text("p-median", more, [("i0", "i5")]), here)[0]["what_if"].iloc[0]
    assert (
        made["conditions_broken"] == "the region file asks for Institute 0 and Institute 5 is out (must_not names it)"
    )
    assert "against: the region file asks for Institute 0" in made["said"]


def test_a_group_that_falls_short_is_named(tmp_path):
    here = world(2)
    group = '[[siting.conditions]]\nkind = "number"\ngroup = "kind:research institute"\nleast = 2\n'
    chosen = solved(tmp_path, text("p-median", group), here)[0]["chosen_sites"]["site_id"]
    assert {int(code[1]) % 2 for code in chosen} == {1}
    made = solved(tmp_path, text("p-median", group, [(chosen.iloc[0], "i0")]), here)[0]["what_if"].iloc[0]
    assert made["conditions_broken"] == "at least 2 of 'kind:research institute'"


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (("i9", "i0"), "what_if moves 'i9', which is no chosen site"),
        (("FIRST", "i9"), "which is no candidate"),
        (("FIRST", "SECOND"), "which is chosen already"),
    ],
)
def test_a_move_from_nowhere_or_to_nowhere_is_refused(tmp_path, move, message):
    here = world(2)
    first, second = solved(tmp_path, text("p-median"), here)[0]["chosen_sites"]["site_id"]
    named = {"FIRST": first, "SECOND": second}
    with pytest.raises(PlanError, match=message):
        solved(tmp_path, text("p-median", moves=[tuple(named.get(code, code) for code in move)]), here)


def test_a_move_to_itself_is_refused_when_read(tmp_path):
    with pytest.raises(ValueError, match="to itself"):
        region(tmp_path, text("p-median", moves=[("i0", "i0")]))
