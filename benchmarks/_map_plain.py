"""A map as one writes it with Leaflet alone: one GeoJSON object a layer, drawn on one canvas; Leaflet stands inline."""

import json
from collections.abc import Mapping
from typing import Final

import geopandas as gpd
import shapely

from maps.constants import constant

_SCRIPT: Final = """
const data = name => JSON.parse(document.getElementById(name).textContent);
const map = L.map('map', { preferCanvas: true, fadeAnimation: false });
const status = { served: '#1d5190', unserved: '#b0260c' };
const dot = radius => ({ pointToLayer: (feature, place) => L.circleMarker(place, { radius: radius, weight: 0, fillOpacity: 1, fillColor: status[feature.properties.status] || '#77756f' }) });
const towns = L.geoJSON(data('towns'), { style: town => ({ color: '#fff', weight: 1, fillOpacity: 0.7, fillColor: town.properties.verdict === 'pass' ? '#8fb6e3' : '#ad3320' }) }).addTo(map);
map.fitBounds(towns.getBounds());
L.geoJSON(data('roads'), { style: { color: '#8a867f', weight: 1 } }).addTo(map);
L.geoJSON(data('locations'), dot(2)).addTo(map);
L.geoJSON(data('anchors'), dot(4)).addTo(map);
window.map = map;
requestAnimationFrame(() => requestAnimationFrame(() => document.body.setAttribute('data-ready', 'true')));
"""


def plain_page(layers: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Return the page: coordinates to five digits, and of the columns only those that it draws by.

    Towns lose detail below 45 m, as on our page, but each one by itself.
    """
    blocks = "".join(
        f'<script type="application/json" id="{name}">{_geojson(table)}</script>\n' for name, table in layers.items()
    )
    return (
        f"<!DOCTYPE html><meta charset=utf-8><title>Plain</title><style>{constant('leaflet.css')}"
        f"html,body,#map{{height:100%;margin:0}}</style><div id=map></div>\n{blocks}"
        f"<script>{constant('leaflet.js')}</script><script>{_SCRIPT}</script>"
    )


def _geojson(table: gpd.GeoDataFrame) -> str:
    shapes = table.geometry.to_numpy()
    simple = shapely.simplify(shapes, 45) if (shapely.get_dimensions(shapes) == 2).all() else shapes
    kept = [name for name in ("town", "verdict", "road_class", "name", "status") if name in table]
    written: str = gpd.GeoDataFrame(table[kept], geometry=simple, crs=table.crs).to_crs(4326).to_json(to_wgs84=False)
    whole = json.loads(written)
    for feature in whole["features"]:
        feature["geometry"]["coordinates"] = _rounded(feature["geometry"]["coordinates"])
        feature.pop("id", None)
    return json.dumps(whole, separators=(",", ":"))


def _rounded(given: list[object] | float) -> object:
    return [_rounded(each) for each in given] if isinstance(given, list) else round(given, 5)  # type: ignore[arg-type]
