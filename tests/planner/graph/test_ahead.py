"""Kernels compiled in a second process: those that a plan uses, only when asked, and never left running."""

import sys
from contextlib import suppress

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from planner.graph import _prize_paths, _rings_search, ahead, prize, rings, steiner
from planner.graph.network import Graph
from planner.graph.routes import cut_impact, diverse_routes


def forms():
    """How many compiled forms every kernel has."""
    modules = [module for name, module in sys.modules.items() if name.startswith("planner.graph")]
    kernels = {
        f"{each.py_func.__module__}.{each.py_func.__name__}": each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, Dispatcher)
    }
    return {name: len(each.signatures) for name, each in kernels.items()}


def test_what_is_compiled_ahead_is_what_a_plan_uses():
    ahead.compile_all()
    before = forms()
    side = 8
    ids = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([ids[:, :-1].ravel(), ids[:-1].ravel()])
    head = np.concatenate([ids[:, 1:].ravel(), ids[1:].ravel()])
    graph = Graph(side * side, tail, head, np.random.default_rng(1).integers(100, 1000, len(tail)))
    worth = np.zeros(graph.vertices, np.int64)
    worth[[3, 27, 45, 60]] = [5, 9, 2, 7]
    hubs = np.array([0, 35, 63])
    found = rings.survive(graph, hubs, np.arange(len(tail)), terminals=ids[::3, 2], iterations=4, known_bound=1.0)
    prize.within_budget(graph, worth, 0, found.cost // 3, iterations=4)
    cut_impact(graph, found.edges, worth, np.array([0]))
    diverse_routes(graph, found.edges, 63, np.array([0]))
    assert forms() == before
    steiner.solve(graph, ids[::3, 2], iterations=4)  # the first process makes the graph smaller with kernels of its own
    assert [name for name, count in forms().items() if before[name] and count > before[name]] == []


@pytest.mark.parametrize(("wanted", "kept", "starts"), [(False, False, 0), (True, True, 0), (True, False, 1)])
def test_a_second_process_runs_only_where_something_is_to_compile(monkeypatch, wanted, kept, starts):
    calls = []

    class Second:
        def __init__(self, target, daemon):
            assert target is ahead.compile_all
            assert daemon

        def __getattr__(self, name):
            return lambda: calls.append(name)

    class Context:
        Process = Second

    monkeypatch.setattr(ahead, "get_context", lambda _method: Context)
    monkeypatch.setattr(ahead, "_is_kept", lambda _kernel: kept)
    with suppress(ZeroDivisionError), ahead.compiling_ahead(wanted=wanted):
        assert calls == ["start"] * starts
        raise ZeroDivisionError
    assert calls == ["start", "terminate", "join", "close"] * starts


def test_a_kernel_is_kept_once_it_was_compiled():
    ahead.compile_all()
    assert ahead._is_kept(_rings_search.roam)
    assert ahead._is_kept(_prize_paths.replace)
