"""Small tables of employment by cluster and industry, and the published files."""

import numpy as np
import pandas as pd

PUBLISHED = {
    "area_id": "region_code_t", "area": "region_name_t", "cluster": "cluster_code_t", "cluster_name": "cluster_name_t",
    "year": "year_t", "employment": "emp_tl", "establishments": "est_tl", "lq": "lq_tf",
    "area_share": "region_emp_per_tf", "national_share": "cluster_emp_per_tf",
}  # fmt: skip
FLAGS = ("qualifying", "significant", "strong", "strong10")


def published(frame, kind):
    table = pd.DataFrame({ours: frame[theirs] for ours, theirs in PUBLISHED.items()})
    traded = frame.get("traded_b", default=True)
    return table.assign(area_kind=kind, traded=traded, cluster=table["cluster"].astype("str"))


def states(shared):
    return pd.read_csv(shared / "layers" / "clusters_states_2016.csv", dtype={"region_code_t": "str"})


def metros(shared):
    return pd.read_csv(shared / "layers" / "clusters_metros_2016.csv.gz", dtype={"region_code_t": "str"})


def employment(jobs, year=2016, kind="county", traded=True, sites=5):
    """A table from a matrix of areas by clusters; NaN is withheld."""
    jobs = np.asarray(jobs, float)
    area, cluster = np.meshgrid(np.arange(jobs.shape[0]), np.arange(jobs.shape[1]), indexing="ij")
    return pd.DataFrame(
        {
            "area_kind": kind, "area_id": [f"2501{n}" for n in area.ravel()], "area": [f"County {n}" for n in area.ravel()],
            "cluster": [str(n + 1) for n in cluster.ravel()], "cluster_name": [f"Cluster {n + 1}" for n in cluster.ravel()],
            "traded": traded, "year": year, "employment": jobs.ravel(), "establishments": float(sites),
        }
    )  # fmt: skip


def by(table, *names):
    """The table by its key, for looking up single rows."""
    return table.set_index(list(names))
