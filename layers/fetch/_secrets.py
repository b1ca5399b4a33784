"""Credentials: from the environment or the keyring, into the request, and nowhere else."""

import importlib
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Final
from urllib.parse import quote, quote_plus

from layers.fetch._source import Credential, Source

_SERVICE: Final = "townline"
_LOGGERS: Final = ("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "requests")


def credentials(source: Source) -> dict[Credential, str]:
    """Return the secrets that a source asks for and that the user has.

    Raises
    ------
    FetchError
        Where one that is needed is not there, or has signs that no header can carry.
    """
    found = {each: value for each in source.credentials if (value := _look_up(each.variable))}
    lost = [each for each in source.credentials if each.needed and each not in found]
    if lost:
        names = " and ".join(each.variable for each in lost)
        raise source.fault(
            f"needs {names} in the environment (or in the keyring: keyring set {_SERVICE} {lost[0].variable});"
            f" get it at {lost[0].where}"
        )
    for each, value in found.items():
        if not (value.isascii() and value.isprintable()):
            raise source.fault(f"cannot send {each.variable}: it has signs that are not plain ASCII; set it again")
    return found


def _look_up(variable: str) -> str:
    value = os.environ.get(variable, "").strip()
    if value:
        return value
    with suppress(Exception):  # no keyring, none unlocked, none for this user: each means that there is no secret
        return str(importlib.import_module("keyring").get_password(_SERVICE, variable) or "").strip()
    return ""


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets, also where they are escaped as in an address."""
    forms = {form for secret in secrets for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))}
    for form in sorted(forms - {""}, key=len, reverse=True):
        text = text.replace(form, "***")
    return text


@contextmanager
def quiet_logs(secrets: Iterable[str]) -> Iterator[None]:
    """Keep secrets out of what the HTTP library logs, for as long as it runs."""
    hide = _Hide(tuple(secrets))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(hide)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(hide)


class _Hide(logging.Filter):
    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self.secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage(), self.secrets), None
        record.exc_info = None
        return True


def query_and_headers(found: Mapping[Credential, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what secrets add to the address's query and to the headers."""
    query: dict[str, str] = {}
    headers: dict[str, str] = {}
    for each, value in found.items():
        place, name = each.sent_as.split(":", 1)
        (query if place == "query" else headers)[name] = value
    return query, headers
