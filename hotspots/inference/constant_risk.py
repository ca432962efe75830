"""Constant risk: the events fall where the population is, and nowhere more than their share.

Given how many events there are, under constant risk each falls into a unit with a probability
of the unit's share of the population: the counts are multinomial, and the count of any group of
units is binomial. Rates are tested against this, never by permuting them: a rate from few people
varies more than one from many, so rates are not exchangeable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaincc

from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from hotspots.schema import Alternative

BLOCK = 2**21  # counts held at once: 16 MB, and some multiple of it in what is derived from them
SPARSE = 4  # below that many events in a neighbourhood, placing each is cheaper
SUMS = 2**18  # simulated sums held at once: what is made on the way stays in the cache
CHUNK = 2**14  # draws per unit held at once
STAGES = ((199, 0.2), (999, 0.05), (9999, 0.01))  # draws, and the p-value above which units stop
TIE = 1e-9  # relative tolerance within which two sums are the same
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


@dataclass(frozen=True)
class HeldSums:
    """Weighted sums of the neighbours' events, the unit's own events held.

    Attributes
    ----------
    events : ndarray of int, shape (n,)
        Of each unit.
    population : ndarray of float, shape (n,)
        At risk in each unit, above zero.
    focal, neighbour : ndarray of int, shape (E,)
        One pair per link, in the order of `focal`.
    factors : ndarray of float, shape (E,)
        What an event of the neighbour counts in the sum, not zero; of one sign for each unit.
    tested : ndarray of bool, shape (n,)
        Units to test; they have a neighbour.
    """

    events: NDArray[np.int64]
    population: NDArray[np.float64]
    focal: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    factors: NDArray[np.float64]
    tested: NDArray[np.bool_]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Neighbours of each unit, shape (n,)."""
        return np.bincount(self.focal, minlength=self.events.size)

    def summed(self, values: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Sum one value per link over each unit's links, shape (n,)."""
        return np.bincount(self.focal, values, self.events.size).astype(np.float64)

    @property
    def observed(self) -> NDArray[np.float64]:
        """The sums as they are, shape (n,)."""
        return self.summed(self.factors * self.events[self.neighbour])

    @property
    def moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance of each sum under constant risk, both of shape (n,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            elsewhere = self.population.sum() - self.population
            people = self.population[self.neighbour]
            mean = self.summed(self.factors * people) / elsewhere
            square = self.summed(self.factors**2 * people) / elsewhere
            rest = self.events.sum() - self.events
            return rest * mean, rest * np.maximum(square - mean**2, 0.0)


def held_tails(
    sums: HeldSums, n_draws: int, *, alternative: Alternative, rng: np.random.Generator
) -> Tails:
    """Compare weighted sums of the neighbours' events with constant risk, by simulation.

    Given a unit's own events, the others are multinomial over the other units. Each unit has
    draws of its own, of which only the neighbours are made.

    Parameters
    ----------
    sums : HeldSums
        The observed sums.
    n_draws : int
        Draws R for a unit whose p-value stays small.
    alternative : {"two-sided", "greater", "less"}
        Which p-value decides whether a unit goes on.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Tails
        (1 + #) / (1 + draws made) in each tail; NaN where nothing was tested.

    Notes
    -----
    A unit with a p-value above 0.2 after 199 draws stops there, as does one above 0.05 after 999
    or above 0.01 after 9,999. The p-values stay valid: let p_s be the p-value from all draws up to
    stage s, and A lie between the limits of stage s and the one before. Whoever stopped before has
    p > A; whoever went on after has p_s at most the limit, hence p_s ≤ A; so p ≤ A implies
    p_s ≤ A, which has a probability of at most A.
    """
    n, observed = sums.events.size, sums.observed
    low, high = observed - TIE * np.abs(observed), observed + TIE * np.abs(observed)
    at_least, at_most, made = np.zeros((3, n), dtype=np.int64)
    tails, done = _counted(sums.tested, at_least, at_most, made), 0
    going = sums.tested
    for until, limit in (*((m, p) for m, p in STAGES if m < n_draws), (n_draws, 0.0)):
        for units, drawn in _simulated(sums, np.flatnonzero(going), until - done, rng):
            at_least[units] += np.count_nonzero(drawn >= low[units, None], axis=1)
            at_most[units] += np.count_nonzero(drawn <= high[units, None], axis=1)
        made[going], done = until, until
        tails = _counted(sums.tested, at_least, at_most, made)
        going = going & (tails.p_value(alternative) <= limit)
    return tails


def _counted(
    tested: NDArray[np.bool_],
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
    made: NDArray[np.int64],
) -> Tails:
    return Tails(
        upper=np.where(tested, (1 + at_least) / (1 + made), np.nan),
        lower=np.where(tested, (1 + at_most) / (1 + made), np.nan),
    )


def _simulated(
    sums: HeldSums, units: NDArray[np.int64], n_draws: int, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Simulate the sums of some units, as many units and draws at a time as memory allows."""
    starts = np.cumsum(sums.sizes) - sums.sizes
    sizes = sums.sizes[units]
    chunks = [min(CHUNK, n_draws - start) for start in range(0, n_draws, CHUNK)]
    per_block = max(1, SUMS // max(chunks, default=1))
    for size in np.unique(sizes):
        alike = units[sizes == size]
        for start in range(0, alike.size, per_block):
            block = alike[start : start + per_block]
            links = starts[block, None] + np.arange(size)
            for chunk in chunks:
                yield block, _sums(sums, block, links, chunk, rng)


def _sums(
    sums: HeldSums,
    units: NDArray[np.int64],
    links: NDArray[np.int64],
    n_draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw the neighbours' events one neighbour after the other, shape (units, n_draws)."""
    size = links.shape[1]
    people = sums.population[sums.neighbour[links]]
    to_come = np.cumsum(people[:, ::-1], axis=1)[:, ::-1]
    inside = to_come[:, 0] / (sums.population.sum() - sums.population[units])
    inside = np.ones_like(inside) if size == sums.events.size - 1 else np.minimum(inside, 1.0)
    rest = sums.events.sum() - sums.events[units]
    left = rng.binomial(rest[:, None], inside[:, None], size=(units.size, n_draws))
    factors = sums.factors[links]
    if left.sum() <= SPARSE * left.size:
        return _spread(left, np.cumsum(people, axis=1) / to_come[:, :1], factors, rng)
    total = np.zeros(left.shape)
    for slot in range(size - 1):
        drawn = rng.binomial(left, (people[:, slot] / to_come[:, slot])[:, None])
        total += factors[:, slot, None] * drawn
        left -= drawn
    total += factors[:, -1:] * left
    return total


def _spread(
    counts: NDArray[np.int64],
    edges: NDArray[np.float64],
    factors: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Give every event a neighbour one by one: cheaper where there are few."""
    units, size = edges.shape
    edges[:, -1] = 1.0
    draws = np.repeat(np.arange(counts.size), counts.ravel())
    which = draws // counts.shape[1]
    ladder = (edges + np.arange(units)[:, None]).ravel()
    slot = np.searchsorted(ladder, rng.random(draws.size) + which, side="right")
    slot = np.minimum(slot, which * size + size - 1)
    total = np.bincount(draws, factors.ravel()[slot], counts.size).astype(np.float64)
    return total.reshape(counts.shape)


def _placed(
    total: int, population: NDArray[np.float64], n_draws: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Place the events one by one: the same counts, cheaper where most units get none."""
    edges = np.cumsum(population)
    units = np.searchsorted(edges[:-1], rng.random((n_draws, total)) * edges[-1], side="right")
    units += np.arange(n_draws)[:, None] * population.size
    counts = np.bincount(units.ravel(), minlength=n_draws * population.size)
    return counts.reshape(n_draws, population.size).astype(np.int64, copy=False)
