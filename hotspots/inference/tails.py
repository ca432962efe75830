"""Tail probabilities, and the p-values made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.schema import Alternative

if TYPE_CHECKING:
    from numpy.typing import NDArray

ALTERNATIVES: tuple[Alternative, ...] = get_args(Alternative)
SMALLEST = np.finfo(np.float64).tiny  # below, a float loses its digits and then becomes 0


@dataclass(frozen=True)
class Tails:
    """How likely a value at least as large, and at least as small, is under the null.

    Attributes
    ----------
    upper, lower : ndarray of float, shape (n,)
        P(T ≥ t) and P(T ≤ t), ties in both; NaN where nothing was tested.

    Examples
    --------
    >>> tails = Tails(upper=np.array([0.02, 0.7]), lower=np.array([0.99, 0.6]))
    >>> tails.p_value("two-sided").tolist()
    [0.04, 1.0]
    >>> tails.is_upper.tolist()
    [True, False]
    """

    upper: NDArray[np.float64]
    lower: NDArray[np.float64]

    @property
    def is_upper(self) -> NDArray[np.bool_]:
        """Where the upper tail is the smaller one: the direction a label takes."""
        return self.upper < self.lower

    def p_value(self, alternative: Alternative) -> NDArray[np.float64]:
        """Give the p-value, in (0, 1], for one alternative.

        Parameters
        ----------
        alternative : {"two-sided", "greater", "less"}
            Two-sided is twice the smaller tail, at most 1.

        Returns
        -------
        ndarray of float, shape (n,)
            A tail too small for a float gives the smallest there is in full precision, 2.2e-308.
        """
        if alternative == "greater":
            p = self.upper
        elif alternative == "less":
            p = self.lower
        else:
            p = np.minimum(1.0, 2.0 * np.minimum(self.upper, self.lower))
        return np.maximum(p, SMALLEST)

    def swapped(self, where: NDArray[np.bool_]) -> Tails:
        """Exchange the tails of some units, as a negative factor does.

        Parameters
        ----------
        where : ndarray of bool, shape (n,)
            The units concerned.

        Returns
        -------
        Tails
        """
        return Tails(
            upper=np.where(where, self.lower, self.upper),
            lower=np.where(where, self.upper, self.lower),
        )


def known(alternative: str) -> None:
    """Refuse an alternative that is not one of :data:`ALTERNATIVES`."""
    if alternative not in ALTERNATIVES:
        raise StatisticsError(
            f"alternative {alternative!r} is not known: use one of {', '.join(ALTERNATIVES)}"
        )
