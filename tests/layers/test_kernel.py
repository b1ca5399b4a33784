"""Compiled loops: kept between processes, but never after something that they call has changed."""

import subprocess
import sys

ONE = "from layers._kernel import kernel\n\n@kernel\ndef one():\n    return {}\n"
TWO = "from layers._kernel import kernel\nfrom first import one\n\n@kernel\ndef two():\n    return one() + one()\n"


def run(folder):
    code = "import second; print(second.two(), sum(second.two.stats.cache_hits.values()))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_kernel_is_kept_until_what_it_calls_changes(tmp_path):
    (tmp_path / "first.py").write_text(ONE.format(1), "utf-8")
    (tmp_path / "second.py").write_text(TWO, "utf-8")
    assert run(tmp_path) == ["2", "0"]
    assert run(tmp_path) == ["2", "1"]
    (tmp_path / "first.py").write_text(ONE.format(10), "utf-8")
    assert run(tmp_path) == ["20", "0"]
