"""Table ``[last_mile]`` of the region file."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from planner.target import Strict, plain_number

_Town = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]


class LastMileEntry(Strict):
    """Table ``[last_mile]`` of the region file: which towns are designed street by street, and how.

    Attributes
    ----------
    design
        Codes of the towns that are designed street by street.
    build
        How a route is built where the road does not say.
    snap_limit_m
        A premises farther than this from any road is a fault.
    leave_out_unreachable
        Leave out premises that are too far from any road or that no road joins to the hub, and list them, instead of
        refusing.
    cabinet_premises
        Most premises (units, where premises have several) on one cabinet, and on the hub itself.
    splitter_ratio
        Premises on one splitter.
    spare_share
        Fibres in reserve, as a share of those in use.
    iterations, seed
        Effort and seed of the search; the same ones give the same network.
    """

    design: tuple[_Town, ...] = ()
    build: Literal["aerial", "underground"] = "aerial"
    snap_limit_m: Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=100_000)] = 500.0
    leave_out_unreachable: bool = False
    cabinet_premises: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 288
    splitter_ratio: Annotated[int, Field(strict=True, ge=2, le=128)] = 32
    spare_share: Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=1)] = 0.1
    iterations: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 4
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31)] = 1
