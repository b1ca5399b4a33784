"""How concentrated or diverse areas and clusters are. Arrays in, arrays out."""

import numpy as np

from planner.clusters._groups import Floats


def gini(shares: Floats, reference: Floats) -> Floats:
    """Return the locational Gini coefficient of each row.

    Parameters
    ----------
    shares
        Rows of shares that sum to 1, shape (n, k): an area's clusters, or a cluster's areas.
    reference
        What each column's share would be without concentration, shape (k,), summing to 1.

    Returns
    -------
    numpy.ndarray
        0 where a row is as the reference, towards 1 where it is all in a column that is small there. NaN where a row is.

    Notes
    -----
    Twice the area between the diagonal and the Lorenz curve of shares by reference, in order of their ratio (Hoover 1936,
    Krugman 1991). With equal reference shares it is the plain Gini coefficient.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(reference > 0, shares / reference, np.where(shares > 0, np.inf, 0.0))
    order = np.argsort(ratio, axis=1, kind="stable")
    sorted_shares = np.take_along_axis(shares, order, axis=1)
    curve = np.cumsum(sorted_shares, axis=1)
    return np.asarray(1 - np.sum(reference[order] * (2 * curve - sorted_shares), axis=1), np.float64)


def herfindahl(shares: Floats) -> Floats:
    """Return the Herfindahl index of each row of shares: 1 for all in one column, 1 / k for equal shares."""
    return np.asarray(np.sum(shares**2, axis=1), np.float64)


def krugman(shares: Floats, reference: Floats) -> Floats:
    """Return Krugman's specialisation index of each row: the sum of absolute differences, from 0 to 2."""
    return np.asarray(np.sum(np.abs(shares - reference), axis=1), np.float64)


def hachman(shares: Floats, reference: Floats) -> Floats:
    """Return the Hachman index of each row: 1 where it is as diverse as the reference, towards 0 where it is not.

    It is one by the mean of location quotients, weighted by the row's shares.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares > 0, shares**2 / reference, 0.0 * shares)
    return np.asarray(1 / np.sum(terms, axis=1), np.float64)


def ellison_glaeser(shares: Floats, reference: Floats, plant_herfindahl: Floats) -> Floats:
    """Return Ellison and Glaeser's index of co-agglomeration of each cluster.

    Parameters
    ----------
    shares
        Each cluster's employment by area as shares, shape (clusters, areas).
    reference
        Each area's share of all employment, shape (areas,).
    plant_herfindahl
        Herfindahl index of plant sizes of each cluster; NaN where not known.

    Returns
    -------
    numpy.ndarray
        0 where plants lie as if thrown at random; NaN where there is one plant, or one area.

    Notes
    -----
    gamma = (G / (1 - sum x^2) - H) / (1 - H), with G the sum of squared differences (Journal of Political Economy 105,
    1997).
    """
    even = 1 - np.sum(reference**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sum((shares - reference) ** 2, axis=1) / even
        found = (spread - plant_herfindahl) / (1 - plant_herfindahl)
    return np.where((plant_herfindahl < 1) & (even > 0), found, np.nan)
