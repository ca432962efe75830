"""Multiple testing: corrected p-values, and which of them a number of permutations can reach."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.grouping import levels
from hotspots.schema import Correction

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

CORRECTIONS: tuple[Correction, ...] = get_args(Correction)


def adjust(p_values: ArrayLike, correction: Correction = "fdr_bh") -> NDArray[np.float64]:
    """Correct p-values for the number of tests.

    Parameters
    ----------
    p_values : array_like of float, shape (n,)
        NaN where nothing was tested; those do not count as tests.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        Benjamini-Hochberg, Benjamini-Yekutieli (any dependence), Bonferroni, or none.

    Returns
    -------
    ndarray of float, shape (n,)
        At least `p_values`, at most 1, NaN where `p_values` is.

    Raises
    ------
    StatisticsError
        For an unknown `correction`.

    References
    ----------
    Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x;
    Benjamini & Yekutieli (2001), doi:10.1214/aos/1013699998.

    Examples
    --------
    Three tests: 0.01 times 3/1, 0.02 times 3/2, and 0.5 times 3/3.

    >>> adjust([0.01, 0.5, 0.02, float("nan")]).tolist()
    [0.03, 0.5, 0.03, nan]
    >>> adjust([0.01, 0.5, 0.02], "bonferroni").tolist()
    [0.03, 1.0, 0.06]
    """
    known(correction)
    p = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(p)
    if tested.all():
        return _adjusted(p, correction)
    q = np.full_like(p, np.nan)
    q[tested] = _adjusted(p[tested], correction)
    return q


def known(correction: str) -> None:
    """Refuse a correction that is not one of :data:`CORRECTIONS`."""
    if correction not in CORRECTIONS:
        raise StatisticsError(
            f"correction {correction!r} is not known: use one of {', '.join(CORRECTIONS)}"
        )


def _adjusted(p: NDArray[np.float64], correction: Correction) -> NDArray[np.float64]:
    m = p.size
    if correction in ("bonferroni", "none"):
        return np.minimum(1.0, p * penalty(m, 1, correction))
    ascending, positions = levels(p)
    ranks = np.cumsum(np.bincount(positions, minlength=ascending.size))
    stepped = ascending * (m * _dependence(m, correction) / ranks)
    q = np.minimum(1.0, np.minimum.accumulate(stepped[::-1])[::-1])
    return q[positions]


def penalty(n_tests: int, n_smallest: int, correction: Correction) -> float:
    """Find by how much a correction multiplies the smallest p-value.

    Parameters
    ----------
    n_tests : int
        How many tests there are.
    n_smallest : int
        How many of them share the smallest p-value.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        As in :func:`adjust`.

    Returns
    -------
    float

    Examples
    --------
    >>> penalty(400, 4, "fdr_bh"), penalty(400, 4, "bonferroni"), penalty(400, 4, "none")
    (100.0, 400.0, 1.0)
    """
    if correction == "none" or n_tests == 0:
        return 1.0
    if correction == "bonferroni":
        return float(n_tests)
    return n_tests * _dependence(n_tests, correction) / n_smallest


def _dependence(n_tests: int, correction: Correction) -> float:
    return math.fsum(1 / np.arange(1, n_tests + 1)) if correction == "fdr_by" else 1.0


def permutations_needed(level: float, factor: float, *, n_tails: int) -> int:
    """Find the permutations with which the smallest possible p-value reaches a level.

    Parameters
    ----------
    level : float
        The corrected p-value to reach, 0 to 1.
    factor : float
        From :func:`penalty`.
    n_tails : int
        2 for a two-sided test, otherwise 1.

    Returns
    -------
    int
        The smallest R with ``n_tails / (R + 1) * factor <= level``.

    Examples
    --------
    >>> permutations_needed(0.01, 1.0, n_tails=2)
    199
    >>> permutations_needed(0.01, 100.0, n_tails=2)
    19999
    """
    return max(1, math.ceil(round(n_tails * factor / level, 6)) - 1)
