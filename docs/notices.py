"""Writes THIRD-PARTY-NOTICES.md from the lock file and installed metadata: ``uv run python docs/notices.py``."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final, cast

ROOT = Path(__file__).parents[1]
NOTICES = ROOT / "THIRD-PARTY-NOTICES.md"
ALLOWED: Final = frozenset({
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LLVM-exception", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0", "Zlib",
})  # fmt: skip
_ELSEWHERE: Final = {
    "colorama": "BSD-3-Clause",
    "pywin32-ctypes": "BSD-3-Clause",
}  # installed on other systems only; read from its licence file
_CLASSIFIED: Final = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_SPOKEN: Final = {
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "New BSD": "BSD-3-Clause",
}
_HEAD: Final = """\
# Third-party notices

Written by `uv run python docs/notices.py` from the lock file and the metadata of what is installed. Do not edit.

## Inside this package

| what | where | licence |
| --- | --- | --- |
"""
_BESIDE: Final = """
## Installed beside it

Nothing of these is inside the wheel; an installer brings them from their own packages, each with its licence text. What only tests,
type checks and benchmarks need is not installed and not listed.

| package | locked version | licence | when |
| --- | --- | --- | --- |
"""
_BINARIES: Final = """
Licences are as the packages state them; `BSD` stands where one says no more than that. Wheels with compiled parts carry the notices of
these themselves: those of shapely, pyogrio, pyproj and rasterio, for instance, of GEOS (LGPL-2.1), GDAL and PROJ (MIT); typst's, of the
fonts that it sets into PDF files (Libertinus, SIL Open Font License).

## Texts
"""


@dataclass(frozen=True)
class Dependency:
    """A package that an installation brings: its name, locked versions, and the extra that asks for it (or none)."""

    name: str
    versions: tuple[str, ...]
    extra: str = ""


def dependencies(lock: Path = ROOT / "uv.lock") -> list[Dependency]:
    """Return what an installation with all extras brings on any system, by name; development groups stay out."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in tomllib.loads(lock.read_text("utf-8"))["package"]:
        rows.setdefault(row["name"], []).append(row)
    ours = rows["townline"][0]
    always = _reached(rows, ours.get("dependencies", []))
    extras = {name: _reached(rows, needs) for name, needs in ours.get("optional-dependencies", {}).items()}
    when = {name: extra for extra, names in extras.items() for name in names} | dict.fromkeys(always, "")
    return [Dependency(name, tuple(row["version"] for row in rows[name]), when[name]) for name in sorted(when)]


def _reached(rows: Mapping[str, list[Mapping[str, Any]]], needs: list[Mapping[str, Any]]) -> set[str]:
    open_, seen = list(needs), set[str]()
    done = set[tuple[str, tuple[str, ...]]]()
    while open_:
        need = open_.pop()
        asked = (need["name"], tuple(need.get("extra", ())))
        if asked in done:
            continue
        done.add(asked)
        seen.add(need["name"])
        for row in rows[need["name"]]:
            open_ += row.get("dependencies", [])
            for extra in asked[1]:
                open_ += row.get("optional-dependencies", {}).get(extra, [])
    return seen


def licence(name: str) -> str:
    """Return the licence that an installed package states, as an SPDX expression where its words tell it.

    Raises
    ------
    LookupError
        Where it is not installed and not known from elsewhere, or states no licence that is known here.
    """
    try:
        return stated(cast("Message", metadata(name)))
    except PackageNotFoundError:
        if name in _ELSEWHERE:
            return _ELSEWHERE[name]
        raise LookupError(f"{name} is not installed here; read its licence and add it to _ELSEWHERE") from None


def stated(said: Message) -> str:
    """Return the licence that a package's metadata states: expression, else short text, else classifiers.

    Raises
    ------
    LookupError
        Where it states none that is known here.
    """
    expression = str(said.get("License-Expression") or "").strip()
    text = str(said.get("License") or "").strip()
    classes = [str(each).removeprefix("License :: ").split(" :: ")[-1] for each in said.get_all("Classifier", [])
               if str(each).startswith("License :: ")]  # fmt: skip
    named = " AND ".join(dict.fromkeys(_CLASSIFIED.get(each, each) for each in classes if each != "OSI Approved"))
    for answer in (expression, text if text in ALLOWED else _SPOKEN.get(text, ""), named):
        if answer:
            return answer
    raise LookupError(f"{said.get('Name')} states no licence that is known here: {text[:80]!r}, {classes}")


def refused(expression: str) -> list[str]:
    """Return the licences of an SPDX expression that are not among the allowed; of a choice, one allowed is enough."""
    wrong: list[str] = []
    for part in re.split(r"\s+AND\s+", expression.strip("() ")):
        choices = [re.split(r"\s+WITH\s+", each.strip("() ")) for each in re.split(r"\s+OR\s+", part)]
        if not any(set(choice) <= ALLOWED for choice in choices):
            wrong.append(part)
    return wrong


def notices() -> str:
    """Return the page."""
    beside = "".join(
        f"| {each.name} | {', '.join(each.versions)} | {licence(each.name)} | "
        f"{f'extra `{each.extra}`' if each.extra else 'always'} |\n"
        for each in dependencies()
    )
    inside = "".join(f"| {what} | {where} | {terms} |\n" for what, where, terms in _inside())
    return _HEAD + inside + _BESIDE + beside + _BINARIES + "".join(_texts())


def _inside() -> Iterator[tuple[str, str, str]]:
    for name, entry in _vendored().items():
        title = f"[{name.capitalize()}]({entry['home']}) {entry['version']}"
        yield title, ", ".join(f"`maps/assets/{each}`" for each in entry["sha256"]), entry["licence"]
    yield (
        "Outlines of us-atlas 3.0.1, after the cartographic boundaries of the US Census Bureau, 2017",
        "`data/outlines/`", "ISC; the boundaries are in the public domain",
    )  # fmt: skip
    yield (
        "Facts of public bodies and of the press, each row with its source and day",
        "`data/facts/`, `planner/`", "figures are restated, no text is taken; see `data/README.md`",
    )  # fmt: skip


def _vendored() -> dict[str, Any]:
    return tomllib.loads((ROOT / "maps" / "assets" / "vendored.toml").read_text("utf-8"))


def _texts() -> Iterator[str]:
    for name, entry in _vendored().items():
        text = (ROOT / "maps" / "assets" / entry["licence_file"]).read_text("utf-8").strip()
        yield f"\n### {name.capitalize()}\n\n```text\n{text}\n```\n"
    terms = re.search(
        r"^ISC licence of us-atlas: (.+?)\n\n",
        (ROOT / "data" / "README.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if terms is None:
        raise LookupError("data/README.md no longer carries the licence of us-atlas")
    yield f"\n### us-atlas\n\n```text\n{terms.group(1)}\n```\n"


if __name__ == "__main__":
    NOTICES.write_text(notices(), "utf-8")
