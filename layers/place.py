"""Where the shipped `data/` folder is, in a checkout and in an installed wheel."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from layers.errors import LayerError


@cache
def data_folder() -> Path:
    """Return the folder of shipped facts and of the sample region.

    In a checkout it is ``data/`` beside the packages; in an installation the wheel's record names it.

    Raises
    ------
    LayerError
        Where neither is there.
    """
    checkout = Path(__file__).resolve().parents[1] / "data"
    if (checkout / "facts").is_dir():
        return checkout
    for file in distribution("townline").files or ():
        if file.parts[-3:] == ("share", "townline", "README.md"):
            return Path(str(file.locate())).resolve().parent
    raise LayerError("data", ["the folder of shipped data is missing; install townline again"])


def data_path(name: str, base: Path) -> Path:
    """Return the file that a region file names: ``townline:`` means shipped data, else relative to `base`."""
    if name.startswith("townline:"):
        return data_folder() / name.removeprefix("townline:")
    return base / name
