"""Seven hill towns of the sample region, with everything that the last mile takes."""

import re
from pathlib import Path

from layers import data_folder

TOWNS = ("2501109595", "2501112505", "2501114885", "2501129475", "2501129650", "2501142040", "2501158335", "2501342530")


def region_text() -> str:
    """Return the sample's region file for these towns, without a middle mile, to be saved anywhere."""
    text = (data_folder() / "sample" / "region.toml").read_text("utf-8")
    text = text.replace('"../', '"townline:')
    text = re.sub(r'path = "(\w+\.(?:parquet|csv))"', r'path = "townline:sample/\1"', text)
    text = text.replace('folder = "filings"', 'folder = "townline:sample/filings"')
    text = re.sub(r"\[middle_mile\][^\[]*", "", text)
    return f"area = {{ towns = {list(TOWNS)} }}\n{text}"


def write_region(folder: Path, change: str = "") -> Path:
    """Write the region file with some more lines at its end; return its path."""
    path = folder / "region.toml"
    path.write_text(region_text() + change, "utf-8")
    return path
