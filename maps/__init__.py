"""How a plan looks: one interactive map in one file, maps of eligibility, clusters and sites, and charts."""

from maps.charts import charts as charts
from maps.charts import comparison_charts as comparison_charts
from maps.clusters import draw_clusters as draw_clusters
from maps.clusters import save_clusters as save_clusters
from maps.dots import Dots as Dots
from maps.draw import draw as draw
from maps.eligibility import draw_eligibility as draw_eligibility
from maps.eligibility import save_eligibility as save_eligibility
from maps.explore import explore as explore
from maps.layer import Lines as Lines
from maps.layer import Outlines as Outlines
from maps.layer import Points as Points
from maps.page import Page as Page
from maps.page import TownMap as TownMap
from maps.save import save as save
from maps.siting import draw_siting as draw_siting
from maps.siting import save_siting as save_siting
from maps.towns import Polygons as Polygons
from planner.publish import Publish as Publish

__all__ = [
    "Dots",
    "Lines",
    "Outlines",
    "Page",
    "Points",
    "Polygons",
    "Publish",
    "TownMap",
    "charts",
    "comparison_charts",
    "draw",
    "draw_clusters",
    "draw_eligibility",
    "draw_siting",
    "explore",
    "save",
    "save_clusters",
    "save_eligibility",
    "save_siting",
]
