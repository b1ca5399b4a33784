"""Longley-Rice against the printed test paths, the reference programme's cases, and a peer on generated paths."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itmlogic.preparatory_subroutines.qlrpfl import qlrpfl
from itmlogic.statistics.avar import avar

from layers import PlanError
from planner.wireless.itm import Mode, Radio, Variability, asked, loss_db, median_path
from planner.wireless.link import free_space_db

# Crystal Palace to Mursley, heights in metres every 498.7 m: the test path of the model's authors (ITS, NTIA).
MURSLEY = np.array([
    96, 84, 65, 46, 46, 46, 61, 41, 33, 27, 23, 19, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 17, 19, 21, 23, 25,
    27, 29, 35, 46, 41, 35, 30, 33, 35, 37, 40, 35, 30, 51, 62, 76, 46, 46, 46, 46, 46, 46, 50, 56, 67, 106, 83, 95, 112,
    137, 137, 76, 103, 122, 122, 83, 71, 61, 64, 67, 71, 74, 77, 79, 86, 91, 83, 76, 68, 63, 76, 107, 107, 107, 119, 127,
    133, 135, 137, 142, 148, 152, 152, 107, 137, 104, 91, 99, 120, 152, 152, 137, 168, 168, 122, 137, 137, 170, 183, 183,
    187, 194, 201, 192, 152, 152, 166, 177, 198, 156, 127, 116, 107, 104, 101, 98, 95, 103, 91, 97, 102, 107, 107, 107,
    103, 98, 94, 91, 105, 122, 122, 122, 122, 122, 137, 137, 137, 137, 137, 137, 137, 137, 140, 144, 147, 150, 152, 159,
])  # fmt: skip
# The table that the FORTRAN programme QKPFL prints for it (NTIA, itm-longley-rice, qkpflanx.txt): frequency, antennas,
# free space, effective heights, roughness, then reliability by confidence 50, 90 and 10 percent.
PRINTED = [
    (41.5, (143.9, 8.5), 102.6, (240.5, 18.4), 89, {
        1: (128.6, 137.6, 119.6), 10: (132.2, 140.8, 123.5), 50: (135.8, 144.3, 127.2), 90: (138.0, 146.5, 129.4),
        99: (139.7, 148.4, 131.0),
    }),
    (573.3, (194.0, 9.1), 125.4, (292.5, 19.0), 91, {
        1: (144.3, 154.1, 134.4), 10: (150.9, 159.5, 142.3), 50: (157.6, 165.7, 149.4), 90: (161.6, 169.9, 153.3),
        99: (164.9, 173.6, 156.2),
    }),
]  # fmt: skip
# Cases of the reference programme in C++ (NTIA, itm, p2p.csv and pfls.csv), where location variability is left out.
PROFILES = [
    np.array(row.split(","), float)
    for row in (Path(__file__).parent / "itm_profiles.csv").read_text("utf-8").splitlines()
]
CASES = [
    (0, (3, 5), Radio(5600, permittivity=15, conductivity_s_m=0.008, vertical=False, climate=2), (0.90, 0.88), 183.26),
    (1, (1.5, 10), Radio(8800, permittivity=15, conductivity_s_m=0.008, climate=1), (0.23, 0.20), 218.91),
]


@pytest.mark.parametrize(("frequency", "antennas", "free", "effective", "rough", "table"), PRINTED)
def test_the_authors_printed_table_is_met_to_its_last_digit(frequency, antennas, free, effective, rough, table):
    step = 77_800 / 156
    radio = Radio(frequency, refractivity=314, at_sea_level=False, vertical=False)
    for time, losses in table.items():
        for situation, printed in zip((0.5, 0.9, 0.1), losses, strict=True):
            shares = Variability(time / 100, situation=situation, mode="accidental", places_vary=False)
            assert loss_db(MURSLEY, step, antennas, radio, shares) == pytest.approx(printed, abs=0.0501)
    path, air = median_path(MURSLEY.astype(float), step, antennas[0], antennas[1], asked(radio, Variability()))
    assert 20 * math.log10(2 * air.wave * path.length) == pytest.approx(free, abs=0.05)
    assert (path.effective1, path.effective2) == pytest.approx(effective, abs=0.05)
    assert round(path.rough) == rough
    assert 157e-9 / air.curvature == pytest.approx(1.368, abs=0.0005)


@pytest.mark.parametrize(("row", "antennas", "radio", "shares", "loss"), CASES)
def test_the_reference_programmes_cases_are_met(row, antennas, radio, shares, loss):
    profile = PROFILES[row]
    wanted = Variability(shares[0], situation=shares[1], mode="mobile", places_vary=False)
    assert loss_db(profile[2:], profile[1], antennas, radio, wanted) == pytest.approx(loss, abs=0.01)


def peer(z, step, antennas, radio, shares, mode):
    """Return what itmlogic says of a path."""
    wave = radio.frequency_mhz / 47.7
    z = np.asarray(z, float)
    tenth = int(0.1 * (len(z) - 1))
    surface = radio.refractivity * math.exp(-z[tenth : len(z) - tenth].mean() / 9460)
    medium = complex(radio.permittivity, 376.62 * radio.conductivity_s_m / wave)
    prop = {
        "eps": radio.permittivity, "sgm": radio.conductivity_s_m, "fmhz": radio.frequency_mhz, "hg": list(antennas),
        "klim": radio.climate, "ens0": surface, "ens": surface, "wn": wave, "kwx": 0, "lvar": 5, "klimx": 0, "mdvarx": mode,
        "gma": 157e-9, "gme": 157e-9 * (1 - 0.04665 * math.exp(surface / 179.3)), "pfl": [len(z) - 1, step, *z.tolist()],
        "zgnd": np.sqrt(medium - 1) / (medium if radio.vertical else 1),
    }  # fmt: skip
    prop = qlrpfl(prop)
    wanted = asked(radio, shares).shares
    below, prop = avar(wanted.time, wanted.place, wanted.situation, prop)
    sight = prop["dist"] < prop["dlsa"]
    kind = "sight" if sight else "scatter" if prop["dist"] > prop["dx"] else "diffraction"
    return 8.685890 * math.log(2 * wave * prop["dist"]) + below, kind


def generated(seed):
    """Return a path of random length, roughness, antennas, frequency and shares.

    Its last two heights are equal, since the peer reads the last but one where the model means the last, on paths in
    sight. Steps are whole metres, so that distances are exact and both round alike.
    """
    random = np.random.default_rng(seed)
    length = 10 ** random.uniform(3.2, 5.6)
    count = int(random.integers(30, 400))
    step = float(round(length / count) + 1)
    bends = np.cumsum(random.normal(size=count + 1))
    z = 250 + random.choice([0.5, 3.0, 12.0]) * (bends - np.linspace(0, bends[-1], count + 1))
    z[-2] = z[-1]
    antennas = (float(random.uniform(5, 150)), float(random.uniform(4, 12)))
    radio = Radio(
        float(10 ** random.uniform(2.3, 4.2)), refractivity=float(random.uniform(260, 390)),
        vertical=bool(random.integers(2)), climate=int(random.integers(1, 8)),
    )  # fmt: skip
    time, place, situation = random.uniform(0.02, 0.98, 3)
    mode = int(random.integers(4))
    names: tuple[Mode, ...] = ("single message", "accidental", "mobile", "broadcast")
    vary = bool(random.integers(2))
    return (
        z,
        step,
        antennas,
        radio,
        Variability(time, place, situation, names[mode], places_vary=vary),
        mode + (0 if vary else 10),
    )


def test_generated_paths_of_all_kinds_agree_with_a_peer():
    kinds = []
    for seed in range(400):
        z, step, antennas, radio, shares, mode = generated(seed)
        theirs, kind = peer(z, step, antennas, radio, shares, mode)
        assert loss_db(z, step, antennas, radio, shares) == pytest.approx(theirs, abs=1e-4), (seed, kind)
        kinds.append(kind)
    assert min(kinds.count(kind) for kind in ("sight", "diffraction", "scatter")) >= 20


@settings(max_examples=60)
@given(st.integers(1000, 10**6), st.floats(0.05, 0.9), st.floats(0.01, 0.09))
def test_loss_rises_with_the_share_that_is_asked(seed, share, more):
    z, step, antennas, radio, _, _ = generated(seed)
    losses = [loss_db(z, step, antennas, radio, Variability(part, part, 0.5)) for part in (share, share + more)]
    assert losses[0] <= losses[1] + 1e-9


def test_a_path_and_its_reverse_lose_the_same_on_smooth_ground():
    z = np.zeros(200)
    there, back = (loss_db(z, 100, ends, Radio(3550), Variability()) for ends in ((30, 5), (5, 30)))
    assert there == pytest.approx(back, abs=1e-9)


def test_a_short_path_high_over_flat_ground_is_near_free_space():
    z = np.zeros(100)
    loss = loss_db(z, 20, (200, 200), Radio(3550), Variability(mode="accidental", places_vary=False))
    assert loss == pytest.approx(free_space_db(99 * 20, 3550), abs=1.5)


def test_what_the_model_does_not_hold_for_is_refused_all_at_once():
    bad = Radio(10, refractivity=500, climate=9)
    with pytest.raises(PlanError) as caught:
        loss_db([0, 0, 0], 30, (30, 5), bad, Variability(time=1.0))
    assert caught.value.faults == (
        "frequency_mhz is 10; the model holds from 20 to 20000",
        "refractivity is 500; the model holds from 250 to 400",
        "climate is 9; the model holds from 1 to 7",
        "share of time is 1; it must lie between 0 and 1",
    )
    with pytest.raises(PlanError) as caught:
        loss_db([0, float("nan"), 0], 0, (0.1, 5), Radio(3550), Variability())
    assert len(caught.value.faults) == 3


def test_nothing_but_the_model_decides_the_bits():
    z, step, antennas, radio, shares, _ = generated(7)
    assert loss_db(z, step, antennas, radio, shares) == loss_db(list(z), step, antennas, radio, shares)
