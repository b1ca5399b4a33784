"""Declarations of what the planner promises, in the layers' own format."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from layers import Layer
from layers.layer import load_declaration


@cache
def tables() -> Mapping[str, Layer]:
    """Return every declared result table by name."""
    return {path.stem: load_declaration(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}


def checked(name: str, table: pd.DataFrame, crs: str | None = None) -> pd.DataFrame:
    """Return a result as declared: its columns in their order and types; a stage's last step."""
    return tables()[name].check(table.reset_index(drop=True), crs)
