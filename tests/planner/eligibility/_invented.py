"""An invented programme that the tests of eligibility take apart."""

import datetime as dt

from planner.programmes.rule import Programme

DAY = dt.date(2024, 6, 1)


def figure(value, unit="percent", **more):
    return {"unit": unit, "meaning": "Invented.", "values": [{"value": value, **more}]}


def measure(name, compare, op, threshold, **more):
    return {
        "citation": "1 USC 1", "kind": "measure", "title": f"Test {threshold}", "measure": name, "compare": compare, "op": op,
        "threshold": threshold, **more,
    }  # fmt: skip


TESTS = {
    "jobless": measure("unemployment_rate_24_months", "points above", ">=", "jobless_points", of=["nation"]),
    "gap": measure("prime_age_employment", "points below", ">=", "gap_points", of=["nation"]),
    "poor": measure("per_capita_income", "percent of", "<=", "income_percent", of=["nation", "state"], choose="lesser"),
    "people": measure("population", "value", ">=", "people"),
    "few_poor": measure("poverty_rate", "value", ">", "poverty_percent", negate=True),
    "median": measure("median_household_income", "value", "<=", "income_usd"),
    "rank": measure("poverty_rate", "percentile", ">=", "poverty_percent"),
    "rural": {
        "citation": "1 USC 1",
        "kind": "attribute",
        "title": "Not metropolitan",
        "attribute": "metro_kind",
        "among": ["neither"],
    },
    "need": {
        "citation": "1 USC 1",
        "kind": "answer",
        "title": "Special need",
        "question": "Has the agency found a need?",
    },
    "later": {"citation": "1 USC 1", "kind": "answer", "title": "Later", "question": "Not yet?", "from": "2030-01-01"},
}
PARAMETERS = {
    "jobless_points": figure(1.0, "points"),
    "gap_points": figure(2.5, "points"),
    "income_percent": figure(80.0),
    "people": figure(1000.0, "persons"),
    "poverty_percent": figure(20.0),
    "income_usd": figure(75000.0, "usd"),
    "half": figure(50.0),
    "most_share": figure(80.0),
    "all_share": figure(100.0),
    "floor_usd": figure(20e6, "usd"),
    "ceiling_usd": figure(150e6, "usd"),
    "market_usd": figure(70585.0, "usd"),
    "community_usd": figure(53600.0, "usd"),
}


def programme(terms=None, name="grove", **more):
    """An invented programme with the given terms for drawn areas."""
    rule = {"units": ["drawn area", "local labor market", "community"], "title": "Place"}
    content = {
        "name": name, "title": "Grove fund", "short": name, "agency": "Invented", "purpose": "Tests.",
        "sources": [{"id": "act", "citation": "Act 1", "text": "Invented."}],
        "status": [{"from": "2020-01-01", "is": "open"}],
        "tests": TESTS, "parameters": PARAMETERS,
        "rules": [rule | ({"terms": terms} if terms else {})],
        **more,
    }  # fmt: skip
    return Programme.model_validate(content)
