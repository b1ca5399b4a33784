"""Points and lines as bytes: whole steps of 1e-5 degree, sorted along a Morton curve, as differences, by planes, gzipped.

A plane holds one byte of every number, least first, so that bytes of a kind stand together and shrink. The text is the
base64 of it. ``assets/packed.js`` reads it; `unpacked_points` and `unpacked_lines` say how. Packing is exact, and the
order of the rows does not matter.
"""

import base64
import zlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Packed = dict[str, Any]

AXIS_BITS: Final = 26  # 52 bits for both axes: JavaScript's numbers hold 53
_GZIP: Final = 31
_SPREAD: Final = (
    (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333), (1, 0x5555555555555555),
)  # fmt: skip


def morton(xy: Integers) -> Codes:
    """Return codes whose bits are those of x and y in turn: x gives the lowest bit.

    Parameters
    ----------
    xy
        Whole numbers of at least 0, two columns.

    Raises
    ------
    ValueError
        Where a number is negative or does not fit into 26 bits.
    """
    if len(xy) and (xy.min() < 0 or xy.max() >= 1 << AXIS_BITS):
        raise ValueError(f"Morton codes take numbers from 0 to {(1 << AXIS_BITS) - 1}; subtract the least one first")
    return _spread(xy[:, 0]) | (_spread(xy[:, 1]) << np.uint64(1))


def _spread(column: Integers) -> Codes:
    found = column.astype(np.uint64)
    for shift, mask in _SPREAD:
        found = (found | (found << np.uint64(shift))) & np.uint64(mask)
    return found


def _squeeze(codes: Codes) -> Integers:
    """Return every second bit of the codes, beginning with the lowest."""
    found = codes & np.uint64(_SPREAD[-1][1])
    for (shift, _), (_, mask) in zip(reversed(_SPREAD), reversed(((0, 0xFFFFFFFF), *_SPREAD[:-1])), strict=True):
        found = (found | (found >> np.uint64(shift))) & np.uint64(mask)
    return found.astype(np.int64)


def packed_points(xy: Integers, member: npt.ArrayLike, group: npt.ArrayLike) -> Packed:
    """Return points with a class and a group each.

    Parameters
    ----------
    xy
        Steps of 1e-5 degree, two columns.
    member
        Class of each point, below 256.
    group
        Group of each point, such as its town, below 65,536.

    Returns
    -------
    dict
        ``count``, ``west`` and ``south`` in steps, ``planes`` of the differences of codes, and ``data``: these planes,
        one plane of classes, two of groups.

    Raises
    ------
    ValueError
        Where classes or groups are too many.
    """
    kinds, places = np.asarray(member, np.int64), np.asarray(group, np.int64)
    if len(xy) and (kinds.max() > 0xFF or places.max() > 0xFFFF):
        raise ValueError("a packed layer of points takes 256 classes and 65,536 groups at most")
    least = xy.min(axis=0) if len(xy) else np.zeros(2, np.int64)
    codes = morton(xy - least)
    order = np.lexsort((places, kinds, codes))
    steps = np.diff(codes[order], prepend=np.uint64(0))
    planes = _planes_needed(steps)
    written = (_planes(steps, planes), _planes(kinds[order], 1), _planes(places[order], 2))
    return {
        "count": len(xy), "west": int(least[0]), "south": int(least[1]), "planes": planes, "data": _text(*written),
    }  # fmt: skip


def unpacked_points(given: Packed) -> tuple[Integers, Integers, Integers]:
    """Return coordinates, classes and groups of packed points, in their order along the curve."""
    rows = _rows(given["data"], given["count"])
    codes = np.cumsum(_joined(rows[: given["planes"]]))
    xy = np.column_stack([_squeeze(codes), _squeeze(codes >> np.uint64(1))])
    member, group = (_joined(each).astype(np.int64) for each in (rows[given["planes"] :][:1], rows[-2:]))
    return xy + np.array([given["west"], given["south"]]), member, group


def packed_lines(counts: npt.ArrayLike, xy: Integers) -> Packed:
    """Return lines, in order of their first points along the curve.

    Parameters
    ----------
    counts
        Number of points of each line, at least 1.
    xy
        Steps of 1e-5 degree of all points, line by line, two columns.

    Returns
    -------
    dict
        ``lines``, ``count`` of points, ``west`` and ``south`` in steps, ``count_planes``, ``planes``, and ``data``: planes
        of the counts, then of x, then of y. Coordinates are differences from the point before, across lines as well,
        folded so that none is negative: 0, -1, 1, -2, 2 are 0, 1, 2, 3, 4.
    """
    sizes = np.asarray(counts, np.int64)
    least = xy.min(axis=0) if len(xy) else np.zeros(2, np.int64)
    sizes, points = _along(sizes, xy - least)
    moves = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
    folded = ((moves << 1) ^ (moves >> 63)).astype(np.uint64)
    count_planes, planes = _planes_needed(sizes), _planes_needed(folded)
    written = (_planes(sizes, count_planes), _planes(folded[:, 0], planes), _planes(folded[:, 1], planes))
    return {
        "lines": len(sizes), "count": len(xy), "west": int(least[0]), "south": int(least[1]),
        "count_planes": count_planes, "planes": planes, "data": _text(*written),
    }  # fmt: skip


def unpacked_lines(given: Packed) -> tuple[Integers, Integers]:
    """Return number of points of each packed line, and coordinates of all points."""
    whole = np.frombuffer(zlib.decompress(base64.b64decode(given["data"]), _GZIP), np.uint8)
    head = given["count_planes"] * given["lines"]
    counts = _joined(whole[:head].reshape(-1, given["lines"]) if given["lines"] else whole[:0].reshape(0, 0))
    rows = whole[head:].reshape(2, given["planes"], given["count"])
    folded = np.column_stack([_joined(rows[0]), _joined(rows[1])]).astype(np.int64)
    moves = (folded >> 1) ^ -(folded & 1)
    return counts.astype(np.int64), np.cumsum(moves, axis=0) + np.array([given["west"], given["south"]])


def _along(sizes: Integers, points: Integers) -> tuple[Integers, Integers]:
    """Return lines sorted by the code of their first point; equal ones by all that they are, so that order is fixed."""
    starts = np.cumsum(sizes) - sizes
    codes = morton(points[starts]) if len(sizes) else np.zeros(0, np.uint64)
    lines = [row.tobytes() for row in np.split(points.astype(">i8"), starts[1:])] if len(sizes) else []
    order = np.array(sorted(range(len(sizes)), key=lambda at: (codes[at], sizes[at], lines[at])), np.int64)
    first = np.repeat(starts[order] - (np.cumsum(sizes[order]) - sizes[order]), sizes[order])
    return sizes[order], points[first + np.arange(len(points))]


def _planes_needed(numbers: npt.NDArray[Any]) -> int:
    most = int(numbers.max()) if numbers.size else 0
    return max(1, (most.bit_length() + 7) // 8)


def _planes(numbers: npt.NDArray[Any], planes: int) -> bytes:
    octets = numbers.astype("<u8").view(np.uint8).reshape(len(numbers), 8)
    return np.ascontiguousarray(octets[:, :planes].T).tobytes()


def _joined(rows: npt.NDArray[np.uint8]) -> Codes:
    """Return numbers from their planes."""
    found = np.zeros(rows.shape[1], np.uint64)
    for at, row in enumerate(rows):
        found |= row.astype(np.uint64) << np.uint64(8 * at)
    return found


def _rows(data: str, count: int) -> npt.NDArray[np.uint8]:
    whole = np.frombuffer(zlib.decompress(base64.b64decode(data), _GZIP), np.uint8)
    return whole.reshape(-1, count) if count else np.zeros((4, 0), np.uint8)


def _text(*parts: bytes) -> str:
    """Return the base64 of the gzipped parts; zlib writes no time and no name, so the same bytes give the same text."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return base64.b64encode(packer.compress(b"".join(parts)) + packer.flush()).decode("ascii")
