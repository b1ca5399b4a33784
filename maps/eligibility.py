"""What places can apply for, on a map of its own: for regions that are screened without a plan, up to a nation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from layers import declared
from maps.fits import Fits
from maps.layer import Outlines
from maps.page import Heading, TownMap
from maps.pages import rendered, save_pages
from maps.places import Places
from maps.provenance import VERDICTS_NOUN, Provenance, badge, column_origin
from maps.styles import styles
from planner import Region
from planner.words import count, day, text

TABLE: Final = "eligibility"
_FILE: Final = "eligibility.html"
_REMEDY: Final = (
    "no map: the region has no outlines of what was screened; for counties of the United States add"
    ' [layers.counties] with path = "townline:outlines/counties.parquet"'
)


def draw_eligibility(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> TownMap | None:
    """Return the map of verdicts, or nothing where there is no outline of a screened place.

    Parameters
    ----------
    region
        Whose name stands at the top.
    layers
        Layers in the region's metric CRS. Towns are drawn where communities have verdicts, else ``counties``; a place
        without a verdict of its own has that of its county, labor market (layer ``labor_markets``) or state.
    tables
        With table ``eligibility``.

    Returns
    -------
    TownMap or None
        A `folium.Map`; ``save(path)`` writes it. The same input gives the same bytes.
    """
    places = _places(layers, tables[TABLE])
    if places is None:
        return None
    made = TownMap(_heading(region, places), [places.fits.source()])
    places.add_to(made)
    states = layers.get("states")
    if isinstance(states, gpd.GeoDataFrame) and len(states):
        style = styles().layers["states"].model_copy(update={"ground": False, **styles().eligibility.states})
        Outlines("states", states, declared("states"), style, focus=places.shapes).add_to(made)
    return made


def save_eligibility(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], folder: str | Path
) -> tuple[list[Path], list[str]]:
    """Write the map of verdicts as ``eligibility.html``.

    Parameters
    ----------
    region, layers, tables
        As `draw_eligibility`.
    folder
        Made where it is missing.

    Returns
    -------
    tuple
        The file, or none where nothing can be drawn; and what a reader should know of it, such as places without
        an outline.

    Raises
    ------
    PlanError
        Where the folder cannot be written; an earlier file stands.
    """
    pages, notes = eligibility_page(region, layers, tables)
    return save_pages(pages, folder), notes


def eligibility_page(
    region: Region, layers: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, bytes], list[str]]:
    """Return what `save_eligibility` writes, by file name, and its notes."""
    made = draw_eligibility(region, layers, tables)
    if made is None:
        return {}, [_REMEDY]
    return {_FILE: rendered(made)}, _notes(made, tables[TABLE])


def _places(layers: Mapping[str, pd.DataFrame], table: pd.DataFrame) -> Places[Fits] | None:
    """Return the areas to draw: towns where communities have verdicts, else counties, else towns."""
    units = set(table["unit"])
    order = ("towns", "counties") if "community" in units else ("counties", "towns")
    for key in order:
        outlines = layers.get(key)
        if isinstance(outlines, gpd.GeoDataFrame) and len(outlines):
            found = _areas(key, outlines, table, layers.get("labor_markets"))
            if found is not None:
                return found
    return None


def _areas(
    key: str, outlines: gpd.GeoDataFrame, table: pd.DataFrame, markets: pd.DataFrame | None
) -> Places[Fits] | None:
    """Return the areas of a layer that have a verdict or lie in a place that has one."""
    column, name, unit = ("town_geoid", "town", "community") if key == "towns" else ("county_fips", "county", "county")
    there = outlines[~(outlines.geometry.isna() | outlines.geometry.is_empty)].sort_values(column, kind="stable")
    screened = Fits(table, there[column], unit, markets)
    mine = pd.Series(data=False, index=there.index)
    for kind, places in screened.places.items():
        mine |= screened.linked[kind].isin(places.index).to_numpy()
    if not mine.any():
        return None
    kept = gpd.GeoDataFrame(there[mine])
    return Places(
        key, kept, Fits(table, kept[column], unit, markets), (name, _hints(kept, table, column)), declared(key)
    )


def _hints(kept: gpd.GeoDataFrame, table: pd.DataFrame, column: str) -> list[str]:
    """Return what tells places of one name apart: the county of a town, the state of a county."""
    if column == "town_geoid":
        return [text(name) for name in kept["county"]] if "county" in kept else [""] * len(kept)
    known = table.dropna(subset="state").drop_duplicates("place_id").set_index("place_id")["state"]
    return [text(state) for state in kept[column].map(known)]


def _verdicts(table: pd.DataFrame) -> list[tuple[str, Provenance]]:
    return [(VERDICTS_NOUN, column_origin(table, "origin"))] if "origin" in table else []


def _heading(region: Region, places: Places[Fits]) -> Heading:
    fits, (one, several) = places.fits, places.called
    total, ready, unsure = len(fits.programmes), fits.of_status("open"), fits.of_status("not known")
    noun = "programme" if total == 1 else "programmes"
    return Heading(
        region=text(region.name),
        question=f"What can each {one} apply for?",
        answer={
            "pass": f"{count(total)} {noun} screened",
            "open": f"{count(ready)} open on the day{f', {count(unsure)} not known' if unsure else ''}",
        },
        as_of=day(fits.table["day"].iloc[0]),
        badge=badge([(places.style.noun, places.words.origin), *_verdicts(fits.table)], styles().badge),
        unit=one,
        units=several,
    )


def _notes(made: TownMap, table: pd.DataFrame) -> list[str]:
    """Say which places of the drawn kind have verdicts but no outline."""
    places = next(layer for layer in made.page_layers() if isinstance(layer, Places))
    codes = table.loc[table["unit"] == places.fits.unit, "place_id"]
    lost = sorted(set(codes) - set(places.fits.linked[places.fits.unit]))
    if not lost:
        return []
    one, several = places.called
    who = f"1 {one} has" if len(lost) == 1 else f"{len(lost)} {several} have"
    return [f"{who} verdicts but no outline in layer '{places.key}', and are not on the map (first: {lost[0]})"]
