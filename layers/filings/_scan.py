"""Loops over the bytes of a block: where fields begin and end, fixed whole numbers, distinct texts, hashes of rows."""

from typing import Final

import numpy as np
import numpy.typing as npt

from layers._kernel import kernel, part

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]
Whole = npt.NDArray[np.int64]
Hash = npt.NDArray[np.uint64]
_FEED: Final = ord("\n")
_RETURN: Final = ord("\r")
_COMMA: Final = ord(",")
_QUOTE: Final = ord('"')
_NIL: Final = ord("0")
_SLOTS: Final = 1 << 10
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
BUCKET_SHIFT: Final = np.uint64(58)
STEPS: Final = _MIX
"""What tells the two hashes of a number apart."""


@kernel
def separators(data: Bytes, quotes: int, marks: Bytes, ends: Places) -> int:
    """Write the places of commas and line feeds outside quotes; return how many there are, at most ``len(ends)``.

    Parameters
    ----------
    data, quotes
        The block, and how many quotes it has.
    marks
        Room for as many bytes.
    ends
        Takes the places.
    """
    for place in range(len(data)):  # without a branch, so that many bytes are compared at once
        marks[place] = (data[place] == _COMMA) | (data[place] == _FEED)
    if quotes > 0:
        outside = 1
        for place in range(len(data)):
            outside ^= data[place] == _QUOTE
            marks[place] &= outside
    count = 0
    for place in range(len(data)):
        if marks[place]:
            if count == len(ends):
                break
            ends[count] = place
            count += 1
    return count


@kernel
def bounds(data: Bytes, ends: Places, quotes: int, starts: Places, stops: Places) -> tuple[int, int, int]:
    """Write where each field's text begins and ends, by column and row, without quotes around it.

    Returns the rows that end with a line feed or the data, the fields in quotes, and the carriage returns at row ends.
    """
    columns, rows = starts.shape
    ended, quoted, returns, start, place = 0, 0, 0, 0, 0
    for row in range(rows):
        for column in range(columns):
            starts[column, row] = start
            stops[column, row] = ends[place]
            start = ends[place] + 1
            place += 1
        feed = stops[columns - 1, row]
        ended += feed == len(data) or data[feed] == _FEED
        if starts[columns - 1, row] < feed < len(data) and data[feed - 1] == _RETURN:
            stops[columns - 1, row] -= 1
            returns += 1
        if quotes > 0:
            for column in range(columns):
                first, last = starts[column, row], stops[column, row] - 1
                if first < last and data[first] == _QUOTE and data[last] == _QUOTE:
                    starts[column, row] += 1
                    stops[column, row] -= 1
                    quoted += 1
    return ended, quoted, returns


@kernel
def whole_numbers(data: Bytes, starts: Places, stops: Places, digits: tuple[int, int, int], out: Whole) -> bool:
    """Write numbers of plain digits; return whether all are such.

    Parameters
    ----------
    data, starts, stops
        The texts.
    digits
        Fewest and most digits (at most 18), and the smallest allowed first one.
    out
        The numbers.
    """
    fewest, most, least = digits
    for row in range(len(starts)):
        start, stop = starts[row], stops[row]
        if stop - start < fewest or stop - start > most or data[start] < _NIL + least:
            return False
        number = np.int64(0)
        odd = 0
        for place in range(start, stop):
            digit = np.int64(data[place]) - _NIL
            odd += int((digit < 0) | (digit > 9))
            number = number * 10 + digit
        if odd:
            return False
        out[row] = number
    return True


@kernel
def distinct(words: Words, starts: Places, stops: Places, codes: Places, first: Places) -> int:
    """Write a number for each distinct text, in the order of their first rows; return how many there are.

    Parameters
    ----------
    words
        The eight bytes from each place of the block on.
    starts, stops
        The texts.
    codes
        Takes the number of each row's text.
    first
        Takes the first row of each distinct text.
    """
    slots = np.full(_SLOTS, -1, np.int32)
    marks = np.empty(len(starts), np.uint64)
    count = 0
    for row in range(len(starts)):
        start, size = starts[row], stops[row] - starts[row]
        if row and size == stops[row - 1] - starts[row - 1] and _same(words, starts[row - 1], start, size):
            codes[row] = codes[row - 1]
            continue
        mark = _mark(words, start, size)
        slot = np.int64(mark & np.uint64(len(slots) - 1))
        code = slots[slot]
        while code >= 0 and not (
            marks[code] == mark
            and stops[first[code]] - starts[first[code]] == size
            and _same(words, starts[first[code]], start, size)
        ):
            slot = (slot + 1) & (len(slots) - 1)
            code = slots[slot]
        if code < 0:
            code = count
            slots[slot], marks[count], first[count] = count, mark, row
            count += 1
            if 2 * count > len(slots):
                slots = _wider(slots, marks, count)
        codes[row] = code
    return count


@part
def _mark(words: Words, start: int, size: int) -> np.uint64:
    """Return a hash of a text."""
    mark = np.uint64(size)
    while size > 0:
        mark = (mark ^ _word(words, start, size)) * _SPREAD
        mark ^= mark >> np.uint64(32)
        start, size = start + 8, size - 8
    return mark


@part
def _word(words: Words, start: int, size: int) -> np.uint64:
    """Return the first eight bytes of a text, the missing ones as 0."""
    word: np.uint64 = words[start]
    return word if size >= 8 else word & ((np.uint64(1) << np.uint64(8 * size)) - np.uint64(1))


@part
def _same(words: Words, one: int, other: int, size: int) -> bool:
    while size > 0 and _word(words, one, size) == _word(words, other, size):
        one, other, size = one + 8, other + 8, size - 8
    return size <= 0


@part
def _wider(slots: Places, marks: Hash, count: int) -> Places:
    wider = np.full(4 * len(slots), -1, np.int32)
    for code in range(count):
        slot = np.int64(marks[code] & np.uint64(len(wider) - 1))
        while wider[slot] >= 0:
            slot = (slot + 1) & (len(wider) - 1)
        wider[slot] = code
    return wider


@part
def _mixed(bits: np.uint64) -> np.uint64:
    """Spread 64 bits over 64 bits, one to one (the finaliser of SplitMix64, Steele and others 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX[0]
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX[1]
    return bits ^ (bits >> np.uint64(31))


@kernel
def mixed(bits: Hash, step: np.uint64) -> Hash:
    """Return a hash of each number; `step` tells several hashes of one number apart."""
    found = np.empty_like(bits)
    for row in range(len(bits)):
        found[row] = _mixed(bits[row] + step)
    return found


@kernel
def add_coded(sums: Hash, keys: Hash, codes: Places) -> None:
    """Take a column's hashes, given by distinct text, into the hashes of rows."""
    for row in range(len(sums)):
        sums[row] = sums[row] * _SPREAD + keys[codes[row]]


@kernel
def add_whole(sums: Hash, bits: Hash, step: np.uint64) -> None:
    """Take the hashes of a column of whole numbers into the hashes of rows."""
    for row in range(len(sums)):
        sums[row] = sums[row] * _SPREAD + _mixed(bits[row] + step)


@kernel
def deal(hashes: tuple[Hash, Hash], row: int, starts: Whole, out: Hash) -> None:
    """Write hashes and number of each row where its bucket, the leading bits of the first hash, begins; move that on."""
    for place in range(len(hashes[0])):
        bucket = np.int64(hashes[0][place] >> BUCKET_SHIFT)
        out[starts[bucket], 0] = hashes[0][place]
        out[starts[bucket], 1] = hashes[1][place]
        out[starts[bucket], 2] = row + place
        starts[bucket] += 1
