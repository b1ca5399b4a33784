"""Groups of areas: against all groups counted out by their rates, and a worked example of the federal regulations."""

import datetime as dt
import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from layers import PlanError, RuleError
from planner.eligibility.alternatives import alternatives
from planner.eligibility.redraw import Areas, Asked, Counts, as_table, redraw
from planner.eligibility.verdict import BORDERLINE, ELIGIBLE, NOT_ELIGIBLE, NOT_KNOWN, decide
from planner.graph.smallest_set import Effort
from planner.tables import tables
from tests.planner.eligibility._invented import DAY, programme

PEOPLE = "unemployment_rate_24_months"
ASKED = Asked("drawn area", DAY)


def line(count):
    return np.array([[one, one + 1] for one in range(count - 1)], np.int64).reshape(-1, 2)


def jobless(unemployed, labor_force, nation=6.0, **more):
    """Areas in a row with unemployment."""
    counts = {PEOPLE: Counts(np.array(unemployed, float), np.array(labor_force, float))}
    names = tuple(f"a{number}" for number in range(len(unemployed)))
    return Areas(names, line(len(names)), counts, {(PEOPLE, "nation"): nation}, **more)


@pytest.mark.parametrize(("unemployed", "size"), [(70, 1), (69, 2)])
def test_where_the_nation_has_6_percent_7_percent_is_enough(unemployed, size):
    """13 CFR 301.2(b)(1), edition of 2003: national average 6 percent, an area is eligible at 7 percent."""
    found = redraw(programme({"all": ["jobless"]}), "a0", jobless([unemployed, 71], [1000, 1000]), ASKED)
    assert [(each.result, each.size, each.exact) for each in found] == [("found", size, True)]
    assert found[0].value == (7.0,)
    assert found[0].threshold == (7.0,)
    assert found[0].op == (">=",)


def test_rates_are_of_summed_counts_not_of_averaged_rates():
    """Mean of 5 and 10 percent is 7.5; but 50 of 1,000 and 1 of 10 together are 5.05 percent."""
    found = redraw(programme({"all": ["jobless"]}), "a0", jobless([50, 1], [1000, 10]), ASKED)
    assert [(each.result, each.exact, each.lower_bound) for each in found] == [("none exists", True, 3)]
    assert "no group of at most 12 areas meets all tests, proved" in found[0].why


@st.composite
def cases(draw):
    count = draw(st.integers(1, 7))
    some = st.lists(st.integers(0, 20), min_size=count, max_size=count)
    top, jobs, income = (np.array(draw(some), float) for _ in range(3))
    force, prime, heads = (np.array(draw(some), float) + draw(st.integers(0, 1)) for _ in range(3))
    every = list(itertools.combinations(range(count), 2))
    pairs = draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    counts = {
        PEOPLE: Counts(top, force), "prime_age_employment": Counts(jobs, prime),
        "per_capita_income": Counts(income * 100, heads, 1.0), "population": Counts(heads * 100, None, 1.0),
        "poverty_rate": Counts(jobs, heads),
    }  # fmt: skip
    references = {
        (PEOPLE, "nation"): 50.0, ("prime_age_employment", "nation"): 60.0, ("per_capita_income", "nation"): 200.0,
        ("per_capita_income", "state"): 150.0,
    }  # fmt: skip
    verdicts = np.array(draw(st.lists(st.sampled_from([0, 1, 2, 3, 3, 3]), min_size=count, max_size=count)), np.int8)
    names = tuple(f"a{number}" for number in range(count))
    return Areas(names, np.array(pairs, np.int64).reshape(-1, 2), counts, references, {("grove", "rural"): verdicts})


MEETS = {
    "jobless": lambda rate: rate(PEOPLE) - 50 >= 1,
    "gap": lambda rate: 60 - rate("prime_age_employment") >= 2.5,
    "poor": lambda rate: rate("per_capita_income") / 150 * 100 <= 80,
    "people": lambda rate: rate("population") >= 1000,
    "few_poor": lambda rate: not rate("poverty_rate") > 20,
}


def fits(areas, way, group):
    def rate(name):
        counts = areas.counts[name]
        below = 1 if counts.denominator is None else counts.denominator[group].sum()
        return np.nan if below == 0 else counts.per * counts.numerator[group].sum() / below

    used = {"jobless": PEOPLE, "gap": "prime_age_employment", "poor": "per_capita_income", "people": "population",
            "few_poor": "poverty_rate"}  # fmt: skip
    for name in way:
        if name == "rural":
            if (areas.verdicts["grove", "rural"][group] != ELIGIBLE).any():
                return False
        elif np.isnan(rate(used[name])) or not MEETS[name](rate):
            return False
    return True


@effort(max_examples=50)
@given(cases(), st.lists(st.sampled_from([*MEETS, "rural"]), min_size=1, max_size=3, unique=True))
def test_no_group_counted_out_by_its_rates_is_smaller(areas, way):
    found = redraw(programme({"all": way}), "a0", areas, ASKED)
    graph = nx.Graph(areas.pairs.tolist())
    graph.add_nodes_from(range(len(areas.place_ids)))
    groups = [
        [0, *rest]
        for size in range(len(graph))
        for rest in itertools.combinations(range(1, len(graph)), size)
        if nx.is_connected(graph.subgraph([0, *rest])) and fits(areas, way, [0, *rest])
    ]
    (only,) = found
    assert only.size == (len(groups[0]) if groups else 0)
    if groups:
        assert [int(name[1:]) for name in only.place_ids] in groups
        assert only.exact
        assert only.lower_bound == only.size
    else:
        assert only.result in ("none exists", "not known")
    assert len(as_table(found)) == max(len(only.tests), 1)


def test_every_way_in_is_answered_and_the_smallest_comes_first():
    terms = {"any": ["jobless", "median", "rank", {"all": ["need", "jobless"]}, {"all": ["rural", "people"]}]}
    areas = jobless([69, 60, 90], [1000, 1000, 1000], verdicts={("grove", "rural"): np.array([3, 3, 2], np.int8)})
    counts = {**areas.counts, "population": Counts(np.array([500.0, 600, 700]), None, 1.0),
              "poverty_rate": Counts(np.ones(3), np.ones(3))}  # fmt: skip
    areas = Areas(areas.place_ids, areas.pairs, counts, areas.references, areas.verdicts)
    found = redraw(programme(terms), "a0", areas, ASKED)
    assert [(each.alternative, each.result, each.size) for each in found] == [
        (("people", "rural"), "found", 2), (("jobless",), "found", 3), (("median",), "cannot be redrawn", 0),
        (("rank",), "cannot be redrawn", 0),
    ]  # fmt: skip
    assert found[2].why == "Median household income: a median is not summed"
    assert found[3].why == "Test poverty_percent: a rank among places is not summed"
    assert found[0].left_out == 1
    assert found[0].place_ids == ("a0", "a1")
    table = as_table(found)
    assert list(table.columns) == [name for name in tables()["redrawn"].columns if name not in ("source", "as_of")]
    assert table["threshold"].tolist()[:2] == [1000.0, 7.0]
    assert table["value"].tolist()[1] == 7.3


@pytest.mark.parametrize(
    ("verdict", "result"),
    [(NOT_ELIGIBLE, "none exists"), (NOT_KNOWN, "not known"), (BORDERLINE, "not known"), (ELIGIBLE, "found")],
)
def test_the_place_itself_must_meet_the_other_tests(verdict, result):
    areas = jobless([90], [1000], verdicts={("grove", "rural"): np.array([verdict], np.int8)})
    found = redraw(programme({"all": ["jobless", "rural"]}), "a0", areas, ASKED)
    assert [each.result for each in found] == [result]


def test_what_is_not_on_file_is_said():
    areas = jobless([90, np.nan, 10], [1000, 1000, 100])
    rules = programme({"any": ["jobless", "gap", "poor"]})
    found = redraw(rules, "a0", areas, ASKED)
    assert [each.why for each in found] == [
        "the place alone meets all tests of this way; 1 areas could not join",
        "Prime-age employment rate, armed forces counted as employed: its counts are not on file",
        "Per capita income: its counts are not on file",
    ]
    unknown = redraw(rules, "a1", areas, ASKED)[0]
    assert (unknown.result, unknown.why) == ("not known", "figures of the place itself are not known")
    lost = Areas(areas.place_ids, areas.pairs, areas.counts)
    assert (
        redraw(rules, "a0", lost, ASKED)[0].why
        == "Test jobless_points: no one figure of the nation holds for all areas"
    )


def test_a_search_that_is_cut_short_claims_nothing():
    areas = jobless([60, 71, 70, 71, 71, 71, 71, 71, 75], [1000] * 9)
    asked = Asked("drawn area", DAY, effort=Effort(most=12, sets=2))
    (found,) = redraw(programme({"all": ["jobless"]}), "a0", areas, asked)
    assert found.result == "found"
    assert (found.size, found.exact) == (9, True)


def test_no_rule_no_terms_and_a_place_that_is_not_there():
    areas = jobless([1], [10])
    assert redraw(programme(), "a0", areas, Asked("tract", DAY)) == ()
    assert as_table(()).empty
    (found,) = redraw(programme(), "a0", areas, ASKED)
    assert (found.result, found.size, found.alternative) == ("found", 1, ())
    assert as_table([found])["test"].tolist() == ["none"]
    with pytest.raises(PlanError, match="place 'x' is none of the 1 areas"):
        redraw(programme(), "x", areas, ASKED)


NAMES = ["jobless", "gap", "poor", "people", "rural", "later"]
TERMS = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.builds(lambda key, items: {key: items}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=8,
)  # fmt: skip


@effort(max_examples=60)
@given(TERMS, st.integers(0, 31))
def test_ways_in_say_the_same_as_the_terms(terms, bits):
    """The engine's rule for combining verdicts is the oracle; tests that do not hold yet drop out of both."""
    rules = programme({"all": [terms]} if isinstance(terms, str) else terms)
    met = {
        name: np.array(ELIGIBLE if bits >> place & 1 else NOT_ELIGIBLE, np.int8) for place, name in enumerate(NAMES[:5])
    }
    wanted = decide(rules.rules[0].terms, met)
    ways = alternatives(rules, rules.rules[0].terms, DAY)
    said = any(all(met[name] == ELIGIBLE for name in way) for way in ways)
    assert said == (wanted is None or bool(wanted == ELIGIBLE))
    assert not any(set(one) < set(other) for one in ways for other in ways)


def test_terms_with_too_many_ways_are_refused():
    terms = {"all": [{"any": ["jobless", "gap"]}] * 9}
    with pytest.raises(RuleError, match="have 512 ways in, more than 500"):
        alternatives(programme(terms), programme(terms).rules[0].terms, DAY)
    assert alternatives(programme({"all": ["later"]}), programme({"all": ["later"]}).rules[0].terms, DAY) == ((),)
    assert alternatives(programme(terms={"all": ["later"]}), None, dt.date(2031, 1, 1)) == ((),)
