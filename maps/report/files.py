"""The files of a report: the region's as HTML, PDF and workbook, and two files for each town that is asked for."""

from collections.abc import Iterable

from maps.report.html import html
from maps.report.model import Document
from maps.report.pdf import pdf
from maps.report.region import report
from maps.report.town import town_code, town_report
from maps.report.workbook import workbook
from planner import Plan

REPORT = "report"


def pages(name: str, document: Document) -> dict[str, bytes]:
    """Return a report as HTML and as PDF/UA, by file name."""
    return {f"{name}.html": html(document).encode(), f"{name}.pdf": pdf(document)}


def report_files(plan: Plan, towns: Iterable[str] = ()) -> dict[str, bytes]:
    """Return the reports of a plan by file name.

    Parameters
    ----------
    plan
        The plan.
    towns
        Codes or names of towns that get a report of their own.

    Returns
    -------
    dict
        ``report.html``, ``report.pdf``, ``report.xlsx``, and ``towns/CODE.html`` and ``.pdf``; names of files are made of
        codes, never of names.

    Raises
    ------
    PlanError
        Where the plan has no towns, or not one that is asked for.
    """
    codes = sorted({town_code(plan, name) for name in towns})
    found = pages(REPORT, report(plan)) | {f"{REPORT}.xlsx": workbook(plan)}
    for code in codes:
        found |= pages(f"towns/{code}", town_report(plan, code))
    return found
