"""Many Poisson counts of few means: by table, several times as fast as one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FEW = 500  # draws per mean, below which a table does not pay
PARTS = 2**12  # of [0, 1), each with one table entry per mean
LARGE = 500  # above that mean a table has too many counts, and exp(-mean) is near underflow
REACH = 12  # standard deviations: beyond, a probability is below 1e-20


class PoissonTables:
    """Draws from Poisson distributions, one per mean.

    A random part of [0, 1) usually lies within one count's share of it, which the table knows;
    where a share ends inside the part, a second random number decides. So the draws are exact.

    Parameters
    ----------
    means : ndarray of float, shape (c,)
        None below zero.

    Examples
    --------
    >>> tables = PoissonTables(np.array([0.0, 2.0, 1000.0]))
    >>> drawn = tables.draw(4000, rng=np.random.default_rng(1))
    >>> drawn.shape, np.abs(drawn.mean(axis=1) - [0, 2, 1000]).round().tolist()
    ((3, 4000), [0.0, 0.0, 0.0])
    """

    def __init__(self, means: NDArray[np.float64]) -> None:
        self._means = means
        self._large = np.flatnonzero(means > LARGE)
        small = np.where(means > LARGE, 0.0, means)
        steps = np.arange(1, int(highest(small).max(initial=1)))
        terms = np.hstack([np.exp(-small)[:, None], small[:, None] / steps])
        below = np.minimum(np.cumsum(np.cumprod(terms, axis=1), axis=1), 1.0)
        rows = np.arange(means.size)[:, None]
        first, last = np.ceil(below * PARTS), np.floor(below * PARTS)
        starts = np.minimum(first, PARTS).astype(np.int64) + rows * (PARTS + 1)
        entries = np.bincount(starts.ravel(), minlength=means.size * (PARTS + 1))
        table = np.cumsum(entries.reshape(means.size, PARTS + 1)[:, :PARTS], axis=1, dtype=np.int16)
        table.ravel()[(last.astype(np.int64) + rows * PARTS)[first > last]] = -1
        self._table, self._width = table.ravel(), below.shape[1]
        self._ladder = (below + rows).ravel()

    def draw(self, n_draws: int, *, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw counts.

        Parameters
        ----------
        n_draws : int
            Per mean.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        ndarray of float, shape (c, n_draws)
            Whole numbers.
        """
        parts = rng.integers(PARTS, size=(self._means.size, n_draws), dtype=np.uint16)
        rows = np.arange(self._means.size)
        counts: NDArray[np.float64] = self._table[parts + rows[:, None] * PARTS].astype(np.float64)
        shared = np.flatnonzero(counts < 0)
        row = shared // n_draws
        point = row + (parts.ravel()[shared] + rng.random(shared.size)) / PARTS
        found = np.searchsorted(self._ladder, point, side="right") - row * self._width
        counts.ravel()[shared] = np.minimum(found, self._width)
        if self._large.size:
            means = self._means[self._large, None]
            counts[self._large] = rng.poisson(means, size=(self._large.size, n_draws))
        return counts


def poisson_draws(
    means: NDArray[np.float64], n_draws: int, per_block: int, *, rng: np.random.Generator
) -> Iterator[NDArray[np.float64]]:
    """Draw counts some at a time, by the faster of two ways.

    Parameters
    ----------
    means : ndarray of float, shape (c,)
        None below zero.
    n_draws, per_block : int
        Per mean, in all and at most at a time.
    rng : numpy.random.Generator
        Source of randomness.

    Yields
    ------
    ndarray of float, shape (c, at most per_block)
        Whole numbers.
    """
    tables = PoissonTables(means) if n_draws >= FEW else None
    for start in range(0, n_draws, per_block):
        now = min(per_block, n_draws - start)
        if tables is not None:
            yield tables.draw(now, rng=rng)
        else:
            yield rng.poisson(means[:, None], size=(means.size, now)).astype(np.float64)


def highest(means: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the counts that are next to never reached.

    Examples
    --------
    >>> highest(np.array([0.0, 100.0])).tolist()
    [30, 250]
    """
    return np.asarray(means + REACH * np.sqrt(means) + 30).astype(np.int64)


def lowest(means: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the counts that are next to never undercut; -1 where every count can be.

    Examples
    --------
    >>> lowest(np.array([100.0, 400.0])).tolist()
    [-1, 159]
    """
    counts = np.floor(means - REACH * np.sqrt(means)).astype(np.int64)
    return np.asarray(np.maximum(counts - 1, -1))
