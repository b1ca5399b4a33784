"""What the Steiner cases share: the instance, the engines and the row."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import networkx as nx
import numpy as np

from benchmarks._measure import measure
from planner.graph.network import Graph, Ints
from planner.graph.steiner import solve


class Instance(NamedTuple):
    """A graph and the vertices to join."""

    graph: Graph
    terminals: Ints


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of all Steiner cases."""
    parser.add_argument("--seconds", type=float, default=10.0, help="limit of our search (default: 10)")
    parser.add_argument("--peers", action="store_true", help="measure networkx, rustworkx and pcst_fast too")


def rows(
    name: str, given: argparse.Namespace, known: int | None, read: Callable[..., Instance], *source: object
) -> Iterator[Mapping[str, object]]:
    """Yield the row of each engine for one instance that `read` makes of `source`."""
    for engine in ENGINES if given.peers else ["townline"]:
        got = measure(_prepare, _run, engine, given.seconds, read, *source)
        cost, bound = got.result
        yield {
            "instance": name, "engine": engine, "cost": cost, "lower_bound": bound, "known_optimum": known,
            "gap": cost / known - 1 if known else None,
            "certified_gap": None if bound is None else (cost - bound) / bound,
            "seconds": round(got.wall_seconds, 3), "cpu_seconds": round(got.seconds, 3),
            "peak_mb": round(got.peak_mb, 1),
        }  # fmt: skip


def _prepare(
    engine: str, seconds: float, read: Callable[..., Instance], *source: object
) -> tuple[str, float, Instance, Any]:
    """Return the instance in the engine's own form; ours is compiled before anything is measured."""
    instance = read(*source)
    form = ENGINES[engine][0](instance)
    return engine, seconds, instance, form


def _run(given: tuple[str, float, Instance, Any]) -> tuple[int, float | None]:
    engine, seconds, instance, form = given
    return ENGINES[engine][1](instance, form, seconds)


def _warm(_: Instance) -> None:
    side = 12
    number = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    head = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    cost = np.random.default_rng(1).integers(500, 1500, len(tail))
    solve(Graph(side * side, tail, head, cost), np.arange(0, side * side, 7), iterations=2)


def _townline(instance: Instance, _: object, seconds: float) -> tuple[int, float]:
    answer = solve(instance.graph, instance.terminals, seconds=seconds)
    return answer.cost, answer.lower_bound


def _simple(instance: Instance) -> tuple[Ints, Ints, Ints]:
    """Return ends and cost without loops and dearer parallel edges, which not every peer takes."""
    graph = instance.graph
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    order = np.lexsort((graph.cost, high, low))
    low, high, cost = low[order], high[order], graph.cost[order]
    keep = low != high
    keep[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return low[keep], high[keep], cost[keep]


def _to_networkx(instance: Instance) -> "nx.Graph[int]":
    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from(zip(*(column.tolist() for column in _simple(instance)), strict=True))
    return graph


def _networkx(instance: Instance, graph: "nx.Graph[int]", _: float) -> tuple[int, None]:
    tree = nx.algorithms.approximation.steiner_tree(graph, instance.terminals.tolist(), method="mehlhorn")
    return int(tree.size(weight="weight")), None


def _to_rustworkx(instance: Instance) -> Any:
    import rustworkx  # noqa: PLC0415 - only this engine's process pays for it

    graph: Any = rustworkx.PyGraph()
    graph.add_nodes_from(range(instance.graph.vertices))
    graph.add_edges_from(list(zip(*(column.tolist() for column in _simple(instance)), strict=True)))
    return graph


def _rustworkx(instance: Instance, graph: Any, _: float) -> tuple[int, None]:
    import rustworkx  # noqa: PLC0415

    tree = rustworkx.steiner_tree(graph, instance.terminals.tolist(), float)
    return int(sum(tree.edges())), None


def _to_pcst(instance: Instance) -> Any:
    low, high, cost = _simple(instance)
    prizes = np.zeros(instance.graph.vertices)
    prizes[instance.terminals] = float(cost.sum())
    return np.column_stack([low, high]), prizes, cost.astype(np.float64)


def _pcst(instance: Instance, form: Any, _: float) -> tuple[int, None]:
    import pcst_fast  # noqa: PLC0415 - of the package pcst-fast2, see prize_collecting

    ends, prizes, cost = form
    chosen, edges = pcst_fast.pcst_fast(ends, prizes, cost, int(instance.terminals[0]), 1, "strong", 0)
    if len(edges) != len(chosen) - 1 or not np.isin(instance.terminals, chosen).all():
        raise RuntimeError("pcst_fast's answer does not join the terminals")
    return int(cost[edges].sum()), None


Engine = tuple[Callable[[Instance], Any], Callable[[Instance, Any, float], tuple[int, float | None]]]
ENGINES: Final[dict[str, Engine]] = {
    "townline": (_warm, _townline),
    "networkx": (_to_networkx, _networkx),
    "rustworkx": (_to_rustworkx, _rustworkx),
    "pcst_fast": (_to_pcst, _pcst),
}
