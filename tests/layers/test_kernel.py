"""Compiled loops: kept between processes, but never after something that they call has changed."""

import ast
import subprocess
import sys
from pathlib import Path

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


def made_by(tree, *names):
    """The functions of a module that carry one of these decorators."""
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id in names for mark in node.decorator_list)
    ]


def used(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}


def test_python_calls_no_part_of_a_kernel():
    root = Path(__file__).parents[2]
    trees = {
        path: ast.parse(path.read_text("utf-8"))
        for top in ("layers", "planner")
        for path in root.glob(f"{top}/**/*.py")
    }
    parts = {(path, part.name) for path, tree in trees.items() for part in made_by(tree, "part")}
    assert parts
    for path, tree in trees.items():
        own = {name for where, name in parts if where == path}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                source = root / f"{(node.module or '').replace('.', '/')}.py"
                own |= {alias.name for alias in node.names if (source, alias.name) in parts}
        compiled = made_by(tree, "kernel", "part")
        assert not [name for node in tree.body if node not in compiled for name in used(node) & own], path
