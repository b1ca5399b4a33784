"""What a metre of cable along each edge of a road graph costs: how it is built there, and what is there already."""

from dataclasses import dataclass
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.road_graph import RoadGraph

_USED: Final = ("conduit", "fibre")
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]


class Rates(NamedTuple):
    """US dollars for each metre of route."""

    aerial: float
    make_ready: float
    underground: float
    existing: float


@dataclass(frozen=True, eq=False)
class Laid:
    """How cable is laid along each edge.

    Attributes
    ----------
    build
        ``aerial``, ``underground`` or ``existing`` (conduit or fibre that is there).
    own_poles
        Whether poles are there that need no make-ready.
    road_class
        Class of the road; empty where it has none.
    """

    build: Words
    own_poles: Flags
    road_class: Words

    @property
    def aerial(self) -> Flags:
        """Whether it hangs on poles."""
        return np.asarray(self.build == "aerial", bool)

    def usd_per_m(self, rates: Rates) -> Floats:
        """Return the price of a metre of each edge."""
        aerial = np.where(self.own_poles, rates.aerial, rates.aerial + rates.make_ready)
        prices = np.select(
            [self.build == "existing", self.build == "underground"], [rates.existing, rates.underground], aerial
        )
        return np.asarray(prices, np.float64)


def laid(graph: RoadGraph, lines: gpd.GeoDataFrame, build: str) -> Laid:
    """Return how cable is laid along each edge.

    Parameters
    ----------
    graph
        The graph of `lines`.
    lines
        Layer `roads`, perhaps with columns ``road_class``, ``build`` and ``existing``.
    build
        How it is built where the road does not say.
    """
    rows = pd.DataFrame(lines.drop(columns="geometry")).iloc[graph.row].reset_index(drop=True)
    given = rows["build"] if "build" in rows else pd.Series(pd.NA, rows.index, dtype="str")
    existing = rows["existing"] if "existing" in rows else pd.Series("none", rows.index)
    road_class = rows["road_class"].fillna("") if "road_class" in rows else pd.Series("", rows.index)
    how = given.fillna(build).mask(existing.isin(_USED), "existing")
    own_poles = existing.eq("poles").fillna(value=False).to_numpy(bool)
    return Laid(how.to_numpy(object), own_poles, road_class.to_numpy(object))
