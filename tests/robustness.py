"""The page on robustness: each command that measures writes its own section of it."""

from pathlib import Path
from typing import Final

SECTIONS: Final = ("fuzz", "guided", "faults")
_HEAD: Final = """# Robustness

What hostile files and a failing machine do to Townline, and the commands that repeat the counts.
"""


def put(page: Path, section: str, text: str) -> None:
    """Write a section between its markers; what other commands wrote stays."""
    marks = {name: (f"<!-- {name} -->\n", f"<!-- /{name} -->\n") for name in SECTIONS}
    empty = "".join(f"\n{begin}{end}" for begin, end in marks.values())
    before = page.read_text("utf-8") if page.exists() else _HEAD + empty
    begin, end = marks[section]
    if begin not in before:
        before += f"\n{begin}{end}"
    head, rest = before.split(begin, 1)
    page.write_text(f"{head}{begin}{text.strip()}\n{end}{rest.split(end, 1)[1]}", "utf-8")
