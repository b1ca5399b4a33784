"""Which rows repeat an earlier one, at any number of rows and in bounded memory."""

import tempfile
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from layers.filings._scan import BUCKET_SHIFT, Hash, Whole, deal

_ROW: Final = np.dtype([("first", "<u8"), ("second", "<u8"), ("row", "<i8")])
_BUCKETS: Final = 64
_HELD: Final = 1 << 20  # rows in memory before they go to disk: 25 MB


class Repeats:
    """Finds rows that are equal to an earlier row, by two 64-bit hashes of each row.

    Up to one million rows stay in memory; more go to temporary files by hash, so that memory is bounded by the
    largest of 64 files, 24 bytes a row. Two different rows are taken for equal with a chance of about
    rows squared / 2**129: 1e-24 for ten million.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._held: list[tuple[npt.NDArray[np.void], Whole]] = []
        self._files: list[BufferedRandom] = []
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files:
            file.close()

    def add(self, keys: tuple[Hash, Hash]) -> None:
        """Take the hashes of the next rows."""
        self._held.append(_dealt(keys, self._rows))
        self._rows += len(keys[0])
        if self._files or self._rows > _HELD:
            self._spill()

    def found(self) -> npt.NDArray[np.int64]:
        """Return the numbers of all rows that repeat an earlier one, in order."""
        if not self._files:
            return np.sort(_repeated(np.concatenate([np.empty(0, _ROW), *(rows for rows, _ in self._held)])))
        parts = []
        for file in self._files:
            file.seek(0)
            parts.append(_repeated(np.frombuffer(file.read(), _ROW)))
        return np.sort(np.concatenate(parts))

    def _spill(self) -> None:
        if not self._files:
            self._files = [tempfile.TemporaryFile(dir=self._scratch) for _ in range(_BUCKETS)]  # noqa: SIM115 - closed on exit
        for rows, ends in self._held:
            for file, start, end in zip(self._files, [0, *ends[:-1]], ends, strict=True):
                file.write(rows[start:end].data)
        self._held = []


def _dealt(keys: tuple[Hash, Hash], row: int) -> tuple[npt.NDArray[np.void], Whole]:
    """Return the hashes with their rows' numbers in order of bucket, and where each bucket ends."""
    counts = np.bincount((keys[0] >> BUCKET_SHIFT).astype(np.int64), minlength=_BUCKETS)
    places = np.concatenate(([0], np.cumsum(counts)[:-1]))
    triples = np.empty((len(keys[0]), 3), np.uint64)
    deal(keys, row, places, triples)  # moves each place to the end of its bucket
    return triples.view(_ROW).reshape(-1), places


def _repeated(rows: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """Return the row numbers of all but the first of equal rows."""
    first = np.sort(rows["first"])  # several times as fast as the order
    if not (first[1:] == first[:-1]).any():
        return np.empty(0, np.int64)
    order = np.argsort(rows["first"], kind="stable")
    first = rows["first"][order]
    same = np.flatnonzero(first[1:] == first[:-1])
    doubtful = np.unique(np.concatenate([order[same], order[same + 1]]))
    few = rows[doubtful]
    order = np.lexsort((few["row"], few["second"], few["first"]))
    few = few[order]
    equal = (few["first"][1:] == few["first"][:-1]) & (few["second"][1:] == few["second"][:-1])
    again: npt.NDArray[np.int64] = few["row"][1:][equal]
    return again
