"""Kernels compiled in a second process while the first one reads layers: once, before the first plan on a machine.

Compiled forms are kept on disk (see `layers._kernel`), where the first process finds them. Both compile what is theirs:
the first one the kernels of reading and those that make graphs smaller, the second one those of trees, rings, budgets
and routes, in the order in which a plan needs them. What the second one has not finished when it is needed, the first
one compiles as well: nothing waits.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from planner.graph import _prize_paths, _rings_search, prize, rings
from planner.graph._ascent import ascend, useful
from planner.graph._local import improve
from planner.graph._net import net_of
from planner.graph._paths import grow
from planner.graph.network import Graph
from planner.graph.order import cheapest_first
from planner.graph.routes import cut_impact, diverse_routes


@contextmanager
def compiling_ahead(*, wanted: bool) -> Iterator[None]:
    """Compile in a second process while the block runs, if that is wanted and compiled forms are not kept yet.

    On Linux it is a copy of this one, which need not import anything; elsewhere a copy is not safe or not to be had.
    """
    if not wanted or all(_is_kept(kernel) for kernel in (_rings_search.roam, _prize_paths.replace)):
        yield
        return
    context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
    second = context.Process(target=compile_all, daemon=True)
    second.start()
    try:
        yield
    finally:
        second.terminate()
        second.join()
        second.close()


def _is_kept(kernel: Any) -> bool:
    """Tell whether a kernel was compiled before, for whatever arguments."""
    module = Path(kernel.py_func.__code__.co_filename).stem
    return any(Path(kernel.stats.cache_path).glob(f"{module}.{kernel.py_func.__name__}-*.nbi"))


def compile_all() -> None:
    """Compile the kernels of trees, rings, budgets and routes by solving a square with one diagonal."""
    square = net_of(
        np.array([0, 1, 2, 0, 0], np.int32), np.array([1, 2, 3, 3, 2], np.int32), np.array([3, 4, 5, 6, 8]),
        np.array([True, False, True, False]),
    )  # fmt: skip
    improve(square, np.ones(4, np.bool_), 0, 1)
    cheapest_first(np.array([-1, 0, 1]), np.array([0, 5, 7]), np.array([0, 1, 1]))
    rest = np.repeat(square.cost, 2)
    useful(square, 0, rest, ascend(square, 0, rest, np.zeros(10, np.bool_)))
    grow(square, 0, square.terminal)
    graph = Graph(4, np.array([0, 1, 2, 0, 0]), np.array([1, 2, 3, 3, 2]), np.array([3, 4, 5, 6, 8]))
    found = rings.survive(graph, np.array([0, 2]), np.array([0, 1, 2]), iterations=4, known_bound=1.0)
    prize.within_budget(graph, np.array([0, 5, 7, 2]), 0, 9, iterations=4)
    cut_impact(graph, found.edges, np.ones(4, np.int64), np.array([0]))
    diverse_routes(graph, found.edges, 2, np.array([0]))
