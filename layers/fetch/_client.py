"""One file over HTTP: asked politely, again where that may help, resumed where the server can."""

import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from layers.fetch._address import Ask
from layers.fetch._answer import Trouble, TroubleError, accepted, last_words, length, network_trouble, shown
from layers.fetch._pace import wait_for_turn
from layers.fetch._partial import Partial
from layers.fetch._policy import Policy
from layers.fetch._secrets import quiet_logs, redacted

_CHUNK: Final = 1 << 16
_TELL_EVERY_S: Final = 0.3
_MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_TEXTS: Final = ("csv", "tsv", "json", "xml")


@dataclass(frozen=True)
class Client:
    """What asks.

    Attributes
    ----------
    session
        Connections; no secret is kept in it.
    policy
        How patient it is.
    hosts
        Folder in which runs share when they asked whom.
    tell
        Told of progress.
    """

    session: requests.Session
    policy: Policy
    hosts: Path
    tell: Callable[[str], None]

    def download(self, ask: Ask, partial: Partial) -> None:
        """Write what a question gives into `partial`.

        An answer that breaks off is resumed where the server said that it can, else begun afresh.

        Raises
        ------
        FetchError
            Where it cannot be had; with all that is known of why.
        DiskError
            Where `partial` cannot be written.
        """
        ends = time.monotonic() + self.policy.deadline_s
        trouble = Trouble("was not asked", again=False)
        for attempt in range(self.policy.attempts):
            found = self._attempt(ask, partial, ends)
            if found is None:
                return
            trouble = found
            pause = max(trouble.after, self.policy.back_off(attempt))
            last = attempt + 1 == self.policy.attempts
            if last or not trouble.again or pause > self.policy.longest_pause_s or time.monotonic() + pause > ends:
                break
            self.tell(f"{ask.source.key}: {trouble.text}; again in {pause:.0f} s")
            self.policy.pause(pause)
        raise ask.source.fault(redacted(last_words(trouble, attempt + 1), ask.secrets), ask.url)

    def _attempt(self, ask: Ask, partial: Partial, ends: float) -> Trouble | None:
        try:
            if partial.is_whole():
                return None
            wait_for_turn(self.hosts, ask.host, ask.source.per_minute, self.policy, self.tell)
            with quiet_logs(ask.secrets), closing(self._answer(ask, partial)) as answer:
                begin_at = accepted(answer, ask, partial)
                self._take(answer, ask, partial, begin_at, ends)
        except TroubleError as error:
            return error.trouble
        except (requests.RequestException, HTTPError) as error:
            return network_trouble(error, self.policy)
        return None

    def _answer(self, ask: Ask, partial: Partial) -> requests.Response:
        """Return the answer, after redirects; secrets go to the first host only."""
        url, home = ask.url, True
        for _ in range(_MOST_REDIRECTS):
            answer = self._send(ask, url, partial.headers(), home=home)
            if answer.status_code not in _REDIRECTS:
                return answer
            answer.close()
            allowed = _target(ask, url, answer.headers.get("Location", ""))
            home = home and allowed.split("/")[2] == url.split("/")[2]
            url = allowed
        raise TroubleError(f"redirects more than {_MOST_REDIRECTS} times; the address has moved")

    def _send(self, ask: Ask, url: str, headers: dict[str, str], *, home: bool) -> requests.Response:
        sent = {"User-Agent": user_agent(), "Accept": "*/*", "Accept-Encoding": _encoding(ask)} | headers
        return self.session.request(
            "POST" if ask.body else "GET",
            ask.with_secrets(url) if home else url,
            data={"data": ask.body} if ask.body else None,
            headers=sent | (dict(ask.headers) if home else {}),
            timeout=(self.policy.connect_s, max(self.policy.read_s, ask.source.read_s)),
            allow_redirects=False,
            stream=True,
        )

    def _take(self, answer: requests.Response, ask: Ask, partial: Partial, begin_at: int, ends: float) -> None:
        most = ask.source.max_mb * 1e6
        said = length(answer)
        whole = begin_at + said if said is not None else None
        if whole is not None and whole > most:
            raise TroubleError(
                f"is {whole / 1e6:,.0f} MB, more than the {ask.source.max_mb:,.0f} MB allowed for this source"
            )
        partial.begin(answer, whole, begin_at)
        have, told = begin_at, 0.0
        with partial.opened(fresh=begin_at == 0) as write:
            for chunk in answer.raw.stream(_CHUNK, decode_content=False):
                have += len(chunk)
                if have > most:
                    raise TroubleError(f"is more than the {ask.source.max_mb:,.0f} MB allowed for this source")
                write(chunk)
                now = time.monotonic()
                if now > ends:
                    raise TroubleError(f"took more than {self.policy.deadline_s:.0f} s; try again later")
                if now - told > _TELL_EVERY_S:
                    told = now
                    self.tell(f"{ask.source.key}: {have / 1e6:.1f}{f' of {whole / 1e6:.1f}' if whole else ''} MB")
        if whole is not None and have != whole:
            raise TroubleError(f"broke off after {have:,} of {whole:,} bytes", again=True)


def _target(ask: Ask, url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        allowed = ask.allowed(target)
    except ValueError:
        target, allowed = "what is no address", ""
    if not allowed:
        raise TroubleError(f"redirects to {shown(target)}, which the source does not name; the address has moved")
    return allowed


class _Session(requests.Session):
    """Connections that leave redirects to us; the library would read their whole answers even where it does not follow."""

    def get_redirect_target(self, _resp: requests.Response) -> None:
        return None


def session() -> requests.Session:
    """Return connections that use the machine's proxies and certificates, but no passwords from its .netrc."""
    made = _Session()
    made.auth = lambda request: request
    return made


def user_agent() -> str:
    """Return who asks; the Bureau of Labor Statistics wants an address of mail in it."""
    contact = os.environ.get("TOWNLINE_CONTACT", "").strip()
    known = contact if contact.isascii() and contact.isprintable() else ""
    return f"townline/{version('townline')}" + (f" ({known})" if known else "")


def _encoding(ask: Ask) -> str:
    return "gzip" if ask.source.kind in _TEXTS else "identity"
