"""One page, written whole or not at all."""

from pathlib import Path

from layers import PlanError
from layers.save import publish, staged
from maps.page import TownMap


def rendered(made: TownMap) -> bytes:
    """Return a page as it is written to a file."""
    return str(made.get_root().render()).encode()


def save_page(made: TownMap, folder: str | Path, name: str) -> list[Path]:
    """Write a page under a name.

    Raises
    ------
    PlanError
        Where the folder cannot be written; an earlier file stands.
    """
    page = rendered(made)
    with staged(Path(folder), PlanError) as stage:
        (stage / name).write_bytes(page)
        return publish(stage, [stage / name], Path(folder))
