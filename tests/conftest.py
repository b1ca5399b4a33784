"""Shared fixtures: the small invented region, the real layers beside the project, repeatable hypothesis."""

import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from planner import cli

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=False)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]
CASES = Path(__file__).parent / "cases"
SHARED = ROOT.parent / "shared"
LONGEST = ("test_benchmarks.py", "test_docs.py", "test_availability.py", "test_map_hostile.py", "test_what_if.py")


def pytest_collection_modifyitems(items):
    """Begin with the longest files: where workers share the files, none is left alone with one of them at the end."""
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture
def small(tmp_path):
    """A fresh copy of the small region's folder, to be broken at will."""
    return Path(shutil.copytree(CASES / "small", tmp_path / "small"))


@pytest.fixture(scope="session")
def shared():
    """The reference layers beside the project."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not beside the project")
    return SHARED


@pytest.fixture
def townline(monkeypatch, capsys):
    """Run the command as a user would; gives status, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["townline", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run
