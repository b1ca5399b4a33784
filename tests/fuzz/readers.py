"""The readers under test, by name."""

from collections.abc import Mapping
from functools import cache

from tests.fuzz import hostile, hostile_more, published, reads, sounds
from tests.fuzz.case import Reader


@cache
def readers() -> Mapping[str, Reader]:
    """Return every reader with its sound inputs and crafted ones."""
    layer = reads.layer
    every = (
        Reader("gpkg", sounds.written(".gpkg"), layer, hostile=hostile.GPKG),
        Reader("geojson", sounds.written(".geojson"), layer, text=True, hostile=hostile.GEOJSON),
        Reader("geoparquet", sounds.geoparquet, layer, hostile=hostile.GEOPARQUET),
        Reader("shapefile", sounds.written(".shp"), layer, hostile=hostile.SHP),
        Reader("zip", sounds.zipped_shapefile, layer, sealed=True, hostile=hostile.ZIP),
        Reader("flatgeobuf", sounds.written(".fgb"), layer, hostile=hostile.FGB),
        Reader("kml", sounds.kml, layer, text=True, hostile=hostile.KML),
        Reader("csv", sounds.csv, layer, text=True, hostile=hostile.CSV),
        Reader("parquet", sounds.plain_parquet, layer, hostile=hostile.PARQUET),
        Reader("osm", sounds.osm, layer, text=True, hostile=hostile.OSM),
        Reader("osm.pbf", sounds.pbf, layer),
        Reader("filings", sounds.filed, reads.filing, text=True),
        Reader("filings zip", sounds.filed_zips, reads.filing, sealed=True, hostile=hostile.FILED_ZIP),
        Reader("reduced", sounds.reduced, reads.reduce_folder, sealed=True, foreign=False, hostile=hostile_more.REDUCED),
        Reader("adapt", published.adapted, reads.adapted, text=True, hostile=hostile_more.ADAPTED),
        Reader("qcew", published.qcew, reads.qcew, text=True, hostile=hostile_more.QCEW),
        Reader("cbp", published.cbp, reads.cbp, text=True, hostile=hostile_more.CBP),
        Reader("terrain tif", sounds.terrain_tif, reads.terrain, hostile=hostile_more.TIF),
        Reader("terrain asc", sounds.terrain_asc, reads.terrain, text=True, hostile=hostile_more.ASC),
        Reader("region", sounds.region, reads.region, text=True, hostile=hostile.REGION),
        Reader("prices", sounds.price_book, reads.prices, text=True, hostile=hostile.TOML),
        Reader("rules", sounds.rule_file, reads.rules, text=True, hostile=hostile.TOML),
        Reader("saved plan", sounds.saved_plan, reads.saved, sealed=True, foreign=False, hostile=hostile_more.PLAN),
        Reader("manifest", sounds.handover, reads.handover, sealed=True, foreign=False, hostile=hostile_more.MANIFEST),
    )  # fmt: skip
    return {reader.name: reader for reader in every}
