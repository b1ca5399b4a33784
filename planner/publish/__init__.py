"""What may leave the house: a plan without single premises, with hexagons of counts instead.

Which layers, tables and columns are left out stands in their declarations (``publish``); `published` follows them.
"""

from planner.publish.folder import others_in as others_in
from planner.publish.folder import published_before as published_before
from planner.publish.folder import refuse_others as refuse_others
from planner.publish.publish import Publish as Publish
from planner.publish.publish import published as published

__all__ = ["Publish", "others_in", "published", "published_before", "refuse_others"]
