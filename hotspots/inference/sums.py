"""Sums over neighbourhoods: what the engines compare with chance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TIE = 1e-9  # relative tolerance within which two sums are the same
ROUNDING = 4 * np.finfo(np.float64).eps


@dataclass(frozen=True)
class Sums:
    """What is compared with chance: each unit's neighbourhood sum.

    Attributes
    ----------
    values : ndarray of float, shape (n,)
        One value per unit, centred near zero. Centred whole numbers stay exact.
    observed : ndarray of float, shape (n,)
        The sum of `values` over the unit's neighbourhood.
    sizes : ndarray of int, shape (n,)
        How many values that sum has.
    tested : ndarray of bool, shape (n,)
        Which units are compared; they have at least one neighbour.
    held : bool
        Whether the unit's own value is held, and its neighbourhood drawn from the other units;
        otherwise the neighbourhood is drawn from all units.
    magnitude : float
        The largest absolute value before centring, which sets the rounding error of a sum.
    weights : ndarray of float, shape (sum of sizes,), optional
        Of the values in each neighbourhood, unit after unit; without them every one counts once.
    """

    values: NDArray[np.float64]
    observed: NDArray[np.float64]
    sizes: NDArray[np.int64]
    tested: NDArray[np.bool_]
    held: bool
    magnitude: float
    weights: NDArray[np.float64] | None = None

    @cached_property
    def drawn(self) -> NDArray[np.int64]:
        """How many values are drawn for each unit: `sizes`, or 0 where it is not tested."""
        return np.where(self.tested, self.sizes, 0)


def single_valued(
    values: NDArray[np.float64], sizes: NDArray[np.int64], *, held: bool, magnitude: float
) -> NDArray[np.bool_]:
    """Find the units whose neighbourhood sum can take one value only.

    That is so when all values it is drawn from are equal, or all of them are drawn.

    Parameters
    ----------
    values, sizes, held, magnitude
        As in :class:`Sums`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    Without the second unit the others are all 1; without any other they are not.

    >>> single_valued(np.array([1.0, 5, 1]), np.array([1, 1, 1]), held=True, magnitude=5).tolist()
    [False, True, False]
    """
    n, tolerance = values.size, ROUNDING * magnitude
    if n <= 2:
        return np.ones(n, dtype=np.bool_)
    single = sizes >= n - held
    for alike in (values <= values.min() + tolerance, values >= values.max() - tolerance):
        n_alike = np.count_nonzero(alike)
        if n_alike == n:
            return np.ones(n, dtype=np.bool_)
        if held and n_alike == n - 1:
            single = single | ~alike
    return single


def tolerance(observed: NDArray[np.float64], magnitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how close two values of a statistic must be to be the same.

    Parameters
    ----------
    observed : ndarray of float, shape (n,)
        Of the statistic.
    magnitude : ndarray of float, shape (n,)
        Sum of the absolute terms that make it up, or more.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    return TIE * np.abs(observed) + ROUNDING * magnitude
