"""Write the sample region from the facts and outlines beside this file.

Usage: ``python data/build_sample.py [FOLDER]``

A pure function of `facts/`, `outlines/` and `sample_builder/settings.py`: running it twice gives the same bytes.
"""

import sys
import time
from pathlib import Path

from data.sample_builder.region import build
from data.sample_builder.settings import DATA

if __name__ == "__main__":
    began = time.perf_counter()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "sample"
    for path in build(folder):
        print(f"{path.stat().st_size:>10,} bytes  {path.relative_to(folder)}")
    print(f"{time.perf_counter() - began:.0f} s")
