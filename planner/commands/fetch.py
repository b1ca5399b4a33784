"""The command that fetches public sources."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from layers.errors import FetchError
from layers.fetch import Fetched, Fetcher, Policy, Source, sources
from layers.save import move_in, staged
from planner.commands._common import AsJson, print_json, progress
from planner.commands._show import heading_table, line


def fetch_command(
    source: Annotated[str, typer.Argument(help="Key of the source; --list prints them.", show_default=False)] = "",
    parts: Annotated[
        list[str] | None, typer.Argument(help="What its address needs, as name=value.", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Copy the file to here: a file's name, or a folder.", show_default=False)
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="The cache; in the user's data folder otherwise.", show_default=False)
    ] = None,
    base: Annotated[str, typer.Option(help="Scheme and host in place of the true ones.", hidden=True)] = "",
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Only what the cache has; say what is missing.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for what the cache has.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Print the sources: licence, day, what each needs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch a public source into the cache, with its licence, day and hash; a second time it comes out of the cache.

    Example: townline fetch cousub_shapes state=25 year=2023
    """
    if listed:
        _list(as_json=as_json)
        return
    if not source:
        raise FetchError("fetch", ["needs a source; 'townline fetch --list' prints them"])
    with progress() as tell:
        fetcher = Fetcher(folder, base=base, offline=offline, tell=tell, policy=Policy(refresh=refresh))
        files = fetcher.get_all(source, **_given(parts or []))
    copies = _copied(files, out) if out else [file.path for file in files]
    if as_json:
        print_json({"files": [asdict(file) | {"path": str(path)} for file, path in zip(files, copies, strict=True)]})
        return
    for file, path in zip(files, copies, strict=True):
        _show(file, path)


def _given(parts: list[str]) -> dict[str, str]:
    odd = [part for part in parts if "=" not in part]
    if odd:
        raise FetchError("fetch", [f"'{odd[0][:60]}' is not name=value, such as state=25"])
    given = dict(part.split("=", 1) for part in parts)
    if len(given) < len(parts):
        raise FetchError("fetch", ["names a part twice; name it once"])
    return given


def _copied(files: tuple[Fetched, ...], out: Path) -> list[Path]:
    inside = out.is_dir() or len(files) > 1
    names = [file.path.name if inside else out.name for file in files]
    home = out if inside else out.parent
    with staged(home, FetchError, "choose another --out") as stage:
        for file, name in zip(files, names, strict=True):
            shutil.copyfile(file.path, stage / name)
        return move_in(stage, [stage / name for name in names], home)


def _show(file: Fetched, path: Path) -> None:
    line(f"{path}: {file.bytes / 1e6:.1f} MB")
    line(f"  {file.source}, as of {file.as_of}; {file.licence}")
    line(f"  {file.url}, {file.fetched_at}, sha256 {file.sha256}")


def _list(*, as_json: bool) -> None:
    known = sources()
    if as_json:
        print_json({"sources": {key: _plain(row) for key, row in known.items()}})
        return
    heads = {"source": "left", "what": "left", "as of": "left", "needs": "left", "licence": "left"}
    rows = [
        (key, row.title, row.as_of.replace("{fetched}", "day of fetching"), _needs(row), row.licence)
        for key, row in known.items()
    ]
    heading_table(f"{len(known)} public sources", heads, rows)


def _needs(row: Source) -> str:
    secrets = [f"{each.variable}{'' if each.needed else ' (optional)'}" for each in row.credentials]
    return ", ".join([*row.parts, *secrets])


def _plain(row: Source) -> Mapping[str, Any]:
    return {
        "title": row.title,
        "url": row.url,
        "licence": row.licence,
        "source": row.source,
        "as_of": row.as_of,
        "kind": row.kind,
        "parts": list(row.parts),
        "columns": list(row.columns),
        "requests_a_minute": row.per_minute,
        "credentials": [{"variable": each.variable, "needed": each.needed} for each in row.credentials],
    }
