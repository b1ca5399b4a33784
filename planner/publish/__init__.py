"""What may leave the house: a plan without single premises, with hexagons of counts instead.

Which layers, tables and columns are left out stands in their declarations (``publish``); `published` follows them.
"""

from planner.publish.publish import Publish as Publish
from planner.publish.publish import published as published

__all__ = ["Publish", "published"]
