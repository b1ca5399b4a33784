"""The page on robustness holds what its commands measured."""

import re
from pathlib import Path

import pytest

from tests.robustness import SECTIONS, put

PAGE = Path(__file__).parents[1] / "docs" / "robustness.md"


def test_a_section_is_replaced_and_the_others_stay(tmp_path):
    page = tmp_path / "page.md"
    put(page, "faults", "## Faults\n")
    put(page, "fuzz", "one")
    put(page, "fuzz", "two\n\n")
    text = page.read_text("utf-8")
    assert "one" not in text
    assert "<!-- fuzz -->\ntwo\n<!-- /fuzz -->" in text
    assert "<!-- faults -->\n## Faults\n<!-- /faults -->" in text
    assert text.index("two") < text.index("<!-- guided -->") < text.index("## Faults")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_page_tells_a_run_without_faults_and_its_command(section):
    text = PAGE.read_text("utf-8").split(f"<!-- {section} -->\n")[1].split(f"<!-- /{section} -->")[0]
    assert re.search(r"uv run .*python -m tests\.\w+", text)
    heads, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]
    bad = [place for place, head in enumerate(heads) if head in _BAD]
    assert bad
    assert len(rows) > 2
    assert {row[place] for row in rows[1:] for place in bad} == {"0"}


_BAD = {
    "crashes",
    "hangs",
    "memory",
    "silent",
    "faults",
    "mixtures",
    "corrupt files",
    "tracebacks",
    "left-overs",
    "wrong ends",
}
