"""The middle mile: a network over real roads that joins towns and anchor institutions to the backbone."""

from planner.middle_mile.design import Design as Design
from planner.middle_mile.design import design as design

__all__ = ["Design", "design"]
