"""Statistics for the screening: survey estimates, labor force, income, labor markets, urban areas, employment."""

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from layers import PlanError
from layers.fetch import Fetched, FetchError
from layers.save import write_csv
from planner.programmes.measures import measures
from planner.start.census import answer, trimmed
from planner.start.metros import read_metros
from planner.start.part import FOLDER, File, Part, Work, common, needed
from planner.start.words import one_line

_SERIES: Final = re.compile(r"(?P<table>[BC][0-9]{5}[A-Z]?)_[0-9]{3}")
_LARGE: Final = "B23001"  # hundreds of columns: not by tract, which no test reads
_YEARS: Final = 3
_LABOR: Final = re.compile(rb"LAUCN[0-9]{13}0[456]")
_MOST_COUNTIES: Final = 25
_EDITIONS: Final = ((2022, 2022), (2017, 2017), (2012, 2012), (2007, 2007), (2002, 2002), (1990, 1997))


def wanted_series() -> dict[str, set[str]]:
    """Return the series of the survey's detailed tables that the programmes' measures are made of, by table."""
    found: dict[str, set[str]] = {}
    for measure in measures().values():
        for way in measure.ways:
            for series in way.needs:
                if match := _SERIES.fullmatch(series):
                    found.setdefault(match["table"], set()).add(series)
    return dict(sorted(found.items()))


def acs(work: Work) -> tuple[Part, ...]:
    """Return the survey estimates, each answer of the Census API as a file with the columns that are used."""
    files, lost = [], []
    for table, series in wanted_series().items():
        for key, name, parts in _asked(work, table):
            try:
                fetched = work.fetcher.get(key, year=work.year, table=table, **parts)
                place = work.place(name)
                trimmed(fetched.path, series, place)
            except (FetchError, PlanError) as error:
                lost.append(name)
                work.tell(f"left out: {name} ({' '.join(str(error).split())})")
                continue
            files.append(File(f"{FOLDER}/{name}", fetched, "columns that programmes need"))
    if not files:
        raise PlanError("survey estimates", [f"no table of {work.year} is to be had; choose another --year"])
    paths = [file.name for file in files]
    keys = {"path": paths[0], "also": paths[1:], "shape": "census-json", **common(files[0].fetched)}
    note = "Five-year estimates with margins of error."
    return (
        Part(
            "layers.acs_estimates", keys, tuple(files), note + (f" Not to be had: {', '.join(lost)}." if lost else "")
        ),
    )


def _asked(work: Work, table: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Give source, file name and parts of each answer that is asked for."""
    stem = f"acs5_{work.year}_{table.lower()}"
    for level in ("us", "state"):
        yield "acs5_nation", f"{stem}_{level}.json", {"level": level}
    for state in work.states:
        for level in ("county", "county subdivision", *(() if table == _LARGE else ("tract",))):
            yield "acs5", f"{stem}_{level.replace(' ', '_')}_{state.fips}.json", {"level": level, "state": state.fips}


def labor_force(work: Work) -> tuple[Part, ...]:
    """Return annual averages of the last three years of all counties, in the shape of the flat file."""
    fetched = work.fetcher.get("laus_flat")
    place = work.place("la.data.64.County.tsv")
    _annual_averages(fetched, place)
    file = File(f"{FOLDER}/{place.name}", fetched, f"annual averages of the last {_YEARS} years")
    keys = {"path": file.name, "shape": "laus-flat", **common(fetched)}
    return (Part("layers.labor_force", keys, (file,), "Annual averages, not seasonally adjusted."),)


def _annual_averages(fetched: Fetched, place: Path) -> None:
    """Copy the header and the lines of annual averages of the last years, as they are."""
    years: dict[bytes, deque[bytes]] = {}
    with fetched.path.open("rb") as lines:
        header = lines.readline()
        for line in lines:
            cells = line.split(b"\t")
            if len(cells) > 3 and cells[2].strip() == b"M13" and _LABOR.search(cells[0]):
                years.setdefault(cells[1].strip(), deque()).append(line.rstrip(b"\r\n") + b"\n")
    if not years:
        raise PlanError(f"source {fetched.key}", ["has no annual averages of counties; fetch it again"])
    kept = [line for year in sorted(years)[-_YEARS:] for line in years[year]]
    place.write_bytes(header.rstrip(b"\r\n") + b"\n" + b"".join(kept))


def personal_income(work: Work) -> tuple[Part, ...]:
    """Return table CAINC1 of all areas as the Bureau of Economic Analysis gives it."""
    fetched = work.fetcher.get("bea_cainc1")
    member = work.member(fetched, "CAINC1__ALL_AREAS_*.csv")
    place = work.place("CAINC1__ALL_AREAS.csv")
    place.write_bytes(member.read_bytes())
    file = File(f"{FOLDER}/{place.name}", fetched, "table of all areas, unpacked")
    return (Part("layers.personal_income", {"path": file.name, "shape": "bea-cainc1", **common(fetched)}, (file,)),)


def labor_markets(work: Work) -> tuple[Part, ...]:
    """Return the metropolitan or micropolitan area of each county of the nation."""
    fetched = work.fetcher.get("cbsa_delineation", year="2023")
    rows = read_metros(fetched.path)
    table = pd.DataFrame(
        {
            "county_fips": rows["county_fips"],
            "labor_market_id": rows["code"],
            "labor_market": rows["title"].map(one_line),
            "kind": rows["kind"],
        }
    ).astype("str")
    place = work.place("labor_markets.csv")
    write_csv(table.assign(vintage=2023), place)
    file = File(f"{FOLDER}/{place.name}", fetched, "one row a county")
    note = "Metropolitan and micropolitan areas of July 2023. Commuting zones can be added with 'also' and a shape."
    return (Part("layers.labor_markets", {"path": file.name, **common(fetched)}, (file,), note),)


def urban_areas(work: Work) -> tuple[Part, ...]:
    """Return the urban areas of the 2020 Census with their people, in the shape of the Census Bureau's list."""
    fetched = work.fetcher.get("decennial_urban")
    rows = answer(fetched.path)
    needed(rows, ("NAME", "P1_001N", "urban area"), f"source {fetched.key}")
    table = pd.DataFrame(
        {"UACE": rows["urban area"], "NAME": rows["NAME"].astype("str").map(one_line), "POP20": rows["P1_001N"]}
    )
    place = work.place("urban_areas_2020.csv")
    write_csv(table.astype("str").sort_values("UACE"), place)
    file = File(f"{FOLDER}/{place.name}", fetched, "code, name and people of each")
    return (Part("layers.urban_areas", {"path": file.name, "shape": "urban-areas", **common(fetched)}, (file,)),)


def employment(work: Work) -> tuple[Part, ...]:
    """Return employment by industry of the region's counties, their states and the nation."""
    if len(work.counties) > _MOST_COUNTIES:
        fault = f"is fetched by county, for at most {_MOST_COUNTIES}, and the region has {len(work.counties)}"
        raise PlanError("employment", [fault])
    areas = ["US000", *(f"{state.fips}000" for state in work.states), *work.counties]
    fetched = [work.fetcher.get("qcew_area", year=work.year, area=area) for area in areas]
    files = tuple(work.keep(each, f"qcew_{work.year}_{area}.csv") for area, each in zip(areas, fetched, strict=True))
    edition = next((edition for first, edition in _EDITIONS if work.wish.year >= first), None)
    paths = [file.name for file in files]
    keys = {
        "path": paths[0],
        "also": paths[1:],
        "shape": "qcew",
        "values": {"naics_vintage": edition},
        **common(fetched[0]),
    }
    note = "For clusters add a layer naics_clusters (which industries make a cluster) and a table [clusters]."
    return (Part("layers.industry_employment", keys, files, note),)
