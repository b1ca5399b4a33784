"""How read, ingested and declared layers look on a terminal."""

from collections.abc import Iterable, Mapping

from layers import Layer
from layers.filings import Ingested
from planner import words
from planner.check import World
from planner.commands._show import heading_table, line
from planner.region import Region


def check(region: Region, world: World) -> None:
    """Print what was read."""
    rows = [
        (name, f"{len(table):,}", ", ".join(sorted(set(table["origin"].astype("str")))), region.source(name).path.name)
        for name, table in world.layers.items()
    ]
    heads = {"layer": "left", "rows": "right", "origin": "left", "file": "left"}
    heading_table(f"{region.name}: {len(rows)} layers are as declared, in {region.crs}", heads, rows)
    for note in world.notes:
        line(f"note: {note}")


def ingested(taken: Iterable[Ingested]) -> None:
    """Print what was read, kept and rejected, file by file."""
    taken = list(taken)
    heads = {
        "file": "left",
        "format": "left",
        "read": "right",
        "kept": "right",
        "repeated": "right",
        "rejected": "right",
    }
    rows = [
        (f"{each.source} {each.member}".strip(), each.format, words.count(each.rows_read), words.count(each.rows_kept),
         words.count(each.duplicates), words.count(each.rejected))
        for each in taken
    ]  # fmt: skip
    heading_table(f"{len(taken)} filings", heads, rows)
    for each in taken:
        for reason, count in each.reasons.items():
            line(f"rejected {count:,} in {each.source}: {reason}")
        for note in each.notes:
            line(f"note: {each.source}: {note}")
        line(f"{'unchanged' if each.reused else 'wrote'} {each.path}")


def layers(wanted: Mapping[str, Layer]) -> None:
    """Print declarations."""
    for name, layer in wanted.items():
        rows = [
            (key, column.type, column.unit, _duty(required=column.required, null=column.null), column.meaning)
            for key, column in layer.columns.items()
        ]
        heads = {"column": "left", "type": "left", "unit": "left", "": "left", "meaning": "left"}
        heading_table(f"{name} ({layer.geometry}): {layer.meaning}", heads, rows)


def _duty(*, required: bool, null: bool) -> str:
    return ("required" if required else "") + (" (may be empty)" if null else "")
