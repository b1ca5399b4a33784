"""Lists of awards that programmes have given, all in one layout: tables for `facts/`."""

from pathlib import Path
from typing import Final

import pandas as pd

USD_PER_MILLION: Final = 1_000_000
COLUMNS: Final = ["name", "lead", "states", "place", "technology", "award_usd", "others_usd", "withdrawn_usd",
                  "note", "origin", "source", "as_of"]  # fmt: skip
EDA_HUBS: Final = "eda.gov, pages of the 31 hubs; awards of 2024 as announced"
EDA_CHALLENGE: Final = "White House fact sheet on the 21 awards, 2022; eda.gov, pages of the finalists"
ENGINES: Final = "NSF, announcement of the first ten engines, January 2024"
NETWORK: Final = "Table of the manufacturing institutes as of 30 September 2017"
GRANTS: Final = "MassTech Collaborative R&D Matching Grant awards"
UNVERIFIED: Final = "unverified: background knowledge"

STATES: Final = {
    "Alaska": "AK", "California": "CA", "Florida": "FL", "Georgia": "GA", "Kansas": "KS", "Louisiana": "LA",
    "Michigan": "MI", "Missouri": "MO", "Nebraska": "NE", "New Hampshire": "NH", "New York": "NY",
    "North Carolina": "NC", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA", "South Dakota": "SD",
    "Texas": "TX", "Virginia": "VA", "West Virginia": "WV",
}  # fmt: skip
ENGINE_STATES: Final = {
    "Central Florida": "FL", "Louisiana": "LA", "North Carolina": "NC", "North Dakota": "ND",
    "Piedmont Triad": "NC", "Colorado": "CO;WY", "Upstate New York": "NY",
}  # fmt: skip

INSTITUTES_2017: Final = {
    "America Makes": ("NCDMM", 65, 68, "Youngstown, OH"),
    "MxD (ex DMDII)": ("University of Illinois", 83, 106, "Chicago, IL"),
    "LIFT": ("LIFT", 70, 78, "Detroit, MI"),
    "PowerAmerica": ("North Carolina State University", 70, 70, "Raleigh, NC"),
    "IACMI": ("Collaborative Composite Solutions (University of Tennessee)", 70, 178, "Knoxville, TN"),
    "AIM Photonics": ("SUNY Research Foundation", 110, 503, "Rochester, NY"),
    "NextFlex": ("FlexTech Alliance", 75, 96, "San Jose, CA"),
    "AFFOA": ("MIT", 75, 272, "Cambridge, MA"),
    "CESMII": ("Smart Manufacturing Leadership Coalition", 70, 70, "Los Angeles, CA"),
    "BioFabUSA (ARMI)": ("ARMI", 80, 241, "Manchester, NH"),
    "ARM": ("Carnegie Mellon University", 80, 173, "Pittsburgh, PA"),
    "REMADE": ("Sustainable Manufacturing Innovation Alliance", 70, 70, "West Henrietta, NY"),
    "NIIMBL": ("University of Delaware", 70, 129, "Newark, DE"),
    "RAPID": ("AIChE", 70, 70, "New York, NY"),
}  # fmt: skip


def award_tables(shared: Path) -> dict[str, pd.DataFrame]:
    """Return every list of awards by name, in the order of award names."""
    made = {
        "tech_hubs": tech_hubs(shared),
        "bbbrc": regional_challenge(shared),
        "nsf_engines": engines(shared),
        "manufacturing_institutes": manufacturing_institutes(shared),
        "collaborative_rd": collaborative_rd(),
    }
    return {name: _ordered(table) for name, table in made.items()}


def tech_hubs(shared: Path) -> pd.DataFrame:
    """Return the 31 designated hubs, with the awards of 2024 and the selections of 2025 that were withdrawn."""
    raw = _read(shared / "facts/tech_hubs_2023.csv")
    withdrawn = _dollars(raw["jan2025_selection_musd_rescinded_may2025"])
    note = pd.Series("Designated in 2023; no award.", index=raw.index)
    note = note.mask(withdrawn.notna(), "Designated in 2023; selected in January 2025, withdrawn in May 2025.")
    award = _dollars(raw["phase2_2024_award_musd_approx"])
    return raw[["name", "lead", "states"]].assign(
        award_usd=award,
        withdrawn_usd=withdrawn,
        note=note.mask(award.notna(), "Designated in 2023; about this sum in 2024."),
        origin="approximate",
        source=EDA_HUBS,
        as_of="2025-05-31",
    )


def regional_challenge(shared: Path) -> pd.DataFrame:
    """Return the 21 coalitions of the Build Back Better challenge."""
    raw = _read(shared / "facts/bbbrc_2022.csv")
    return pd.DataFrame(
        {
            "name": raw["project"],
            "lead": raw["lead"],
            "states": raw["state"].map(STATES),
            "award_usd": _dollars(raw["award_musd_approx"]),
            "note": "Rounded to 0.1 million; state of the lead.",
            "origin": "approximate",
            "source": EDA_CHALLENGE,
            "as_of": "2022-12-31",
        }
    )


def engines(shared: Path) -> pd.DataFrame:
    """Return the first ten engines; states only where the name tells them."""
    raw = _read(shared / "facts/nsf_engines_2024.csv")
    states = raw["name"].map(lambda name: next((ENGINE_STATES[key] for key in ENGINE_STATES if key in name), None))
    note = pd.Series("For the first two years; states as the name tells them.", index=raw.index)
    return raw[["name"]].assign(
        states=states,
        award_usd=_dollars(raw["initial_award_musd"]),
        note=note.mask(states.isna(), "For the first two years; the states were not seen."),
        origin="published",
        source=ENGINES,
        as_of="2024-01-31",
    )


def manufacturing_institutes(shared: Path) -> pd.DataFrame:
    """Return the 14 institutes of 2017 with federal and other money, and four later ones."""
    raw = _read(shared / "facts/manufacturing_usa_institutes.csv").set_index("institute", drop=False)
    known = pd.DataFrame.from_dict(
        INSTITUTES_2017, orient="index", columns=["lead", "federal_musd", "others_musd", "place"]
    ).reindex(raw.index)
    table = pd.DataFrame(
        {
            "name": raw["institute"],
            "lead": known["lead"],
            "place": known["place"].fillna(raw["hq"]),
            "technology": raw["technology"],
            "award_usd": _dollars(known["federal_musd"]),
            "others_usd": _dollars(known["others_musd"]),
        }
    )
    old = raw["in_2017_network"] == "yes"
    seen = raw["provenance"] == "seen"
    table = table.assign(
        states=table["place"].str[-2:],
        note=pd.Series(f"{UNVERIFIED}; the day is not known", index=raw.index).mask(
            old, "Federal and other money for the first years."
        ),
        origin=pd.Series("not stated", index=raw.index).mask(old | seen, "published"),
        source=pd.Series(UNVERIFIED, index=raw.index).mask(old, NETWORK),
        as_of=pd.Series(None, index=raw.index, dtype="object").mask(old, "2017-09-30"),
    )
    table.loc[table["name"] == "CESMII", "note"] = (
        "Federal and other money for the first years; others 70 million or more."
    )
    last: dict[str, int | str] = {"award_usd": 285 * USD_PER_MILLION, "note": "Notice of termination on 10 December 2025.",
            "source": "IEEE Spectrum, December 2025 (copy)", "as_of": "2025-12-10"}  # fmt: skip
    for column, value in last.items():
        table.loc[table["name"] == "SMART USA", column] = value
    return table


def collaborative_rd() -> pd.DataFrame:
    """Return six grants of the Massachusetts programme with what others gave."""
    rest = "What others gave is the project's total less the grant."
    rows = [
        ("PracticePoint", "Worcester Polytechnic Institute", "Worcester, MA", 5, 12, rest, "2017-04-30"),
        ("Data science and cybersecurity", "University of Massachusetts Amherst", "Amherst, MA", 5, 15, rest, "2016-08-31"),
        ("ANSSEM nanomanufacturing", "Northeastern University", "Boston, MA", 3, 10, rest, "2016-04-30"),
        ("Printed electronics (PERC)", "University of Massachusetts Lowell", "Lowell, MA", 4, 12, "Industry match.", "2015-05-31"),
        ("Center for Marine Robotics", "Woods Hole Oceanographic Institution", "Falmouth, MA", 5, 15, "Industry match.", "2014-12-31"),
        ("Massachusetts Open Cloud", "Boston University", "Holyoke, MA", 3, 16, "Match of over 16 million.", "2014-04-30"),
    ]  # fmt: skip
    names = ["name", "lead", "place", "award_musd", "others_musd", "note", "as_of"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(
        states="MA",
        award_usd=_dollars(table["award_musd"]),
        others_usd=_dollars(table["others_musd"]),
        origin=pd.Series("published", index=table.index).mask(table["note"].str.contains("over"), "approximate"),
        source=GRANTS,
    )


def _dollars(millions: pd.Series) -> pd.Series:
    return (pd.to_numeric(millions) * USD_PER_MILLION).round(0).astype("Int64")


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", encoding="utf-8")


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table in the common layout, by name; columns that are empty throughout are left out."""
    return table.reindex(columns=COLUMNS).dropna(axis="columns", how="all").sort_values("name", ignore_index=True)
