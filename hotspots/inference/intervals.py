"""Exact intervals for probabilities, and for expected counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainccinv, betaincinv, gammainccinv, gammaincinv

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def clopper_pearson(
    count: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, highest: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Find the probabilities under which a count is not too rare, neither too high nor too low.

    Parameters
    ----------
    count : array of float
        Of `n`, from 0 to `n`; the lowest it may be where `highest` is given.
    n : array of float
        Tries, above 0.
    confidence : float
        Of the interval, between 0 and 1.
    highest : array of float, optional
        Where a count is only known to lie between two: the upper one. The interval then holds
        the intervals of both.

    Returns
    -------
    lower, upper : array of float
        Each tail beyond has half of what `confidence` leaves.

    References
    ----------
    Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404.

    Examples
    --------
    None of ten: the upper end is where ten misses have probability 2.5 %, 1 - 0.025 ** (1 / 10).

    >>> lower, upper = clopper_pearson(0, 10)
    >>> float(lower), round(float(upper), 4)
    (0.0, 0.3085)
    """
    tail = (1 - confidence) / 2
    low, n = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    high = low if highest is None else np.asarray(highest, dtype=np.float64)
    none, every = low == 0, high == n  # the beta functions need numbers above 0 there too
    lower = betaincinv(np.where(none, 1.0, low), n - low + 1, tail)
    upper = betainccinv(high + 1, np.where(every, 1.0, n - high), tail)
    return np.where(none, 0.0, lower), np.where(every, 1.0, upper)


def poisson_interval(
    count: ArrayLike,
    *,
    squares: ArrayLike | None = None,
    largest: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> tuple[Floats, Floats]:
    """Find the expected counts under which a count is not too rare, neither too high nor too low.

    Parameters
    ----------
    count : array of float
        Events, 0 or more.
    squares : array of float, optional
        Where events come in groups, such as the records of one person, and groups are what happens
        independently: the sum of their squared sizes. Without it every event stands by itself, and
        the interval is exact.
    largest : array of float
        Size of the largest group there may be, 1 or more.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    lower, upper : array of float
        Each tail beyond has at most half of what `confidence` leaves.

    References
    ----------
    Garwood (1936), doi:10.1093/biomet/28.3-4.437; for groups Fay & Feuer (1997),
    doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#.

    Examples
    --------
    None: the upper end is where none has probability 2.5 %, -log(0.025). Four events of one person
    tell as much as one event of four times the size.

    >>> lower, upper = poisson_interval([0, 1, 4], squares=[0, 1, 16], largest=[1, 1, 4])
    >>> lower.round(4).tolist(), upper.round(4).tolist()
    ([0.0, 0.0253, 0.1013], [3.6889, 5.5716, 22.2866])
    """
    tail = (1 - confidence) / 2
    y = np.asarray(count, dtype=np.float64)
    v = y if squares is None else np.asarray(squares, dtype=np.float64)
    w = np.asarray(largest, dtype=np.float64)
    none = y == 0
    some, spread = np.where(none, 1.0, y), np.where(none, 1.0, v)
    lower = spread / some * gammaincinv(some**2 / spread, tail)
    more, wider = y + w, v + w**2
    upper = wider / more * gammainccinv(more**2 / wider, tail)
    return np.where(none, 0.0, lower), np.asarray(upper, dtype=np.float64)
