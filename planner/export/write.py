"""Hand-over files of a plan: all of them or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError

from layers import PlanError
from layers.save import move_in, staged, write_json
from planner.export import federal, kmz, shapefile
from planner.export.formats import FORMATS, chosen
from planner.export.handover import Handover, Made
from planner.export.look import Look
from planner.export.manifest import NAME, README, entry, manifest, readme, unchanged
from planner.publish import refuse_others
from planner.result import Plan
from planner.writing import refuse_inputs


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes
    ----------
    files
        In order of name, the manifest and its text for people last.
    formats
        Names of the formats that were written.
    left_out
        What was not written, each with its reason.
    """

    files: tuple[Path, ...]
    formats: tuple[str, ...]
    left_out: tuple[str, ...]


def export(
    plan: Plan,
    out: str | Path,
    formats: Iterable[str] = (),
    *,
    looks: Iterable[Look] = (),
    with_locations: bool = False,
) -> Exported:
    """Write tables and layers of a plan in the formats that others expect.

    Parameters
    ----------
    plan
        A plan, made or loaded.
    out
        Folder; made where it is missing. Files of an earlier hand-over that this one does not have are removed, unless
        somebody has changed them.
    formats
        Names in `FORMATS`; all but those on request where none is named.
    looks
        Styles for formats that carry them.
    with_locations
        Also hand over where premises are; they may be licensed.

    Returns
    -------
    Exported
        Files and what was left out. The same plan gives the same bytes.

    Raises
    ------
    PlanError
        Where a format is not known, a named one has nothing to write, text cannot be kept in it, or the folder cannot
        be written; earlier files stand.
    """
    named = list(formats)
    wanted = chosen(named)
    handover = Handover(plan, tuple(looks), with_locations)
    empty = {name: reason for name in wanted if (reason := FORMATS[name].missing(handover))}
    if named and empty:
        raise PlanError("export", [f"format '{name}' has nothing to write: {reason}" for name, reason in empty.items()])
    wanted = tuple(name for name in wanted if name not in empty)
    left_out = [*(f"{name}: {reason}" for name, reason in empty.items()), *_left_out(handover, wanted)]
    files = _write(handover, Path(out), wanted, left_out)
    return Exported(tuple(files), wanted, tuple(left_out))


def refuse(out: str | Path, formats: Iterable[str]) -> None:
    """Refuse what cannot be done whatever the plan is, before the work of planning.

    Raises
    ------
    PlanError
        Where a format is not known, or the folder is a file.
    """
    chosen(formats)
    if Path(out).exists() and not Path(out).is_dir():
        raise PlanError(f"folder {out}", ["is there and is a file; choose another --out"])


def _left_out(handover: Handover, wanted: Iterable[str]) -> list[str]:
    found = [note for note in handover.plan.notes if note.startswith("published")]
    if "publish" in handover.plan.provenance:
        return found + _unfit(handover, wanted)
    if not handover.with_locations:
        found += [
            f"{name}: says where single premises are; --with-locations hands it over" for name in handover.withheld
        ]
    elif "premises" not in handover.plan.layers:
        found.append("layer_premises: a saved plan does not hold it; leave out --plan to hand it over")
    return found + _unfit(handover, wanted)


def _unfit(handover: Handover, wanted: Iterable[str]) -> list[str]:
    """Return what does not fit the formats."""
    found: list[str] = []
    if "kmz" in wanted:
        found += [f"kmz of {name}: too many rows for a viewer" for name in kmz.LEFT_OUT if name in handover.shapes]
    if "shapefile" in wanted:
        found += [f"shapefile of {said}" for said in shapefile.left_out(handover)]
    if "federal" in wanted:
        found += federal.left_out(handover)
    return found


def _write(handover: Handover, out: Path, wanted: Iterable[str], left_out: Iterable[str]) -> list[Path]:
    with staged(out, PlanError, "choose another --out") as stage:
        made = [each for name in wanted for each in _format(name, handover, stage)]
        content = manifest(handover, made, stage, left_out)
        titles = {name: FORMATS[name].title for name in wanted}
        (stage / README).write_text(readme(content, titles), "utf-8", newline="\n")
        content["files"].append(entry(Made(README, "text, UTF-8"), stage))
        write_json(stage / NAME, content)
        names = [*sorted(each.name for each in made), README, NAME]
        refuse_inputs(handover.plan.region, [out / name for name in names])
        before = unchanged(out)
        if "publish" in handover.plan.provenance:
            stages = [path.relative_to(out).as_posix() for path in stage.rglob("*")]
            refuse_others(out, [*names, *before, *stages])
        return move_in(stage, [stage / name for name in names], out, before)


def _format(name: str, handover: Handover, stage: Path) -> list[Made]:
    try:
        return FORMATS[name].write(handover, stage)
    except (DataSourceError, DataLayerError) as problem:
        raise PlanError(f"export {name}", [f"cannot be written: {problem}; earlier files stand"]) from None
