"""Federal filings -> Parquet: availability, summaries, fabric, block data and challenge files, read strictly.

A format is a declaration in ``formats/*.toml``. A file's format is recognised by its header. Every value is tested
before it is taken; what does not pass is a counted reject with file, line and reason.
"""

from layers.filings._format import Field as Field
from layers.filings._format import FileName as FileName
from layers.filings._format import Format as Format
from layers.filings._format import formats as formats
from layers.filings._format import recognise as recognise
from layers.filings._ingest import Ingested as Ingested
from layers.filings._ingest import ingest as ingest
from layers.filings._ingest import ingested as ingested
from layers.filings._limits import Limits as Limits

__all__ = ["Field", "FileName", "Format", "Ingested", "Limits", "formats", "ingest", "ingested", "recognise"]
