"""The whole plan of a state, from the filing's CSV to map and report, with time and memory of each stage.

All 351 real towns of Massachusetts with 2.7 million generated locations, filings in the true shape, 1,300 anchors and
some 300,000 junctions of generated roads (``--scale 1``). Inputs are made once into a folder by seed; the plan is made in a fresh process.
Fields: stage, seconds (wall), cpu_seconds, peak_mb (of the process while the stage ran, Linux), seconds_per_million
(wall, per million locations). The last row is the whole; totals and sizes stand in rows of their own.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import maps
from benchmarks._load_inputs import FILING, write_inputs
from layers.filings import ingest
from maps.report import report_files
from planner.plan import plan
from planner.region import load_region
from planner.result import Plan
from planner.writing import save_files

SHARED: Final = Path(__file__).parents[1] / "../shared" / "layers"
TOWNS: Final = "massachusetts_towns_2020.gpkg"
REGION: Final = Path(__file__).parent / "load_region.toml"
_DESIGNED: Final = ("2501112505", "2501330840")  # a small town and a city, street by street
_DENSE: Final = 0.02  # with fewer roads, those of one town fall into parts, and no town is designed
_PEAK: Final = "VmHWM:"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size (default: 1)")
    parser.add_argument("--area", default="", help="codes of counties, with commas between (default: the whole state)")
    parser.add_argument("--folder", type=Path, help="where inputs and results stay for a second run (some 3 GB)")
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the reference layers")


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row a stage, then the whole."""
    shared = given.shared.resolve()
    if not (shared / TOWNS).is_file():
        sys.exit(f"error: {shared / TOWNS} does not exist; name its folder with --shared")
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="townline-")))
        sizes = inputs(folder, shared, given.scale, given.area)
        _say(f"inputs: {sizes}")
        stages: list[Mapping[str, Any]] = []
        for told in _told(folder):
            if "stage" in told:
                stages.append(told)
                yield _row(told, sizes["locations"])
            else:
                yield _row(_whole(stages), sizes["locations"])
                yield from ({"stage": name, "count": value} for name, value in {**sizes, **told}.items())


def inputs(folder: Path, shared: Path, scale: float, area: str = "") -> dict[str, int]:
    """Write the inputs and the region file, or find them from a run with the same arguments; return their sizes."""
    made, asked = folder / "inputs.json", {"scale": scale, "area": area}
    if made.is_file():
        known = json.loads(made.read_text("utf-8"))
        if known["asked"] == asked:
            return dict(known["sizes"])
    folder.mkdir(parents=True, exist_ok=True)
    sizes = write_inputs(folder, shared / TOWNS, scale, area)
    dense = scale >= _DENSE
    designed = [code for code in _DESIGNED if dense and code.startswith(tuple(area.split(",")))]
    words = {"SHARED": shared.as_posix(), '"DESIGNED"': json.dumps(designed), '"AREA"': _area(area)}
    region = REGION.read_text("utf-8")
    for mark, word in words.items():
        region = region.replace(mark, word)
    (folder / "region.toml").write_text(region, "utf-8")
    made.write_text(json.dumps({"asked": asked, "sizes": sizes}), "utf-8")
    return sizes


def _area(codes: str) -> str:
    return f"{{ counties = {json.dumps(codes.split(','))} }}" if codes else "{}"


def _told(folder: Path) -> Iterator[Mapping[str, Any]]:
    """Run the plan in a fresh process; yield what it tells as it goes."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(there, str(folder)))
    process.start()
    there.close()
    try:
        while True:
            yield here.recv()
    except EOFError:
        pass
    finally:
        process.join()
    if process.exitcode:
        raise RuntimeError(f"the measured process ended with code {process.exitcode}")


class _Meter:
    """Tells of each stage when the next one begins: wall and CPU seconds, and the process's peak since it began."""

    def __init__(self, out: Connection) -> None:
        self._out, self._stage = out, ""
        self._wall = self._cpu = 0.0

    def begin(self, stage: str) -> None:
        """End the stage that runs, if any, and begin another; the empty name begins none."""
        if self._stage:
            self._out.send(
                {
                    "stage": self._stage,
                    "seconds": time.perf_counter() - self._wall,
                    "cpu_seconds": time.process_time() - self._cpu,
                    "peak_mb": _peak_mb(),
                }
            )
        if stage:
            _say(stage)
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # Linux: forget the peak so far
        self._stage, self._wall, self._cpu = stage, time.perf_counter(), time.process_time()


def _child(out: Connection, folder: str) -> None:
    meter, base = _Meter(out), Path(folder)
    shutil.rmtree(base / "filings", ignore_errors=True)  # an ingested filing would not be read again
    meter.begin("ingest")
    ingest([base / FILING], base / "filings")
    made = plan(load_region(base / "region.toml"), meter.begin)
    meter.begin("map and files")
    maps.save(made, base / "plan")
    meter.begin("report")
    save_files({}, base / "report", made.region, "", report_files(made))
    meter.begin("")
    out.send(_totals(made, base))


def _totals(made: Plan, folder: Path) -> dict[str, float]:
    """Return figures of the plan, and sizes of what it wrote in MB."""
    files = {path.name: path.stat().st_size / 1e6 for path in (folder / "plan").iterdir() if path.is_file()}
    target = made.headline["targets"][0]
    found = {name: target[name] for name in ("towns", "pass", "fail", "premises", "unserved")}
    totals = made.tables["middle_mile_totals"]
    found |= dict(zip(totals["statistic"], totals["value"], strict=True))
    found |= {f"{name} rows": len(table) for name, table in made.tables.items()}
    return {**found, **{f"{name} MB": round(size, 2) for name, size in sorted(files.items())}}


def _peak_mb() -> float:
    return int(Path("/proc/self/status").read_text("ascii").split(_PEAK)[1].split()[0]) / 1024


def _whole(stages: list[Mapping[str, Any]]) -> dict[str, Any]:
    sums = {name: sum(each[name] for each in stages) for name in ("seconds", "cpu_seconds")}
    return {"stage": "whole", **sums, "peak_mb": max(each["peak_mb"] for each in stages)}


def _row(told: Mapping[str, Any], locations: int) -> Mapping[str, object]:
    rounded = {name: round(told[name], 1) for name in ("seconds", "cpu_seconds", "peak_mb")}
    return {"stage": told["stage"], **rounded, "seconds_per_million": round(told["seconds"] / locations * 1e6, 2)}


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)
