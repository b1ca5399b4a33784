"""Commands over small regions, each with an earlier result of other bytes in its folder."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.cases.hilltowns import write_region
from tests.faults._child import run

_SMALL = Path(__file__).parents[1] / "cases" / "small"
_SITING = "[siting]\nsites = {sites}\n[[siting.candidates]]\nlayer = 'towns'\n\n[scenario.faster]"
_ELIGIBILITY = """name = "Three counties"
crs = "EPSG:26986"
as_of = 2026-11-22
prices = "massachusetts-2015"
programmes = ["eda-distress"]
[eligibility]
[layers.labor_force]
path = "laus.csv"
origin = "generated"
[layers.counties]
path = "townline:outlines/counties.parquet"
"""
_LAUS = """area_geoid,area,year,labor_force,employed,unemployed
US,United States,2024,1000000,940000,60000
US,United States,2025,1000000,940000,60000
25011,Franklin,2024,1000,{work},{out}
25011,Franklin,2025,1000,{work},{out}
"""
_JOBS = "area_kind,area_id,area,cluster,cluster_name,traded,year,employment,establishments\n" + "".join(
    f"state,{state},S{state},{cluster},C{cluster},true,2016,{{jobs}}{state}{cluster},9\n"
    for state in (25, 33, 44)
    for cluster in (1, 2)
)
_FILING = "bdc_50_Fiber_fixed_broadband_J25_18nov2025.csv"
_HEAD = (
    "frn,provider_id,brand_name,location_id,technology,max_advertised_download_speed,max_advertised_upload_speed,"
    "low_latency,business_residential_code,state_usps,block_geoid,h3_res8_id\n"
)
_ROW = "0003768165,130317,Xfinity,{location},50,{speed},100,1,B,VT,500110102002027,882bab5303fffff\n"


@dataclass(frozen=True)
class Case:
    """One command: what it is called with, and where earlier and new results are kept to compare with."""

    name: str
    home: Path
    arguments: tuple[object, ...]
    before: tuple[object, ...]
    seconds: list[float] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.home / "out"

    def reset(self) -> None:
        """Put the earlier result back."""
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.home / "old", self.out)
        shutil.rmtree(self.home / "tmp", ignore_errors=True)
        (self.home / "tmp").mkdir()

    def prepare(self) -> None:
        """Make the earlier result and the new one; measure a run."""
        (self.home / "tmp").mkdir(exist_ok=True)
        first = run(self.before, self.home)
        if first.status:
            raise RuntimeError(f"{self.name}: {first.said}")
        self.out.rename(self.home / "old")
        self.reset()
        second = run(self.arguments, self.home)
        if second.status:
            raise RuntimeError(f"{self.name}: {second.said}")
        shutil.copytree(self.out, self.home / "new")
        self.seconds.append(second.seconds)
        self.calls.append(second.calls)


def content(folder: Path) -> dict[str, bytes]:
    """Return the files of a result by name, without what belongs to a run or to this machine's clock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _hidden(path.relative_to(folder))
    }


def left_over(home: Path) -> list[str]:
    """Return what runs left behind."""
    found = [path for path in (home / "out").rglob("*") if path.name.startswith(".townline-")]
    found += list((home / "tmp").rglob("*"))
    found += [path for path in (home / "world").rglob("*") if path.name.startswith(".")]
    return [path.relative_to(home).as_posix() for path in found]


def _hidden(path: Path) -> bool:
    return path.parts[0].startswith(".townline-") or path.name == ".ingest-seen.json"


def cases(home: Path, wanted: set[str]) -> list[Case]:
    """Return the commands, ready to be hurt."""
    made = []
    for name in sorted(wanted):
        mine = home / name
        world = mine / "world"
        shutil.copytree(_SMALL, world)
        _write(world)
        made.append(_case(name, mine, world))
    return made


def _write(world: Path) -> None:
    """Write regions and tables in two versions."""
    text = (world / "region.toml").read_text("utf-8")
    for name, sites, out in (("region", 2, 70), ("other", 1, 90)):
        changed = text.replace("Six invented", "Six" if name == "other" else "Six invented")
        (world / f"{name}.toml").write_text(changed, "utf-8")
        sited = changed.replace("[scenario.faster]", _SITING.format(sites=sites))
        (world / f"site-{name}.toml").write_text(sited, "utf-8")
        (world / f"jobs-{name}.csv").write_text(_JOBS.format(jobs=sites), "utf-8")
        (world / f"elig-{name}").mkdir()
        (world / f"elig-{name}" / "region.toml").write_text(_ELIGIBILITY, "utf-8")
        (world / f"elig-{name}" / "laus.csv").write_text(_LAUS.format(work=1000 - out, out=out), "utf-8")
        (world / f"filing-{name}").mkdir()
        rows = [_ROW.format(location=1037392925 + each, speed=100 * sites) for each in range(400)]
        (world / f"filing-{name}" / _FILING).write_text(_HEAD + "".join(rows), "utf-8")
    (world / "hill").mkdir()
    write_region(world / "hill")


def _case(name: str, mine: Path, world: Path) -> Case:
    out = mine / "out"
    region, other = world / "region.toml", world / "other.toml"
    if name in {"report", "export"}:
        for each in ("region", "other"):
            run(["plan", world / f"{each}.toml", "--out", world / f"plan-{each}"], mine)
    if name == "ingest":
        (mine / "tmp").mkdir(exist_ok=True)
    lines: dict[str, tuple[tuple[object, ...], tuple[object, ...]]] = {
        "plan": (("plan", region, "--out", out), ("plan", other, "--out", out, "--scenario", "faster")),
        "coverage": (
            ("coverage", region, "--out", out / "one" / "coverage.csv", "--tables", out),
            ("coverage", region, "--out", out / "one" / "coverage.csv", "--tables", out, "--scenario", "faster"),
        ),
        "compare": (("compare", region, "--out", out), ("compare", other, "--out", out)),
        "last-mile": (
            ("last-mile", world / "hill" / "region.toml", "--out", out),
            ("compare", other, "--out", out),
        ),
        "eligibility": (
            ("eligibility", world / "elig-region" / "region.toml", "--out", out),
            ("eligibility", world / "elig-other" / "region.toml", "--out", out),
        ),
        "site": (
            ("site", world / "site-region.toml", "--out", out),
            ("site", world / "site-other.toml", "--out", out),
        ),
        "clusters": (
            ("clusters", world / "jobs-region.csv", "--out", out),
            ("clusters", world / "jobs-other.csv", "--out", out),
        ),
        "report": (
            ("report", region, "--out", out, "--plan", world / "plan-region", "--all-towns"),
            ("report", other, "--out", out, "--plan", world / "plan-other", "--all-towns"),
        ),
        "export": (
            ("export", region, "--out", out, "--plan", world / "plan-region"),
            ("export", other, "--out", out, "--plan", world / "plan-other", "--format", "csv,gpkg"),
        ),
        "ingest": (
            ("ingest", world / "filing-region", "--out", out),
            ("ingest", world / "filing-other", "--out", out),
        ),
        "init": (
            ("init", out / "region.toml", "--force"),
            ("coverage", region, "--out", out / "region.toml"),
        ),
    }  # fmt: skip
    arguments, before = lines[name]
    return Case(name, mine, arguments, before)


NAMES = (
    "clusters", "compare", "coverage", "eligibility", "export", "ingest", "init", "last-mile", "plan", "report", "site",
)  # fmt: skip
