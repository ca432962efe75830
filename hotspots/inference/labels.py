"""Labels: what a probability and a direction are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.schema import (
    COLD_LABELS,
    GEARY_LABELS,
    HOT_LABELS,
    MORAN_LABELS,
    NOT_SIGNIFICANT,
    NOT_TESTABLE,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas.api.extensions import ExtensionArray

HOT_COLD_LEVELS = {"99": 0.01, "95": 0.05, "90": 0.10}
MORAN_LEVELS = {"95": 0.05}

_HOT_COLD = pd.array(
    [*HOT_LABELS, NOT_SIGNIFICANT, *reversed(COLD_LABELS), NOT_SIGNIFICANT, NOT_TESTABLE],
    dtype="str",
)
_GEARY = pd.array(GEARY_LABELS, dtype="str")
_MORAN = pd.array([MORAN_LABELS[i] for i in (1, 3, 2, 0, 4, 5)], dtype="str")  # by high, then upper


def hot_cold_labels(probability: ArrayLike, *, upper: ArrayLike) -> ExtensionArray:
    """Label hot and cold units.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Usually the corrected p-value; NaN where nothing was tested.
    upper : array_like of bool, shape (n,)
        Whether the upper tail is the smaller one.

    Returns
    -------
    array of str, length n
        99 at most 0.01, 95 at most 0.05, 90 at most 0.10.

    Examples
    --------
    >>> hot_cold_labels([0.01, 0.04, 0.2, float("nan")], upper=[True, False, True, True]).tolist()
    ['hot 99', 'cold 95', 'not significant', 'not testable']
    """
    p = np.asarray(probability, dtype=np.float64)
    codes = np.where(upper, np.int8(0), np.int8(len(HOT_COLD_LEVELS) + 1))
    for level in HOT_COLD_LEVELS.values():
        codes += p > level
    codes[np.isnan(p)] = len(_HOT_COLD) - 1
    return _HOT_COLD.take(codes)


def quadrant_labels(probability: ArrayLike, *, high: ArrayLike, upper: ArrayLike) -> ExtensionArray:
    """Label a unit and its neighbours as high or low.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Usually the corrected p-value; NaN where nothing was tested.
    high : array_like of bool, shape (n,)
        Whether the unit's value is above the mean.
    upper : array_like of bool, shape (n,)
        Whether the upper tail of its neighbours' mean is the smaller one.

    Returns
    -------
    array of str, length n
        The unit first, then its neighbours, where the probability is at most 0.05.

    Examples
    --------
    >>> quadrant_labels([0.01, 0.04, 0.2], high=[True, False, True], upper=[True] * 3).tolist()
    ['high-high', 'low-high', 'not significant']
    """
    p = np.asarray(probability, dtype=np.float64)
    codes = 2 * np.asarray(high, dtype=np.int8) + np.asarray(upper, dtype=np.int8)
    codes[p > MORAN_LEVELS["95"]] = len(_MORAN) - 2
    codes[np.isnan(p)] = len(_MORAN) - 1
    return _MORAN.take(codes)


def similarity_labels(
    probability: ArrayLike, *, similar: ArrayLike, side: ArrayLike
) -> ExtensionArray:
    """Label a unit as similar to its neighbours, or not.

    Parameters
    ----------
    probability : array_like of float, shape (n,)
        Usually the corrected p-value; NaN where nothing was tested.
    similar : array_like of bool, shape (n,)
        Whether the tail of small differences is the smaller one.
    side : array_like of int, shape (n,)
        1 where a unit and its neighbours are all above the mean, -1 where below, otherwise 0.

    Returns
    -------
    array of str, length n
        Where the probability is at most 0.05: ``"dissimilar"``, or if similar, ``"high-high"``,
        ``"low-low"`` or, with neither, ``"similar"``.

    Examples
    --------
    >>> similarity_labels([0.01] * 3 + [0.2], similar=[True, True, False, True],
    ...                   side=[-1, 0, 1, 1]).tolist()
    ['low-low', 'similar', 'dissimilar', 'not significant']
    """
    p = np.asarray(probability, dtype=np.float64)
    codes = np.where(similar, np.choose(np.asarray(side) + 1, [1, 2, 0]), 3)
    codes[p > MORAN_LEVELS["95"]] = len(_GEARY) - 2
    codes[np.isnan(p)] = len(_GEARY) - 1
    return _GEARY.take(codes)
