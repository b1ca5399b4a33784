"""Federal rules as data: dated, cited. The figures live in the TOML files of this folder, never in code."""

import datetime as dt
import tomllib
from fractions import Fraction
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from layers import RuleError
from layers.availability import ServiceRule
from layers.errors import suggestion


class ServiceVersion(BaseModel):
    """One version of the rule for served locations, with the day from which it holds and its citation.

    Attributes
    ----------
    name, title, citation, reference, technologies_note
        What it is called, where it is written, what it means.
    valid_from
        First day on which it governs.
    rule
        What the reduction of filings computes with.
    anchor_from
        Speeds below which an anchor institution may be helped, in Mbps.
    unserved_area_share
        Share of unserved locations from which a whole area counts as unserved.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    name: str
    title: str
    valid_from: dt.date
    citation: str
    reference: str
    technologies_note: str
    rule: ServiceRule
    anchor_from: tuple[float, float]
    unserved_area_share: Fraction


@cache
def service_versions() -> tuple[ServiceVersion, ...]:
    """Return all versions of the rule for served locations, oldest first.

    Raises
    ------
    RuleError
        Where the rule file is not as it must be.
    """
    path = Path(__file__).parent / "service.toml"
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["version"]
        versions = [_version(row) for row in rows]
    except (tomllib.TOMLDecodeError, ValidationError, KeyError, ValueError) as error:
        raise RuleError("rule file service.toml", [f"is not as it must be: {error}"]) from None
    return tuple(sorted(versions, key=lambda version: version.valid_from))


def in_force(day: dt.date) -> ServiceVersion | None:
    """Return the version of the rule for served locations that governs on a day; none before the first."""
    found = [version for version in service_versions() if version.valid_from <= day]
    return found[-1] if found else None


def _version(row: dict[str, object]) -> ServiceVersion:
    fields = dict(row)
    low, high, anchor = (_speeds(fields.pop(name)) for name in ("unserved_below", "served_from", "anchor_from"))
    rule = ServiceRule(
        technologies=tuple(fields.pop("technologies")),  # type: ignore[arg-type]  # checked by ServiceVersion
        low_latency=bool(fields.pop("low_latency")),
        codes=tuple(fields.pop("codes")),  # type: ignore[arg-type]
        unserved_below=low,
        served_from=high,
    )
    share = Fraction(str(fields.pop("unserved_area_share")))
    return ServiceVersion.model_validate(
        {**fields, "valid_from": fields.pop("from"), "rule": rule, "anchor_from": anchor, "unserved_area_share": share}
    )


def _speeds(value: object) -> tuple[float, float]:
    if not isinstance(value, dict):
        raise ValueError(f"{value} is not a pair of speeds")  # noqa: TRY004 (collected as a fault of the rule file)
    return float(value["down_mbps"]), float(value["up_mbps"])


def service_version(name: str) -> ServiceVersion:
    """Return one version of the rule for served locations by its name.

    Raises
    ------
    RuleError
        Where there is none of that name.
    """
    found = {version.name: version for version in service_versions()}
    if name not in found:
        raise RuleError(f"service rule '{name}'", [f"does not exist{suggestion(name, found)}"])
    return found[name]
