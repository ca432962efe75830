"""Durations of which some are only known to be longer, and that come from few persons."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

from hotspots.inference.intervals import clopper_pearson

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.integer]


class Estimate(NamedTuple):
    """A number with its interval; NaN where it, or an end, cannot be given."""

    value: float
    lower: float
    upper: float


UNKNOWN = Estimate(np.nan, np.nan, np.nan)


class _Steps(NamedTuple):
    """The Kaplan-Meier curve where something ended."""

    at: Floats  # ascending
    at_risk: Integers
    ended: Integers
    left: Floats  # the share that has not ended
    hazard: Floats  # sum of ended / (at risk x (at risk - ended)) so far


@dataclass(frozen=True, eq=False, repr=False)
class Durations:
    """How long each of n episodes took.

    Attributes
    ----------
    length : ndarray of float, shape (n,)
        0 or more, in any unit.
    ended : ndarray of bool, shape (n,)
        Whether it ended then; otherwise it is only known to have gone on so long.
    person : ndarray of int, shape (n,)
        Whose episode it is. Those of one person are not taken to be independent.
    confidence : float
        Of the intervals.

    Notes
    -----
    The curve is that of Kaplan & Meier. Its variance is the infinitesimal jackknife over persons,
    which is Greenwood's where each has one episode. Intervals are those of Clopper & Pearson for
    the number of independent episodes that would have that variance (Rothman, where some have not
    ended; Korn & Graubard, where they come in clusters), no more than there are, corrected for few
    persons, and no fewer than if a person's episodes were all alike. With one episode each, all
    ended, the interval is exact. Unlike one on a logarithmic scale, it exists where all, or none,
    have ended.

    In trials with 5 to 130 persons of 1 to 31 episodes each, whose own shares differed, intervals
    of 95 % held the share in 90 to 98 of 100 samples, and binomial ones, which take no notice of
    persons, in 66 to 85.

    References
    ----------
    Kaplan & Meier (1958), doi:10.1080/01621459.1958.10501452; Rothman (1978), Journal of Chronic
    Diseases 31, 557-560; Korn & Graubard (1998), Survey Methodology 24, 193-201; Brookmeyer &
    Crowley (1982), doi:10.2307/2530286.

    Examples
    --------
    Of four, two ended after 2 and 6 hours, and of two it is known that they took over 4 and 8: a
    quarter ended within 2 hours, and half of the others at risk after 6.

    >>> length, ended = np.array([2.0, 4.0, 6.0, 8.0]), np.array([True, False, True, False])
    >>> found = Durations(length, ended, np.arange(4))
    >>> found.share(5.0).value, found.share(6.0).value, found.median().value
    (0.25, 0.625, 6.0)
    """

    length: Floats
    ended: NDArray[np.bool_]
    person: NDArray[np.int64]
    confidence: float = 0.95

    def share(self, within: float) -> Estimate:
        """Estimate which share ends within a time.

        Parameters
        ----------
        within : float
            The time, itself included.

        Returns
        -------
        Estimate
            NaN where none is known, or none has been followed so long.
        """
        if not self._reaches(within):
            return UNKNOWN
        left, variance = self._left(within)
        n = self._effective(within, left, variance)
        lower, upper = clopper_pearson(n * (1 - left), n, confidence=self.confidence)
        return Estimate(1 - left, float(lower), float(upper))

    def median(self) -> Estimate:
        """Estimate the time within which half have ended.

        Returns
        -------
        Estimate
            Infinite where half have not ended in the time known of; the interval holds the times
            at which half is inside the interval of the share. NaN where none is known.
        """
        if not len(self.length):
            return UNKNOWN
        return Estimate(
            self._first(lambda at: self._left(at)[0] <= 0.5),
            self._first(lambda at: self.share(at).upper >= 0.5),
            self._first(lambda at: self.share(at).lower > 0.5),
        )

    def _first(self, holds: Callable[[float], bool]) -> float:
        """Find the first step at which something holds that then goes on to hold."""
        steps = self._steps.at
        position = bisect_left(steps, x=True, key=holds)
        return float(steps[position]) if position < len(steps) else np.inf

    def _reaches(self, within: float) -> bool:
        """Say whether the curve is known at a time: something is left then, or all have ended."""
        if not len(self.length):
            return False
        return bool(within <= self.length.max() or self._steps.left[-1:].tolist() == [0.0])

    @cached_property
    def _steps(self) -> _Steps:
        at, ended = np.unique(self.length[self.ended], return_counts=True)
        at_risk = len(self.length) - np.searchsorted(np.sort(self.length), at)
        stay = at_risk - ended
        hazard = np.divide(ended, at_risk * stay, out=np.zeros(len(at)), where=stay > 0)
        left = np.cumprod(stay / at_risk, dtype=np.float64)
        return _Steps(at, at_risk, ended, left, np.cumsum(hazard))

    def _left(self, within: float) -> tuple[float, float]:
        """Give the share that has not ended, and its variance over persons."""
        steps = self._steps
        n_steps = int(np.searchsorted(steps.at, within, side="right"))
        if not n_steps or steps.left[n_steps - 1] == 0:
            return (0.0 if n_steps else 1.0), 0.0
        left = float(steps.left[n_steps - 1])
        seen = np.searchsorted(steps.at, self.length, side="right")
        hazard = np.concatenate([[0.0], steps.hazard])[np.minimum(seen, n_steps)]
        own = self.ended & (seen <= n_steps)
        stay = (steps.at_risk - steps.ended)[seen[own] - 1]
        hazard[own] -= 1 / stay
        return left, left**2 * float((np.bincount(self.person, hazard) ** 2).sum())

    def _effective(self, within: float, left: float, variance: float) -> float:
        """Count the independent episodes that would tell as much."""
        known = (self.ended & (self.length <= within)) | (self.length >= within)
        each = np.bincount(self.person[known])
        n, persons = float(each.sum()), int((each > 0).sum())
        alike = n**2 / float((each.astype(np.float64) ** 2).sum())
        if left in {0.0, 1.0}:
            return alike
        tail = (1 + self.confidence) / 2
        few = (stdtrit(n - 1, tail) / stdtrit(persons - 1, tail)) ** 2 if persons > 1 else 0.0
        every = float(len(self.length))
        independent = min(left * (1 - left) / variance, every) if variance else every
        return max(alike, float(independent * few))
