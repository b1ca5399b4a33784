"""How much is borne before a file is refused."""

from dataclasses import dataclass

from layers.limits import PACKING_RATIO


@dataclass(frozen=True)
class Limits:
    """How much is borne before a file is refused.

    Attributes
    ----------
    rejected_share
        Largest share of rows that may be rejected, 0 to 1.
    listed_rejects
        Most rejects of a source that are listed one by one; further ones are only counted.
    zip_bytes
        Most bytes that one zip may hold when unpacked, those of zips inside it included.
    zip_ratio
        Largest ratio of unpacked to packed bytes of a member of more than 16 MiB. Filings pack 8 to 40 times.
    """

    rejected_share: float = 0.01
    listed_rejects: int = 100_000
    zip_bytes: int = 200 * 10**9
    zip_ratio: float = PACKING_RATIO
