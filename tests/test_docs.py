"""Documents that drift fail: generated pages, the tutorials' commands and code, the README's commands, help."""

import contextlib
import importlib.util
import io
import re
import shlex
from pathlib import Path

import pytest

from planner import cli

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_generated_pages_are_what_the_declarations_say():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, text in module.pages().items():
        assert (ROOT / "docs" / name).read_text("utf-8") == text, "run: uv run python docs/generate.py"


def matches(expected, printed):
    """Whether the printed lines are the expected ones; a line of dots stands for any lines, blanks are folded."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    place = 0
    free = False
    for line in (" ".join(line.split()) for line in expected):
        if line == "...":
            free = True
        elif free:
            place = lines.index(line, place) + 1 if line in lines[place:] else len(lines) + 1
            free = False
        else:
            if place >= len(lines) or lines[place] != line:
                return False
            place += 1
        if place > len(lines):
            return False
    return free or place == len(lines)


def test_the_matcher_can_fail():
    assert matches(["a", "...", "c"], "a\nb\nc")
    assert not matches(["a", "...", "d"], "a\nb\nc")
    assert not matches(["a"], "a\nb")
    assert not matches(["b", "..."], "a\nb")


def run_console(body, townline):
    """Run the commands of a block and compare what they print."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, *expected = part.splitlines()
        words = shlex.split(command)
        assert words[0] == "townline"
        status, out, error = townline(*words[1:])
        assert status == (2 if expected[0].startswith("error:") else 0), error
        assert matches(expected, out + error), f"{command}\n{out}{error}"


TUTORIALS = [ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "tutorial").glob("*.md"))]


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_runs_from_top_to_bottom_in_an_empty_folder(page, tmp_path, townline):
    space: dict[str, object] = {}
    with contextlib.chdir(tmp_path):
        for language, body in BLOCK.findall(page.read_text("utf-8")):
            if language == "console":
                run_console(body, townline)
            elif language == "toml" and (named := re.match(r"# (\w+\.toml)\n", body)):
                Path(named[1]).write_text(body, "utf-8")
            elif language == "python":
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(body, space)  # noqa: S102 (our own tutorial)


def test_every_file_that_a_tutorial_names_is_shown_or_written_there():
    for page in TUTORIALS:
        text = page.read_text("utf-8")
        for name in {
            name
            for body in re.findall(r"^\$ townline.*$", text, re.MULTILINE)
            for name in re.findall(r"\b(\w+\.toml)", body)
        }:
            assert f"wrote {name}" in text or f"# {name}\n" in text or f"region file {name}: does not exist" in text


def test_the_index_of_decisions_names_each_with_its_title():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "index.md").read_text("utf-8")
    site = (ROOT / "mkdocs.yml").read_text("utf-8")
    for path in sorted(folder.glob("0*.md")):
        number, title = path.read_text("utf-8").splitlines()[0].removeprefix("# ").split(". ", 1)
        assert f"| {number} | [{title}]({path.name}) |" in index
        assert f'"{number}. {title}": decisions/{path.name}' in site


def test_the_help_of_every_command_has_an_example_that_names_it(townline):
    for name in cli.COMMANDS:
        status, printed, _ = townline(name, "--help")
        assert status == 0
        assert f"Example: townline {name}" in " ".join(printed.split()), name


def test_ci_uses_the_readmes_second_command():
    commands = re.findall(r"^\$ (.*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert commands[1] in (ROOT / ".ci" / "run").read_text("utf-8")


def test_links_between_documents_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data" / "README.md"]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path}: {link}"
