"""Siting by spopt with HiGHS, as a peer."""

from typing import Any

import numpy as np

from planner.graph.network import Ints


def ready() -> None:
    """Import what spopt needs, so that no run pays for it."""
    import pulp  # noqa: F401, PLC0415 - only this engine's process pays for it
    import spopt.locate  # noqa: F401, PLC0415


def highs(seconds: float) -> Any:
    """Return HiGHS as spopt takes it: one thread, silent, to the proved end or the time limit."""
    import pulp  # noqa: PLC0415 - only this engine's process pays for it

    return pulp.HiGHS(msg=False, timeLimit=seconds, threads=1, gapRel=0.0)


def chosen_of(model: Any) -> Ints:
    """Return the sites that a solved model opens."""
    values = [variable.varValue for variable in model.fac_vars]
    if None in values:
        raise RuntimeError("spopt found no answer in time")
    return np.flatnonzero(np.asarray(values, np.float64) > 0.5).astype(np.int64)
