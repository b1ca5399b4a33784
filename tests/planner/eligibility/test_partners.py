"""Members of consortia and focus areas: the statute's five types, and maximum flow as oracle for distinct members."""

import datetime as dt

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from layers import PlanError, declared
from planner.eligibility.partners import complete, fits, is_complete
from tests.planner.eligibility._invented import DAY, programme

# 15 USC 3722a(c)(1): one or more of each.
FIVE = ["institution of higher education", "government", "industry", "economic development organization",
        "labor or workforce organization"]  # fmt: skip


def rules(*partners):
    return programme(partners=[{"types": [each], "citation": f"Act {number}"} if isinstance(each, str) else each
                               for number, each in enumerate(partners)])  # fmt: skip


def members(*rows):
    return pd.DataFrame(rows, columns=["member", "type"])


def test_a_consortium_needs_each_of_the_five_types():
    own = members(*[(f"m{number}", each) for number, each in enumerate(FIVE)])
    table = complete(rules(*FIVE), DAY, own)
    assert table["verdict"].tolist() == ["met"] * 5
    assert table["citation"].tolist()[1] == "Act 1"
    assert is_complete(table)
    for number, missing in enumerate(FIVE):
        without = complete(rules(*FIVE), DAY, own[own["type"] != missing])
        assert without["verdict"].tolist() == ["not met" if place == number else "met" for place in range(5)]
        assert not is_complete(without)


def test_a_member_of_two_types_stands_for_both_unless_members_must_differ():
    own = members(("college", FIVE[0]), ("college", FIVE[4]), ("town", FIVE[1]))
    needed = rules(FIVE[0], FIVE[4], FIVE[1])
    assert complete(needed, DAY, own)["have"].tolist() == [1, 1, 1]
    table = complete(needed, DAY, own, distinct=True)
    assert table["have"].tolist() == [1, 0, 1]
    assert table["distinct"].all()


def test_alternatives_numbers_roles_and_days():
    partners = [
        {"types": ["college", "university"], "least": 2}, {"types": ["bank"], "role": "preferred"},
        {"types": ["port"], "from": "2025-01-01"},
    ]  # fmt: skip
    own = members(("a", "college"), ("a", "university"), ("b", "university"))
    table = complete(rules(*partners), DAY, own)
    assert table["have"].tolist() == [2, 0]
    assert table["types"].tolist()[0] == "college or university"
    assert table["members"].tolist()[0] == "a; b"
    assert is_complete(table)
    assert not is_complete(complete(rules(*partners), dt.date(2025, 1, 1), own))
    assert complete(programme(), DAY, own).empty
    assert is_complete(complete(programme(), DAY, own))


def test_rows_of_other_programmes_do_not_count():
    layer = declared("consortium_members").check(
        pd.DataFrame({"programme": ["grove", "other"], "member": ["a", "b"], "type": ["bank", "bank"]})
    )
    assert complete(rules("bank"), DAY, layer)["members"].tolist() == ["a"]
    with pytest.raises(PlanError, match="members lack the columns type"):
        complete(rules("bank"), DAY, layer.drop(columns="type"))


@effort(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("vwxyz")), max_size=12),
    st.lists(
        st.tuples(st.sets(st.sampled_from("vwxyz"), min_size=1, max_size=2), st.integers(1, 2), st.sampled_from(["required", "optional"])),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
def test_distinct_members_fill_as_many_places_as_flow_can(own, needed):
    partners = [{"types": sorted(types), "least": least, "role": role} for types, least, role in needed]
    table = complete(rules(*partners), DAY, members(*own), distinct=True)
    for required in (True, False):
        graph = nx.DiGraph()
        graph.add_nodes_from(["source", "sink"])
        for number, (types, least, role) in enumerate(needed):
            if role == "required" or not required:
                graph.add_edge("source", number, capacity=least)
                for member, kind in own:
                    if kind in types:
                        graph.add_edge(number, member, capacity=1)
                        graph.add_edge(member, "sink", capacity=1)
        places = table[table["role"] == "required"] if required else table
        assert places["have"].sum() == nx.maximum_flow_value(graph, "source", "sink")
    names = [name for each in table["members"].dropna() for name in each.split("; ")]
    assert len(names) == len(set(names))


def test_fields_are_compared_with_the_list_of_the_day():
    focused = programme(focus=[{"list": "key_technology_focus_areas", "from": "2022-08-09"}])
    table = fits(focused, DAY, ["Quantum information science", "robotics and advanced manufacture", "beekeeping"])
    assert table["verdict"].tolist() == ["on the list", "not on the list", "not on the list"]
    assert table["nearest"].tolist()[1] == "robotics and advanced manufacturing"
    assert table["nearest"].isna().tolist() == [True, False, True]
    assert set(table["citation"]) == {"42 USC 19107(c)"}
    assert fits(focused, dt.date(2022, 8, 8), ["beekeeping"]).empty
    assert fits(programme(), DAY, ["beekeeping"]).empty
