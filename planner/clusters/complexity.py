"""Economic complexity: which clusters go together, and what an area's clusters say of it. Arrays in, arrays out."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from planner.clusters._groups import Flags, Floats

_JOINED: Final = 1 - 1e-9
_TIED: Final = 1e-9


@dataclass(frozen=True)
class Complexity:
    """Complexity of areas and clusters.

    Attributes
    ----------
    diversity
        Number of clusters present in each area.
    ubiquity
        Number of areas in which each cluster is present.
    eci
        Complexity index of areas, with mean 0 and standard deviation 1.
    pci
        Complexity index of clusters, on the same scale.

    Areas without a cluster and clusters without an area have NaN; so have all where the areas fall into groups without
    a cluster in common, or two eigenvectors serve equally well, which leaves the index undefined.
    """

    diversity: Floats
    ubiquity: Floats
    eci: Floats
    pci: Floats


def complexity(present: Flags) -> Complexity:
    """Return the complexity indices.

    Parameters
    ----------
    present
        Which clusters (columns) are present in which areas (rows); by custom where LQ is at least 1.

    Notes
    -----
    The eigenvector of the second largest eigenvalue of the matrix of clusters by clusters that averages over areas and
    back (Hidalgo and Hausmann, PNAS 106, 2009); its sign is such that the index rises with diversity. It is found on the
    symmetric matrix with the same eigenvalues, so the answer does not depend on a start.
    """
    matrix = present.astype(np.float64)
    diversity, ubiquity = matrix.sum(axis=1), matrix.sum(axis=0)
    rows, columns = diversity > 0, ubiquity > 0
    eci, pci = np.full(len(diversity), np.nan), np.full(len(ubiquity), np.nan)
    inside = matrix[np.ix_(rows, columns)]
    if min(inside.shape) > 1:
        found = _indices(inside)
        if found is not None:
            eci[rows], pci[columns] = found
    return Complexity(diversity, ubiquity, eci, pci)


def _indices(matrix: Floats) -> tuple[Floats, Floats] | None:
    diversity, ubiquity = matrix.sum(axis=1), matrix.sum(axis=0)
    half = matrix / np.sqrt(diversity)[:, None] / np.sqrt(ubiquity)
    values, vectors = np.linalg.eigh(half.T @ half)
    if values[-2] > _JOINED or (len(values) > 2 and values[-2] - values[-3] < _TIED):
        return None
    pci = vectors[:, -2] / np.sqrt(ubiquity)
    eci = matrix @ pci / diversity
    spread = eci.std()
    if spread < 1e-12:
        return None
    sign = np.sign(np.sum((diversity - diversity.mean()) * (eci - eci.mean()))) or 1.0
    return sign * (eci - eci.mean()) / spread, (sign * pci - sign * eci.mean()) / spread


def proximity(present: Flags) -> Floats:
    """Return how often two clusters are found together: the lesser of the two conditional shares of areas.

    Returns
    -------
    numpy.ndarray
        Symmetric matrix of clusters by clusters; 1 on the diagonal, 0 for a cluster that is nowhere.

    Notes
    -----
    Hidalgo and others, Science 317, 2007.
    """
    matrix = present.astype(np.float64)
    together, ubiquity = matrix.T @ matrix, matrix.sum(axis=0)
    most = np.maximum(ubiquity[:, None], ubiquity)
    return np.asarray(np.divide(together, most, out=np.zeros_like(together), where=most > 0), np.float64)


def density(present: Flags, near: Floats, nearest: int | None = None, *, own: bool = False) -> Floats:
    """Return how much of what is related to a cluster is present in an area.

    Parameters
    ----------
    present
        Areas by clusters.
    near
        Relatedness of clusters by clusters, such as `proximity`.
    nearest
        Count only so many of the most related clusters; all where nothing is said. Of equally related ones the first
        columns count.
    own
        Whether the cluster itself counts among what is related to it.

    Returns
    -------
    numpy.ndarray
        Areas by clusters, from 0 to 1: the sum of relatedness to clusters that are present by the sum of relatedness to
        all that count. NaN where a cluster is related to none.
    """
    weight = near.copy()
    if not own:
        np.fill_diagonal(weight, 0.0)
    if nearest is not None:
        order = np.argsort(-weight, axis=1, kind="stable")
        drop = order[:, nearest:]
        np.put_along_axis(weight, drop, 0.0, axis=1)
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(present.astype(np.float64) @ weight.T / np.where(total > 0, total, np.nan), np.float64)
