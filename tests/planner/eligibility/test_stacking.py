"""Stacked grants: against all ways counted out, the rules of stacking one by one, and a published split."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from scipy.optimize import linprog

from layers import PlanError, declared
from planner.eligibility.money import Place
from planner.eligibility.stacking import OWN, Bound, Offer, offer, stack
from planner.programmes.rule import Stacking
from tests.planner.eligibility._invented import DAY, programme

INF = float("inf")


def costs(*rows):
    table = pd.DataFrame(rows, columns=["project", "line", "activity", "cost_usd", "programme"][: len(rows[0])])
    return declared("project_costs").check(table)


def rule(others, kind):
    return Stacking.model_validate({"others": "as named", "whose": others, "rule": kind})


def grant(name, percent, payer="federal", bounds=(), rules=()):
    shares = percent if isinstance(percent, dict) else {"build": percent}
    return Offer(name, payer, shares, tuple(bounds), tuple(rule(*each) for each in rules))


def paid(found):
    return {(row.line, row.payer): row.amount_usd for row in found.table.itertuples()}


ONE = costs(("net", "fibre", "build", 100.0))


def test_the_middle_mile_of_western_massachusetts_is_paid_as_published():
    """45.4 million of a federal award and 44.3 million of the state made up 89.7 million."""
    federal = grant("fed", 80.0, bounds=[Bound((), 0, 45.4e6)])
    state = grant("com", 50.0, "state", bounds=[Bound((), 0, 44.3e6)])
    found = stack(costs(("net", "fibre", "build", 89.7e6)), [state, federal])
    assert paid(found) == {("fibre", "fed"): 45.4e6, ("fibre", "com"): 44.3e6}
    assert (found.grants_usd, found.proven, found.notes) == (89.7e6, True, ())


@pytest.mark.parametrize(
    ("rules", "payer", "total"),
    [
        ((), "federal", 80.0),  # money of one government is no match for its own
        ((), "state", 100.0),
        ([("two", "may match")], "federal", 80.0),  # the second one must take the first as well
        ([("federal", "not match")], "federal", 80.0),
        ([("state", "not match")], "state", 80.0),
        ([("any", "not match"), ("two", "may match")], "state", 100.0),
        ([("two", "excludes")], "state", 80.0),
        ([("state", "excludes")], "state", 80.0),
    ],
)
def test_each_rule_of_stacking_does_what_it_says(rules, payer, total):
    found = stack(ONE, [grant("one", 80.0, rules=rules), grant("two", 50.0, payer)])
    assert found.grants_usd == total
    assert found.proven


def test_federal_money_that_both_sides_take_as_match_fills_the_cost():
    both = [grant("one", 80.0, rules=[("federal", "may match")]), grant("two", 50.0, rules=[("one", "may match")])]
    assert stack(ONE, both).grants_usd == 100.0


def test_excluded_programmes_take_different_lines_and_none_counts_for_the_other():
    """One bears 80 percent of lines in its own project only: a line that the other pays is no part of it."""
    table = costs(("net", "a", "build", 100.0), ("net", "b", "build", 60.0))
    found = stack(table, [grant("one", 80.0, rules=[("two", "excludes")]), grant("two", 100.0, "state")])
    assert found.grants_usd == 160.0  # all by the second
    capped = grant("two", 100.0, "state", bounds=[Bound((), 0, 60.0)])
    found = stack(table, [grant("one", 80.0, rules=[("two", "excludes")]), capped])
    assert paid(found) == {("a", "one"): 80.0, ("a", OWN): 20.0, ("b", "two"): 60.0}


def test_a_floor_is_met_or_there_is_no_award():
    assert stack(ONE, [grant("one", 50.0, bounds=[Bound((), 50.01, INF)])]).grants_usd == 0
    assert stack(ONE, [grant("one", 50.0, bounds=[Bound(("build",), 50, INF)])]).grants_usd == 50


def test_one_award_goes_to_one_project():
    table = costs(("east", "fibre", "build", 100.0), ("west", "fibre", "build", 300.0))
    assert stack(table, [grant("one", 50.0)]).grants_usd == 200
    found = stack(table, [grant("one", 50.0, rules=[("place", "once")])])
    assert found.grants_usd == 150
    assert found.notes == ()


def test_of_equal_ways_the_one_with_fewest_awards():
    found = stack(ONE, [grant("one", 50.0, "state"), grant("two", 100.0), grant("six", 50.0, "state")])
    assert paid(found) == {("fibre", "two"): 100.0}


def test_a_line_counts_for_a_programme_as_its_own_row_says():
    table = costs(
        ("net", "fibre", "build", 100.0, "one"),
        ("net", "fibre", "works", 100.0, "two"),
        ("net", "study", "plan", 10.0, None),
    )
    found = stack(table, [grant("one", 10.0), grant("two", {"works": 20.0, "build": 90.0, "plan": 50.0})])
    assert (
        paid(found)["fibre", "two"] == 20.0
    )  # federal money is no match for federal money: one at 10 could add nothing
    assert paid(found)["study", "two"] == 5.0
    assert found.grants_usd == 25.0


def test_what_no_one_bears_remains():
    found = stack(costs(("net", "boat", "sail", 70.0)), [grant("one", 80.0)])
    assert paid(found) == {("boat", OWN): 70.0}
    assert stack(ONE, []).grants_usd == 0


@st.composite
def cases(draw):
    lines, many = draw(st.sampled_from([(1, 3), (2, 3), (3, 2), (3, 1)]))
    rows = [
        (draw(st.sampled_from(["east", "west"])), f"l{number}", draw(st.sampled_from(["build", "plan"])),
         draw(st.integers(0, 4000)) / 100)
        for number in range(lines)
    ]  # fmt: skip
    offers = []
    for name in ("one", "two", "six")[:many]:
        percent = {
            kind: draw(st.sampled_from([0.0, 25.0, 50.0, 80.0, 100.0]))
            for kind in draw(st.sets(st.sampled_from(["build", "plan"])))
        }
        most = draw(st.one_of(st.just(INF), st.integers(0, 40).map(float)))
        least = min(draw(st.sampled_from([0.0, 0.0, 5.0, 20.0])), most)
        kinds = draw(st.sampled_from([(), ("build",)]))
        rules = draw(st.lists(st.tuples(
            st.sampled_from(["one", "two", "six", "federal", "state", "any"]),
            st.sampled_from(["may match", "not match", "excludes", "once"])), max_size=2))  # fmt: skip
        offers.append(
            grant(name, percent, draw(st.sampled_from(["federal", "state"])), [Bound(kinds, least, most)], rules)
        )
    return costs(*rows), offers


def most_by_counting(table, offers):
    """All ways to make lines part of projects of programmes; with these fixed, sums are a linear programme."""
    lines = list(table.itertuples())
    spots = [(p, i) for p, each in enumerate(offers) for i, line in enumerate(lines) if line.activity in each.percent]
    best = 0.0
    for choice in itertools.product((0, 1), repeat=len(spots)):
        inside = {spot for spot, chosen in zip(spots, choice, strict=True) if chosen}
        if any(
            (q, i) in inside and q != p and "excludes" in offers[p].says_of(offers[q])
            for p, i in inside
            for q in range(len(offers))
        ):
            continue
        if any(each.once and len({lines[i].project for q, i in inside if q == p}) > 1 for p, each in enumerate(offers)):
            continue
        best = max(best, most_inside(lines, offers, sorted(inside)))
    return best


def most_inside(lines, offers, inside):
    if not inside:
        return 0.0
    rows, ends = [], []
    place = {spot: number for number, spot in enumerate(inside)}

    def add(spots, end, sign=1.0):
        row = np.zeros(len(inside))
        row[[place[spot] for spot in spots]] = sign
        rows.append(row)
        ends.append(sign * end)

    for i, line in enumerate(lines):
        add([spot for spot in inside if spot[1] == i], line.cost_usd)
    for p, each in enumerate(offers):
        mine = [i for q, i in inside if q == p]
        against = {p} | {q for q in range(len(offers)) if q != p and not each.takes_as_match(offers[q])}
        for project, kind in {(lines[i].project, lines[i].activity) for i in mine}:
            part = [i for i in mine if (lines[i].project, lines[i].activity) == (project, kind)]
            whole = sum(lines[i].cost_usd for i in part)
            add([(q, i) for q, i in inside if q in against and i in part], whole * each.percent[kind] / 100)
        for project in {lines[i].project for i in mine}:
            for bound in each.bounds:
                part = [
                    (p, i)
                    for i in mine
                    if lines[i].project == project and (not bound.activities or lines[i].activity in bound.activities)
                ]
                if part:
                    add(part, min(bound.most_usd, 1e6))
                    add(part, bound.least_usd, -1.0)
    found = linprog(-np.ones(len(inside)), A_ub=np.array(rows), b_ub=np.array(ends), bounds=(0, None))
    return -float(found.fun or 0.0) if found.status == 0 else 0.0


@effort(max_examples=25)
@given(cases())
def test_no_way_counted_out_brings_more(case):
    table, offers = case
    found = stack(table, offers)
    assert found.proven
    assert found.grants_usd == pytest.approx(most_by_counting(table, offers), abs=0.11)


@effort(max_examples=25)
@given(cases(), st.randoms(use_true_random=False))
def test_no_cost_is_paid_twice_and_no_limit_is_broken(case, shuffle):
    table, offers = case
    found = stack(table, offers)
    sums = found.table.groupby("line")["amount_usd"].sum()
    for line in table.itertuples():
        assert round(sums[line.line], 2) == line.cost_usd
    grants = found.table[found.table["payer"] != OWN].merge(table[["line", "activity"]])
    for each in offers:
        mine = grants[grants["payer"] == each.programme]
        for bound in each.bounds:
            part = mine[mine["activity"].isin(bound.activities)] if bound.activities else mine
            for _, award in part.groupby("project"):
                assert bound.least_usd - 0.05 <= award["amount_usd"].sum() <= bound.most_usd + 1e-9
        assert not each.once or len(set(mine["project"])) <= 1
        for other in offers:
            if other is not each and "excludes" in each.says_of(other):
                assert not set(mine["line"]) & set(grants.loc[grants["payer"] == other.programme, "line"])
    again = list(offers)
    shuffle.shuffle(again)
    pd.testing.assert_frame_equal(stack(table.sample(frac=1, random_state=1), again).table, found.table)


def test_an_offer_is_made_of_the_rule_file():
    rules = programme(
        shares=[{"activity": "build", "most_percent": "half"}, {"activity": "plan", "most_percent": "all_share"}],
        awards=[
            {"activity": "build", "most_usd": "income_usd", "least_usd": "people"},
            {"activity": "plan", "most_usd": "people", "least_usd": "income_usd"},
            {"activity": "plan", "most_usd": "people", "typical": True},
            {"activity": "all of it", "most_usd": "ceiling_usd"},
        ],
        stacking=[
            {"others": "state money", "whose": "state", "rule": "may match"},
            {"others": "money of a far moon", "rule": "not match"},
        ],
    )
    made = offer(rules, DAY, Place("community"))
    assert made.percent == {"build": 50.0, "plan": 100.0}
    assert made.bounds == (Bound(("build",), 1000.0, 75000.0), Bound(("plan",), 0.0, 0.0), Bound((), 0.0, 150e6))
    assert made.notes == ("grove: award for plan: cap below floor: 1,000 is less than 75,000 USD",)
    found = stack(costs(("net", "fibre", "build", 2e5), ("net", "study", "plan", 100.0)), [made])
    assert paid(found) == {("fibre", "grove"): 75000.0, ("fibre", OWN): 125000.0, ("study", OWN): 100.0}
    assert found.notes[1] == "grove: not taken into account: not match: money of a far moon"


def test_a_programme_without_a_sure_share_brings_nothing():
    made = offer(programme(), DAY, Place("community"))
    assert made.notes == ("grove: no share surely applies on 2024-06-01; it brings nothing",)
    assert stack(ONE, [made]).grants_usd == 0


def test_bad_input_is_named():
    with pytest.raises(PlanError, match="lack the columns activity"):
        stack(ONE.drop(columns="activity"), [])
    with pytest.raises(PlanError, match="line 'fibre' of project 'net' has more than one cost"):
        stack(pd.concat([ONE, ONE.assign(cost_usd=1.0, activity="plan")]), [])
    with pytest.raises(PlanError, match="not known or negative"):
        stack(ONE.assign(cost_usd=np.nan), [])
    with pytest.raises(PlanError, match="programme 'one' is offered twice"):
        stack(ONE, [grant("one", 1.0), grant("one", 2.0)])
