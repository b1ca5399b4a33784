"""How well forms of the last-mile cost model foretell a town that they were not fitted to.

Any table of published budgets can be given (columns of the layer published_budgets). Errors are those of
leaving each town out and fitting the rest anew. Fields: file, form, towns, mean_error, p90_error, largest_error,
r_squared, fitted_total_usd.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layers import Source, data_folder, declared, read

FORMS: Mapping[str, tuple[bool, tuple[str, ...]]] = {
    "town + route + premises + poles (ours)": (True, ("route_m", "premises", "poles")),
    "town + route + premises (published fit)": (True, ("route_m", "premises")),
    "route + premises + poles": (False, ("route_m", "premises", "poles")),
    "route + premises": (False, ("route_m", "premises")),
    "route alone": (False, ("route_m",)),
    "premises alone": (False, ("premises",)),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the case's own arguments."""
    default = data_folder() / "facts" / "last_mile_budgets_2015.csv"
    parser.add_argument(
        "file", type=Path, nargs="?", default=default, help="table of published budgets, or a folder of such CSV files"
    )


def rows(given: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield one row a form of the model, for each file."""
    for file in sorted(given.file.glob("*.csv")) if given.file.is_dir() else [given.file]:
        yield from _forms(file)


def _forms(file: Path) -> Iterator[Mapping[str, object]]:
    table = read(Source(file), declared("published_budgets"), "EPSG:26986").table
    total = table["total_usd"].to_numpy("float64")
    for form, (fixed, terms) in FORMS.items():
        columns = [np.ones(len(table))] * fixed + [table[term].to_numpy("float64") for term in terms]
        design = np.column_stack(columns)
        fitted = design @ _fit(design, total)
        error = np.array([_left_out(design, total, town) for town in range(len(total))])
        yield {
            "file": file.name,
            "form": form,
            "towns": len(total),
            "mean_error": round(float(np.abs(error).mean()), 4),
            "p90_error": round(float(np.quantile(np.abs(error), 0.9)), 4),
            "largest_error": round(float(np.abs(error).max()), 4),
            "r_squared": round(float(1 - ((total - fitted) ** 2).sum() / ((total - total.mean()) ** 2).sum()), 4),
            "fitted_total_usd": round(float(fitted.sum())),
        }


def _fit(design: npt.NDArray[np.float64], total: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.linalg.lstsq(design, total)[0])


def _left_out(design: npt.NDArray[np.float64], total: npt.NDArray[np.float64], town: int) -> float:
    rest = np.arange(len(total)) != town
    return float(design[town] @ _fit(design[rest], total[rest]) / total[town] - 1)
