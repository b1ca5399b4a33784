"""The rules of the house, held by tests: imports, public names, sockets, facts out of code, the wheel."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

import layers
import maps
import planner

ROOT = Path(__file__).parents[1]
PACKAGES = ("layers", "planner", "maps")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TERMS = {"LICENSE", "NOTICE", "THIRD-PARTY-NOTICES.md", "maps/assets/LICENSE-leaflet"}
NETWORK = {"aiohttp", "ftplib", "http", "httpx", "pooch", "requests", "socket", "smtplib", "ssl", "urllib", "urllib3"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_left_and_nothing_imports_the_command(path):
    names = set(imports(path))
    allowed = PACKAGES[: PACKAGES.index(path.relative_to(ROOT).parts[0]) + 1]
    outside = path == ROOT / "planner" / "cli.py" or path.parent == ROOT / "planner" / "commands"
    if outside:
        allowed = PACKAGES
    ours = {name for name in names if name.split(".")[0] in PACKAGES}
    assert {name.split(".")[0] for name in ours} <= set(allowed)
    assert not any(name.startswith("planner.cli") for name in ours)
    assert outside or not any(name.startswith("planner.commands") for name in ours)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_fetch_opens_sockets_and_nothing_evaluates_text(path):
    tops = {name.split(".")[0] for name in imports(path)}
    if path.parent != ROOT / "layers" / "fetch":
        assert not tops & NETWORK
    assert not tops & {"pickle", "marshal", "shelve", "subprocess"}
    calls = {
        node.func.id for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }  # fmt: skip
    assert not calls & {"eval", "exec"}


def test_only_streets_uses_osmnx():
    assert [path.name for path in MODULES if "osmnx" in {name.split(".")[0] for name in imports(path)}] == [
        "streets.py"
    ]


def test_tests_cannot_open_a_socket_to_anywhere_else():
    with pytest.warns(UserWarning, match="192.0.2.1"), pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_public_names_are_frozen():
    assert layers.__all__ == [
        "Layer", "LayerError", "PlanError", "Reading", "RegionError", "RuleError", "Source", "TownlineError",
        "data_folder", "declarations", "declared", "length_error", "outside_area", "read",
    ]  # fmt: skip
    assert planner.__all__ == [
        "Plan", "PlanError", "Region", "RegionError", "RuleError", "Target", "World", "check", "load_plan",
        "load_region", "plan",
    ]  # fmt: skip
    assert maps.__all__ == [
        "Dots", "Lines", "Outlines", "Page", "Points", "Polygons", "Publish", "TownMap", "charts", "comparison_charts", "draw",
        "draw_clusters", "draw_eligibility", "draw_siting", "explore", "save", "save_clusters", "save_eligibility", "save_siting",
    ]  # fmt: skip
    for package in (layers, planner, maps):
        assert all(hasattr(package, name) for name in package.__all__)


def test_errors_are_value_errors_and_listed_in_one_docstring():
    for name in ("LayerError", "RegionError", "RuleError", "PlanError", "FetchError"):
        assert issubclass(getattr(layers.errors, name), ValueError)
        assert name in str(sys.modules["layers.errors"].__doc__)


PROGRAMMES = re.compile(
    r"recompete|epscor|massbroadband|mb123|\bmep\b|\bb2s\b|\bbbbrc\b|\brcei\b|tech ?hubs?\b|manufacturing usa|hubzone"
    r"|opportunity zone|new markets|\bbead\b|nsf engines|m2i2|\bbtop\b|\bidea\b program",
    re.IGNORECASE,
)
PRICES = re.compile(r"\$\s?\d|_usd\s*[:=]\s*[^=]{0,10}\b\d{2,}|\b\d[\d,.]*\s*(usd|dollars)\b", re.IGNORECASE)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_programme_name_and_no_price_in_code(path):
    text = path.read_text("utf-8")
    assert not PROGRAMMES.findall(text)
    assert not [found.group() for found in PRICES.finditer(text)]


def test_the_grep_for_names_and_prices_would_find_them():
    assert PROGRAMMES.search("if programme == 'EPSCoR'")
    for text in ("cost_usd = 53397", "$390 a pole", "price = 12.5  # usd 12.5 usd"):
        assert PRICES.search(text)


def tracked(*folders):
    listed = subprocess.run(
        [shutil.which("git") or "git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.split())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_contains_what_the_product_needs_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = f"{'-'.join(wheel.name.split('-')[:2])}.data/data/share/townline/"
    inside = {"data/" + name.removeprefix(data) if name.startswith(data) else name for name in names}
    needed = tracked(*PACKAGES, "data/README.md", "data/facts", "data/outlines", "data/sample")
    assert {name for name in inside if ".dist-info/" not in name} == needed
    beside = {name.partition(".dist-info/")[2] for name in inside if ".dist-info/" in name}
    assert beside == {"METADATA", "RECORD", "WHEEL", "entry_points.txt"} | {f"licenses/{name}" for name in TERMS}
    assert wheel.stat().st_size <= 10e6


def test_data_is_found_from_an_installed_wheel(wheel, tmp_path):
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not here to install the wheel with")
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(tmp_path / "v")], check=True)
    python = tmp_path / "v" / "bin" / "python"
    subprocess.run(
        [uv, "pip", "install", "-q", "--offline", "--no-deps", "--python", str(python), str(wheel)], check=True
    )
    site = next(path for path in sys.path if path.endswith("site-packages"))
    code = "import layers; print(layers.__file__); print(layers.data_folder())"
    run = subprocess.run(
        [str(python), "-c", f"import sys; sys.path.append({site!r}); {code}"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    module, folder = run.stdout.split()
    assert Path(module).is_relative_to(tmp_path / "v")
    assert Path(folder).is_relative_to(tmp_path / "v")
    assert (Path(folder) / "sample" / "region.toml").is_file()


def test_data_stays_small():
    assert sum((ROOT / name).stat().st_size for name in tracked("data")) <= 15e6
