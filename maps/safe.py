"""How data and constants enter the page without either becoming the other.

Data stands in ``application/json`` blocks with every character escaped that could end the block.
Scripts and styles are constant files; the Content-Security-Policy names their hashes and nothing else.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def data_block(value: Any) -> Markup:
    """Return a value as JSON that can stand inside a script element.

    All that is not ASCII is written as an escape, so U+2028 and U+2029 are, too; keys are sorted.

    Raises
    ------
    ValueError
        Where the value holds NaN or infinity.
    """
    plain = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), sort_keys=True)
    return Markup(plain.translate(_ESCAPES))  # noqa: S704 - escaped above


def digest(constant: str) -> str:
    """Return the hash of a constant script or style as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(constant.encode('utf-8')).digest()).decode('ascii')}'"


def policy(scripts: Iterable[str], sheets: Iterable[str], tiles: str = "") -> str:
    """Return the Content-Security-Policy under which only these scripts and styles run.

    Nothing is fetched but images of the tile server `tiles` (scheme and host), where one is named.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(digest(script) for script in scripts)}",
            f"style-src {' '.join(digest(sheet) for sheet in sheets)}",
            f"img-src data: {tiles}".rstrip(),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
