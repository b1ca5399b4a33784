"""Table ``[wireless]`` of the region file: what is radiated, what must arrive, and where towers may stand."""

from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from planner.target import Strict, Target, plain_number

_SHARED_BAND_MHZ: Final = (3550.0, 3700.0)
_SHARED_BAND_DBM: Final = 47.0


_Power = Annotated[float, BeforeValidator(plain_number), Field(ge=-150, le=90)]
_Gain = Annotated[float, BeforeValidator(plain_number), Field(ge=0, le=60)]
_Share = Annotated[float, BeforeValidator(plain_number), Field(gt=0, lt=1)]
_Speed = Annotated[float, BeforeValidator(plain_number), Field(gt=0, le=1e7)]


class WirelessEntry(Strict):
    """Table ``[wireless]`` of the region file.

    Attributes
    ----------
    down_mbps, up_mbps
        What the network offers to every premises that it reaches, as its equipment's maker promises at `receiver_dbm`.
    terrain
        Raster of ground heights (`layers.terrain`); without one every premises within `radius_m` counts, and the tables say so.
    spacing_m
        Distance between generated sites, where the region has no layer `tower_sites`; with a terrain each moves to the
        highest cell of its square.
    frequency_mhz
        Of the carrier.
    eirp_dbm
        Radiated power in the bandwidth that `receiver_dbm` is about. 47 dBm in 10 MHz is the most that a Category B
        device may radiate at 3,550 to 3,700 MHz (47 CFR 96.41), 30 dBm for Category A.
    receiver_dbm
        Least power that the receivers need for the speeds, in the same bandwidth; must be given with a terrain.
    receiver_gain_dbi
        Gain of the receivers' antennas.
    clutter_db
        Loss by trees and buildings, which bare ground lacks.
    antenna_m, receiver_m
        Heights above ground. Federal filings assume receivers at 4 to 7 m.
    radius_m
        Farthest premises.
    edge_probability
        Share of times and places in which the power must be there; federal filings ask for 0.75 or more.
    confidence
        Share of like situations for which that holds.
    line_of_sight
        Whether the antennas must see each other; else Longley-Rice alone decides, over hills too.
    k
        Effective radius of the earth by its radius, for what is seen.
    premises_per_tower
        Most premises of one tower; no limit where nothing is said.
    technology
        Code in federal filings: 70 unlicensed, 71 licensed, 72 licensed by rule.
    effort
        Most nodes of the search for the cheapest towers; the same number gives the same towers.
    """

    down_mbps: _Speed
    up_mbps: _Speed
    terrain: str | None = None
    spacing_m: Annotated[float, BeforeValidator(plain_number), Field(ge=100, le=100_000)] = 2000.0
    frequency_mhz: Annotated[float, BeforeValidator(plain_number), Field(ge=20, le=20_000)] = 3550.0
    eirp_dbm: _Power = 47.0
    receiver_dbm: _Power | None = None
    receiver_gain_dbi: _Gain = 0.0
    clutter_db: _Gain = 0.0
    antenna_m: Annotated[float, BeforeValidator(plain_number), Field(ge=1, le=500)] = 30.0
    receiver_m: Annotated[float, BeforeValidator(plain_number), Field(ge=4, le=7)] = 5.0
    radius_m: Annotated[float, BeforeValidator(plain_number), Field(ge=100, le=100_000)] = 8000.0
    edge_probability: _Share = 0.75
    confidence: _Share = 0.5
    line_of_sight: bool = True
    k: Annotated[float, BeforeValidator(plain_number), Field(ge=0.5, le=5)] = 4 / 3
    premises_per_tower: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    technology: Literal[70, 71, 72] = 72
    effort: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 10

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.terrain is not None and self.receiver_dbm is None:
            raise ValueError("has a terrain but no receiver_dbm; give the power that the receivers need for the speeds")
        low, high = _SHARED_BAND_MHZ
        if low <= self.frequency_mhz <= high and self.eirp_dbm > _SHARED_BAND_DBM:
            raise ValueError(
                f"radiates {self.eirp_dbm:g} dBm; {_SHARED_BAND_DBM:g} dBm in 10 MHz is the most in this band"
            )
        return self

    def counts_for(self, target: Target) -> bool:
        """Whether the offer meets a target's speeds."""
        return self.down_mbps >= target.down_mbps and self.up_mbps >= target.up_mbps
