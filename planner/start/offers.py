"""Availability filings of the region's states, and the towns of their blocks."""

from typing import Final

import pandas as pd

from layers import PlanError, filings
from layers.fetch import Fetched
from planner.start.part import FOLDER, File, Part, Work, common, needed, text_table

_BLOCKS: Final = ("BLOCKID", "COUNTYFP", "COUSUBFP")


def offers(work: Work) -> tuple[Part, ...]:
    """Return the table of filings and the layer that says in which town each block lies.

    Raises
    ------
    FetchError
        Where one of them is not to be had, among it where credentials are not there.
    LayerError
        Where filings cannot be read.
    PlanError
        Where the list of blocks is of another form or has none of the towns.
    """
    day = work.wish.bdc.isoformat()
    fetched = [each for state in work.states for each in work.fetcher.get_all("bdc_state", state=state.fips, day=day)]
    blocks = _blocks(work)
    filings.ingest([each.path for each in fetched], work.folder / "filings", as_of=work.wish.bdc)
    files = tuple(File("filings", each, "read into Parquet") for each in fetched)
    keys = {"folder": "filings", "origin": "published", "source": fetched[0].source}
    note = (
        "Locations that no provider filed for are not counted: the list of all locations is licensed (layer premises)."
    )
    return (Part("filings", keys, files, note), blocks)


def _blocks(work: Work) -> Part:
    fetched = [work.fetcher.get("block_assignment", state=each.fips, postal=each.postal) for each in work.states]
    table = pd.concat([_of_state(work, each) for each in fetched], ignore_index=True)
    mine = table[table["town_geoid"].isin(work.towns["town_geoid"])].sort_values("block_geoid", ignore_index=True)
    if mine.empty:
        raise PlanError("blocks", ["none lies in a town of the region; choose another --year"])
    mine.to_parquet(work.place("block_towns.parquet"), index=False)
    files = tuple(File(f"{FOLDER}/block_towns.parquet", each, "blocks of the region's towns") for each in fetched)
    return Part("layers.block_towns", {"path": files[0].name, **common(fetched[0])}, files)


def _of_state(work: Work, fetched: Fetched) -> pd.DataFrame:
    table = text_table(work.member(fetched, "*_MCD.txt"), sep="|")
    needed(table, _BLOCKS, f"source {fetched.key}")
    towns = table["BLOCKID"].str[:2] + table["COUNTYFP"] + table["COUSUBFP"]
    return pd.DataFrame({"block_geoid": table["BLOCKID"], "town_geoid": towns})
