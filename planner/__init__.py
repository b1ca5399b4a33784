"""What to do about it: pure functions from tables to tables. Imports `layers` only."""

from layers.errors import PlanError as PlanError
from layers.errors import RegionError as RegionError
from layers.errors import RuleError as RuleError
from planner.check import World as World
from planner.check import check as check
from planner.plan import plan as plan
from planner.region import Region as Region
from planner.region import load_region as load_region
from planner.result import Plan as Plan
from planner.result import load_plan as load_plan
from planner.target import Target as Target

__all__ = [
    "Plan",
    "PlanError",
    "Region",
    "RegionError",
    "RuleError",
    "Target",
    "World",
    "check",
    "load_plan",
    "load_region",
    "plan",
]
