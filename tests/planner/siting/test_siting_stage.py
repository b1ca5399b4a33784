"""The siting stage: brute force, conditions, verdicts that are not known, conflicts, the sample and the nation."""

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from layers import PlanError, RegionError
from planner import check, load_region
from planner.clusters.stage import clusters
from planner.eligibility.stage import eligibility
from planner.siting.stage import siting
from tests.planner.siting._world import COUNTIES, CRS, SIDE, SOUTH, WEST, region, solved, total, verdicts, world

ROOT = Path(__file__).parents[3]
EARTH_M = 6_371_008.8


def parts(found):
    """Weights as shares and great-circle distances, worked out on their own."""
    towns, sites = found.towns, found.shapes("institutes")
    a = towns.representative_point().to_crs("EPSG:4326")
    b = sites.geometry.to_crs("EPSG:4326")
    lon, lat = np.radians(a.x.to_numpy())[:, None], np.radians(a.y.to_numpy())[:, None]
    east, north = np.radians(b.x.to_numpy())[None], np.radians(b.y.to_numpy())[None]
    cosine = np.sin(lat) * np.sin(north) + np.cos(lat) * np.cos(north) * np.cos(lon - east)
    weight = towns["population_2020"].to_numpy(float)
    return weight / weight.sum(), EARTH_M * np.arccos(np.minimum(cosine, 1))


def best(found, count, value, allowed=lambda _chosen: True):
    sites = range(len(found.layers["institutes"]))
    tried = [(value(list(each)), each) for each in itertools.combinations(sites, count) if allowed(each)]
    return min(tried) if tried else None


def ids(made):
    return tuple(int(code[1:]) for code in made["chosen_sites"]["site_id"])


@pytest.mark.parametrize("seed", range(6))
def test_p_median_with_a_share_agrees_with_brute_force(tmp_path, seed):
    found = world(seed)
    weight, away = parts(found)
    text = '[siting]\nsites = 3\n[[siting.conditions]]\nkind = "share"\ngroup = "programme:rural-omb"\nleast = 0.34\n'
    table = verdicts({COUNTIES[0]: "eligible", COUNTIES[1]: "not known", COUNTIES[2]: "not eligible"})
    made, notes = solved(tmp_path, text, found, eligibility=table)
    member = [number for number in range(6) if number % 3 == 0]  # institutes stand in the counties in turn
    value, chosen = best(
        found, 3, lambda each: float(weight @ away[:, each].min(axis=1)), lambda each: len({*each} & {*member}) >= 2
    )
    assert ids(made) == chosen
    assert total(made, "value") == pytest.approx(value, rel=1e-3, abs=0.2)
    assert total(made, "exact") == 1
    assert any("2 of 6 candidates do not count for 'programme:rural-omb'" in note for note in notes)
    assert made["site_candidates"]["groups_not_known"].notna().sum() == 2


@pytest.mark.parametrize(
    ("model", "value"),
    [
        ('"p-center"\nsites = 2', lambda _w, away: away.max()),
        ('"maximal cover"\nsites = 2\nreach_m = 9000', lambda w, away: -float(w @ (away <= 9000))),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_center_and_cover_agree_with_brute_force(tmp_path, model, value, seed):
    found = world(seed)
    weight, away = parts(found)
    made, _ = solved(tmp_path, f"[siting]\nmodel = {model}\n", found)
    least = best(found, 2, lambda each: value(weight, away[:, each].min(axis=1)))[0]
    assert total(made, "value") == pytest.approx(abs(least), rel=1e-3, abs=0.2 if abs(least) > 1 else 1e-6)


def test_set_cover_takes_the_fewest_sites(tmp_path):
    found = world(1)
    _, away = parts(found)
    made, _ = solved(tmp_path, '[siting]\nmodel = "set cover"\nreach_m = 25000\n', found)
    fewest = next(
        count for count in range(1, 7)
        if any((away[:, each].min(axis=1) <= 25000).all() for each in itertools.combinations(range(6), count))
    )  # fmt: skip
    assert total(made, "value") == fewest
    assert made["site_service"]["covered"].all()


HUBS = """[siting]
model = "hub with satellites"
hubs = 1
satellites = 2
satellite_reach_m = 18_000
readiness_m = 3000
[[siting.conditions]]
kind = "hub"
group = "kind:university"
"""


@pytest.mark.parametrize("seed", range(4))
def test_hubs_with_readiness_agree_with_brute_force(tmp_path, seed):
    found = world(seed)
    weight, away = parts(found)
    xy = found.shapes("institutes").geometry
    between = np.array([[one.distance(other) for other in xy] for one in xy])
    ready = pd.DataFrame({"place_id": COUNTIES, "score_low": [0.2, 0.9, 0.5], "rank": [3, 1, 2]})
    strength = pd.DataFrame({"area_kind": "county", "area_id": COUNTIES, "area": "C"})
    made, _ = solved(tmp_path, HUBS, found, readiness=ready, cluster_strength=strength)
    score = np.array([[0.2, 0.9, 0.5][number % 3] for number in range(6)])

    def linked(each):
        return any(hub % 2 == 0 and all(between[hub, other] <= 18_000 for other in each) for hub in each)

    value, chosen = best(
        found,
        3,
        lambda each: float(weight @ away[:, each].min(axis=1)) + 3000 * float((1 - score[each]).mean()),
        linked,
    )
    assert ids(made) == chosen
    assert total(made, "value") == pytest.approx(value, rel=1e-3, abs=0.3)
    roles = made["chosen_sites"].set_index("site_id")
    assert list(roles["role"]).count("hub") == 1
    assert roles.loc[roles["role"] == "hub", "kind"].tolist() == ["university"]
    assert (roles["hub_m"].dropna() <= 18_000).all()


def test_fixed_charge_weighs_dollars(tmp_path):
    found = world(2)
    weight, away = parts(found)
    people = found.towns["population_2020"].sum()
    text = '[siting]\nmodel = "fixed charge"\nsites = 6\ncost_usd = 500\ntravel_usd_per_km = 0.5\n'
    made, _ = solved(tmp_path, text, found)
    cost = min(
        500 * count + min(float(weight @ away[:, each].min(axis=1)) * people * 0.5 / 1000 for each in itertools.combinations(range(6), count))
        for count in range(1, 7)
    )  # fmt: skip
    assert total(made, "value") == pytest.approx(cost, rel=1e-4)


def test_regret_over_scenarios_is_least(tmp_path):
    found = world(3)
    _, away = parts(found)
    text = '[siting]\nsites = 2\n[[siting.scenarios]]\nname = "now"\nweight = "population_2020"\n[[siting.scenarios]]\nname = "then"\nweight = "population_2010"\n'
    made, _ = solved(tmp_path, text, found)
    weights = [found.towns[name].to_numpy(float) for name in ("population_2020", "population_2010")]
    costs = {
        each: [float(row @ away[:, each].min(axis=1) / row.sum()) for row in weights]
        for each in itertools.combinations(range(6), 2)
    }
    alone = [min(pair[n] for pair in costs.values()) for n in range(2)]
    least = min(max(pair[n] - alone[n] for n in range(2)) for pair in costs.values())
    assert total(made, "value") == pytest.approx(least, abs=1.0)
    assert made["siting_scenarios"]["regret_m"].max() == pytest.approx(least, abs=1.0)


def test_alternatives_are_those_counted_out(tmp_path):
    found = world(4)
    weight, away = parts(found)
    made, _ = solved(tmp_path, '[siting]\nsites = 2\nmust_not = ["i0"]\n', found)
    chosen = ids(made)
    for row in made["siting_alternatives"].itertuples():
        site = int(row.site_id[1:])
        rest = [each for each in chosen if each != site]
        assert row.value_without == pytest.approx(float(weight @ away[:, rest].min(axis=1)), rel=1e-3)
        others = [each for each in range(1, 6) if each not in chosen]
        moved = min(float(weight @ away[:, [*rest, other]].min(axis=1)) for other in others)
        assert row.value_moved == pytest.approx(moved, rel=1e-3)
        assert row.change_moved >= -0.1
    out = made["site_candidates"].set_index("candidate_id")
    assert out["why_out"]["i0"] == "must_not names it"
    assert out["standing"]["i0"] == "out"


def test_sites_cost_stay_apart_and_away_and_are_those_asked_for(tmp_path):
    found = world(5)
    text = '[siting]\nsites = 2\nmust = ["i1"]\ncost_usd = 100\nbudget_usd = 250\n[siting.costs_usd]\ni3 = 200\n[[siting.candidates]]\nlayer = "institutes"\n'
    made, _ = solved(tmp_path, text, found)
    assert "i1" in set(made["chosen_sites"]["site_id"])
    assert total(made, "cost of sites") <= 250
    assert made["chosen_sites"]["why"].str.contains("the region file asks for it").sum() == 1
    away = '[siting]\nsites = 1\n[[siting.candidates]]\nwhere = { kind = ["university"] }\n[[siting.away_from]]\nkind = "research institute"\nleast_m = 4000\n'
    made, _ = solved(tmp_path, away, found)
    there = found.shapes("institutes").set_index("institute_id")
    near = there[there["kind"] == "research institute"].geometry
    for row in made["site_candidates"].itertuples():
        far = min(near.distance(there.geometry[row.candidate_id]))
        assert (row.standing == "out") == (far < 4000)
        assert row.standing != "out" or "2.5 miles asked" in row.why_out


def test_order_of_rows_does_not_matter(tmp_path):
    found = world(6)
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in found.layers.items()}
    again = type(found)(turned, (), {})
    text = "[siting]\nsites = 2\n"
    one, other = solved(tmp_path, text, found)[0], solved(tmp_path, text, again)[0]
    for name, table in one.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(other[name]))


def test_what_is_not_known_counts_against_a_most(tmp_path):
    text = '[siting]\nsites = 2\n[[siting.conditions]]\nkind = "number"\ngroup = "programme:rural-omb"\nmost = 0\n'
    table = verdicts({COUNTIES[0]: "eligible", COUNTIES[1]: "borderline", COUNTIES[2]: "not eligible"})
    made, _ = solved(tmp_path, text, world(), eligibility=table)
    assert ids(made) == (2, 5)  # those of the third county


CONFLICT = '[siting]\nsites = 2\nmust = ["i1", "i4"]\n[[siting.conditions]]\nkind = "number"\ngroup = "programme:rural-omb"\nleast = 1\n[[siting.conditions]]\nkind = "number"\ngroup = "kind:university"\nmost = 2\n'


def test_conflicting_conditions_are_named_and_no_others(tmp_path):
    table = verdicts({COUNTIES[0]: "eligible", COUNTIES[1]: "not known", COUNTIES[2]: "not eligible"})
    with pytest.raises(PlanError) as caught:
        solved(tmp_path, CONFLICT, world(), eligibility=table)
    said = str(caught.value)
    assert "must-have sites" in said
    assert "at least 1 of 'programme:rural-omb'" in said
    assert "at most 2" not in said
    assert "2 of 6 candidates do not count" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sites = 7\n", "7 sites are wanted of 6 candidates"),
        ('must = ["i9"]\n', "must names 'i9', which is no candidate"),
        ('[siting.demand]\nweight = "peple"\n', "no column 'peple'"),
        ('[[siting.candidates]]\nwhere = { kind = ["hub"] }\n', "no row with kind hub"),
        ('[[siting.candidates]]\nwhere = { sort = ["hub"] }\n', "no column 'sort'"),
        ('[[siting.candidates]]\nlayer = "place_points"\n', "candidates need layer 'place_points'"),
        ('[[siting.conditions]]\nkind = "only"\ngroup = "programme:rural-omb"\n', "no place has a verdict"),
        ('[[siting.conditions]]\nkind = "only"\ngroup = "kynd:hub"\n', "no column 'kynd'"),
        ('[[siting.conditions]]\nkind = "only"\ngroup = "kind:hub"\n', "no candidate has kind 'hub'"),
        ('distance = "roads"\n', "needs layer 'roads'"),
        ('model = "set cover"\nreach_m = 500\n', "out of reach of every candidate"),
        ("budget_usd = 10\n[siting.costs_usd]\ni1 = 5\n", "5 candidates have no cost"),
        ('[siting.demand]\nplaces = "cluster areas"\n', "needs table cluster_strength"),
        ('[[siting.away_from]]\nkind = "university"\nleast_m = 500_000\n', "all 6 candidates are out"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(tmp_path, text, words):
    with pytest.raises(PlanError, match=words):
        solved(tmp_path, f"[siting]\n{text}", world())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('model = "set cover"\n', "needs reach_m"),
        ('must = ["a"]\nmust_not = ["a"]\n', "both name 'a'"),
        ('[[siting.conditions]]\nkind = "share"\ngroup = "programme:nonsense"\nleast = 0.5\n', "has no rule file"),
        ('[[siting.conditions]]\nkind = "share"\ngroup = "state:MA"\nleast = 2\n', "between 0 and 1"),
        ('[[siting.conditions]]\nkind = "hub"\ngroup = "state:MA"\n', "hub with satellites"),
        ("sits = 2\n", "mean 'sites'"),
    ],
)
def test_faults_of_the_region_file_are_named(tmp_path, text, words):
    with pytest.raises(RegionError, match=words):
        region(tmp_path, f"[siting]\n{text}")


def test_demand_that_is_out_of_reach_is_left_out_where_asked(tmp_path):
    text = '[siting]\nmodel = "set cover"\nreach_m = 6000\n[siting.demand]\nleave_out = true\n'
    made, notes = solved(tmp_path, text, world())
    assert len(made["site_service"]) < 8
    assert any("out of reach of every candidate" in note for note in notes)


def test_along_roads_the_way_is_that_of_the_grid(tmp_path):
    step, xs = 2500, range(WEST, WEST + 4 * SIDE + 1, 2500)
    ys = range(SOUTH, SOUTH + 2 * SIDE + 1, step)
    lines = [LineString([(x, y) for y in ys]) for x in xs] + [LineString([(x, y) for x in xs]) for y in ys]
    roads = gpd.GeoDataFrame({"road_class": "main"}, index=range(len(lines)), geometry=lines, crs=CRS)
    found = world(7, roads=roads)
    made, _ = solved(tmp_path, '[siting]\nsites = 2\ndistance = "roads"\n', found)
    air, _ = solved(tmp_path, "[siting]\nsites = 2\n", found)
    assert total(made, "mean distance") > total(air, "mean distance") - 2 * step
    at = found.shapes("institutes").set_index("institute_id").geometry
    served = made["site_service"]
    for row in served.itertuples():
        site = at[row.site_id]
        grid = abs(row.geometry.x - site.x) + abs(row.geometry.y - site.y)  # streets of a grid: the sum of both
        assert row.distance_m == pytest.approx(grid, abs=2 * step)


def test_the_sample_sites_a_hub_and_two_satellites():
    asked = load_region(ROOT / "data" / "sample" / "region.toml")
    made, notes = siting(check(asked), asked, {})
    rows = made["chosen_sites"].set_index("site_id")
    assert dict(rows["role"]) == {"ipeds-164447": "satellite", "ipeds-164775": "satellite", "ipeds-166629": "hub"}
    assert total(made, "value") == pytest.approx(15266.4, abs=0.5)
    assert total(made, "exact") == 1
    assert total(made, "demand") == 828_188  # residents of the four counties in the 2020 census, as shipped
    assert rows["demand_share"].sum() == pytest.approx(1)
    assert any("without a table of clusters" in note for note in notes)
    assert {"readiness", "readiness_reasons", "readiness_criteria"} <= set(made)


def test_six_institutes_of_the_nation_a_third_of_them_where_little_money_went(shared):
    assert shared
    asked = load_region(ROOT / "examples" / "united-states-institutes.toml")
    found = check(asked)
    tables, _ = clusters(found, asked, {})
    tables |= eligibility(found.layers, asked, tables)
    made, notes = siting(found, asked, tables)
    rows = made["chosen_sites"]
    assert len(rows) == 6
    states = made["site_candidates"].set_index("candidate_id")["state"]
    listed = pd.read_json(shared / "facts" / "epscor_jurisdictions.json", typ="series")["nsf_epscor"]
    assert sum(states[code] in str(listed) for code in rows["site_id"]) >= 2
    assert total(made, "gap") == 0
    assert any("which no layer locates" in note for note in notes)


def test_candidates_of_two_layers_with_one_identifier_are_refused(tmp_path):
    here = world(1)
    points = here.shapes("institutes")[["institute_id", "geometry"]].rename(columns={"institute_id": "area_id"})
    points.geometry = points.translate(0, 5000)
    text = '[siting]\nsites = 1\n[[siting.candidates]]\nlayer = "institutes"\n[[siting.candidates]]\nlayer = "place_points"\n'
    with pytest.raises(PlanError, match=r"two places 3\.1 miles apart both have the identifier 'i0'"):
        solved(tmp_path, text, world(1, place_points=points))


def test_points_without_a_name_are_called_by_their_code_and_weighed_by_their_column(tmp_path):
    here = world(1)
    points = here.shapes("institutes")[["institute_id", "geometry"]].rename(columns={"institute_id": "area_id"})
    given = points.assign(name=None, weight=[0, 0, 0, 0, 0, 7.5])
    text = '[siting]\nsites = 1\n[[siting.candidates]]\nlayer = "place_points"\n[siting.demand]\nplaces = "place_points"\nweight = "weight"\n'
    made, _ = solved(tmp_path, text, world(1, place_points=given))
    assert made["chosen_sites"]["site"].tolist() == ["i5"]
    assert total(made, "demand") == 7.5


def test_numbers_are_compared_to_their_last_digit(tmp_path):
    here = world(1)
    people = [1234567 + number for number in range(8)]
    here.layers["towns"]["population_2020"] = people
    text = "[siting]\nsites = 1\n[siting.demand]\nwhere = { population_2020 = [1234567] }\n"
    made, _ = solved(tmp_path, text, here)
    assert made["site_service"]["demand"].tolist() == ["T0"]
