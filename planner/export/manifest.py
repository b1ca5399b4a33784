"""The manifest of a hand-over: every file with its hash, and the check of a folder against it."""

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from layers import PlanError
from layers.hashes import file_hash
from layers.limits import read_json
from layers.save import settled
from planner.export.handover import Handover, Made, origins
from planner.publish import others_in

NAME: Final = "manifest.json"
README: Final = "README.txt"
_CSV: Final = (
    "In CSV files, text that a spreadsheet would run as a formula begins with an apostrophe that is not in the data,\n"
    "and every line break within text is one line feed."
)
_NAMED: Final = 100  # faults that one message names
_LONGEST: Final = 255  # bytes of a file's name that file systems take
_REAL: Final = {"published", "not stated"}


def manifest(handover: Handover, made: Iterable[Made], stage: Path, left_out: Iterable[str]) -> dict[str, Any]:
    """Return the manifest: region, provenance, tables with their terms, files with their hashes, what is left out."""
    plan = handover.plan
    made = list(made)
    used = sorted({name for each in made for name in each.tables})
    return {
        "region": plan.region.name,
        "as_of": plan.region.as_of.isoformat(),
        "crs": plan.region.crs,
        "provenance": dict(plan.provenance),
        "tables": {name: _table(handover, name) for name in used},
        "files": [entry(each, stage) for each in sorted(made, key=lambda each: each.name)],
        "left_out": list(left_out),
    }


def _table(handover: Handover, name: str) -> dict[str, Any]:
    declaration, table = handover.declaration(name), handover.tables[name]
    return {
        "title": declaration.title,
        "rows": len(table),
        "origins": origins(table),
        "source": declaration.source,
        "licence": declaration.licence,
    }


def entry(each: Made, stage: Path) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    path = stage / each.name
    return {
        "name": each.name, "bytes": path.stat().st_size, "sha256": file_hash(path), "format": each.form,
        "tables": list(each.tables), "rows": each.rows, "crs": each.crs, "schema": each.schema,
    }  # fmt: skip


def readme(content: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return the text for people: what is here, what is not a surveyed fact, on what terms, how to check it."""
    invented = sorted(
        f"{name}: {', '.join(sorted(set(table['origins']) - _REAL))}"
        for name, table in content["tables"].items()
        if set(table["origins"]) - _REAL
    )
    terms: dict[str, list[str]] = {}
    for table in content["tables"].values():
        terms.setdefault(_line(table["licence"]), []).append(table["title"])
    said = [f"{licence}: {len(titled)} tables, such as {min(titled)}" for licence, titled in sorted(terms.items())]
    parts = [
        f"{_line(content['region'])}: hand-over files of a Townline plan, as of {content['as_of']}.",
        "Formats\n" + "\n".join(f"  {name}: {title}" for name, title in titles.items()),
        f"Places are in {content['crs']}, except in files that manifest.json gives another CRS.",
        "Not surveyed facts\nThese tables hold rows that are generated, modelled or approximate; column origin says which.\n"
        + ("\n".join(f"  {line}" for line in invented) or "  none"),
        "Terms\nAs each source gives them; manifest.json says it table by table.\n"
        + "\n".join(f"  {line}" for line in said),
        "Left out\n" + ("\n".join(f"  {_line(line)}" for line in content["left_out"]) or "  nothing"),
        _CSV,
        "To check that no file has changed: townline export --verify FOLDER",
    ]
    return "\n\n".join(parts) + "\n"


def _line(text: str) -> str:
    return " ".join(str(text).split())


def verify(folder: Path) -> int:
    """Check every file of a hand-over against its manifest and return how many there are.

    Raises
    ------
    PlanError
        With all files that are missing, changed, not of the hand-over or not where one puts them; hidden files do not
        count.
    """
    settled(folder, PlanError)
    listed = _listed(folder)
    faults = []
    for name, digest in listed.items():
        path = folder / name
        if not _inside(name):
            faults.append(f"file '{name}' lies outside the folder; the manifest is not one of ours")
        elif not path.is_file():
            faults.append(f"file '{name}' is missing")
        elif file_hash(path) != digest:
            faults.append(f"file '{name}' has changed since it was written")
    known = {NAME, *listed}
    faults += [
        f"file '{name}' is not of the hand-over; take it out of the folder"
        for name in sorted(others_in(folder, known))
        if not name.rpartition("/")[2].startswith(".")
    ]
    if faults:
        more = [f"and {len(faults) - _NAMED:,} more"] if len(faults) > _NAMED else []
        raise PlanError(f"folder {folder}", [*faults[:_NAMED], *more, "export again into a new folder"])
    return len(listed)


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    if not name.isprintable() or any(len(part.encode("utf-8", "replace")) > _LONGEST for part in path.parts):
        return False
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name


def _listed(folder: Path) -> dict[str, str]:
    path = folder / NAME
    if not path.is_file():
        raise PlanError(f"folder {folder}", [f"holds no {NAME}; 'townline export' makes one"])
    try:
        content = read_json(path.read_text("utf-8"))
        return {str(each["name"]): str(each["sha256"]) for each in content["files"]}
    except (ValueError, KeyError, TypeError):
        raise PlanError(f"file {path}", ["is not the manifest of a hand-over; export again"]) from None


def unchanged(folder: Path) -> list[str]:
    """Return the files that an earlier hand-over wrote into a folder and that nobody has touched since."""
    try:
        listed = _listed(folder)
    except PlanError:
        return []
    there = {name: folder / name for name in listed if _inside(name)}
    return [name for name, path in there.items() if path.is_file() and file_hash(path) == listed[name]]
