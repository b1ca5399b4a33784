"""Which files a run of each command may write, so that those of an earlier run do not stay beside a new one."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

_FINANCE: Final = ("finance", "finance_opex", "funding", "cash_flow", "finance_risk", "finance_tornado")
_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "coverage": (
        "coverage", "area_coverage", "failing_locations", "federal_service", "providers", "coverage_change", "anchor_service",
    ),
    "middle-mile": (
        "middle_mile_segments", "middle_mile_places", "middle_mile_totals", "middle_mile_huts", "hub_routes",
    ),
    "last-mile": (
        "bill_of_materials", "quantities", "build_costs", "cost_terms", "cost_fit", "cost_backtest", "project_options", "choice_totals",
        "chosen_projects", "pareto", "last_mile_drops", "last_mile_left_out", "last_mile_routes", "last_mile_sites",
        "last_percent", "last_premises", "operator_test", "towers", *_FINANCE,
    ),
    "finance": _FINANCE,
    "compare": ("comparison", "comparison_towns", "comparison_front"),
    "back-test": ("back_test", "back_test_components"),
    "portfolio": ("eligibility_portfolio", "programme_money", "stacked_money", "consortium_check", "focus_fit"),
    "clusters": (
        "cluster_strength", "cluster_regions", "cluster_concentration", "shift_share", "suppressed_employment",
        "readiness", "readiness_criteria", "readiness_reasons",
    ),
    "site": ("area_strength", "institute_network", "portfolio_sites", "siting_scenarios", "what_if"),
}  # fmt: skip
_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "middle-mile": ("middle_mile.gpkg",),
    "last-mile": ("last_mile.gpkg",),
    "eligibility": ("eligibility.html",),
    "clusters": ("clusters.html",),
    "site": ("siting.gpkg",),
}
_OWN: Final = r"cash-flow(-\d+)?|what-matters"
_CHARTS: Final[Mapping[str, str]] = {
    "last-mile": rf"projects|budget|last-percent-\d+|{_OWN}",
    "finance": _OWN,
    "compare": "front|public-cost",
}


def stale(command: str, out: Path) -> list[str]:
    """Return names of tables, pages and charts that an earlier run of a command may have written into a folder."""
    names = [*(f"{name}.csv" for name in _TABLES.get(command, ())), *_OTHERS.get(command, ())]
    return names + list(_charts(_CHARTS.get(command, ""), out))


def _charts(pattern: str, out: Path) -> Iterable[str]:
    return (f"charts/{path.name}" for path in out.glob("charts/*.svg") if re.fullmatch(pattern, path.stem))
