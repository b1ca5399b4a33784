"""Files of a run that dies, finds no room or meets another run: the earlier ones whole, or the new ones, and no rest."""

import errno
import json
import os
import signal
import sys
import time
import types
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers import LayerError, PlanError
from layers import _lock as lock
from layers.filings import ingest
from layers.save import move_in, scratch, settled, staged
from planner.commands import _ends
from planner.writing import save_csvs, save_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="accidents are made with fork and signals")
OLD = {"a.csv": "old a", "sub/b.csv": "old b", "gone.csv": "old", "mine.txt": "mine"}
NEW = {"a.csv": "new a", "sub/b.csv": "new b", "c.csv": "new c", "mine.txt": "mine"}
ROW = "0003768165,130317,Xfinity,1037392925,50,100,100,1,B,VT,500110102002027,882bab5303fffff"
CALLS = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir"}


def lay(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def content(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}
    return {name: text for name, text in named.items() if not name.startswith(".townline-")}


def write(folder):
    with staged(folder, PlanError) as stage:
        lay(stage, {name: text for name, text in NEW.items() if name != "mine.txt"})
        move_in(stage, [stage / name for name in NEW if name != "mine.txt"], folder, ["gone.csv", "a.csv"])


def hurt(folder, number, accident):
    """Write in a copy of this process, with an accident at a call that changes files; whether it came to that."""
    pid = os.fork()
    if pid == 0:
        count = [0]

        def hook(event, given):
            if event in CALLS and str(given[0]).startswith(str(folder)) and (event != "open" or given[2] & os.O_CREAT):
                count[0] += 1
                if count[0] == number:
                    accident()

        sys.addaudithook(hook)
        status = 3
        try:
            write(folder)
            status = 0
        except PlanError:
            status = 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_a_run_killed_at_any_call_leaves_the_old_files_or_the_new_and_the_next_one_no_rest(tmp_path):
    seen = []
    for number in range(1, 100):
        folder = tmp_path / str(number)
        lay(folder, OLD)
        status = hurt(folder, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
        if status == 0:
            break
        assert status == -signal.SIGKILL
        told = list(folder.glob(".townline-stage-*/.journal.json"))
        assert told or content(folder) in (OLD, NEW)
        settled(folder)
        seen.append(content(folder))
        assert seen[-1] in (OLD, NEW)
        write(folder)
        assert content(folder) == NEW
        assert not list(folder.glob(".townline-*"))
    assert OLD in seen
    assert NEW in seen


def test_a_run_that_finds_no_room_at_any_call_leaves_the_old_files_and_no_rest(tmp_path):
    def full():
        raise OSError(errno.ENOSPC, "No space left on device")

    refused = 0
    for number in range(1, 100):
        folder = tmp_path / str(number)
        lay(folder, OLD)
        status = hurt(folder, number, full)
        assert content(folder) == (NEW if status == 0 else OLD)
        assert [path.name for path in folder.glob(".townline-*") if not path.name.endswith("lock")] == [] or status == 0
        refused += status == 2
        if status == 0 and number > 30:
            break
    assert refused > 5


def test_moves_are_finished_by_the_next_reader_and_strange_journals_are_not_followed(tmp_path):
    folder = tmp_path / "out"
    lay(folder, {"a.csv": "old a", ".townline-stage-x/a.csv": "new a", ".townline-stage-y/b": "evil"})
    (folder / ".townline-stage-x" / ".aside").mkdir()
    (folder / ".townline-stage-x" / ".journal.json").write_text(json.dumps({"new": ["a.csv"], "gone": []}), "utf-8")
    evil = {"new": ["../b"], "gone": ["/etc/none", "..\\c"]}
    (folder / ".townline-stage-y" / ".journal.json").write_text(json.dumps(evil), "utf-8")
    settled(folder)
    assert [path.name for path in folder.iterdir()] == ["a.csv"]
    assert content(folder) == {"a.csv": "new a"}
    assert not (tmp_path / "b").exists()


def test_moves_that_cannot_be_finished_are_undone(tmp_path):
    lay(tmp_path, {"a.csv": "old a", ".townline-stage-x/a.csv": "new a", ".townline-stage-x/b.csv": "new b"})
    (tmp_path / "b.csv").mkdir()
    (tmp_path / ".townline-stage-x" / ".aside").mkdir()
    journal = tmp_path / ".townline-stage-x" / ".journal.json"
    journal.write_text(json.dumps({"new": ["a.csv", "b.csv"], "gone": []}), "utf-8")
    with staged(tmp_path):
        pass
    assert content(tmp_path) == {"a.csv": "old a"}
    assert (tmp_path / "b.csv").is_dir()


def test_moves_that_can_neither_be_finished_nor_undone_keep_what_the_next_run_needs(tmp_path, monkeypatch):
    lay(tmp_path, OLD)
    with monkeypatch.context() as broken:
        real = Path.replace

        def fail(path, place):
            if "journal" not in path.name:
                raise OSError(errno.EIO, "Input/output error")
            return real(path, place)

        broken.setattr(Path, "replace", fail)
        with pytest.raises(PlanError):
            write(tmp_path)
    settled(tmp_path)
    assert content(tmp_path) in (OLD, NEW)
    assert not list(tmp_path.glob(".townline-*"))


def test_a_second_run_waits_and_is_told_and_a_dead_one_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE_S", 0.05)
    with (
        staged(tmp_path),
        pytest.raises(LayerError, match="another run of townline is writing there"),
        staged(tmp_path),
    ):
        pass
    (tmp_path / ".townline-lock").write_text("of a dead one", "utf-8")
    with staged(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_two_writers_at_once_leave_one_whole_result(tmp_path):
    children = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                for _ in range(20):
                    write(tmp_path / "out")
                status = 0
            finally:
                os._exit(status)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0, 0, 0, 0]
    assert content(tmp_path / "out") == {name: text for name, text in NEW.items() if name != "mine.txt"}
    assert not list((tmp_path / "out").glob(".townline-*"))


def test_a_lock_given_back_twice_is_not_the_next_runs_and_a_link_is_no_lock(tmp_path):
    place = tmp_path / lock.LOCK
    first = lock.try_lock(place)
    assert first is not None
    place.rename(tmp_path / "moved")  # as if the first try had removed it, and the next run had come
    second = lock.try_lock(place)
    assert second is not None
    lock.release(first, place)
    assert place.exists()
    lock.release(second, place)
    assert not place.exists()
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    place.symlink_to(mine)
    with pytest.raises(PlanError, match="cannot be written"), staged(tmp_path, PlanError):
        pytest.fail("a link was taken for a lock")
    place.unlink()
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        lock.try_lock(place)
    assert not (tmp_path / "elsewhere").exists()


def test_scratch_folders_of_the_dead_go_and_those_of_the_living_stay(tmp_path):
    dead = tmp_path / ".townline-scratch-dead"
    lay(dead, {".held": "", "big.parquet": "half"})
    with scratch(tmp_path) as mine, scratch(tmp_path) as other:
        assert not dead.exists()
        assert mine.is_dir()
        assert other.is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_made_for_a_run_that_fails_is_removed_again(tmp_path):
    said = "No space left on device; earlier files stand; make room on the disk"
    with pytest.raises(PlanError, match=said), staged(tmp_path / "a" / "b", PlanError):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(PlanError, match="cannot be written: "), staged(tmp_path / "file", PlanError):
        pass
    with pytest.raises(PlanError, match="File name too long"), staged(tmp_path / ("x" * 300), PlanError):
        pass
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_tables_in_two_folders_are_written_when_all_could_be(tmp_path):
    table = pd.DataFrame({"a": [1]})
    save_csvs({tmp_path / "x" / "a.csv": table, tmp_path / "y" / "b.csv": table, tmp_path / "x" / "z" / "c.csv": table})
    assert sorted(content(tmp_path)) == ["x/a.csv", "x/z/c.csv", "y/b.csv"]
    save_csvs({tmp_path / "y" / "d.csv": table}, [tmp_path / "y" / "b.csv", tmp_path / "x" / "a.csv"])
    assert sorted(content(tmp_path)) == ["x/a.csv", "x/z/c.csv", "y/d.csv"]
    (tmp_path / "x" / "e.csv").mkdir()
    with pytest.raises(PlanError, match=r"e\.csv"):
        save_csvs({tmp_path / "y" / "f.csv": table, tmp_path / "x" / "e.csv": table})
    assert sorted(content(tmp_path)) == ["x/a.csv", "x/z/c.csv", "y/d.csv"]


def test_a_filing_that_is_refused_leaves_nothing(tmp_path):
    name = "bdc_50_Fiber_fixed_broadband_J25_18nov2025.csv"
    (tmp_path / name).write_text("no,header\n1,2\n", "utf-8")
    with pytest.raises(LayerError):
        ingest(tmp_path / name, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("problem", "status", "said"),
    [
        (MemoryError(), 2, "error: the memory of this machine"),
        (
            OSError(errno.ENOSPC, "No space left on device", "x.csv"),
            2,
            "error: x.csv: No space left on device; make room",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "x"), 2, "may read and write"),
        (KeyboardInterrupt(), 130, "stopped; earlier files stand"),
        (SystemExit(7), 7, ""),
    ],
)
def test_a_command_ends_in_one_line(problem, status, said, capsys):
    def app():
        raise problem

    assert _ends.run(app) == status
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") <= 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_command_and_nothing_is_left(number, status, tmp_path, capsys):
    def app():
        with staged(tmp_path):
            os.kill(os.getpid(), number)
            time.sleep(5)

    before = signal.getsignal(number)
    assert _ends.run(app) == status
    assert capsys.readouterr().err == "stopped; earlier files stand\n"
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) is before


def test_an_earlier_run_with_more_tables_leaves_none_beside_the_new_ones(small, tmp_path, townline):
    out = tmp_path / "out"
    lay(out, {"comparison_front.csv": "old", "charts/front.svg": "old", "charts/mine.svg": "mine", "mine.csv": "mine"})
    assert townline("compare", small / "region.toml", "--out", out)[0] == 0
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"comparison.csv", "map.html", "mine.csv", "charts/mine.svg"} <= there
    assert not {"comparison_front.csv", "charts/front.svg"} & there
    assert Path(out / "mine.csv").read_text("utf-8") == "mine"


def test_what_an_earlier_run_left_goes_but_never_an_input(tmp_path):
    (tmp_path / "region.toml").write_text("", "utf-8")
    lay(tmp_path, {"towers.csv": "mine", "pareto.csv": "old"})
    source = types.SimpleNamespace(path=tmp_path / "towers.csv", also=())
    region: Any = types.SimpleNamespace(layers=["tower_sites"], source=lambda _: source, path=tmp_path / "region.toml")
    save_files({"quantities": pd.DataFrame({"a": [1]})}, tmp_path, region, stale=["towers.csv", "pareto.csv"])
    assert sorted(content(tmp_path)) == ["quantities.csv", "region.toml", "towers.csv"]
