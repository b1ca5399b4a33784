"""Sound inputs -> broken ones, by kinds that apply to any bytes."""

from collections.abc import Callable
from typing import Final

from tests.fuzz.case import Case, Random, Reader, Sound

_WORDS: Final = (
    b"1e999", b"-1e999", b"NaN", b"inf", b"-Infinity", b"=HYPERLINK(1)", b"@SUM(A1)", b"\x00", b"\xff\xfe", b"\xe2\x80\xae",
    b'"', b"'", b",", b"\n", b"\r", b"\t", b"<!--", b"&lol;", b"]]>", b"{" * 3000, b"[" * 3000, b"(" * 3000, b"9" * 5000, b"99999-99-99", b"-0",
    "\u202e\u05d0".encode(), b"null", b"%s%n", b"../../x", b"0x10", b"1_000", b"1,5", b"\x1b[2J", b"\xf0\x28\x8c\x28",
)  # fmt: skip
_INTEGERS: Final = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)


def broken(reader: Reader, sound: Sound, others: list[Sound], random: Random) -> Case:
    """Return one broken input."""
    kinds = list(_KINDS) if others and reader.foreign else [kind for kind in _KINDS if kind != "suffix"]
    kind = kinds[int(random.integers(len(kinds)))]
    if kind == "suffix":
        other = others[int(random.integers(len(others)))]
        return Case(kind, sound.with_main(other.main), "refuse")
    names = sorted(sound.files)
    name = sound.name if random.random() < 0.7 else names[int(random.integers(len(names)))]
    content = sound.files[name]
    changed = _KINDS[kind](content, random)
    files = {**sound.files, name: changed}
    return Case(kind, Sound(sound.name, files), _owed(reader, kind, content, changed), sound)


def _owed(reader: Reader, kind: str, before: bytes, after: bytes) -> str:
    if before == after or reader.sealed:
        return "same"
    if kind == "cut" and not (reader.text and _ends_a_line(before, len(after))):
        return "same"
    return "rows" if kind in ("flip", "zeros") and not reader.text else "any"


def _ends_a_line(content: bytes, end: int) -> bool:
    """Whether nothing shows that lines are missing: the cut is at the end of a line."""
    return end == 0 or content[end - 1 : end] == b"\n"


def _cut(content: bytes, random: Random) -> bytes:
    places = [int(random.integers(max(len(content), 1))), len(content) - 1, len(content) // 2, len(content) * 9 // 10]
    return content[: max(places[int(random.integers(len(places)))], 0)]


def _flip(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(int(random.integers(1, 9))):
        changed[int(random.integers(len(changed)))] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _zeros(content: bytes, random: Random) -> bytes:
    place = int(random.integers(len(content)))
    size = min(int(random.integers(1, 513)), len(content) - place)
    return content[:place] + bytes(size) + content[place + size :]


def _integer(content: bytes, random: Random) -> bytes:
    place = int(random.integers(max(len(content) - 4, 1)))
    number = _INTEGERS[int(random.integers(len(_INTEGERS)))]
    return content[:place] + number.to_bytes(4, "little" if random.random() < 0.5 else "big") + content[place + 4 :]


def _word(content: bytes, random: Random) -> bytes:
    place, gone = int(random.integers(len(content))), int(random.integers(0, 9))
    return content[:place] + _WORDS[int(random.integers(len(_WORDS)))] + content[place + gone :]


def _twice(content: bytes, random: Random) -> bytes:
    place = int(random.integers(len(content)))
    part = content[place : place + int(random.integers(1, 2000))]
    return content[:place] + part * int(random.integers(2, 6)) + content[place:]


def _gone(content: bytes, random: Random) -> bytes:
    place = int(random.integers(len(content)))
    return content[:place] + content[place + int(random.integers(1, 200)) :]


def _noise(content: bytes, random: Random) -> bytes:
    place = int(random.integers(len(content)))
    return content[:place] + random.bytes(int(random.integers(1, 200))) + content[place:]


def _wide(content: bytes, _random: Random) -> bytes:
    return content.decode("utf-8", "replace").encode("utf-16")


def _marked(content: bytes, _random: Random) -> bytes:
    return b"\xef\xbb\xbf" + content


def _appended(content: bytes, random: Random) -> bytes:
    return content + random.bytes(int(random.integers(1, 300)))


_KINDS: Final[dict[str, Callable[[bytes, Random], bytes]]] = {
    "cut": _cut, "flip": _flip, "zeros": _zeros, "integer": _integer, "word": _word, "twice": _twice, "gone": _gone,
    "noise": _noise, "utf-16": _wide, "mark": _marked, "appended": _appended, "suffix": _cut,
}  # fmt: skip
