"""Who is served in areas other than towns, and how much of what is on offer is used.

An area has counts of its own (from filings or a list of premises) or a published share; it is judged as a town is,
see `planner.coverage`. Measured use stands beside it.
"""

from collections.abc import Callable, Sequence

import pandas as pd

from planner.coverage import from_shares, judge, with_evidence
from planner.tables import checked, nothing
from planner.target import Target

_KEY = ["geography", "area_geoid"]
_GEOGRAPHY = {5: "county", 11: "tract"}


def area_coverage(
    counts: pd.DataFrame | None,
    shares: pd.DataFrame | None,
    usage: pd.DataFrame | None,
    targets: Sequence[Target],
    names: pd.Series,
    inside: Callable[[str], bool] = lambda _area_geoid: True,
) -> pd.DataFrame:
    """Return the table of area coverage: one row an area and target.

    Parameters
    ----------
    counts
        Columns geography, area_geoid, target (as `Target.label`), premises, served, unserved, unknown, towns, basis,
        origin, as_of and, where there is one, note; one row an area and target, of the region already. Or None.
    shares
        Layer `area_service`, or None. Used for an area and target that `counts` does not have, where its tier is the
        target's. A code of 5 digits is a county, of 11 a tract, any other an area.
    usage
        Layer `usage`, or None; joined by the area's code.
    targets
        Tiers and shares; the first one decides.
    names
        Names by code. An area that has none here has the name that its share was published with.
    inside
        Whether the code of a published share belongs to the region.

    Returns
    -------
    pandas.DataFrame
        Table `area_coverage`, in order of geography, code and target; without rows where there are no areas. An area
        that is known for one target has a row for each; without evidence its verdict is "not known".

    Raises
    ------
    LayerError
        Where `counts` has an area and target twice, or values that table `area_coverage` does not allow.
    """
    given = _given(shares, inside)
    places = _places(counts, given, names)
    if places.empty:
        return nothing("area_coverage")
    frames = [_for_target(places, counts, given, usage, target) for target in targets]
    order = pd.concat(frames, ignore_index=True).sort_values(_KEY, kind="stable")
    return checked("area_coverage", order)


def _given(shares: pd.DataFrame | None, inside: Callable[[str], bool]) -> pd.DataFrame:
    """Return the published shares of the region, with their geography."""
    if shares is None:
        return pd.DataFrame(columns=[*_KEY, "down_mbps", "up_mbps"], dtype="str")
    mine = shares[[inside(code) for code in shares["area_geoid"]]]
    kinds = mine["area_geoid"].str.len().map(lambda digits: _GEOGRAPHY.get(digits, "area")).astype("str")
    premises = mine["premises"] if "premises" in mine else pd.Series(pd.NA, mine.index, dtype="Int64")
    return mine.assign(geography=kinds, premises=premises)


def _places(counts: pd.DataFrame | None, given: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return every area once, with its name."""
    keys = [table[_KEY] for table in (counts, given) if table is not None and len(table)]
    places = pd.concat(keys).drop_duplicates(ignore_index=True) if keys else pd.DataFrame(columns=_KEY)
    known = [_by_code(names)]
    if "area" in given:
        known.append(_by_code(given.set_index("area_geoid")["area"]))
    found = [places["area_geoid"].map(name).astype("str") for name in known]
    return places.assign(area=found[0] if len(found) == 1 else found[0].fillna(found[1]))


def _by_code(values: pd.Series) -> pd.Series:
    values = values.dropna()
    return values[~values.index.duplicated()]


def _for_target(
    places: pd.DataFrame, counts: pd.DataFrame | None, given: pd.DataFrame, usage: pd.DataFrame | None, target: Target
) -> pd.DataFrame:
    evidence = _evidence(counts, given, target)
    towns = evidence.reindex(columns=["towns"]).astype("Int64")
    table = judge(with_evidence(places, evidence, _KEY).join(towns[~towns.index.duplicated()], on=_KEY), target, "area")
    if usage is None:
        return table.assign(share_used=float("nan"), adoption_gap_share=float("nan"))
    return with_use(table, usage, target, "area_geoid")


def _evidence(counts: pd.DataFrame | None, given: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Return what is known of each area at a target, by area: its counts, or else its published share."""
    frames = []
    if counts is not None:
        frames.append(counts[counts["target"] == target.label].set_index(_KEY))
    if len(given):
        shares = from_shares(given, target, _KEY, "area share")
        frames.append(shares[~shares.index.isin(frames[0].index)] if frames else shares)
    frames = [frame for frame in frames if len(frame)]
    return pd.concat(frames) if frames else pd.DataFrame(index=pd.MultiIndex.from_arrays([[], []], names=_KEY))


def with_use(table: pd.DataFrame, usage: pd.DataFrame, target: Target, code: str) -> pd.DataFrame:
    """Add measured use, and the gap to the share with an offer where both are about the same tier.

    Parameters
    ----------
    table
        Judged areas of one target.
    usage
        Layer `usage`.
    target
        What they were judged by.
    code
        Column of `table` with the area's code.
    """
    use = usage.set_index("area_geoid")
    share = table[code].map(use["share_used"]).astype("float64")
    tier = (use["down_mbps"] == target.down_mbps) & (use["up_mbps"] == target.up_mbps)
    same = table[code].isin(use.index[tier])
    return table.assign(share_used=share, adoption_gap_share=(table["share_served"] - share).where(same))
