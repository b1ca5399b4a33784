"""From the name of a place to a folder with a region file: what `townline new` does. Files come through `layers.fetch`."""

from planner.start.new import Started as Started
from planner.start.new import start as start
from planner.start.part import Wish as Wish

__all__ = ["Started", "Wish", "start"]
