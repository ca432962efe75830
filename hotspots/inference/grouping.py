"""Units that have the same: so that work is done once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

MANY = 2**13  # values: from there on it pays to find the distinct ones by hashing, if they repeat
EVERY = 2**6  # one value in so many is looked at to see whether they do


def distinct(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.intp] | slice]:
    """Find the distinct values where they come again and again, and which each of them is.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Without NaN.

    Returns
    -------
    ndarray of float, shape (m,)
        In no order, m at most n. Where few values repeat, all of them: finding out which do would
        cost more than it saves.
    ndarray of int, shape (n,), or slice
        Position of each value, so that ``found[positions]`` are the values.

    Examples
    --------
    >>> found, positions = distinct(np.array([0.5, 0.1, 0.9]))
    >>> found.tolist(), found[positions].tolist()
    ([0.5, 0.1, 0.9], [0.5, 0.1, 0.9])
    """
    if _repeat(values):
        positions, found = pd.factorize(values)
        return found, positions
    return values, slice(None)


def levels(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Sort values into levels, and say on which each of them is.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Without NaN.

    Returns
    -------
    ndarray of float, shape (m,)
        Ascending; as :func:`distinct`, a level may stand more than once.
    ndarray of int, shape (n,)
        Position of each value's level, so that ``levels[positions]`` are the values.

    Examples
    --------
    >>> found, positions = levels(np.array([0.5, 0.1, 0.9]))
    >>> found.tolist(), positions.tolist()
    ([0.1, 0.5, 0.9], [1, 0, 2])
    """
    found, positions = distinct(values)
    order = np.argsort(found)
    places = np.empty_like(order)
    places[order] = np.arange(order.size)
    return found[order], places[positions]


def groups(numbers: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Group units by a small whole number.

    Parameters
    ----------
    numbers : ndarray of int, shape (n,)
        Not negative.

    Yields
    ------
    int
        A number that occurs; they come in ascending order.
    ndarray of int
        The units that have it, ascending.

    Examples
    --------
    >>> [(number, units.tolist()) for number, units in groups(np.array([3, 0, 3]))]
    [(0, [1]), (3, [0, 2])]
    """
    fewest_bytes = np.min_scalar_type(numbers.max(initial=0))  # NumPy sorts up to two by radix
    order = np.argsort(numbers.astype(fewest_bytes), kind="stable")
    ends = np.cumsum(np.bincount(numbers))
    for number in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
        yield number, order[ends[number - 1] if number else 0 : ends[number]]


def _repeat(values: NDArray[np.float64]) -> bool:
    """Say whether the same values come again and again."""
    some = np.sort(values[::EVERY])
    distinct = int(np.count_nonzero(some[1:] != some[:-1]))
    return values.size > MANY and distinct < 0.8 * some.size
