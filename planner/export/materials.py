"""Bill of materials: what middle mile and last mile take, with quantities, units, prices and where prices were read."""

from pathlib import Path
from typing import Final

import pandas as pd

from planner.export.csv import write_quoted
from planner.export.handover import Handover, Made
from planner.prices import MiddleMilePrices
from planner.prices.factor import Factor

NAME: Final = "bill_of_materials.csv"
BILL: Final = "bill_of_materials"
SEGMENTS: Final = "middle_mile_segments"
_LEVELS: Final = ("low", "central", "high")


def missing(handover: Handover) -> str:
    """Return why there is no bill; nothing where there is one."""
    there = BILL in handover.tables or SEGMENTS in handover.tables
    return "" if there else "the plan has neither a middle mile nor a last mile designed along streets"


def write(handover: Handover, stage: Path) -> list[Made]:
    """Write ``bill_of_materials.csv``: both networks, costs in dollars, each price with its source."""
    used = tuple(name for name in (SEGMENTS, BILL) if name in handover.tables)
    table = materials(handover)
    write_quoted(table, stage / NAME)
    return [Made(NAME, "CSV, UTF-8", used, len(table))]


def materials(handover: Handover) -> pd.DataFrame:
    """Return one row a network, town and item; low, central and high costs in dollars.

    The lines of the middle mile are quantity by unit price; its last line is design and inspection, a share of the
    total, so that the lines add up to ``cost, central`` and its like in table ``middle_mile_totals``.
    """
    frames = []
    prices = handover.plan.region.prices.middle_mile
    if SEGMENTS in handover.tables and prices is not None:
        frames.append(_middle_mile(handover, prices))
    if BILL in handover.tables:
        frames.append(handover.tables[BILL].assign(network="last mile").drop(columns="as_of", errors="ignore"))
    table = pd.concat([frame.astype(object) for frame in frames], ignore_index=True).infer_objects()
    first = ["network", "town_geoid", "item", "quantity", "unit"]
    costs = [f"{kind}_{level}_usd" for kind in ("unit_cost", "cost") for level in _LEVELS]
    table["town_geoid"] = table["town_geoid"].astype("str").where(table["town_geoid"].notna())
    return table[[*first, *costs, "source", "origin"]]


def _middle_mile(handover: Handover, prices: MiddleMilePrices) -> pd.DataFrame:
    segments, totals = handover.tables[SEGMENTS], handover.tables["middle_mile_totals"]
    length = segments.groupby("build")["length_m"].sum()
    total = totals.set_index("statistic")["value"]
    lateral = float(total.get("laterals to places", 0.0))
    huts = len(handover.tables.get("middle_mile_huts", ()))
    lines: list[tuple[str, float, str, tuple[Factor, ...]]] = [
        ("aerial route", float(length.get("aerial", 0.0)), "m", (prices.aerial,)),
        ("make-ready of poles along aerial route", float(length.get("aerial", 0.0)), "m", (prices.make_ready,)),
        ("underground route", float(length.get("underground", 0.0)), "m", (prices.underground,)),
        ("existing route used", float(length.get("existing", 0.0)), "m", (prices.existing,)),
        ("lateral to a place, with make-ready", lateral, "m", (prices.aerial, prices.make_ready)),
        ("hut", float(huts), "huts", (prices.hut,)),
    ]
    rows = [_line(*line) for line in lines if line[1] > 0]
    table = pd.concat([pd.DataFrame(rows), _design(rows, prices)], ignore_index=True)
    return table.assign(network="middle mile", town_geoid=None, origin="modelled")


def _line(item: str, quantity: float, unit: str, factors: tuple[Factor, ...]) -> dict[str, object]:
    price = {level: round(sum(float(getattr(factor, level)) for factor in factors), 4) for level in _LEVELS}
    return {
        "item": item, "quantity": round(quantity, 1), "unit": unit,
        **{f"unit_cost_{level}_usd": price[level] for level in _LEVELS},
        **{f"cost_{level}_usd": round(quantity * price[level], 2) for level in _LEVELS},
        "source": "; ".join(_said(factor) for factor in factors),
    }  # fmt: skip


def _design(rows: list[dict[str, object]], prices: MiddleMilePrices) -> pd.DataFrame:
    """Return the line of design and inspection, which has no unit price but a share of the total."""
    line: dict[str, object] = {"item": "design and inspection", "quantity": 1.0, "unit": "of the whole"}
    for level in _LEVELS:
        share = float(getattr(prices.design_share, level))
        base = sum(float(str(row[f"cost_{level}_usd"])) for row in rows)
        line[f"unit_cost_{level}_usd"] = line[f"cost_{level}_usd"] = round(base * share / (1 - share), 2)
    return pd.DataFrame([{**line, "source": _said(prices.design_share)}])


def _said(factor: Factor) -> str:
    return f"{factor.source}, {factor.as_of}"
