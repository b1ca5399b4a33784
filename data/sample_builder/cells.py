"""Approximate town shapes: Voronoi cells of the published centres, county by county."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from data.sample_builder.facts import COMMON, Facts
from data.sample_builder.grid import Ints, Shapes, as_points, to_degrees, to_metric
from data.sample_builder.settings import DEGREES_CRS

_OVERSHOOT_M = 50.0  # cell borders run this far past the county line, so that they surely meet it
_CELLS = "US Census Bureau county outlines and Gazetteer centres; cells of the nearest centre, not the town's true line"


def town_cells(facts: Facts) -> gpd.GeoDataFrame:
    """Return the towns layer: one polygon each, together tiling the counties without gap or overlap."""
    centres = as_points(facts.centres)
    faces = _faces(facts, centres)
    owner = _owners(facts, faces)
    parts = [shapely.union_all(faces[owner == town]) for town in range(len(centres))]
    shapes = _single_parts(parts, as_points(to_degrees(facts.centres)), facts)
    table = facts.towns.drop(columns=["county_fips", *COMMON]).assign(
        origin="approximate", source=_CELLS, as_of=facts.towns["as_of"]
    )
    return gpd.GeoDataFrame(table, geometry=[shapely.normalize(shape) for shape in shapes], crs=DEGREES_CRS)


def _faces(facts: Facts, centres: Shapes) -> Shapes:
    """Return the small faces between all county lines and all cell borders."""
    lines = [facts.counties.geometry.boundary.union_all()]
    for code, outline in zip(facts.counties["county_fips"], facts.counties.geometry, strict=True):
        area = shapely.transform(outline, to_metric).buffer(_OVERSHOOT_M)
        inside = (facts.towns["county_fips"] == code).to_numpy()
        borders = shapely.voronoi_polygons(shapely.multipoints(centres[inside]), extend_to=area, only_edges=True)
        lines.append(shapely.transform(shapely.intersection(borders, area), to_degrees))
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))


def _owners(facts: Facts, faces: Shapes) -> Ints:
    """Return the town of each face: the nearest centre of the county that holds it; -1 outside."""
    inner = shapely.point_on_surface(faces)
    face, county = facts.counties.sindex.query(inner, predicate="intersects")
    codes = facts.towns["county_fips"].to_numpy()
    xy = to_metric(shapely.get_coordinates(inner))
    owner = np.full(len(faces), -1, np.int64)
    for code_index, code in enumerate(facts.counties["county_fips"]):
        here, towns = face[county == code_index], np.flatnonzero(codes == code)
        gaps = ((xy[here, None] - facts.centres[towns][None]) ** 2).sum(axis=2)
        owner[here] = towns[np.argmin(gaps, axis=1)]
    return owner


def _single_parts(shapes: Sequence[shapely.Geometry], centres: Shapes, facts: Facts) -> list[shapely.Polygon]:
    """Give parts that a bend of the county line cut off to the town that they share the longest border with."""
    county = facts.towns["county_fips"].to_numpy()
    kept: list[shapely.Polygon] = []
    spare: list[tuple[int, shapely.Polygon]] = []
    for town, shape in enumerate(shapes):
        parts = shapely.get_parts(shape)
        home = shapely.intersects(parts, centres[town])
        kept.append(parts[home][0])
        spare += [(town, part) for part in parts[~home]]
    for town, part in spare:
        near = [other for other in np.flatnonzero(county == county[town]) if other != town]
        border = [shapely.length(shapely.intersection(part.boundary, kept[other].boundary)) for other in near]
        taker = near[int(np.argmax(border))]
        kept[taker] = shapely.get_parts(shapely.union(kept[taker], part))[0]
    return kept


def metric_cells(cells: gpd.GeoDataFrame) -> list[shapely.Polygon]:
    """Return the cells in metres, their shared vertices still shared."""
    return list(shapely.transform(cells.geometry.to_numpy(), to_metric))
