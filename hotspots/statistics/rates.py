"""Rates: events per head, standardised and smoothed by empirical Bayes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from hotspots.errors import StatisticsError
from hotspots.statistics.at_risk import at_risk, few_expected, linked, not_more_than_all

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.statistics.neighbourhoods import Neighbourhoods

    Prior = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

Family = Literal["poisson", "binomial"]

NO_TEST = (
    "Their standardised rates lean to one side and are no z-scores: test with local_moran_rate or "
    "moran_rate, or use larger units."
)
NO_RANK = (
    "Their smoothed rates say more of the others than of them: read them beside the raw rate and "
    "the weight, or use larger units."
)


def eb_standardised(events: pd.Series, population: pd.Series) -> pd.Series:
    """Standardise rates by what their populations let expect, as for a Moran's I of rates.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN where unknown.
    population : Series of float, length n
        At risk, none below zero, the same index; NaN where unknown.

    Returns
    -------
    Series of float
        ``(r_i - b) / sqrt(a + b / x_i)`` with rate r_i = y_i / x_i, overall rate b, and a the
        variance between units by the method of moments, 0 where that is negative. NaN where a
        number is unknown, the population is 0, or there are no events at all.

    Raises
    ------
    AlignmentError
        When the indexes differ.
    StatisticsError
        For anything but numbers, infinite or negative ones, or events that are not whole.

    Warns
    -----
    FewDataWarning
        For units that expect fewer than 5 events at the overall rate, and for events in units
        whose population is 0, which are left out.

    References
    ----------
    Assunção & Reis (1999), doi:10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I.

    Examples
    --------
    Sixteen events among 80, b = 0.2: rates 0.1 and 0.3 vary by 0.1² = 0.01, of which chance
    explains b / 40 = 0.005. So a = 0.005, and every z is ±0.1 / sqrt(0.005 + 0.2 / 40).

    >>> eb_standardised(pd.Series([4, 12]), pd.Series([40, 40])).round(12).tolist()
    [-1.0, 1.0]
    """
    units = at_risk(events, population)
    few_expected(units, NO_TEST)
    exposed = units.exposed
    z = standardised(units.events[exposed], units.population[exposed])
    return pd.Series(units.spread_out(z), index=units.index, name="eb_standardised")


def eb_rates(
    events: pd.Series,
    population: pd.Series,
    graph: Graph | None = None,
    *,
    family: Family = "poisson",
) -> pd.DataFrame:
    """Smooth rates by empirical Bayes: the fewer people, the nearer to the others' rate.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN where unknown.
    population : Series of float, length n
        At risk, none below zero, the same index; NaN where unknown.
    graph : libpysal.graph.Graph, optional
        With it rates are drawn towards the rate of their own neighbourhood, the unit included,
        instead of the overall rate. Same ids in the same order; only who neighbours whom counts.
    family : {"poisson", "binomial"}
        For rare events, or for events that are a good part of their population (at most one per
        head; not with a graph).

    Returns
    -------
    DataFrame
        Index of `events`; columns ``raw`` (events per head), ``smoothed`` (``mean`` plus
        ``weight`` times ``raw - mean``), ``mean`` (the rate drawn towards), ``variance`` (between
        units, by the method of moments, 0 where that is negative) and ``weight`` (0: wholly
        smoothed, 1: as it is). NaN where a number is unknown or the population is 0; how many and
        why, ``result.attrs["rates"]``. For maps and ranks: smoothed rates are no test.

    Raises
    ------
    AlignmentError
        When the indexes differ, or are not the graph's ids.
    StatisticsError
        For anything but numbers, infinite or negative ones, events that are not whole, or an
        option that is not known or does not apply.

    Warns
    -----
    FewDataWarning
        For units that expect fewer than 5 events at the overall rate, and for events in units
        whose population is 0, which are left out.

    References
    ----------
    Marshall (1991), doi:10.2307/2347593; Martuzzi & Elliott (1996) for the binomial,
    doi:10.1002/(SICI)1097-0258(19960915)15:17<1867::AID-SIM398>3.0.CO;2-2.

    Examples
    --------
    Nine events among 40, and 1 among 40: the mean is 0.125, the rates vary by 0.1² = 0.01, of
    which chance explains 0.125 / 40 = 0.003125. The weight is 0.006875 / 0.01.

    >>> eb_rates(pd.Series([9, 1]), pd.Series([40, 40])).loc[0].round(6).to_dict()
    {'raw': 0.225, 'smoothed': 0.19375, 'mean': 0.125, 'variance': 0.006875, 'weight': 0.6875}
    """
    if family not in get_args(Family):
        raise StatisticsError(f"family {family!r} is not known: use 'poisson' or 'binomial'")
    if graph is not None and family == "binomial":
        raise StatisticsError("family 'binomial' is not known with a graph: use 'poisson'")
    units = at_risk(events, population)
    exposed = units.exposed
    y, x = units.events[exposed], units.population[exposed]
    if graph is not None:
        mean, variance, weight = _local(y, x, linked(units, graph))
    elif family == "binomial":
        not_more_than_all(units)
        mean, variance, weight = _binomial(y, x)
    else:
        variance, mean = prior(y, x)
        weight = _share(variance, mean / x)
    columns = {
        "raw": y / x,
        "smoothed": mean + weight * (y / x - mean),
        "mean": np.broadcast_to(mean, y.shape),
        "variance": np.broadcast_to(variance, y.shape),
        "weight": weight,
    }
    table = pd.DataFrame(
        {name: units.spread_out(column) for name, column in columns.items()}, index=units.index
    )
    table.attrs["rates"] = {
        "method": "empirical Bayes",
        "family": family,
        "towards": "the overall rate" if graph is None else "the neighbourhood's rate",
        "left_out": units.left_out,
        "notes": [*units.notes, *few_expected(units, NO_RANK)],
    }
    return table


def standardised(
    events: NDArray[np.float64] | NDArray[np.int64], population: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Standardise the rates of one map or of many, each with parameters of its own.

    Parameters
    ----------
    events : ndarray, shape (..., n)
        One map of counts per row.
    population : ndarray of float, shape (n,)
        Above zero.

    Returns
    -------
    ndarray of float, shape (..., n)
        As :func:`eb_standardised`; NaN for a map without events.
    """
    a, b = prior(events, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (events / population - b) / np.sqrt(a + b / population)


def prior(
    events: NDArray[np.float64] | NDArray[np.int64], population: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate the variance a between units and the overall rate b by moments (Marshall 1991).

    Parameters
    ----------
    events : ndarray, shape (..., n)
        One map of counts per row.
    population : ndarray of float, shape (n,)
        Above zero.

    Returns
    -------
    a, b : ndarray of float, shape (..., 1)
        a is 0 where the rates vary less than chance alone lets expect.
    """
    spread, b = _moments(events, population)
    return np.maximum(spread - b * population.size / population.sum(), 0.0), b


def _moments(
    events: NDArray[np.float64] | NDArray[np.int64], population: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the variance of the rates, weighted by population, and the overall rate."""
    people = population.sum() if population.size else np.nan
    mean = events.sum(axis=-1, keepdims=True) / people
    spread = np.sum(population * (events / population - mean) ** 2, axis=-1, keepdims=True)
    return spread / people, mean


def _local(y: NDArray[np.float64], x: NDArray[np.float64], units: Neighbourhoods) -> Prior:
    """Estimate Marshall's mean and variance within every neighbourhood, the unit included."""

    def around(own: NDArray[np.float64], neighbours: NDArray[np.float64]) -> NDArray[np.float64]:
        return own + np.bincount(units.focal, weights=neighbours, minlength=units.n)

    near = units.neighbour
    people = around(x, x[near])
    mean = around(y, y[near]) / people
    rate = y / x
    spread = around(x * (rate - mean) ** 2, x[near] * (rate[near] - mean[units.focal]) ** 2)
    variance = np.maximum((spread - mean * (units.sizes + 1)) / people, 0.0)
    return mean, variance, _share(variance, mean / x)


def _binomial(y: NDArray[np.float64], x: NDArray[np.float64]) -> Prior:
    """Estimate mean, variance and weights where events are not rare."""
    spread, mean = _moments(y, x)
    within = mean * (1 - mean)
    variance = np.maximum(spread - within * x.size / x.sum(), 0.0)
    return mean, variance, _share(x * variance, np.maximum(within - spread, 0.0))


def _share(part: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide a part by part and rest together; 0 where both are."""
    whole = part + rest
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=whole > 0)
