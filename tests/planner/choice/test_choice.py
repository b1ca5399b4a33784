"""The choice of projects against every choice counted out, and what it says of bad and impossible input."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from benchmarks import choice as benchmark
from layers import LayerError, PlanError
from planner.choice import ChoiceEntry, cheapest_mix, choose, front, neighbours
from planner.choice import _milp as programme
from tests.planner.choice._projects import code, count_out, frame, key_of, option, pairs

MODELS = ["private provider", "cable upgrade", "multi-town network", "municipal network", "pilot"]
OBJECTIVES = ["least cost", "premises", "towns", "value"]


@st.composite
def cases(draw, decide=True):
    """Up to five towns with up to four options each, some of them neighbours, a floor, a budget, decisions."""
    rows = []
    count = draw(st.integers(1, 5))
    for town in range(count):
        premises = draw(st.integers(1, 40))
        before = draw(st.integers(0, premises))
        for number in range(draw(st.integers(1, 4))):
            after = draw(st.one_of(st.just(premises), st.integers(before, premises)))
            cost = draw(
                st.one_of(
                    st.integers(0, 12).map(lambda each: each * 1000.0), st.integers(0, 10**7).map(lambda c: c / 100)
                )
            )
            rows.append(option(town, f"o{number}", premises, before, after, cost, draw(st.sampled_from(MODELS))))
    links = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=6))
    options = frame(*rows)
    decided = None
    if decide and draw(st.booleans()):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        model, name = draw(
            st.sampled_from([(row["model"], row["option_id"]), (row["model"], None), ("no project", None)])
        )
        decided = pd.DataFrame({"town_geoid": [row["town_geoid"]], "model": [model], "option_id": [name]})
    settings = ChoiceEntry(
        objective=draw(st.sampled_from(OBJECTIVES)),
        budget_usd=draw(st.one_of(st.none(), st.integers(0, 40).map(lambda each: each * 1000.0), st.floats(0, 2e5))),
        floor_share=draw(st.sampled_from([None, None, None, 0, 0.5, 0.9])),
    )
    value = {code(town): float(draw(st.integers(0, 3))) for town in range(count)}
    return options, pairs(*links), settings, decided, value


@effort(max_examples=80)
@given(cases())
def test_no_choice_counted_out_is_better(case):
    options, links, settings, decided, value = case
    wanted, least = count_out(options, links, settings, decided, value)
    if wanted is None:
        words = "cannot be met at any cost" if least is None else f"need {least / 100:,.2f} of public money at least"
        with pytest.raises(PlanError, match=words):
            choose(options, links, settings, decided, value)
        return
    found = choose(options, links, settings, decided, value)
    table = found.table
    towns = {key: list(rows.to_dict("records")) for key, rows in options.groupby("town_geoid")}
    picks = dict(zip(table["town_geoid"], table["option_id"], strict=True))
    choice = {key: next((row for row in rows if row["option_id"] == picks[key]), None) for key, rows in towns.items()}
    cost = sum(round(pick["public_usd"] * 100) for pick in choice.values() if pick)
    assert key_of(towns, choice, settings, cost, value) == wanted
    assert settings.budget_usd is None or cost <= settings.budget_usd * 100
    assert found.proven
    assert found.gap == 0
    figures = found.totals.set_index("statistic")["value"]
    assert figures["public money"] == pytest.approx(cost / 100)
    assert figures["towns that meet the target"] == table["meets_target"].sum()
    shares = table["served_after"].astype(float) / table["premises"]
    assert np.allclose(table["share_after"].astype(float), shares, atol=1e-6)
    if settings.floor_share is not None:
        assert (shares >= float(settings.floor_share)).all()
    assert table["reason"].str.len().gt(0).all()


@effort(max_examples=25)
@given(cases(decide=False))
def test_each_town_by_itself_has_its_cheapest(case):
    options = case[0]
    table = cheapest_mix(options).set_index("town_geoid")
    for key, rows in options.groupby("town_geoid"):
        good = rows[rows["meets_target"]].sort_values(["public_usd", "option_id"])
        said = table.loc[key]
        if rows["met_before"].any():
            assert (pd.isna(said["option_id"]), said["reason"]) == (True, "meets the target today")
        elif good.empty:
            assert (pd.isna(said["option_id"]), said["reason"]) == (True, "no option reaches the target")
        else:
            assert said["option_id"] == good["option_id"].iloc[0]
            words = f"least cost of {len(good)} options that" if len(good) > 1 else "the only option that"
            assert said["reason"] == f"{words} reach{'es' if len(good) == 1 else ''} the target"


@effort(max_examples=20)
@given(cases(decide=False))
def test_the_front_is_that_of_all_choices_at_its_budgets(case):
    options, links, settings, _, _ = case
    try:
        table = front(options, links, settings, points=5)
    except PlanError:
        return
    plain = {"objective": "premises", "floor_share": settings.floor_share}
    for row in table.to_dict("records"):
        wanted, _ = count_out(options, links, ChoiceEntry(budget_usd=row["budget_usd"], **plain))
        assert (-row["premises_served"], round(row["public_usd"] * 100)) == wanted[:2]
        assert (row["bound"], row["gap"], row["proved"]) == (row["premises_served"], 0, True)
    most, _ = count_out(options, links, ChoiceEntry(**plain))
    assert -most[0] == table["premises_served"].iloc[-1]
    assert table["public_usd"].is_monotonic_increasing
    assert table["premises_served"].is_monotonic_increasing
    assert table["premises_served"].is_unique


@effort(max_examples=12)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(case, random):
    options, links, settings, decided, value = case
    mixed = options.iloc[random.sample(range(len(options)), len(options))]
    turned = links[["neighbour", "town_geoid"]].set_axis(["town_geoid", "neighbour"], axis=1).iloc[::-1]
    if count_out(options, links, settings, decided, value)[0] is None:
        said = []
        for rows, both in ((options, links), (mixed, turned)):
            with pytest.raises(PlanError) as refused:
                choose(rows, both, settings, decided, value)
            said.append(str(refused.value))
        assert said[0] == said[1]
        return
    one = choose(options, links, settings, decided, value)
    two = choose(mixed, turned, settings, decided, value)
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.totals, two.totals)


def test_a_textbook_knapsack():
    # Martello and Toth, Knapsack Problems (1990), example 2.3: capacity 102, best profit 280
    profits, weights = [15, 100, 90, 60, 40, 15, 10, 1], [2, 20, 20, 30, 40, 30, 60, 10]
    rows = [
        option(n, "a", 200, 0, gain, float(cost)) for n, (gain, cost) in enumerate(zip(profits, weights, strict=True))
    ]
    best = max(
        sum(itertools.compress(profits, picked))
        for picked in itertools.product([0, 1], repeat=8)
        if sum(itertools.compress(weights, picked)) <= 102
    )
    found = choose(frame(*rows), pairs(), ChoiceEntry(objective="premises", budget_usd=102))
    assert found.objective == best == 280


def test_the_marginal_cost_of_the_last_fifth_of_charlemont():
    # published offers: 75 % for 2.06 million, 96 % for 1.7 million more, some 700 homes: about 11,600 a home
    rows = [
        option(0, "base", 700, 0, 525, 2_060_000.0, "private provider"),
        option(0, "extended", 700, 0, 672, 3_760_000.0, "private provider"),
    ]
    table = front(frame(*rows), pairs(), ChoiceEntry(), points=40)
    assert table["premises_served"].tolist() == [0, 525, 672]
    slope = table["public_usd"].diff() / table["premises_served"].diff()
    assert slope.iloc[-1] == pytest.approx(11_600, abs=50)
    choice = choose(frame(*rows), pairs(), ChoiceEntry(budget_usd=3_000_000))
    assert choice.table["reason"].tolist() == ["outside the budget"]


def test_a_shared_network_needs_a_neighbour_that_shares():
    alone = option(0, "shared", model="multi-town network")
    dear, cheap = option(1, "shared", model="multi-town network", public=900.0), option(1, "own", public=500.0)
    found = choose(frame(alone, dear, cheap), pairs((0, 1)), ChoiceEntry())
    assert found.table["option_id"].tolist() == ["shared", "shared"]
    assert found.table["reason"].tolist() == [
        "the only option that reaches the target",
        "reaches the target together with a neighbour; another of 2 options that do costs less",
    ]
    costly = option(1, "shared", model="multi-town network", public=100.0), option(1, "own", public=400.0)
    far = option(0, "shared", model="multi-town network", public=5000.0), option(0, "own", public=900.0)
    each = choose(frame(*far, *costly), pairs((0, 1)), ChoiceEntry())
    assert each.table["reason"].tolist() == [
        "least cost of 2 options that reach the target",
        "reaches the target; what costs less needs a neighbour that shares",
    ]
    apart = choose(frame(alone, dear, cheap), pairs(), ChoiceEntry())
    assert apart.table["option_id"].tolist()[1] == "own"
    assert apart.table["reason"].tolist() == [
        "no neighbour shares its network",
        "the only option that reaches the target",
    ]


def test_a_budget_of_nothing_takes_what_costs_nothing():
    rows = [option(0, "gift", public=0.0), option(1, "dear"), option(1, "free", after=50, public=0.0)]
    found = choose(frame(*rows), pairs(), ChoiceEntry(budget_usd=0, objective="premises"))
    assert found.table["option_id"].tolist() == ["gift", "free"]
    assert found.table["reason"].tolist() == [
        "the only option that reaches the target", "serves more premises, below the target",
    ]  # fmt: skip


def test_the_floor_says_who_cannot_meet_it_and_what_it_needs():
    rows = [option(0, "a", after=80), option(1, "a", public=700.25), option(2, "a", before=95)]
    with pytest.raises(PlanError, match=r"floor of 90 % .* in Town 0 \(no option that may be chosen reaches it\)"):
        choose(frame(*rows), pairs(), ChoiceEntry(floor_share=0.9))
    with pytest.raises(
        PlanError, match=r"need 700.25 of public money at least; towns that must have a project: Town 1;"
    ):
        choose(frame(*rows[1:]), pairs(), ChoiceEntry(floor_share=0.9, budget_usd=700.24))
    found = choose(frame(*rows[1:]), pairs(), ChoiceEntry(floor_share=0.9, budget_usd=700.25))
    assert found.table["served_after"].tolist() == [100, 95]
    kept = pd.DataFrame({"town_geoid": [code(1)], "model": ["no project"]})
    with pytest.raises(PlanError, match=r"Town 1 \(decided to have no project\)"):
        choose(frame(*rows[1:]), pairs(), ChoiceEntry(floor_share=0.9), kept)


def decision(town, model, name=None):
    return pd.DataFrame({"town_geoid": [code(town)], "model": [model], "option_id": [name]})


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        (decision(7, "pilot"), "town 2501100007 has no project options"),
        (decision(0, "pilot"), "Town 0 has no option of the model 'pilot'"),
        (decision(0, "municipal network", "bb"), r"Town 0 has no option 'bb' of the model 'municipal network' \(did"),
        (decision(0, "multi-town network"), r"Town 0 \(its options need a neighbour that shares\)"),
    ],
)
def test_decisions_that_cannot_be_are_refused(decided, words):
    rows = [option(0, "b"), option(0, "s", model="multi-town network"), option(1, "b")]
    with pytest.raises(PlanError, match=words):
        choose(frame(*rows), pairs((0, 1)), ChoiceEntry(), decided)


def test_bad_options_are_refused():
    good = option(0, "a")
    with pytest.raises(LayerError, match=r"key 'town_geoid \+ option_id' repeats"):
        choose(frame(good, good), pairs(), ChoiceEntry())
    with pytest.raises(LayerError, match="column 'public_usd' has 1 negative value"):
        choose(frame(good | {"public_usd": -1.0}), pairs(), ChoiceEntry())
    with pytest.raises(PlanError, match="Town 0, option 'a': served_after is more than the town's premises"):
        cheapest_mix(frame(good | {"served_after": 101}))
    with pytest.raises(PlanError, match="Town 0: options differ in the town's name, premises"):
        cheapest_mix(frame(good, option(0, "b", premises=90, after=90)))
    with pytest.raises(LayerError, match="model"):
        choose(frame(good), pairs(), ChoiceEntry(), decision(0, "own cable"))


def test_bad_settings_are_refused():
    for wrong in (
        {"budget_usd": -1},
        {"floor_share": 90},
        {"seconds": 0},
        {"objective": "most"},
        {"floor_share": 0.1234567},
    ):
        with pytest.raises(ValidationError):
            ChoiceEntry(**wrong)
    rows = frame(option(0, "a"), option(1, "a"))
    with pytest.raises(PlanError, match="needs the value of each town"):
        choose(rows, pairs(), ChoiceEntry(objective="value"))
    with pytest.raises(PlanError, match=r"1 towns have no value \(first: Town 1\)"):
        choose(rows, pairs(), ChoiceEntry(objective="value"), None, {code(0): 1.0})
    with pytest.raises(PlanError, match="Town 0 has the value nan"):
        choose(rows, pairs(), ChoiceEntry(objective="value"), None, {code(0): float("nan"), code(1): 1.0})
    with pytest.raises(PlanError, match="ask for at least 2"):
        front(rows, pairs(), ChoiceEntry(), points=1)
    with pytest.raises(PlanError, match="no choice was found within 1e-09 seconds"):
        choose(rows, pairs(), ChoiceEntry(seconds=1e-9))


def test_unknown_present_service_counts_as_none_and_is_said():
    row = option(0, "a") | {"served_before": pd.NA}
    found = choose(frame(row), pairs(), ChoiceEntry(budget_usd=1))
    assert found.table["served_after"].isna().all()
    notes = found.totals.set_index("statistic")["note"]
    assert notes["premises served today"] == "1 towns whose present service is not known count as unserved"


def test_money_is_exact_to_the_cent():
    rows = [option(town, "a", public=9_999_999.99) for town in range(30)]
    options, money = frame(*rows), 30 * 9_999_999.99
    assert choose(options, pairs(), ChoiceEntry(budget_usd=round(money, 2))).table["option_id"].notna().all()
    less = choose(options, pairs(), ChoiceEntry(budget_usd=round(money - 0.01, 2)))
    assert less.table["option_id"].notna().sum() == 29


def test_an_answer_that_breaks_a_rule_is_not_taken(monkeypatch):
    goal = np.array([-2, -1], np.int64)
    rules = programme.Rules(csr_array(np.array([[1, 1]])), np.array([1]))
    answers = iter([np.array([1.0, 1.0]), np.array([1.0, 0.0])])
    monkeypatch.setattr(programme, "_highs", lambda *_: (next(answers), -2.0, True))
    found = programme.solve(goal, rules, np.inf)
    assert found is not None
    assert (found.chosen.tolist(), found.objective, found.proven) == ([True, False], -2, True)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_161_towns_are_proved_in_five_seconds(objective):
    options, links, budget = benchmark.make(161, 5, 0.4, 1)
    value = {town: float(number % 7) for number, town in enumerate(options["town_geoid"].unique())}
    found = choose(options, links, ChoiceEntry(objective=objective, budget_usd=budget, seconds=5), None, value)
    assert found.proven
    assert found.gap == 0
    if objective == "premises":
        assert found.objective == one_solve_by_scipy(options, links, budget)


def one_solve_by_scipy(options, links, budget):
    town = pd.factorize(options["town_geoid"])[0]
    one = (town[None, :] == np.arange(161)[:, None]).astype(float)
    shared = one * options["shared"].to_numpy()
    beside = np.zeros((161, 161))
    codes = pd.Index(options["town_geoid"].unique())
    ends = codes.get_indexer(links["town_geoid"]), codes.get_indexer(links["neighbour"])
    beside[ends], beside[ends[::-1]] = 1, 1
    rows = [LinearConstraint(one, ub=1), LinearConstraint(shared - beside @ shared, ub=0)]
    rows.append(LinearConstraint(options["public_usd"].to_numpy()[None, :], ub=budget))
    gain = (options["served_after"] - options["served_before"]).to_numpy(float)
    best = milp(
        -gain,
        constraints=rows,
        integrality=np.ones(len(gain), np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert best.fun is not None
    return round(-best.fun) + options.drop_duplicates("town_geoid")["served_before"].sum()


def test_neighbours_share_a_border():
    boxes = [shapely.box(0, 0, 100, 100), shapely.box(100.4, 0, 200, 100), shapely.box(300, 0, 400, 100)]
    towns = gpd.GeoDataFrame({"town_geoid": [code(n) for n in range(3)]}, geometry=boxes, crs="EPSG:26986")
    table = neighbours(towns)
    assert table.to_dict("list") == {"town_geoid": [code(0), code(1)], "neighbour": [code(1), code(0)]}


@pytest.mark.parametrize(
    ("name", "rows", "words"),
    [
        ("offers", "2599919999,Wire Co,private provider,cable,1,0.9,1000", "names 1 towns that layer 'towns' does not have"),
        ("offers", "2599910001,Wire Co,private provider,cable,1,90,1000", "(a share, not percent)"),
        ("offers", "2599910001,Wire Co,private provider,cable,1,0.9,-5", "column 'public_usd' has 1 negative value"),
        ("offers", "2599910001,Wire Co,private provider,cable,1,0.9,5\n2599910001,Wire Co,private provider,cable,1,0.8,4",
         "key 'town_geoid + provider + model + technology + step' repeats"),
        ("decided_projects", "2599919999,pilot", "names 1 towns that layer 'towns' does not have"),
        ("decided_projects", "2599910001,own cable", "column 'model' has 1 value outside its list"),
    ],
)  # fmt: skip
def test_offers_and_decisions_that_cannot_be_are_refused_at_the_border(small, townline, name, rows, words):
    heads = {
        "offers": "town_geoid,provider,model,technology,step,share_served,public_usd",
        "decided_projects": "town_geoid,model",
    }
    (small / f"{name}.csv").write_text(f"{heads[name]}\n{rows}\n", "utf-8")
    with (small / "region.toml").open("a", encoding="utf-8") as region:
        region.write(f'\n[layers.{name}]\npath = "{name}.csv"\n')
    status, _, error = townline("check", small / "region.toml")
    assert (status, "Traceback" in error) == (2, False)
    assert words in error
