"""The choice of projects: which option each town takes, within a budget and beside its neighbours."""

from planner.choice.choose import Chosen as Chosen
from planner.choice.choose import cheapest_mix as cheapest_mix
from planner.choice.choose import choose as choose
from planner.choice.entry import ChoiceEntry as ChoiceEntry
from planner.choice.neighbours import neighbours as neighbours
from planner.choice.pareto import front as front

__all__ = ["ChoiceEntry", "Chosen", "cheapest_mix", "choose", "front", "neighbours"]
