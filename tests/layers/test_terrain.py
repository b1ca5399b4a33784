"""Terrain: a raster is read as it is, or refused with its remedy."""

import hashlib

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from shapely import box

from layers import LayerError
from layers.terrain import read_terrain

CRS = "EPSG:26986"
X, Y = 100_000.0, 900_000.0
CELL = 25.0


def hills(rows=80, columns=100):
    y, x = np.mgrid[:rows, :columns]
    return (200 + 40 * np.sin(x / 9) + 30 * np.cos(y / 7)).astype(np.float32)


def write(path, heights=None, crs=CRS, transform=None, **profile):
    heights = hills() if heights is None else heights
    profile = {"driver": "GTiff", "dtype": heights.dtype, "count": 1, **profile}
    place = Affine(CELL, 0, X, 0, -CELL, Y) if transform is None else transform
    with rasterio.open(
        path, "w", width=heights.shape[1], height=heights.shape[0], crs=crs, transform=place, **profile
    ) as file:
        for band in range(profile["count"]):
            file.write(heights, band + 1)
    return path


def towns(*shapes):
    shapes = shapes or (box(X + 250, Y - 1750, X + 1250, Y - 250), box(X + 1250, Y - 1750, X + 2250, Y - 250))
    names = ["West", "East", "Far"][: len(shapes)]
    codes = [f"250030000{n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"town_geoid": codes, "town": names}, geometry=list(shapes), crs=CRS)


def fault(path, area=None, crs=CRS):
    with pytest.raises(LayerError) as caught:
        read_terrain(path, crs, towns() if area is None else area)
    assert caught.value.where == f"terrain ({path.name})"
    return "; ".join(caught.value.faults)


def test_a_raster_comes_back_as_it_is_where_the_towns_are(tmp_path):
    path = write(tmp_path / "hills.tif")
    ground = read_terrain(path, CRS, towns())
    assert ground.bounds == (X + 250, Y - 1750, X + 2250, Y - 250)
    np.testing.assert_array_equal(ground.height_m, hills()[10:70, 10:90])
    assert (ground.cell_m, ground.crs, ground.source) == (CELL, CRS, "hills.tif")
    assert ground.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    wide = read_terrain(path, CRS, towns(), margin_m=100.0)
    assert wide.bounds == (X + 150, Y - 1850, X + 2350, Y - 150)
    whole = read_terrain(path, CRS, towns(), margin_m=1e6)
    np.testing.assert_array_equal(whole.height_m, hills())


def test_a_point_belongs_to_the_cell_that_holds_it(tmp_path):
    ground = read_terrain(write(tmp_path / "hills.tif"), CRS, towns())
    row, column = ground.cells([X + 250, X + 274.9, X + 275, X], [Y - 250.1, Y - 274.9, Y - 275.1, Y])
    assert row.tolist() == [0, 0, 1, -1]
    assert column.tolist() == [0, 0, 1, -1]
    with rasterio.open(tmp_path / "hills.tif") as file:
        (theirs,) = file.sample([(X + 1003, Y - 1001)])
    row, column = ground.cells([X + 1003], [Y - 1001])
    assert ground.height_m[row[0], column[0]] == theirs[0]


def test_an_ascii_grid_is_read_where_its_crs_is_beside_it(tmp_path):
    heights = np.round(hills(), 1)
    head = f"ncols 100\nnrows 80\nxllcorner {X}\nyllcorner {Y - 80 * CELL}\ncellsize {CELL}\nNODATA_value -9999\n"
    path = tmp_path / "hills.asc"
    path.write_text(head + "\n".join(" ".join(f"{h:.1f}" for h in row) for row in heights), "utf-8")
    assert "has no CRS" in fault(path)
    assert "gdal_translate -a_srs EPSG:26986 hills.asc" in fault(path)
    (tmp_path / "hills.prj").write_text(rasterio.CRS.from_epsg(26986).to_wkt(version="WKT1_ESRI"), "utf-8")
    ground = read_terrain(path, CRS, towns())
    np.testing.assert_allclose(ground.height_m, heights[10:70, 10:90], atol=1e-4)


def test_another_crs_is_named_with_the_command_that_mends_it(tmp_path):
    said = fault(write(tmp_path / "utm.tif", crs="EPSG:32618"))
    assert "CRS is EPSG:32618, the region's is EPSG:26986" in said
    assert "gdalwarp -t_srs EPSG:26986 utm.tif utm_region.tif" in said
    assert "has no CRS" in fault(write(tmp_path / "none.tif", crs=None))


def test_towns_that_it_does_not_cover_are_named(tmp_path):
    path = write(tmp_path / "hills.tif")
    area = towns(box(X + 250, Y - 1750, X + 1250, Y - 250), box(X + 2000, Y - 1750, X + 2600, Y - 250))
    assert fault(path, area).startswith("does not cover East;")


@pytest.mark.parametrize(("hole", "profile"), [(-9999.0, {"nodata": -9999.0}), (np.nan, {})])
def test_a_town_without_a_height_is_a_fault_and_ground_outside_is_not(tmp_path, hole, profile):
    heights = hills()
    heights[:5] = hole
    ground = read_terrain(write(tmp_path / "edge.tif", heights, **profile), CRS, towns(), margin_m=1e6)
    assert np.isnan(ground.height_m[:5]).all()
    assert np.isfinite(ground.height_m[5:]).all()
    heights[40, 60:63] = hole
    said = fault(write(tmp_path / "hole.tif", heights, **profile))
    assert said.startswith("has no height in 3 cells of East; fill them")


def test_heights_that_no_ground_has_are_refused(tmp_path):
    heights = hills()
    heights[30, 40] = -32768
    said = fault(write(tmp_path / "deep.tif", heights))
    assert said.startswith("1 heights are not between -500 and 9000 m (first: row 21, column 31, -32768)")
    heights[30, 40] = np.inf
    assert "column 31, inf" in fault(write(tmp_path / "inf.tif", heights))


def test_other_grids_are_refused_with_their_remedy(tmp_path):
    assert "has 3 bands" in fault(write(tmp_path / "rgb.tif", count=3))
    assert "not square" in fault(write(tmp_path / "oblong.tif", transform=Affine(25, 0, X, 0, -30, Y)))
    turned = Affine(24.6, 4.3, X, 4.3, -24.6, Y)
    assert "not north up" in fault(write(tmp_path / "turned.tif", transform=turned))
    path = write(tmp_path / "feet.tif")
    with rasterio.open(path, "r+") as file:
        file.units = ("ft",)
    assert "heights are in 'ft'" in fault(path)


def test_what_is_no_raster_is_said_in_words(tmp_path):
    (tmp_path / "note.tif").write_text("no raster", "utf-8")
    assert fault(tmp_path / "note.tif").startswith("is not a raster that can be read")
    cut = write(tmp_path / "cut.tif")
    cut.write_bytes(cut.read_bytes()[:9000])
    assert fault(cut).startswith("is not a raster that can be read")
    assert fault(tmp_path / "lost.tif") == "does not exist; correct the path"
    assert fault(tmp_path / "hills.vrt").startswith("is not one of .tif, .tiff, .asc")
