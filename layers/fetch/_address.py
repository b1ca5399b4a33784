"""What is asked: an address without its secrets, and what the secrets add to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from layers.errors import FetchError
from layers.fetch._secrets import credentials, query_and_headers
from layers.fetch._source import Source

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Ask:
    """One question to a server.

    Attributes
    ----------
    source
        Its source.
    url
        Address without secrets; this one is kept and shown.
    base
        What stands in place of scheme and host of every address; empty for the true ones.
    body
        Form field ``data``; empty where nothing is posted.
    query, headers
        Secrets, by the name under which they are sent. They go to the source's own host only.
    """

    source: Source
    url: str
    base: str = ""
    body: str = ""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secrets of this question."""
        return (*self.query.values(), *self.headers.values())

    @property
    def host(self) -> str:
        """Host that is asked, with its port."""
        return urlsplit(self.url).netloc

    def with_secrets(self, url: str) -> str:
        """Return the address that is sent."""
        if not self.query:
            return url
        return url + ("&" if urlsplit(url).query else "?") + urlencode(self.query)

    def allowed(self, url: str) -> str:
        """Return where a redirect leads, or nothing where it leads to a host that the source does not name."""
        there, home = urlsplit(url), urlsplit(self.url)
        if there.username or there.password:
            return ""
        if (there.scheme, there.netloc) == (home.scheme, home.netloc):
            return url
        own = urlsplit(self.source.url).netloc
        if there.scheme == "https" and there.netloc in (own, *self.source.hosts):
            return based(url, self.base)
        return ""


def ask(source: Source, values: Mapping[str, str], base: str) -> Ask:
    """Return the question for a source and its parts.

    Raises
    ------
    FetchError
        Where a secret that is needed is not there.
    """
    url = based(source.filled(source.url, values, in_url=True), base)
    body = " ".join(source.filled(source.body, values).split())
    if base and not _is_loopback(base):
        return Ask(source, url, base, body)  # a mirror is not who the secrets are for
    query, headers = query_and_headers(credentials(source))
    return Ask(source, url, base, body, query, headers)


def based(url: str, base: str) -> str:
    """Return an address with another scheme and host."""
    if not base:
        return url
    there = urlsplit(url)
    return base + urlunsplit(("", "", there.path, there.query, ""))


def checked_base(base: str) -> str:
    """Return a base address without its last stroke.

    Raises
    ------
    FetchError
        Where it is neither https nor this machine, or has more than scheme, host and path.
    """
    there = urlsplit(base)
    secure = there.scheme == "https" or (there.scheme == "http" and _is_loopback(base))
    if base and not (secure and there.hostname and not there.query and not there.username):
        raise FetchError("--base", ["must be https://HOST, or http:// on this machine (127.0.0.1)"])
    return base.rstrip("/")


def _is_loopback(base: str) -> bool:
    return urlsplit(base).hostname in _LOOPBACK
