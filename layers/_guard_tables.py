"""Tables as files: what is looked at before they are read whole, so that none is cut short or swells without end."""

import csv
import gzip
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layers import limits
from layers.errors import LayerError

BLOCK: Final = 1 << 20
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
PACKED: Final = f"unpacks to more than {limits.PACKING_RATIO:g} times its size; unpack it yourself if you trust it"
_LONGEST_SHAPE: Final = 1 << 28  # a shape as text; GEOS reads no longer one


def fault(text: str) -> LayerError:
    """Return a fault of the file at hand; who reads it says which."""
    return LayerError("", [text])


def drain(stream: BinaryIO, packed: int) -> None:
    """Read to the end, and no further than is borne."""
    size = 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > limits.UNPACKED_BYTES or (
            size > limits.RATIO_FROM_BYTES and size > limits.PACKING_RATIO * max(packed, 1)
        ):
            raise fault(PACKED)


def check_gzip(path: Path) -> None:
    """Refuse a gzipped file that is damaged or unpacks to more than is borne; leave others alone."""
    if path.suffix.lower() != ".gz":
        return
    try:
        with gzip.open(path) as file:
            drain(cast("BinaryIO", file), path.stat().st_size)
    except (*BROKEN, gzip.BadGzipFile) as error:
        raise fault(f"cannot be read: it is a damaged gzip file ({error}); get it again") from None


def check_table(path: Path) -> None:
    """Refuse a published table with commas that is packed too much, has a name twice or ends in the middle of a row."""
    check_gzip(path)
    with _text(path, "latin-1") as file:
        names = [name.strip().lower() for name in next(csv.reader(file), [])]
    twice = [name for name, count in Counter(name for name in names if name).items() if count > 1]
    if twice:
        raise fault(f"has several columns named {', '.join(twice[:5])}; get it again")
    if not limits.whole_lines(path):
        raise fault("does not end with a line end, so its last row may be cut short; get it again")


def check_parquet(path: Path) -> None:
    """Refuse a Parquet file that claims far more rows than its bytes can tell apart, or whose parts are not of their types.

    The parts are opened by reading a row: asking for what is said of one that is damaged ends the process.
    """
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            next(file.iter_batches(1, row_groups=[group]), None)
    rows, size = pq.read_metadata(path).num_rows, path.stat().st_size
    if rows > limits.ROWS_FROM and rows > limits.ROWS_PER_BYTE * size:
        raise fault(f"claims {rows:,} rows in {size:,} bytes, so they are all the same; get the right file")


def _holds_texts(kind: pa.DataType) -> bool:
    """Whether a column holds texts, spelled out or by number."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))


def check_texts(path: Path, columns: Iterable[str]) -> None:
    """Refuse a Parquet file with texts so long that its rows would not fit into memory when they are spelled out."""
    schema = pq.read_schema(path)
    texts = [name for name in columns if _holds_texts(schema.field(name).type)]
    if not texts:
        return
    with pq.ParquetFile(path, read_dictionary=_repeated(path, texts)) as file:
        for batch in file.iter_batches(1 << 16, columns=texts):
            batch.validate(full=True)
            for name, column in zip(texts, batch.columns, strict=True):
                words = column.dictionary if pa.types.is_dictionary(column.type) else column
                longest = pc.max(pc.binary_length(words)).as_py() or 0
                if longest > limits.TEXT_SIGNS:
                    raise fault(
                        f"column '{name}' has a text of {longest:,} bytes, {limits.TEXT_SIGNS:,} are the most; shorten it"
                    )


def _repeated(path: Path, columns: Iterable[str]) -> list[str]:
    """Return the columns whose texts the file repeats by number only, which can be read without spelling them out."""
    meta = pq.read_metadata(path)
    chunks = [
        meta.row_group(group).column(at) for group in range(meta.num_row_groups) for at in range(meta.num_columns)
    ]
    others = {each.path_in_schema for each in chunks if any("DELTA" in kind for kind in each.encodings)}
    return [name for name in columns if name not in others]


def check_rows(path: Path, sep: str, encoding: str, *, sure: bool) -> None:
    """Refuse a table in text with rows that have fewer or more cells than its header.

    Parameters
    ----------
    path, sep, encoding
        The file, also gzipped, the sign between its cells, and its encoding.
    sure
        Whether the last column is filled in every row, so that no row can be short; then only the end is looked at.

    Raises
    ------
    LayerError
        Naming the first such row.
    """
    if not sure:
        check_cells(path, sep, encoding)
    if not limits.whole_lines(path):
        warnings.warn("the file does not end with a line end; its last row may be cut short", UserWarning, stacklevel=2)


def first_row(path: Path, sep: str, encoding: str) -> list[str]:
    """Return the cells of a table's first line that has any, without blanks around them.

    Raises
    ------
    LayerError
        Where there is none, or it cannot be told where a cell ends.
    """
    try:
        with _text(path, encoding) as file:
            rows = csv.reader(file, delimiter=sep, skipinitialspace=True)
            row = next((row for row in rows if any(cell.strip() for cell in row)), None)
    except csv.Error as error:
        raise fault(f"cannot be read: {error}; get it again") from None
    if row is None:
        raise fault("is empty; get the file again")
    return [cell.strip() for cell in row]


def check_cells(path: Path, sep: str, encoding: str, *, notes: bool = False) -> None:
    """Refuse rows with fewer or more cells than the header; see `check_rows`. Notes are rows of one cell."""
    before = csv.field_size_limit(_LONGEST_SHAPE)
    try:
        with _text(path, encoding) as file:
            rows = csv.reader(file, delimiter=sep, skipinitialspace=True)
            width = len(next(rows, []))
            ended = False
            for number, row in enumerate((row for row in rows if row), start=1):
                ended = notes and len(row) == 1 and (ended or width > 1)
                if len(row) != width and not ended and any(cell.strip() for cell in row):
                    raise fault(
                        f"row {number} has {len(row)} cells, the header {width}; the file is cut short or damaged, get it again"
                    )
    except csv.Error as error:
        raise fault(f"cannot be read: {error}; get it again") from None
    finally:
        csv.field_size_limit(before)


def _text(path: Path, encoding: str) -> TextIO:
    if path.suffix.lower() == ".gz":
        return cast("TextIO", gzip.open(path, "rt", encoding=encoding, newline=""))
    return path.open(encoding=encoding, newline="")
