"""How sure the accounts are: draws of everything that has a band, and one input at a time.

Each input is drawn from a triangular distribution over its band, independent of the others. A draw holds for all towns
and options alike, since prices, interest and take rates of a region move together: the options of a town can
be compared draw by draw, and towns are no independent bets. Draws are stratified (one in each of as many equal slices),
so that means settle early; the quantile of an input depends on the seed and its own name alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from zlib import crc32

import numpy as np
import pandas as pd

from planner.finance.project import Projects
from planner.finance.terms import Band, Floats, Terms, triangular
from planner.finance.town import Works, break_even_rate, fixed_and_margin, year

_CAPITAL: Final = "capital"
_QUANTILES: Final = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
_CELLS: Final = 400_000  # projects times draws at once, to keep memory small


def quantiles(name: str, draws: int, seed: int) -> Floats:
    """Return stratified quantiles of an input, in random order.

    Parameters
    ----------
    name
        Name of the input; each has its own stream.
    draws, seed
        How many, and of which series.
    """
    stream = np.random.default_rng([seed, crc32(name.encode())])
    return np.asarray((stream.permutation(draws) + stream.random(draws)) / draws)


def drawn(bands: Mapping[str, Band], draws: int, seed: int) -> Terms:
    """Return terms with one value of each factor for every draw."""
    return Terms.of(
        {
            name: triangular(quantiles(name, draws, seed), *map(np.asarray, (band.low, band.central, band.high)))
            for name, band in bands.items()
        }
    )


def risk(read: Projects, bands: Mapping[str, Band], draws: int, seed: int) -> pd.DataFrame:
    """Return, by project, quantiles of surplus and break-even take rate over the draws; columns of `finance_risk`.

    A quantile of the break-even take rate is empty where the network does not break even at any take rate.
    """
    terms, shock = drawn(bands, draws, seed), quantiles(_CAPITAL, draws, seed)
    parts = [_summary(works, terms) for works in _blocks(read, shock)]
    table = read.names.assign(
        **{name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}
    )
    table["draws"], table["seed"] = draws, seed
    return table[table["surplus_p50_usd_year"].notna()] if parts else table


def _blocks(read: Projects, shock: Floats) -> Iterator[Works]:
    """Yield projects against draws, a few at a time."""
    step = max(_CELLS // len(shock), 1)
    for start in range(0, len(read.names), step):
        part = slice(start, start + step)
        works = read.works.pick(part).upright()
        low, high = read.capital_low[part][:, None], read.capital_high[part][:, None]
        yield replace(works, capital=triangular(shock, low, works.capital, high))


def _summary(works: Works, terms: Terms) -> dict[str, Floats]:
    fixed, margin = fixed_and_margin(works, terms)
    surplus = margin * terms.take_rate - fixed
    even = break_even_rate(works, fixed, margin)
    worst = np.where(np.isnan(even), np.inf, even)
    found = {}
    for name, share in _QUANTILES.items():
        found[f"surplus_{name}_usd_year"] = np.quantile(surplus, share, axis=1)
        rate = np.quantile(worst, share, axis=1, method="inverted_cdf")
        found[f"break_even_{name}"] = np.where(np.isinf(rate), np.nan, rate)
    found["surplus_mean_usd_year"] = surplus.mean(axis=1)
    found["surplus_probability"] = (surplus >= 0).mean(axis=1)
    return found


def tornado(read: Projects, bands: Mapping[str, Band]) -> pd.DataFrame:
    """Return what each input alone does to the surplus, from its low to its high value; columns of `finance_tornado`.

    By project, the input that moves most first; inputs that move nothing are left out.
    """
    frames = [
        _swing(
            read, name, band, [year(read.works, _moved(bands, name, value)).surplus for value in (band.low, band.high)]
        )
        for name, band in bands.items()
        if band.low < band.high
    ]
    ends = [replace(read.works, capital=capital) for capital in (read.capital_low, read.capital_high)]
    central = Terms.central(bands)
    frames.append(_swing(read, _CAPITAL, None, [year(works, central).surplus for works in ends]))
    table = pd.concat(frames, ignore_index=True)
    table = table[table["swing_usd_year"] >= 0.005]
    order = ["town_geoid", "option_id", "swing_usd_year", "input"]
    return table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)


def _moved(bands: Mapping[str, Band], name: str, value: float) -> Terms:
    return Terms.of({key: band.central for key, band in bands.items()} | {name: value})


def _swing(read: Projects, name: str, band: Band | None, surplus: list[Floats]) -> pd.DataFrame:
    low, high = surplus
    return read.names.assign(
        input=name,
        unit=band.unit if band else "usd",
        low=band.low if band else read.capital_low,
        central=band.central if band else read.works.capital,
        high=band.high if band else read.capital_high,
        surplus_low_usd_year=low,
        surplus_high_usd_year=high,
        swing_usd_year=np.round(np.abs(high - low), 2),
    )
