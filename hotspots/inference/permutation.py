"""Null distributions by simulation: units permuted at random, and the tails of what that gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.tails import Tails

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Statistic = Callable[[NDArray[np.int64]], NDArray[np.float64]]

TIE = 1e-9  # of the sum of absolute terms: results closer than this are the same
BLOCK = 2**19  # simulated values held at once


def block_sizes(n: int, n_draws: int) -> Iterator[int]:
    """Split `n_draws` maps of `n` units into blocks of bounded memory.

    Parameters
    ----------
    n : int
        Units of one map.
    n_draws : int
        Maps in all.

    Yields
    ------
    int
        Maps of one block, at least 1.

    Examples
    --------
    >>> list(block_sizes(200_000, 5))
    [2, 2, 1]
    """
    size = max(1, BLOCK // max(n, 1))
    for start in range(0, n_draws, size):
        yield min(size, n_draws - start)


def permuted(
    statistic: Statistic, n: int, n_permutations: int, *, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Compute k statistics under random permutations of n units.

    Parameters
    ----------
    statistic : callable
        Takes who stands where, an array of int of shape (n, b) with one permutation of
        0 … n - 1 per column, and gives an array of float of shape (k, b).
    n : int
        Number of units.
    n_permutations : int
        Number of permutations R.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float, shape (k, R)

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> first = permuted(lambda who: x[who[:1]], 3, 99, rng=np.random.default_rng(1))
    >>> first.shape, np.unique(first).tolist()
    ((1, 99), [1.0, 2.0, 4.0])
    """
    sizes = list(block_sizes(n, n_permutations))
    if not sizes:
        return statistic(np.empty((n, 0), dtype=np.int64))
    rows = np.tile(np.arange(n), (sizes[0], 1))
    blocks = []
    for size in sizes:
        rng.permuted(rows, axis=1, out=rows)  # permuting once more is as good as afresh
        blocks.append(statistic(np.ascontiguousarray(rows[:size].T)))
    return np.concatenate(blocks, axis=1)


def column_products(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum the products of two arrays down each column, without an array of the products.

    Examples
    --------
    >>> column_products(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]]))
    array([26., 44.])
    """
    sums: NDArray[np.float64] = np.einsum("ij,ij->j", first, second)
    return sums


def simulated_tails(
    observed: NDArray[np.float64],
    simulated: NDArray[np.float64],
    *,
    tolerance: NDArray[np.float64] | float,
) -> Tails:
    """Place k observed statistics among their simulated values.

    Parameters
    ----------
    observed : ndarray of float, shape (k,)
        The observed statistics.
    simulated : ndarray of float, shape (k, R)
        Their values under the null; with R = 0 both tails are 1.
    tolerance : float or ndarray of float, shape (k,)
        Values no farther apart are ties.

    Returns
    -------
    Tails
        Of length k: (1 + #) / (1 + R) in each tail, ties in both.

    Examples
    --------
    >>> tails = simulated_tails(np.array([3.0]), np.array([[1.0, 3.0, 4.0]]), tolerance=0)
    >>> tails.upper.tolist(), tails.lower.tolist()
    ([0.75], [0.75])
    """
    apart = simulated - observed[:, None]
    ties = np.broadcast_to(tolerance, observed.shape)[:, None]
    everything = 1 + simulated.shape[1]
    return Tails(
        upper=(1 + np.count_nonzero(apart >= -ties, axis=1)) / everything,
        lower=(1 + np.count_nonzero(apart <= ties, axis=1)) / everything,
    )
