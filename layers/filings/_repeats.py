"""Which rows repeat an earlier one, at any number of rows and in bounded memory."""

import tempfile
from io import BufferedRandom
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from layers.filings._values import Hash

_ROW: Final = np.dtype([("first", "<u8"), ("second", "<u8"), ("row", "<i8")])
_TRIPLE: Final = np.dtype("<u8")
_BUCKETS: Final = 64
_HELD: Final = 1 << 21  # rows in memory before they go to disk: 50 MB


class Repeats:
    """Finds rows that are equal to an earlier row, by two 64-bit hashes of each row.

    Up to two million rows stay in memory; more go to temporary files by hash, so that memory is bounded by the
    largest of 64 files, 24 bytes a row. Two different rows are taken for equal with a chance of about
    rows squared / 2**129: 1e-24 for ten million.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._held: list[npt.NDArray[np.void]] = []
        self._count = 0
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
        rows = np.empty(len(keys[0]), _ROW)
        rows["first"], rows["second"] = keys
        rows["row"] = np.arange(self._rows, self._rows + len(rows))
        self._rows += len(rows)
        self._held.append(rows)
        self._count += len(rows)
        if self._count > _HELD:
            self._spill()

    def found(self) -> npt.NDArray[np.int64]:
        """Return the numbers of all rows that repeat an earlier one, in order."""
        if not self._files:
            return np.sort(_repeated(np.concatenate([np.empty(0, _ROW), *self._held])))
        self._spill()
        parts = []
        for file in self._files:
            file.seek(0)
            parts.append(_repeated(np.frombuffer(file.read(), _ROW)))
        return np.sort(np.concatenate(parts))

    def _spill(self) -> None:
        if not self._files:
            self._files = [tempfile.TemporaryFile(dir=self._scratch) for _ in range(_BUCKETS)]  # noqa: SIM115 - closed on exit
        for rows in self._held:
            buckets = (rows["first"] >> np.uint64(58)).astype(np.uint8)
            order = np.argsort(buckets, kind="stable")
            ordered = np.take(rows.view(_TRIPLE).reshape(-1, 3), order, axis=0)
            ends = np.cumsum(np.bincount(buckets, minlength=_BUCKETS))
            for file, start, end in zip(self._files, [0, *ends[:-1]], ends, strict=True):
                file.write(ordered[start:end].tobytes())
        self._held, self._count = [], 0


def _repeated(rows: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """Return the row numbers of all but the first of equal rows; rows come in order of their number."""
    order = np.argsort(rows["first"], kind="stable")
    first = rows["first"][order]
    same = np.flatnonzero(first[1:] == first[:-1])
    if not len(same):
        return np.empty(0, np.int64)
    doubtful = np.unique(np.concatenate([order[same], order[same + 1]]))
    few = rows[doubtful]
    order = np.lexsort((few["row"], few["second"], few["first"]))
    few = few[order]
    equal = (few["first"][1:] == few["first"][:-1]) & (few["second"][1:] == few["second"][:-1])
    again: npt.NDArray[np.int64] = few["row"][1:][equal]
    return again
