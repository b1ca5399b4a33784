"""What a server's answer means: the file, a part of it, or a trouble in words."""

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from layers.fetch._address import Ask
from layers.fetch._partial import Partial
from layers.fetch._policy import Policy

_AGAIN: Final = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Trouble:
    """Why an attempt did not succeed.

    Attributes
    ----------
    text
        What was wrong, as a clause.
    again
        Whether another attempt may help.
    after
        Seconds that the server asks to wait; below 0 where it does not say.
    """

    text: str
    again: bool
    after: float = -1.0


class TroubleError(Exception):
    """An attempt did not succeed."""

    def __init__(self, text: str, *, again: bool = False, after: float = -1.0) -> None:
        self.trouble = Trouble(text, again, after)
        super().__init__(text)


def accepted(answer: requests.Response, ask: Ask, partial: Partial) -> int:
    """Return the byte at which an answer begins.

    Raises
    ------
    TroubleError
        Where it is not an answer with the file.
    """
    status = answer.status_code
    if status == 200:
        return 0
    if status == 206 and _continues(answer, partial):
        return partial.have()
    if status in (206, 416):
        partial.discard()
        raise TroubleError("did not give the rest of a part as asked", again=True)
    raise TroubleError(_status_words(answer, ask), again=status in _AGAIN, after=_retry_after(answer))


def _continues(answer: requests.Response, partial: Partial) -> bool:
    begins = answer.headers.get("Content-Range", "").startswith(f"bytes {partial.have()}-")
    encoding = answer.headers.get("Content-Encoding", "").strip().lower().replace("identity", "")
    etag = answer.headers.get("ETag", partial.said.get("etag", ""))
    return partial.can_resume() and begins and encoding == partial.said["encoding"] and etag == partial.said["etag"]


def _status_words(answer: requests.Response, ask: Ask) -> str:
    status = answer.status_code
    names = " and ".join(each.variable for each in ask.source.credentials)
    words = {
        204: "has nothing for these parts (status 204); name others",
        400: "does not understand the question (status 400); check the parts",
        401: f"refuses without a valid {names or 'sign-in'} (status 401); set it again",
        403: f"refuses (status 403); {f'check {names}' if names else 'set TOWNLINE_CONTACT to your address of mail, which some agencies want'}",
        404: "is not there (status 404); check the year and the other parts, or whether the agency has moved it",
        410: "is no longer there (status 410); name a later year",
        429: "is asked too often (status 429)",
    }
    text = words.get(status, f"answers with status {status}")
    said = _said(answer)
    return f"{text}; it says '{said}'" if said else text


def _said(answer: requests.Response) -> str:
    """Return the first words of an answer in plain text."""
    if "text/plain" not in answer.headers.get("Content-Type", ""):
        return ""
    text = answer.raw.read(300, decode_content=False).decode("utf-8", "replace")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]


def _retry_after(answer: requests.Response) -> float:
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return -1.0


def length(answer: requests.Response) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def shown(url: str) -> str:
    """Return scheme and host of an address; the rest of a redirect may repeat a secret."""
    return "/".join(url.split("/")[:3])[:120]


def network_trouble(error: Exception, policy: Policy) -> Trouble:
    kinds: tuple[tuple[type[Exception], str, bool], ...] = (
        (requests.exceptions.SSLError, "shows no valid certificate; check the clock and the network", False),
        (requests.exceptions.ProxyError, "is behind a proxy that does not answer; check HTTPS_PROXY", True),
        (requests.exceptions.ConnectTimeout, f"did not answer within {policy.connect_s:.0f} s", True),
        (requests.exceptions.ReadTimeout, "fell silent", True),
        (requests.exceptions.ConnectionError, "cannot be reached; check the network", True),
    )
    if isinstance(error, ReadTimeoutError):
        return Trouble("fell silent", again=True)
    for kind, text, again in kinds:
        if isinstance(error, kind):
            return Trouble(text, again)
    return Trouble("broke off before its end", again=isinstance(error, HTTPError))


def last_words(trouble: Trouble, attempts: int) -> str:
    tried = f" (asked {attempts} times)" if attempts > 1 else ""
    wait = f"; it asks to wait {trouble.after:.0f} s, try again then" if trouble.after > 0 else ""
    later = "; try again later" if trouble.again and not wait else ""
    return f"{trouble.text}{tried}{wait}{later}"
