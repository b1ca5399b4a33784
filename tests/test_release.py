"""A release can be cut: one version, licences that may be passed on, a wheel that works alone with the locked versions."""

import datetime as dt
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def notices():
    spec = importlib.util.spec_from_file_location("notices", ROOT / "docs" / "notices.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["notices"] = module
    spec.loader.exec_module(module)
    return module


def cited(key):
    (value,) = re.findall(rf'^{key}: "?([^"\n]+)"?$', (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    return value


def test_the_version_is_the_same_everywhere(townline):
    version = PROJECT["version"]
    (locked,) = [
        row["version"] for row in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
        if row["name"] == "townline"
    ]  # fmt: skip
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert headings[1] == f"{version} ({cited('date-released')})"
    assert cited("version") == locked == version
    assert dt.date.fromisoformat(cited("date-released")).isoformat() == cited("date-released")
    assert cited("license") == PROJECT["license"]
    status, out, err = townline("--version")
    assert (status, out, err) == (0, f"townline {version}\n", "")


def test_third_party_notices_are_what_the_lock_file_says(notices):
    assert notices.NOTICES.read_text("utf-8") == notices.notices(), "run: uv run python docs/notices.py"


def test_what_is_installed_with_it_may_be_passed_on(notices):
    found = notices.dependencies()
    wrong = {each.name: notices.refused(notices.licence(each.name)) for each in found}
    assert not {name: terms for name, terms in wrong.items() if terms}
    names = {each.name for each in found}
    assert {re.split(r"[^\w-]", need)[0] for need in PROJECT["dependencies"]} <= names
    assert {"pyspark", "py4j"} <= names
    assert not names & {"libcoveofds", "pytest", "hypothesis", "pikepdf", "playwright"}


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("MIT", []),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", []),
        ("GPL-3.0-only OR MIT", []),
        ("AGPL-3.0-only", ["AGPL-3.0-only"]),
        ("MIT AND (GPL-2.0-only OR LGPL-2.1-only)", ["(GPL-2.0-only OR LGPL-2.1-only"]),
        ("GPL-2.0-only WITH LLVM-exception", ["GPL-2.0-only WITH LLVM-exception"]),
    ],
)
def test_a_licence_that_may_not_be_passed_on_is_refused(notices, expression, wrong):
    assert notices.refused(expression) == wrong


def test_the_licence_of_a_test_peer_would_be_refused(notices):
    assert notices.refused(notices.licence("libcoveofds"))


def test_a_package_without_a_licence_is_not_passed_over(notices):
    said = Message()
    said["Name"], said["License"] = "unknown", "as it is"
    with pytest.raises(LookupError, match="unknown states no licence"):
        notices.stated(said)
    with pytest.raises(LookupError, match="is not installed here"):
        notices.licence("no-such-package")


def test_python_versions_are_those_that_the_packages_claim():
    listed = [each.rsplit(" ", 1)[1] for each in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", each)]
    assert listed == ["3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == f">={listed[0]}"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """An environment outside the checkout with the locked versions and the wheel; nothing else, and no network."""
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not here to install the wheel with")
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    place = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    place |= {"UV_PROJECT_ENVIRONMENT": str(folder / "v"), "UV_OFFLINE": "1"}
    locked = [uv, "sync", "-q", "--locked", "--no-dev", "--no-install-project", "--python", sys.executable]
    done = subprocess.run(locked, cwd=ROOT, env=place, capture_output=True, text=True, check=False)
    if done.returncode and "CI" not in os.environ:
        pytest.skip(f"uv's cache does not hold the locked versions: {done.stderr[:200]}")
    assert done.returncode == 0, done.stderr
    python, wheel = folder / "v" / "bin" / "python", next(folder.glob("*.whl"))
    subprocess.run(
        [uv, "pip", "install", "-q", "--no-deps", "--python", str(python), str(wheel)], env=place, check=True
    )
    return folder


def run(folder, *arguments):
    place = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(folder / "v" / "bin" / "townline"), *arguments],
        cwd=folder, env=place, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_wheel_plans_in_an_empty_environment(alone):
    told = run(alone, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "coverage" in told.stdout
    told = run(
        alone,
        "coverage",
        str(shutil.copytree(ROOT / "tests" / "cases" / "small", alone / "small") / "region.toml"),
        "--tables",
        "out",
    )
    assert told.returncode == 0, told.stderr
    assert (alone / "out" / "coverage.csv").read_text("utf-8").startswith("town_geoid,")
    assert (alone / "v" / "share" / "townline" / "sample" / "region.toml").is_file()
