"""Names of places as people write them, made comparable."""

import re
import unicodedata
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SHORT: Final = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft"}
_MOST: Final = 200


def plain(name: str) -> str:
    """Return a name for comparing: small letters, no marks, dots or doubled blanks, usual words shortened.

    Parameters
    ----------
    name
        Name as it was written.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    words = re.sub(r"[^\w\s,-]", "", bare).replace("--", "-").split()
    return " ".join(_SHORT.get(word, word) for word in words)


def one_line(name: str) -> str:
    """Return a name without control signs and line ends, at most 200 letters: it comes from files of others."""
    return " ".join(_CONTROL.sub(" ", name).split())[:_MOST]


def slug(name: str) -> str:
    """Return letters, digits and dashes for the name of a folder or file; ``region`` where nothing is left."""
    return (
        re.sub(r"[^a-z0-9]+", "-", plain(one_line(name)).encode("ascii", "ignore").decode()).strip("-")[:60] or "region"
    )
