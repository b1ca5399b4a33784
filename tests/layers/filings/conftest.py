"""Filings to break: the published example row, and rows of it that differ."""

import pyarrow.parquet as pq
import pytest

from layers import LayerError
from layers.filings import Limits, formats, ingest

NAME = "bdc_50_Fiber_fixed_broadband_J25_18nov2025.csv"


class Filing:
    """One file in its own folder, and what comes of it."""

    header = ",".join(formats()["bdc_fixed"].headers)
    example = "0003768165,130317,Xfinity,1037392925,50,100,100,1,B,VT,500110102002027,882bab5303fffff"
    all = Limits(rejected_share=1.0)

    def __init__(self, folder):
        self.folder = folder
        self.out = folder / "out"

    def rows(self, count, **changes):
        """Rows like the published one at successive locations, with texts changed by name of the header."""
        names = self.header.split(",")
        made = []
        for number in range(count):
            fields = dict(zip(names, self.example.split(","), strict=True))
            fields["location_id"] = str(1037392925 + number)
            made.append(",".join((fields | changes)[name] for name in names))
        return made

    def text(self, *lines, end="\n"):
        return end.join([self.header, *lines]) + end

    def write(self, content, name=NAME):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def ingest(self, content, name=NAME, **options):
        """Ingest one file of one member, with any share of rejects; gives the result and the table."""
        (found,) = ingest(self.write(content, name), self.out, **({"limits": self.all} | options))
        assert found.rows_read == found.rows_kept + found.duplicates + found.rejected
        assert sum(found.reasons.values()) == found.rejected
        table = pq.read_table(found.path)
        assert len(table) == found.rows_kept
        return found, table

    def fault(self, content, name=NAME, **options):
        """Return the message with which a file is refused; nothing of it may be left."""
        with pytest.raises(LayerError) as caught:
            ingest(self.write(content, name), self.out, **options)
        assert not list(self.out.glob("*.parquet"))
        assert not list(self.out.glob(".townline-*"))
        return str(caught.value)


@pytest.fixture
def filing(tmp_path):
    return Filing(tmp_path)
