"""How a plan looks: one interactive map in one file, and charts."""

from maps.charts import charts as charts
from maps.charts import comparison_charts as comparison_charts
from maps.draw import draw as draw
from maps.layer import Lines as Lines
from maps.layer import Outlines as Outlines
from maps.layer import Points as Points
from maps.page import Page as Page
from maps.page import TownMap as TownMap
from maps.save import save as save
from maps.towns import Polygons as Polygons

__all__ = ["Lines", "Outlines", "Page", "Points", "Polygons", "TownMap", "charts", "comparison_charts", "draw", "save"]
