"""Envelopes: one test for a whole curve, where a test at each of its points would be many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference import tails

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.schema import Alternative


@dataclass(frozen=True)
class Envelope:
    """A curve beside its simulations, tested as a whole.

    Attributes
    ----------
    p_value : float
        Of the whole curve: the share of curves, the observed one among them, that are at least as
        extreme.
    lower, upper : ndarray of float, shape (k,)
        Between them lie, everywhere at once, at least 1 - `level` of the curves; infinite on the
        side that does not count. The observed curve leaves them somewhere only if
        ``p_value <= level``.
    level : float
        Of the envelope.
    n_simulations : int
        Simulated curves R.
    """

    p_value: float
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    level: float
    n_simulations: int


def global_envelope(
    observed: NDArray[np.float64],
    simulated: NDArray[np.float64],
    *,
    alternative: Alternative = "two-sided",
    level: float = 0.05,
) -> Envelope:
    """Test a curve as a whole by its extreme rank length.

    Every curve gets its rank among all at every point, ties counted as not extreme; curves are
    ordered by their smallest rank, then by how often they have it, and so on. Under the null the
    observed curve takes any place in that order alike, so the p-value holds for all points
    together.

    Parameters
    ----------
    observed : ndarray of float, shape (k,)
        The observed curve, or any k statistics; infinite values are ranked, NaN is refused.
    simulated : ndarray of float, shape (R, k)
        The same under the null.
    alternative : {"two-sided", "greater", "less"}
        Which side of the simulations is extreme.
    level : float
        Of the envelope, above 0 and below 1.

    Returns
    -------
    Envelope

    Raises
    ------
    StatisticsError
        If shapes do not fit, a value is NaN, there is no simulation, or an option is unknown.

    References
    ----------
    Myllymäki, Mrkvička, Grabarnik, Seijo & Hahn (2017), doi:10.1111/rssb.12172.

    Examples
    --------
    Of 20 curves the observed one is highest at both points, and no other is extreme as often.

    >>> simulated = np.array([[i, (7 * i) % 19] for i in range(19)], dtype=float)
    >>> found = global_envelope(np.array([19.0, 20.0]), simulated, alternative="greater")
    >>> found.p_value, found.upper.tolist()
    (0.05, [18.0, 18.0])
    """
    tails.known(alternative)
    curves = _checked(observed, simulated, level)
    ranks = np.sort(_ranks(curves, alternative), axis=1)
    place = _places(ranks)
    inner = place > level * len(curves)
    lower, upper = curves[inner].min(axis=0), curves[inner].max(axis=0)
    return Envelope(
        p_value=float(place[0] / len(curves)),
        lower=np.full_like(lower, -np.inf) if alternative == "greater" else lower,
        upper=np.full_like(upper, np.inf) if alternative == "less" else upper,
        level=level,
        n_simulations=len(curves) - 1,
    )


def _checked(
    observed: NDArray[np.float64], simulated: NDArray[np.float64], level: float
) -> NDArray[np.float64]:
    """Put the observed curve above the simulated ones."""
    if not 0 < level < 1:
        raise StatisticsError(f"level {level:g}: give a number between 0 and 1")
    if observed.ndim != 1 or simulated.ndim != 2 or simulated.shape[1:] != observed.shape:
        raise StatisticsError(
            f"simulated: shape {simulated.shape} does not fit observed, shape {observed.shape}; "
            "give one row per simulated curve"
        )
    if not simulated.size:
        raise StatisticsError("simulated: no curve to compare with; simulate at least one")
    curves = np.vstack([observed, simulated]).astype(np.float64)
    missing = int(np.isnan(curves).any(axis=1).sum())
    if missing:
        raise StatisticsError(f"curves: {missing} have values that are missing; leave points out")
    return curves


def _ranks(curves: NDArray[np.float64], alternative: Alternative) -> NDArray[np.int64]:
    """Rank every value among those of its point, 1 for the most extreme; ties share the last."""
    ordered = np.sort(curves, axis=0)
    below, above = (np.empty(curves.shape, dtype=np.int64) for _ in range(2))
    for point, column in enumerate(curves.T):
        below[:, point] = np.searchsorted(ordered[:, point], column, side="right")
        above[:, point] = len(curves) - np.searchsorted(ordered[:, point], column, side="left")
    if alternative == "two-sided":
        np.minimum(below, above, out=below)
    return above if alternative == "greater" else below


def _places(ranks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count for each row of sorted ranks the rows that are as extreme or more, itself included."""
    order = np.lexsort(ranks.T[::-1])
    in_order = ranks[order]
    last = np.append(np.any(in_order[1:] != in_order[:-1], axis=1), True)
    until = np.flatnonzero(last) + 1  # how many rows there are up to the last of each tie
    place = np.empty(len(ranks), dtype=np.int64)
    place[order] = until[np.searchsorted(until, np.arange(1, len(ranks) + 1))]
    return place
