"""Randomness: its source, and draws without replacement, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import StatisticsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DENSE = 4  # above one id in four, shuffling every id is cheaper than drawing again


def generator(rng: object) -> np.random.Generator:
    """Read what a caller gave as `rng`.

    Parameters
    ----------
    rng : int, numpy.random.Generator or None
        Seed, none below zero, or source of randomness; None is a new source every time.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    StatisticsError
        For anything else.

    Examples
    --------
    >>> bool(generator(7).random() == generator(7).random())
    True
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None:
        return np.random.default_rng()
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer) or rng < 0:
        raise StatisticsError(
            f"rng {rng!r}: a whole number of at least 0, a numpy.random.Generator or None is needed"
        )
    return np.random.default_rng(int(rng))


def distinct_draws(
    n: int, size: int, n_draws: int, *, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw `size` distinct ids of ``0 .. n - 1``, in random order, `n_draws` times.

    Every ordered choice is equally likely, hence the first m rows are draws of m ids for every
    m up to `size`: one set of draws serves neighbourhoods of all sizes.

    Parameters
    ----------
    n : int
        How many ids there are.
    size : int
        Ids per draw, at most `n`.
    n_draws : int
        How many draws.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int, shape (size, n_draws)
        One draw per column.

    Notes
    -----
    Ids are drawn with replacement and whatever repeats an earlier id of its draw is drawn again
    until nothing repeats. What is drawn again depends only on which ids are equal, never on
    which ids they are; so the result keeps its distribution when the ids are renamed, and all
    ordered choices are equally likely.

    Examples
    --------
    >>> ids = distinct_draws(5, 5, 3, rng=np.random.default_rng(1))
    >>> np.sort(ids, axis=0).T.tolist()
    [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]
    """
    if size * DENSE > n:
        shuffled = np.tile(np.arange(n), (n_draws, 1))
        rng.permuted(shuffled, axis=1, out=shuffled)
        return np.ascontiguousarray(shuffled[:, :size].T)
    ids = rng.integers(n, size=(n_draws, size))
    draws = np.flatnonzero(_any_repeated(ids))
    while draws.size:
        again = _repeated(ids[draws])
        draw, position = np.nonzero(again)
        ids[draws[draw], position] = rng.integers(n, size=draw.size)
        draws = draws[_any_repeated(ids[draws])]
    return np.ascontiguousarray(ids.T)


def _any_repeated(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    ordered = np.sort(ids, axis=1)
    repeated: NDArray[np.bool_] = np.any(ordered[:, 1:] == ordered[:, :-1], axis=1)
    return repeated


def _repeated(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the ids that stand earlier in the same row."""
    order = np.argsort(ids, axis=1, kind="stable")
    ordered = np.take_along_axis(ids, order, axis=1)
    marks = np.zeros(ids.shape, dtype=np.bool_)
    np.put_along_axis(marks, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    return marks
