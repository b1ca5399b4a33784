"""Which towers are built: the cheapest that reach enough premises, or those that reach most, with a proven bound.

Premises that the same sites reach are one group. Sites are whole, groups may be split between sites; HiGHS solves it.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack
from scipy.sparse.csgraph import maximum_flow

from layers import PlanError
from planner.wireless.coverage import Reach

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
_CENTS: Final = 100
_MOST_TIED: Final = 5_000  # more rows help the bound less than they cost


class NoReachError(PlanError):
    """No site reaches any premises."""


@dataclass(frozen=True)
class Placement:
    """Towers that are built.

    Attributes
    ----------
    chosen
        Positions of their sites, ascending.
    tower
        For each premises the site that serves it, by position, or -1.
    value
        What was sought: cost in US dollars, or premises served.
    bound
        No choice costs less than this, or serves more.
    gap
        Distance between the two as a share of `value`.
    reachable
        Premises that all sites together could serve.
    """

    chosen: Ints
    tower: Ints
    value: float
    bound: float
    gap: float
    reachable: int

    @property
    def served(self) -> int:
        """Number of premises that are served."""
        return int((self.tower >= 0).sum())


@dataclass(frozen=True)
class Groups:
    """Premises by the set of sites that reach them: size of each group, pairs of group and site, group of each premises."""

    size: Ints
    group: Ints
    site: Ints
    member: Ints
    sites: int

    @property
    def whole(self) -> int:
        """Number of premises that any site reaches."""
        return int(self.size.sum())


def groups(matrix: "csr_array[np.bool_]") -> Groups:
    """Return the groups of a reach matrix, in an order that does not depend on that of the premises."""
    columns = csr_array(matrix.T)
    columns.sort_indices()
    ends = columns.indptr
    sets = [tuple(columns.indices[ends[at] : ends[at + 1]].tolist()) for at in range(columns.shape[0])]
    known = {found: number for number, found in enumerate(sorted(set(sets) - {()}))}
    member = np.array([known.get(found, -1) for found in sets], np.int64)
    size = np.bincount(member[member >= 0], minlength=len(known)).astype(np.int64)
    group = np.repeat(np.arange(len(known)), [len(found) for found in known])
    site = np.array([at for found in known for at in found], np.int64)
    return Groups(size, group.astype(np.int64), site, member, matrix.shape[0])


def cheapest(
    reach: Reach, cost_usd: Floats, *, wanted: int | None = None, capacity: int | None = None, effort: int = 10_000
) -> Placement:  # fmt: skip
    """Return the cheapest towers that serve a number of premises.

    Parameters
    ----------
    reach
        Which sites reach which premises, and how well.
    cost_usd
        Cost of a tower at each site.
    wanted
        Number of premises to serve; all that any choice can where nothing is said.
    capacity
        Most premises of one tower.
    effort
        Most nodes of the search.

    Returns
    -------
    Placement
        Serving at least `wanted`; towers that are built serve all that they reach and have room for.

    Raises
    ------
    PlanError
        Where no site reaches anything, fewer premises than wanted can be served, or the capacity is not above 0.
    """
    found = _sound(reach.matrix, capacity)
    reachable = _reachable(found, capacity)
    need = reachable if wanted is None else wanted
    if need > reachable:
        fault = f"{need:,} premises are wanted, but all sites together serve {reachable:,} of {reach.matrix.shape[1]:,}"
        raise PlanError("wireless", [f"{fault}; lower what is wanted, add sites, or raise premises_per_tower"])
    cents = np.round(np.asarray(cost_usd, np.float64) * _CENTS)
    result = _cheapest(found, None, cents, need, effort)
    chosen = np.flatnonzero(result.x[: found.sites] > 0.5)
    if capacity is not None and _flow(found, np.isin(np.arange(found.sites), chosen), capacity).sum() < need:
        result = _cheapest(found, capacity, cents, need, effort)
        chosen = np.flatnonzero(result.x[: found.sites] > 0.5)
    value = float(cents[chosen].sum()) / _CENTS
    bound = min(max(float(np.ceil(result.mip_dual_bound - 1e-3)) / _CENTS, 0.0), value)
    tower = _assigned(found, reach, chosen, capacity)
    gap = 0.0 if value == 0 else (value - bound) / value
    return Placement(chosen, tower, value, bound, gap if gap > 1e-9 else 0.0, reachable)


def most(reach: Reach, towers: int, *, capacity: int | None = None, effort: int = 10_000) -> Placement:  # fmt: skip
    """Return the towers, at most so many, that serve most premises; parameters and errors are those of `cheapest`."""
    found = _sound(reach.matrix, capacity)
    if towers < 1:
        raise PlanError("wireless", [f"{towers} towers are to be built; give 1 or more"])
    limit = LinearConstraint(
        csr_array(np.append(np.ones(found.sites), np.zeros(_flows(found, capacity)))[None, :]), ub=towers
    )
    serve = _row(found, capacity, np.zeros(found.sites)).toarray()[0]
    result = _solved(found, capacity, -serve, limit, effort)
    chosen = np.flatnonzero(result.x[: found.sites] > 0.5)
    tower = _assigned(found, reach, chosen, capacity)
    value = float((tower >= 0).sum())
    bound = max(float(np.floor(-result.mip_dual_bound + 1e-6)), value)
    return Placement(chosen, tower, value, bound, (bound - value) / value, _reachable(found, capacity))


def _cheapest(found: Groups, capacity: int | None, cents: Floats, need: int, effort: int) -> OptimizeResult:
    """Return the cheapest sites that serve so many; those without a limit will do, and bound, where they have the room."""
    enough = LinearConstraint(_row(found, capacity, np.zeros(found.sites)), lb=need)
    return _solved(found, capacity, np.append(cents, np.zeros(_flows(found, capacity))), enough, effort)


def _sound(matrix: "csr_array[np.bool_]", capacity: int | None) -> Groups:
    """Return the groups, or say why nothing can be placed."""
    if capacity is not None and capacity < 1:
        raise PlanError("wireless", [f"premises_per_tower is {capacity}; a tower serves 1 or more"])
    found = groups(matrix)
    if not found.whole:
        fault = f"none of {matrix.shape[0]:,} sites reaches any of {matrix.shape[1]:,} premises"
        raise NoReachError(
            "wireless", [f"{fault}; add sites, raise the antennas, or look at radius_m and receiver_dbm"]
        )
    return found


def _flows(found: Groups, capacity: int | None) -> int:
    """Return the number of variables beside the sites: shares of groups, or with a capacity premises by pair."""
    return len(found.size) if capacity is None else len(found.group)


def _row(found: Groups, capacity: int | None, sites: Floats) -> "csr_array[np.float64]":
    """Return the row that counts premises served."""
    weight = found.size if capacity is None else np.ones(len(found.group))
    return csr_array(np.append(sites, weight)[None, :])


def _rules(found: Groups, capacity: int | None) -> list[LinearConstraint]:
    """Return what ties premises to towers: a group is served where one of its sites is, each within its capacity."""
    ones, pairs = np.ones(len(found.group)), np.arange(len(found.group))
    count = len(found.size)
    if capacity is None:
        sites = coo_array((-ones, (found.group, found.site)), (count, found.sites))
        own = coo_array((np.ones(count), (np.arange(count), np.arange(count))), (count, count))
        return [LinearConstraint(csr_array(hstack([sites, own])), ub=0)]
    room = np.minimum(found.size[found.group], capacity).astype(np.float64)
    built = coo_array((-room, (pairs, found.site)), (len(pairs), found.sites))
    used = coo_array((ones, (pairs, pairs)), (len(pairs), len(pairs)))
    limit = coo_array((np.full(found.sites, -float(capacity)), (np.arange(found.sites), np.arange(found.sites))))
    load = coo_array((ones, (found.site, pairs)), (found.sites, len(pairs)))
    split = coo_array((ones, (found.group, pairs)), (count, len(pairs)))
    none = coo_array((count, found.sites))
    full = hstack([limit, load])
    tied = csr_array(vstack([hstack([built, used]), full]) if len(pairs) <= _MOST_TIED else full)
    return [LinearConstraint(tied, ub=0), LinearConstraint(csr_array(hstack([none, split])), ub=found.size)]


def _solved(
    found: Groups, capacity: int | None, cost: Floats, wanted: LinearConstraint, effort: int
) -> OptimizeResult:  # fmt: skip
    """Return what HiGHS finds."""
    flows = _flows(found, capacity)
    upper = np.ones(flows) if capacity is None else found.size[found.group].astype(np.float64)
    result = milp(
        cost, constraints=[*_rules(found, capacity), wanted], bounds=Bounds(0, np.append(np.ones(found.sites), upper)),
        integrality=np.append(np.ones(found.sites), np.zeros(flows)), options={"node_limit": effort, "mip_rel_gap": 0.0},
    )  # fmt: skip
    if result.x is None:
        raise PlanError("wireless", [f"no towers were found: {result.message}; raise effort, or use fewer sites"])
    return result


def _flow(found: Groups, open_: npt.NDArray[np.bool_], capacity: int) -> Any:
    """Return how many premises of each group each open site serves when as many as can be are served."""
    kept = open_[found.site]
    group, site = found.group[kept], found.site[kept]
    count = len(found.size)
    source, sink = count + found.sites, count + found.sites + 1
    tail = np.concatenate([np.full(count, source), group, count + np.arange(found.sites)])
    head = np.concatenate([np.arange(count), count + site, np.full(found.sites, sink)])
    room = np.concatenate([found.size, found.size[group], np.where(open_, min(capacity, found.whole), 0)])
    graph = csr_array((room.astype(np.int32), (tail, head)), (sink + 1, sink + 1))
    flow = maximum_flow(graph, source, sink).flow
    return csr_array(flow)[:count, count : count + found.sites]


def _reachable(found: Groups, capacity: int | None) -> int:
    """Return how many premises all sites together can serve."""
    if capacity is None:
        return found.whole
    return int(_flow(found, np.ones(found.sites, np.bool_), capacity).sum())


def _assigned(found: Groups, reach: Reach, chosen: Ints, capacity: int | None) -> Ints:  # fmt: skip
    """Return the site of each premises: the best that reaches it, or as the capacities let most be served."""
    tower = np.full(reach.matrix.shape[1], -1, np.int64)
    if capacity is None:
        merit, best = reach.merit, np.full(len(tower), -np.inf)
        for site in chosen.tolist():
            ends = slice(merit.indptr[site], merit.indptr[site + 1])
            at, worth = merit.indices[ends], merit.data[ends]
            better = worth > best[at]
            best[at[better]], tower[at[better]] = worth[better], site
        return tower
    flow = _flow(found, np.isin(np.arange(found.sites), chosen), capacity).tocoo()
    taken = flow.data > 0
    rows, sites, counts = flow.coords[0][taken], flow.coords[1][taken], flow.data[taken]
    order = np.lexsort((sites, rows))
    slots = np.repeat(sites[order], counts[order])
    owner = np.repeat(rows[order], counts[order])
    members = np.argsort(found.member, kind="stable")
    members = members[np.searchsorted(found.member[members], 0) :]
    start = np.concatenate([[0], np.cumsum(found.size)])[owner]
    first = np.searchsorted(owner, owner)
    tower[members[start + np.arange(len(owner)) - first]] = slots
    return tower
