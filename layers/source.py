"""Where a layer's rows come from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """Where a layer's rows come from, as the region file says it.

    Attributes
    ----------
    path
        The file.
    layer
        Table inside the file, where it has several.
    crs
        CRS of a file that carries none.
    columns
        Our column names to theirs, with or without the blanks around a file's names. For a CSV, ``x`` and ``y``,
        or ``wkt``, name its coordinates in `crs`.
    values
        Columns of ours that the file does not have, each with the one value that holds for all rows.
    zero_pad
        Codes that lost their leading zeros, by our column name: how many digits they must have.
    missing
        Texts that stand for a value that is not known, such as ``-``; they are read as empty in every column.
    encoding
        Encoding of a CSV (UTF-8 where nothing is said) or of a Shapefile's attributes.
    shape
        Shape in which an agency publishes the file (see `layers.adapt`), or ``any`` to tell it from the content; empty
        for a file with one column for each of ours.
    also
        More files of the layer, each of a shape of its own.
    origin, source, as_of
        Fill the common columns where the file has none.
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str | float | dt.date] = field(default_factory=dict)
    zero_pad: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    encoding: str = ""
    shape: str = ""
    also: tuple[Path, ...] = ()
    origin: str = "not stated"
    source: str | None = None
    as_of: dt.date | None = None
