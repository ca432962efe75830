"""Exact intervals for probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainccinv, betaincinv

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
