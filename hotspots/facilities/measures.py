"""Measures of a set of places: one number each for how near its destinations are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from hotspots.facilities.reach import Reach

    Floats = NDArray[np.float64]

MEDIAN = "median_distance_m"
BOOTSTRAP_SETS = 99
LEVEL = 0.95


@dataclass(frozen=True)
class Measure:
    """A number for a set, from one number for each of its places.

    Attributes
    ----------
    name : str
        As in tables.
    closer : int
        1 where more means closer, -1 where less does.
    each : callable
        Takes a :class:`Reach`, gives an array of float, shape (n_sets, m); infinite where nothing
        is reached.
    """

    name: str
    closer: int
    each: Callable[[Reach], Floats]

    def of(self, values: Floats, times: Floats | None = None) -> Floats:
        """Give the set's number: the median, or the mean over places that reach a destination.

        Parameters
        ----------
        values : ndarray of float, shape (n_sets, m)
            As `each` gives them.
        times : ndarray of float, shape (n_samples, m), optional
            How often each place stands in a sample; once each without it.

        Returns
        -------
        ndarray of float, shape (n_samples, n_sets)
            Infinite where no place, or not half of them, reaches one.
        """
        if self.name == MEDIAN:
            if times is None:
                return np.median(values, axis=1)[None]
            return np.stack([_median(row, times) for row in values], axis=1)
        times = np.ones((1, values.shape[1])) if times is None else times
        known = np.isfinite(values)
        total, n = times @ np.where(known, values, 0.0).T, times @ known.T.astype(np.float64)
        mean: Floats = np.divide(total, n, out=np.full(n.shape, np.inf), where=n > 0)
        return mean


def _median(values: Floats, times: Floats) -> Floats:
    """Give the median of one set for every sample."""
    order = np.argsort(values)
    until = np.cumsum(times[:, order], axis=1)
    middle = np.stack([(until[:, -1] - 1) // 2, until[:, -1] // 2])
    at = (until[None] <= middle[:, :, None]).sum(axis=2)
    median: Floats = values[order][at].mean(axis=0)
    return median


def measures(limits: Sequence[float]) -> tuple[Measure, ...]:
    """List what is measured, with `limits` in metres.

    Examples
    --------
    >>> [measure.name for measure in measures([400])]
    ['median_distance_m', 'mean_distance_m', 'share_within_400m', 'mean_within_400m']
    """
    listed = [Measure(MEDIAN, -1, _nearest), Measure("mean_distance_m", -1, _nearest)]
    for i, limit in enumerate(limits):
        listed.append(Measure(f"share_within_{limit:g}m", 1, partial(_any, i)))
        listed.append(Measure(f"mean_within_{limit:g}m", 1, partial(_number, i)))
    return tuple(listed)


def _nearest(reached: Reach) -> Floats:
    return reached.nearest


def _any(limit: int, reached: Reach) -> Floats:
    return np.asarray(reached.within[..., limit] > 0, dtype=np.float64)


def _number(limit: int, reached: Reach) -> Floats:
    return np.asarray(reached.within[..., limit])


def shares_within(nearest: Floats, at: Floats) -> Floats:
    """Give the share of places whose nearest destination is no further than each distance.

    Parameters
    ----------
    nearest : ndarray of float, shape (n_sets, m)
        Metres.
    at : ndarray of float, shape (k,)
        Metres.

    Returns
    -------
    ndarray of float, shape (n_sets, k)
    """
    return np.stack([(nearest <= metres).mean(axis=1) for metres in at], axis=1)


def cluster_samples(
    clusters: NDArray[np.int64], n_samples: int, rng: np.random.Generator
) -> Floats:
    """Draw samples of whole clusters, such as operators, as many as there are.

    Parameters
    ----------
    clusters : ndarray of int, shape (m,)
        Which cluster each place belongs to, from 0.
    n_samples : int
        Samples.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float, shape (n_samples, m)
        How often each place stands in each sample.

    Examples
    --------
    >>> cluster_samples(np.array([0, 0, 0]), 2, np.random.default_rng(1)).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    n = int(clusters.max()) + 1
    chosen = rng.multinomial(n, np.full(n, 1 / n), size=n_samples)
    return chosen[:, clusters].astype(np.float64)


def ratio(found: Floats) -> Floats:
    """Give the first set's number over the mean of those of the others that have one.

    Along the last axis; NaN where the first has none, or no other does.
    """
    others, known = found[..., 1:], np.isfinite(found[..., 1:])
    total = np.sum(np.where(known, others, 0.0), axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        over: Floats = found[..., 0] * known.sum(axis=-1) / total
    return np.where(np.isfinite(found[..., 0]) & known.any(axis=-1), over, np.nan)


def ratio_interval(measure: Measure, values: Floats, samples: Floats) -> tuple[float, float]:
    """Give a 95 % interval for observed over expected from samples of the places.

    Parameters
    ----------
    measure : Measure
        What is measured.
    values : ndarray of float, shape (1 + n_sets, m)
        Of each place, the places themselves first.
    samples : ndarray of float, shape (n_samples, m)
        As :func:`cluster_samples` gives them.

    Returns
    -------
    tuple of two float
        The 2.5th and 97.5th percentile; NaN where they cannot be given.

    References
    ----------
    Davison & Hinkley (1997), section 3.8, doi:10.1017/CBO9780511802843.
    """
    some = samples[samples.any(axis=1)]
    if not len(some):
        return np.nan, np.nan
    ratios = ratio(measure.of(values[: 1 + BOOTSTRAP_SETS], some))
    if not np.isfinite(ratios).all():
        return np.nan, np.nan
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return float(low), float(high)
