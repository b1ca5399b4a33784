"""A plan in a notebook: a short summary as HTML without scripts, readable by screen readers."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from planner.words import count, percent, text


def summary_html(
    headline: Mapping[str, Any], notes: Iterable[str], tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]
) -> str:
    """Return a plan's headline, counts, tables and notes as HTML.

    Parameters
    ----------
    headline
        See `planner.Plan.headline`.
    notes
        What was repaired or assumed.
    tables, titles
        Result tables and their titles by name.
    """
    name, day = text(headline["region"]), text(headline["as_of"])
    said = "".join(f"<li>{escape(text(note))}</li>" for note in notes)
    targets = (
        ("Target", "Places", "Pass", "Fall short", "Not known", "Premises", "Unserved"),
        [_target(figures) for figures in headline["targets"]],
    )
    made = (
        ("Table", "What it is", "Rows"),
        [(key, titles.get(key, key), count(len(table))) for key, table in tables.items()],
    )
    return (
        f"<section aria-label={_quoted(f'Plan of {name}')}><p><strong>{escape(name)}</strong>, as of {escape(day)}</p>"
        f"{_table('Targets', *targets)}<details><summary>Tables ({len(tables)})</summary>"
        f"{_table('Tables of the plan', *made)}</details>"
        f"<details><summary>Notes</summary><ul>{said or '<li>None.</li>'}</ul></details></section>"
    )


def _target(figures: Mapping[str, Any]) -> tuple[str, ...]:
    label = f"{text(figures['target'])} Mbps for {percent(figures['target_share'])}"
    names = ("towns", "pass", "fail", "not_known", "premises", "unserved")
    return (label, *(count(figures[name]) or "not known" for name in names))


def _table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join(f"<tr>{_cells([text(each) for each in row])}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: list[str]) -> str:
    return f'<th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(each)}</td>" for each in row[1:])


def _quoted(words: str) -> str:
    return f'"{escape(words, quote=True)}"'
