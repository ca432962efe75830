"""Constant risk: the events fall where the population is, and nowhere more than their share.

Given how many events there are, under constant risk each falls into a unit with a probability
of the unit's share of the population: the counts are multinomial, and the count of any group of
units is binomial. Rates are tested against this, never by permuting them: a rate from few people
varies more than one from many, so rates are not exchangeable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaincc

from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

BLOCK = 2**21  # counts held at once: 16 MB, and some multiple of it in what is derived from them
FEW = 2  # below one event in two units, placing events one by one is cheaper


def constant_risk_draws(
    total: int, population: NDArray[np.float64], n_draws: int, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the events of every unit under constant risk.

    Parameters
    ----------
    total : int
        Events N on the whole map, the same in every draw.
    population : ndarray of float, shape (n,)
        At risk in each unit, none below zero, some above; its scale does not matter.
    n_draws : int
        How many maps.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int, shape (n_draws, n)
        Multinomial counts; every row sums to `total`, and none falls where the population is 0.

    Examples
    --------
    >>> draws = constant_risk_draws(10, np.array([2.0, 0, 3]), 4, rng=np.random.default_rng(1))
    >>> draws.sum(axis=1).tolist(), draws[:, 1].tolist()
    ([10, 10, 10, 10], [0, 0, 0, 0])
    """
    exposed = np.flatnonzero(population > 0)
    at_risk = population[exposed]
    if total * FEW < at_risk.size:
        drawn = _placed(total, at_risk, n_draws, rng)
    else:
        drawn = rng.multinomial(total, at_risk / at_risk.sum(), size=n_draws)
    if exposed.size == population.size:
        return drawn
    draws = np.zeros((n_draws, population.size), dtype=np.int64)
    draws[:, exposed] = drawn
    return draws


def constant_risk_blocks(
    total: int, population: NDArray[np.float64], n_draws: int, *, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Draw as :func:`constant_risk_draws`, in blocks of bounded memory.

    Parameters
    ----------
    total, population, n_draws, rng
        As there.

    Yields
    ------
    ndarray of int, shape (at most n_draws, n)
        The same maps in the same order, some at a time.

    Examples
    --------
    >>> blocks = constant_risk_blocks(5, np.ones(3), 7, rng=np.random.default_rng(1))
    >>> sum(len(block) for block in blocks)
    7
    """
    per_block = max(1, BLOCK // max(population.size, 1))
    for start in range(0, n_draws, per_block):
        yield constant_risk_draws(total, population, min(per_block, n_draws - start), rng=rng)


def binomial_tails(events: ArrayLike, trials: ArrayLike, share: ArrayLike) -> Tails:
    """Compare counts with a binomial distribution: exact tails, ties in both.

    Parameters
    ----------
    events, trials : array_like of int, shape (n,)
        The count of each unit, and what it is a part of; ``0 <= events <= trials``.
    share : array_like of float, shape (n,)
        Probability of each event to be counted, 0 to 1.

    Returns
    -------
    Tails
        P(X ≥ events) and P(X ≤ events); each is computed for itself, so both keep their relative
        accuracy however small they are.

    Examples
    --------
    Three heads in three throws, and none:

    >>> tails = binomial_tails([3, 0], [3, 3], [0.5, 0.5])
    >>> tails.upper.tolist(), tails.lower.tolist()
    ([0.125, 1.0], [1.0, 0.125])
    """
    x, n, p = (np.asarray(given, dtype=np.float64) for given in (events, trials, share))
    first, last = x == 0, x == n
    return Tails(
        upper=np.where(first, 1.0, betainc(np.where(first, 1.0, x), n - x + 1, p)),
        lower=np.where(last, 1.0, betaincc(x + 1, np.where(last, 1.0, n - x), p)),
    )


def _placed(
    total: int, population: NDArray[np.float64], n_draws: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Place the events one by one: the same counts, cheaper where most units get none."""
    edges = np.cumsum(population)
    units = np.searchsorted(edges[:-1], rng.random((n_draws, total)) * edges[-1], side="right")
    units += np.arange(n_draws)[:, None] * population.size
    counts = np.bincount(units.ravel(), minlength=n_draws * population.size)
    return counts.reshape(n_draws, population.size).astype(np.int64, copy=False)
