"""Public sources, fetched into a cache with provenance. The only code that opens sockets."""

from layers.errors import FetchError as FetchError
from layers.fetch._fetcher import Fetcher as Fetcher
from layers.fetch._policy import Policy as Policy
from layers.fetch._record import Fetched as Fetched
from layers.fetch._source import Credential as Credential
from layers.fetch._source import Source as Source
from layers.fetch._source import sources as sources

__all__ = ["Credential", "FetchError", "Fetched", "Fetcher", "Policy", "Source", "sources"]
