"""Which towns share a border."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import STRtree

_TOUCH_M: Final = 1.0


def neighbours(towns: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of towns that share a border.

    Parameters
    ----------
    towns
        Layer `towns`, in a metric CRS.

    Returns
    -------
    pandas.DataFrame
        Columns `town_geoid` and `neighbour`, each pair in both directions, in order. Towns whose shapes come nearer
        than a metre are neighbours, so that hairline gaps between shapes do not part them.
    """
    shapes = towns.geometry.to_numpy()
    one, two = STRtree(shapes).query(shapes, predicate="dwithin", distance=_TOUCH_M)
    code = towns["town_geoid"].to_numpy()
    apart = np.flatnonzero(one != two)
    table = pd.DataFrame({"town_geoid": code[one[apart]], "neighbour": code[two[apart]]})
    return table.sort_values(["town_geoid", "neighbour"], ignore_index=True)
