"""Facts of the last-mile programme that later counts, contracts and accounts gave: tables for `facts/`."""

from pathlib import Path
from typing import Final

import pandas as pd

METRES_PER_MILE: Final = 1609.344
SURVEY: Final = "Counts of units, route miles and poles labelled Cartesian, 2016, in the open cost model dkulp2/opex"
ACCOUNT: Final = "Town of Plainfield, capital costs (plainfield-ma.us/p/10128)"
CHARLEMONT: Final = "Press on a cable provider's offer to Charlemont; day of the offer not known"
MONTGOMERY: Final = "The Reminder, 17 December 2019"


def second_survey(shared: Path) -> pd.DataFrame:
    """Return the second count of 43 towns beside the desk's; route miles become metres."""
    raw = pd.read_csv(shared / "facts/last_mile_towns_second_survey_2016.csv", dtype="str", encoding="utf-8")
    codes = pd.read_csv(shared / "facts/last_mile_towns_2015.csv", dtype="str", encoding="utf-8")
    table = raw.merge(codes[["town_geoid", "town"]], on="town", how="left", validate="one_to_one")
    metres = {
        f"{who}_route_m": (pd.to_numeric(table[f"{who}_route_miles"]) * METRES_PER_MILE).round(1)
        for who in ("desk", "survey")
    }
    names = [
        "town_geoid",
        "town",
        "desk_units",
        "desk_route_m",
        "desk_poles",
        "survey_units",
        "survey_route_m",
        "survey_poles",
    ]
    return table.assign(**metres)[names].assign(origin="published", source=SURVEY, as_of="2016-12-31")


def actual_components() -> pd.DataFrame:
    """Return the account of Plainfield's network, item by item."""
    backbone = "Labour and materials; includes the backbone towards Windsor, 47 miles in all."
    rows = [
        ("design and engineering", "design", 111_389, None, None, None),
        ("project management", "design", 69_886, None, None, None),
        ("make-ready, poles, bonds and trees", "make-ready", 359_969, None, None,
         "Poles as built are not published; the desk survey of 2015 counted 979."),
        ("hub", "hub", 229_290, 1, "hubs", "With generator and electronics."),
        ("distribution fibre", "distribution", 1_099_955, round(47 * METRES_PER_MILE, 1), "m", backbone),
        ("drops and terminals", "drops", 310_753, 318, "drops", "Drops built by December 2020: 275 in use, 43 ready."),
    ]  # fmt: skip
    names = ["item", "component", "actual_usd", "quantity", "unit", "note"]
    table = pd.DataFrame(rows, columns=names)
    table.insert(0, "town_geoid", "2501554030")
    table.insert(1, "town", "Plainfield")
    return table.assign(origin="published", source=ACCOUNT, as_of="2020-12-31")


def offers() -> pd.DataFrame:
    """Return offers of private providers of which both the price and the share served are published."""
    about = "'About 75 %' of some 700 homes for 0.96 and 1.1 million usd, taken as public money together; the day is not known."
    more = "The base offer and 1.7 million usd more, for 96 %; the day is not known."
    all_of = "The contract says at most this sum, for all premises."
    rows = [
        ("2501112505", "Comcast", 1, 0.75, 2_060_000, about, "approximate", CHARLEMONT, None),
        ("2501112505", "Comcast", 2, 0.96, 3_760_000, more, "approximate", CHARLEMONT, None),
        ("2501342530", "Comcast", 1, 1.0, 805_800, all_of, "published", MONTGOMERY, "2019-12-17"),
    ]  # fmt: skip
    names = ["town_geoid", "provider", "step", "share_served", "public_usd", "note", "origin", "source", "as_of"]
    table = pd.DataFrame(rows, columns=names).assign(
        model="private provider", technology="cable", provider_usd=None, down_mbps=None, up_mbps=None, month_usd=None
    )
    order = ["town_geoid", "provider", "model", "technology", "step", "share_served", "public_usd", "provider_usd",
             "down_mbps", "up_mbps", "month_usd", "note", "origin", "source", "as_of"]  # fmt: skip
    return table[order]
