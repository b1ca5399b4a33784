"""Availability filings of one day -> the best offer of each location, state by state, kept beside the filings.

A location lies in one state, so each state is reduced alone, a range of locations after the other: memory does not grow
with their number. What was reduced once is read from its file until filings, rule or tiers change.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow.parquet as pq
from ibis import BaseBackend

from layers.availability import ServiceRule, best_offers
from layers.engines import parquet, write_parquet
from layers.errors import LayerError
from layers.filings import Ingested, ingested
from layers.hashes import file_hash
from layers.place import data_folder
from layers.save import scratch

_OFFERS: Final = "bdc_fixed"
_FABRIC: Final = "fabric"
_STATE: Final = 10**13  # a block code of fifteen digits begins with those of the state
_AT_ONCE: Final = 4_000_000  # offers, about: an engine holds some 60 bytes for each of their locations
_METHOD: Final = 1  # raise it when the same filings would be reduced to other rows
_FOLDER: Final = "reduced"
_SMALL: Final = {"level": "int8", "best_technology": "int16", "offers": "int32"}


@dataclass(frozen=True)
class Filings:
    """Availability filings of one day, as `layers.filings.ingest` left them.

    Attributes
    ----------
    folder
        Where they are.
    offers
        The filed offers, file by file.
    fabric
        Files of the location fabric in the same folder; none where it is not at hand.
    as_of
        Day of the filings.
    sha256
        Hash over the hashes of all of them.
    """

    folder: Path
    offers: tuple[Ingested, ...]
    fabric: tuple[Ingested, ...]
    as_of: date
    sha256: str

    @property
    def rows(self) -> int:
        """Number of filed offers."""
        return sum(part.rows_kept for part in self.offers)

    @property
    def states(self) -> dict[str, tuple[Path, ...]]:
        """Files that hold offers of each state, by its two-digit code; by their blocks and not by their names."""
        return {code: tuple(part.path for part in parts) for code, parts in _by_state(self.offers).items()}

    @property
    def rejected(self) -> int:
        """Number of rows that the strict reading left out."""
        return sum(part.rejected for part in self.offers)


def open_filings(folder: Path) -> Filings:
    """Return the availability filings of a folder.

    Raises
    ------
    LayerError
        Where the folder holds none, a file was changed since, or they are of several days or of none.
    """
    where = f"filings '{folder.name}'"
    try:
        parts = ingested(folder)
    except LayerError as error:
        raise LayerError(where, error.faults) from None
    offers = tuple(part for part in parts if part.format == _OFFERS)
    fabric = tuple(part for part in parts if part.format == _FABRIC)
    if not offers:
        raise LayerError(where, [f"folder {folder} holds no filing of format {_OFFERS}; ingest the availability files"])
    days = sorted({part.as_of for part in offers if part.as_of})
    undated = [part.source for part in offers if part.as_of is None]
    faults = []
    if len(days) > 1:
        faults.append(
            f"are of {len(days)} days ({', '.join(map(str, days))}); ingest each day into a folder of its own"
        )
    if undated:
        faults.append(f"have no day in {len(undated)} files (first: {undated[0]}); ingest them with --as-of")
    if faults:
        raise LayerError(where, faults)
    digest = hashlib.sha256("".join(sorted(part.sha256 for part in (*offers, *fabric))).encode()).hexdigest()
    return Filings(folder, offers, fabric, days[0], digest)


@dataclass(frozen=True)
class State:
    """One state's filings: its two-digit code, the files that hold them, ranges of locations, and reduced offers."""

    code: str
    files: tuple[Path, ...]
    ranges: tuple[tuple[int, int], ...]
    best: tuple[Path, ...]

    def table(self, backend: BaseBackend) -> ir.Table:
        """Return the best offer of each location."""
        return parquet(backend, self.best)

    def offers(self, backend: BaseBackend) -> Iterator[ir.Table]:
        """Yield the offers filed in the state, a range of locations after the other."""
        every = _of_state(parquet(backend, self.files), self.code)
        for low, high in self.ranges:
            yield every.filter(every.location_id >= low, every.location_id < high)


@contextmanager
def reduce(
    filings: Filings,
    rule: ServiceRule,
    tiers: Sequence[tuple[float, float]],
    backend: BaseBackend,
    wanted: Collection[str] | None = None,
) -> Iterator[tuple[State, ...]]:
    """Give the best offer of each location, one file a state.

    Parameters
    ----------
    filings
        What was filed.
    rule, tiers
        See `layers.availability.best_offers`.
    backend
        Where it is computed.
    wanted
        Codes of the states to reduce; all of them where nothing is said.

    Yields
    ------
    tuple of State
        In order of code. The files stay in the folder ``reduced`` beside the filings; where that cannot be written, and
        for the shipped sample, they last as long as the context.
    """
    with _cache(filings.folder) as cache:
        states = []
        for code, parts in _by_state(filings.offers).items():
            if wanted is not None and code not in wanted:
                continue
            files = tuple(part.path for part in parts)
            asked = [_METHOD, code, sorted(part.sha256 + part.member for part in parts), asdict(rule), list(tiers)]
            digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
            ranges = tuple(_ranges(parts))
            best = tuple(cache / f"best-{code}-{digest}-{number}.parquet" for number in range(len(ranges)))
            state = State(code, files, ranges, best)
            for place, offers in zip(best, state.offers(backend), strict=True):
                if not _is_whole(place):
                    write_parquet(_small(best_offers(offers, rule, tiers)), place)
                    _seal(place)
            states.append(state)
        yield tuple(states)


def _seal(place: Path) -> None:
    """Write a reduced file's hash beside it, by which a later run sees that it is whole."""
    aside = place.with_name(f".{place.name}.sha256.{os.getpid()}")
    aside.write_text(file_hash(place), "ascii")
    aside.replace(place.with_suffix(".sha256"))


def _is_whole(place: Path) -> bool:
    """Whether a reduced file is there as it was written; one that is not is made again."""
    try:
        return place.with_suffix(".sha256").read_bytes() == file_hash(place).encode("ascii")
    except OSError:
        return False


@contextmanager
def _cache(folder: Path) -> Iterator[Path]:
    """Give the folder for reduced files; a temporary one where nothing can be left behind."""
    shipped = folder.resolve().is_relative_to(data_folder())
    if not shipped and os.access(folder, os.W_OK):
        (folder / _FOLDER).mkdir(exist_ok=True)
        yield folder / _FOLDER
        return
    with scratch() as made:
        yield made


def _by_state(parts: Sequence[Ingested]) -> dict[str, list[Ingested]]:
    """Return the files that hold offers of each state, by the blocks in them and not by what their name says."""
    found: dict[str, list[Ingested]] = {}
    for part in parts:
        for code in _states_in(part.path):
            found.setdefault(code, []).append(part)
    return dict(sorted(found.items()))


def _states_in(file: Path) -> list[str]:
    with pq.ParquetFile(file) as content:
        low, high = _range(content, "block_geoid")
        codes = {low // _STATE, high // _STATE}
        if len(codes) > 1:
            for batch in content.iter_batches(1 << 20, columns=["block_geoid"]):
                codes.update(np.unique(batch["block_geoid"].to_numpy() // _STATE).tolist())
    return [f"{code:02}" for code in sorted(codes)]


def _ranges(parts: Sequence[Ingested]) -> list[tuple[int, int]]:
    """Return ranges of locations, one after the other, so that a state of any size is reduced in bounded memory."""
    found = []
    for part in parts:
        with pq.ParquetFile(part.path) as content:
            found.append(_range(content, "location_id"))
    low, high = min(low for low, _ in found), max(high for _, high in found) + 1
    count = -(-sum(part.rows_kept for part in parts) // _AT_ONCE)
    ends = [low + (high - low) * number // count for number in range(count + 1)]
    return list(pairwise(ends))


def _range(content: pq.ParquetFile, column: str) -> tuple[int, int]:
    """Return the smallest and largest value of a column, from the file's statistics."""
    place = content.schema_arrow.get_field_index(column)
    statistics = [
        content.metadata.row_group(group).column(place).statistics for group in range(content.metadata.num_row_groups)
    ]
    return min(each.min for each in statistics), max(each.max for each in statistics)


def _of_state(offers: ir.Table, code: str) -> ir.Table:
    low = int(code) * _STATE
    return offers.filter(offers.block_geoid >= low, offers.block_geoid < low + _STATE)


def _small(best: ir.Table) -> ir.Table:
    """Return reduced offers with small numbers in small types."""
    tiers = dict.fromkeys((name for name in best.columns if name.startswith("tier_")), "int8")
    kinds = _SMALL | tiers
    return best.mutate(**{name: best[name].cast(kind) for name, kind in kinds.items()})
