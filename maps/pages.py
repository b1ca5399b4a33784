"""Pages, written whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

from layers import PlanError
from layers.save import move_in, staged
from maps.page import TownMap


def rendered(made: TownMap) -> bytes:
    """Return a page as it is written to a file."""
    return str(made.get_root().render()).encode()


def save_pages(pages: Mapping[str, bytes], folder: str | Path) -> list[Path]:
    """Write rendered pages by name; none where there are none.

    Raises
    ------
    PlanError
        Where the folder cannot be written; earlier files stand.
    """
    if not pages:
        return []
    with staged(Path(folder), PlanError) as stage:
        for name, page in pages.items():
            (stage / name).write_bytes(page)
        return move_in(stage, [stage / name for name in pages], Path(folder))
