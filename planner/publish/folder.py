"""What is published stands in a folder of its own: nothing that came there otherwise goes out with it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from layers import PlanError
from layers.limits import read_json
from planner.words import listing

_SHOWN: Final = 5


def refuse_others(folder: Path, names: Iterable[str]) -> None:
    """Refuse a folder with files that do not belong to what is published into it.

    Parameters
    ----------
    folder
        Where files are to be written; it may be missing.
    names
        Files, by path within the folder, that may be there since they are written anew or removed.

    Raises
    ------
    PlanError
        Naming the first of the other files. They may hold what may not be published.
    """
    others = sorted(others_in(folder, names))
    if others:
        more = f" and {len(others) - _SHOWN:,} more" if len(others) > _SHOWN else ""
        fault = f"holds {listing(others[:_SHOWN])}{more}, which would go out with what is published"
        raise PlanError(f"folder {folder}", [f"{fault}; choose another --out or take them away"])


def published_before(folder: Path) -> list[str]:
    """Return the files that an earlier plan wrote into a folder, if that one was published, too."""
    try:
        record = read_json((folder / "plan.json").read_text("utf-8"))
        return ["plan.json", *record["outputs"]] if "publish" in record else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def others_in(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the files of a folder, by path within it, that are not among `names`."""
    known = set(names)
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return [name for name in there if name not in known and not name.startswith(".townline-")]
