"""A raster of ground heights -> a checked grid in the region's CRS.

GeoTIFF and ESRI ASCII grids. The grid is read as it is: nothing is warped, filled or guessed.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.features import geometry_mask
from rasterio.transform import Affine
from rasterio.windows import Window

from layers._geometry import crs_name
from layers.errors import LayerError
from layers.hashes import file_hash
from layers.limits import CELLS_FROM, CELLS_PER_BYTE

Heights = npt.NDArray[np.float32]
_DRIVERS: Final = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid"}
_LOWEST_M: Final = -500.0
_HIGHEST_M: Final = 9000.0
_MOST_CELLS: Final = 250_000_000
_METRES: Final = ("", "m", "metre", "metres", "meter", "meters")
_NAMED: Final = 5
_NUMERIC: Final = b"0123456789+-.,eE \t\r\n\x1anaNA"  # with nan, which GDAL takes as no height


@dataclass(frozen=True)
class Terrain:
    """Heights of the ground on square cells.

    Attributes
    ----------
    height_m
        Height above sea level at the middle of each cell; row 0 is the northernmost. Not a number where the file has
        none, which is never inside a town.
    x0_m, y0_m
        Outer corner in the north-west.
    cell_m
        Side of a cell.
    crs
        The region's CRS.
    source, sha256
        Name of the file, and the hash of its bytes.
    """

    height_m: Heights
    x0_m: float
    y0_m: float
    cell_m: float
    crs: str
    source: str
    sha256: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north edge in metres."""
        rows, columns = self.height_m.shape
        return (self.x0_m, self.y0_m - rows * self.cell_m, self.x0_m + columns * self.cell_m, self.y0_m)

    def cells(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return row and column of the cell of each point; both are -1 outside the grid."""
        column = np.floor((np.asarray(x, np.float64) - self.x0_m) / self.cell_m)
        row = np.floor((self.y0_m - np.asarray(y, np.float64)) / self.cell_m)
        rows, columns = self.height_m.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        return np.where(inside, row, -1).astype(np.int64), np.where(inside, column, -1).astype(np.int64)


def read_terrain(path: Path, crs: str, towns: gpd.GeoDataFrame, margin_m: float = 0.0) -> Terrain:
    """Read the part of a raster that covers the towns.

    Parameters
    ----------
    path
        GeoTIFF or ESRI ASCII grid with one band of heights in metres above sea level, in the region's CRS, with square
        cells and north up.
    crs
        The region's metric CRS.
    towns
        Layer `towns` in that CRS.
    margin_m
        How far beyond the towns the grid is kept, as far as the file goes.

    Returns
    -------
    Terrain

    Raises
    ------
    LayerError
        Where the file is no such raster, is in another CRS or in none, does not cover a town, has no height somewhere
        in a town, or heights that no ground has.
    """
    where = f"terrain ({path.name})"
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise LayerError(where, [f"is not one of {', '.join(_DRIVERS)}; convert it with gdal_translate"])
    if not path.is_file():
        raise LayerError(where, ["does not exist; correct the path"])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            if driver == "AAIGrid" and _holds_words(path):
                raise LayerError(where, ["holds a word where a height must be; get the file again"])
            with rasterio.open(path, driver=driver) as raster:
                faults = _form_faults(raster, crs) or _cover_faults(raster, towns)
                if faults:
                    raise LayerError(where, faults)
                window = _window(raster, towns, margin_m)
                heights = _heights(raster, window)
                grid = raster.transform
    except MemoryError:
        raise LayerError(where, ["needs more memory than there is; cut it to the towns: gdalwarp -te"]) from None
    except (RasterioError, CRSError, ProjError, OSError, ValueError, ArithmeticError) as error:
        if isinstance(error, LayerError):
            raise
        raise LayerError(where, [f"is not a raster that can be read: {error}"]) from None
    x0, y0 = grid.c + window.col_off * grid.a, grid.f + window.row_off * grid.e
    faults = _height_faults(heights, Affine(grid.a, 0.0, x0, 0.0, grid.e, y0), towns)
    if faults:
        raise LayerError(where, faults)
    return Terrain(heights, float(x0), float(y0), float(grid.a), crs, path.name, file_hash(path))


def _holds_words(path: Path) -> bool:
    """Whether rows of an ASCII grid hold anything but numbers, which would be read as a height of 0."""
    with path.open("rb") as file:
        place = 0
        while (line := file.readline(1000)) and line.lstrip()[:1].isalpha() and b"nan" not in line.lower()[:4]:
            place = file.tell()
        file.seek(place)
        return any(block.translate(None, _NUMERIC) for block in iter(lambda: file.read(1 << 20), b""))


def _form_faults(raster: Any, crs: str) -> list[str]:
    """Find what keeps a raster from being a grid of heights in the region's CRS."""
    faults = []
    if raster.crs is None:
        faults.append(
            f"has no CRS; if it is in the region's, say so: gdal_translate -a_srs {crs} {_command_names(raster)}"
        )
    elif CRS.from_user_input(raster.crs.to_wkt()) != CRS.from_user_input(crs) and not _same(raster.crs, crs):
        theirs = crs_name(raster.crs.to_wkt())
        faults.append(
            f"CRS is {theirs}, the region's is {crs}; warp it: gdalwarp -t_srs {crs} {_command_names(raster)}"
        )
    if raster.count != 1:
        faults.append(f"has {raster.count} bands; give a file with the heights alone: gdal_translate -b 1")
    unit = (raster.units[0] or "").strip().lower()
    if unit not in _METRES:
        faults.append(f"heights are in '{unit}'; give them in metres: gdal_calc.py")
    cells, size = raster.width * raster.height, Path(raster.name).stat().st_size
    if cells > CELLS_FROM and cells > CELLS_PER_BYTE * size:
        faults.append(
            f"claims {cells:,} cells in {size:,} bytes, so it is mostly empty; give a raster with its heights"
        )
    if raster.dtypes[0].startswith("complex"):
        faults.append("holds complex numbers, not heights; give a raster with the heights alone")
    grid = raster.transform
    if not all(np.isfinite(value) for value in grid):
        return [*faults, "has no place on the ground; warp it: gdalwarp"]
    if grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        faults.append("is not north up, or has no place on the ground; warp it: gdalwarp")
    elif abs(grid.a + grid.e) > 1e-6 * grid.a:
        faults.append(
            f"cells are {grid.a:g} by {-grid.e:g}, not square; resample it: gdalwarp -tr {grid.a:g} {grid.a:g}"
        )
    return faults


def _command_names(raster: Any) -> str:
    """Return the names of the file and of one to be made from it, for the end of a command."""
    name = Path(raster.name)
    return f"{name.name} {name.stem}_region.tif"


def _same(theirs: Any, crs: str) -> bool:
    """Whether the CRS has the region's code, however its text spells the rest."""
    found = CRS.from_user_input(theirs.to_wkt()).to_authority()
    return found is not None and found == CRS.from_user_input(crs).to_authority()


def _cover_faults(raster: Any, towns: gpd.GeoDataFrame) -> list[str]:
    """Find towns that the raster does not cover."""
    west, south, east, north = raster.bounds
    bounds = shapely.bounds(towns.geometry.to_numpy())
    out = (bounds[:, 0] < west) | (bounds[:, 1] < south) | (bounds[:, 2] > east) | (bounds[:, 3] > north)
    if not out.any():
        return []
    return [f"does not cover {_names(towns, out)}; give a raster that reaches beyond every town"]


def _names(towns: gpd.GeoDataFrame, chosen: npt.NDArray[np.bool_]) -> str:
    column = "town" if "town" in towns else "town_geoid"
    names = sorted(map(str, towns[column].to_numpy()[chosen]))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _window(raster: Any, towns: gpd.GeoDataFrame, margin_m: float) -> Window:
    """Return the cells of the towns' box and the margin around it, within the raster."""
    west, south, east, north = (float(edge) for edge in towns.total_bounds)
    grid = raster.transform
    first = max(int((west - margin_m - grid.c) // grid.a), 0)
    top = max(int((grid.f - north - margin_m) // grid.a), 0)
    last = min(int(-((east + margin_m - grid.c) // -grid.a)), raster.width)
    bottom = min(int(-((grid.f - south + margin_m) // -grid.a)), raster.height)
    cells = (last - first) * (bottom - top)
    if cells > _MOST_CELLS:
        raise LayerError(
            f"terrain ({Path(raster.name).name})",
            [f"has {cells:,} cells over the towns, {_MOST_CELLS:,} are the most; resample it: gdalwarp -tr"],
        )
    return Window(first, top, last - first, bottom - top)


def _heights(raster: Any, window: Window) -> Heights:
    """Return the heights, not a number where the file has none."""
    masked = raster.read(1, window=window, masked=True)
    return np.ascontiguousarray(np.ma.filled(masked.astype(np.float32), np.float32(np.nan)))


def _height_faults(heights: Heights, transform: Any, towns: gpd.GeoDataFrame) -> list[str]:
    """Find cells in a town without a height, and heights that no ground has."""
    faults = []
    finite = np.isfinite(heights)
    with np.errstate(invalid="ignore"):
        absurd = ~np.isnan(heights) & ~((heights >= _LOWEST_M) & (heights <= _HIGHEST_M))
    if absurd.any():
        row, column = (int(place[0]) for place in np.nonzero(absurd))
        faults.append(
            f"{int(absurd.sum())} heights are not between {_LOWEST_M:g} and {_HIGHEST_M:g} m (first: row {row + 1},"
            f" column {column + 1}, {heights[row, column]:g}); declare the value for no data: gdal_translate -a_nodata"
        )
    if finite.all():
        return faults
    holes = np.array([_holes(finite, transform, shape) for shape in towns.geometry])
    if holes.any():
        named = _names(towns, holes > 0)
        faults.append(f"has no height in {int(holes.sum())} cells of {named}; fill them: gdal_fillnodata.py")
    return faults


def _holes(finite: npt.NDArray[np.bool_], transform: Any, shape: Any) -> int:
    inside = geometry_mask([shape], finite.shape, transform, all_touched=True, invert=True)
    return int((inside & ~finite).sum())
