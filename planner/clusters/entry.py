"""The region file's table ``[clusters]``."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from planner.target import Strict, plain_number

AreaKind = Literal["county", "state", "metropolitan or micropolitan area", "commuting zone", "drawn area"]
_County = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_SLACK = 1e-6


def _weight(value: object) -> float:
    number = float(plain_number(value))
    if not 0 <= number <= 1:
        raise ValueError(f"{value} is not a weight between 0 and 1; weights are shares of 1")
    return number


class ReadinessEntry(Strict):
    """Table ``[clusters.readiness]``: how places are ranked for an institute or hub.

    Attributes
    ----------
    places
        Kind of area that is ranked.
    candidates
        Codes of the areas that are ranked; all of their kind where nothing is said.
    clusters
        Codes of the clusters that the institute or hub would serve; criteria on them are not known where none is named.
    weights
        Weights by criterion, summing to 1; a criterion that is not named has none. Where nothing is said, the weights of
        `planner/clusters/criteria.toml`.
    method
        ``weighted sum``, or ``topsis``: nearness to the best and distance from the worst on every criterion.
    reach_m
        Distance within which universities and residents count for a place.
    distance
        ``straight``, or ``roads``: along layer `roads`, from the place's centre.
    snap_limit_m
        What lies farther than this from any road has no way to anywhere.
    field
        Field of institutes that would do the same; those of any field where nothing is said.
    top
        How many first places are asked for.
    spread
        How far weights may be from those given, as a share of them, in the draws that show what the rank rests on.
    draws, seed
        Draws of weights; the same seed gives the same draws.
    """

    places: AreaKind = "county"
    candidates: tuple[_Name, ...] = ()
    clusters: tuple[_Name, ...] = ()
    weights: dict[str, Annotated[float, BeforeValidator(_weight)]] | None = None
    method: Literal["weighted sum", "topsis"] = "weighted sum"
    reach_m: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=1e7)] = 50_000.0
    distance: Literal["straight", "roads"] = "straight"
    snap_limit_m: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=1e5)] = 2000.0
    field: str | None = None
    top: Annotated[int, Field(strict=True, ge=1, le=1000)] = 3
    spread: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1)] = 0.5
    draws: Annotated[int, Field(strict=True, ge=1, le=100_000)] = 1000
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31)] = 1

    @field_validator("weights")
    @classmethod
    def _sums(cls, weights: dict[str, float] | None) -> dict[str, float] | None:
        if weights is not None and abs(sum(weights.values()) - 1) > _SLACK:
            raise ValueError(f"sum to {sum(weights.values()):.6g}, not to 1; divide each by that sum")
        return weights


class ClustersEntry(Strict):
    """Table ``[clusters]`` of the region file: which areas are measured, and from what.

    Attributes
    ----------
    areas
        Kinds of area to measure beside those that layer `cluster_employment` has; all but counties are summed from counties.
    drawn
        Counties of areas that the user draws, by name.
    naics_vintage
        Edition of NAICS of industries whose layer does not say it.
    suppressed
        What a withheld count is taken as: ``not known``, or ``midpoint`` of its range, which is marked in the tables.
    complete
        Whether every industry with jobs has a row in layer `industry_employment`, counted or withheld. Say false for a
        source that leaves out small ones, as County Business Patterns does from 2017 on.
    rounding
        By how much a reported count may be off because it was rounded.
    readiness
        How places are ranked; nothing where none are.
    """

    areas: tuple[AreaKind, ...] = ("county",)
    drawn: dict[_Name, Annotated[tuple[_County, ...], Field(min_length=1)]] = Field(default_factory=dict)
    naics_vintage: Annotated[int, Field(strict=True, ge=1997, le=2100)] | None = None
    suppressed: Literal["not known", "midpoint"] = "not known"
    complete: bool = True
    rounding: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=100)] = 0.5
    readiness: ReadinessEntry | None = None

    @model_validator(mode="after")
    def _names_each_county_once(self) -> Self:
        twice = [name for name, counties in self.drawn.items() if len(set(counties)) < len(counties)]
        if twice:
            raise ValueError(f"drawn area '{twice[0]}' names a county twice; name each once")
        return self
