"""The weighted sum around every unit: what Gi, Gi* and local Moran are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.sums import Sums, single_valued
from hotspots.statistics.neighbourhoods import EQUAL, first_id

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.statistics.neighbourhoods import Neighbourhoods


@dataclass(frozen=True)
class Around:
    """Sums over each unit's neighbourhood; where weights are equal, each neighbour counts once.

    Attributes
    ----------
    units : Neighbourhoods
        The units.
    own : bool
        Whether a unit belongs to its own neighbourhood.
    sizes : ndarray of int, shape (n,)
        Values in each neighbourhood.
    total, square : ndarray of float, shape (n,)
        Σ w_ij and Σ w_ij².
    sums : ndarray of float, shape (n,)
        Σ w_ij times the centred value.
    weights : ndarray of float, shape (sum of sizes,), or None
        Where they are unequal: of every neighbourhood, unit after unit.
    """

    units: Neighbourhoods
    own: bool
    sizes: NDArray[np.int64]
    total: NDArray[np.float64]
    square: NDArray[np.float64]
    sums: NDArray[np.float64]
    weights: NDArray[np.float64] | None = None

    @property
    def plain_sums(self) -> NDArray[np.float64]:
        """Σ w_ij x_j, of the values as they were given, shape (n,)."""
        return self.sums + self.total * self.units.centre

    @property
    def deviation_sums(self) -> NDArray[np.float64]:
        """Σ w_ij times the deviation from the mean, shape (n,)."""
        return self.sums - self.total * self.units.centred_mean

    def variance_factor(self, population: int) -> NDArray[np.float64]:
        """Give Var(Σ w_ij x_j) over the values' variance, when x is drawn from `population`."""
        return (population * self.square - self.total**2) / max(population - 1, 1)

    def compared(
        self, *, held: bool, untested: NDArray[np.bool_]
    ) -> tuple[Sums, NDArray[np.bool_]]:
        """Give the sums to compare with chance, and the units where chance leaves one value.

        Parameters
        ----------
        held : bool
            Whether a unit's own value is held, and its neighbourhood drawn from the others.
        untested : ndarray of bool, shape (n,)
            Units that are not tested for another reason.

        Returns
        -------
        Sums
        ndarray of bool, shape (n,)
        """
        units, magnitude = self.units, self.units.magnitude
        complete = self.sizes if self.weights is None else np.zeros_like(self.sizes)
        fixed = single_valued(units.centred, complete, held=held, magnitude=magnitude)
        sums = Sums(
            values=units.centred,
            observed=self.sums,
            sizes=self.sizes,
            tested=~(untested | fixed),
            held=held,
            magnitude=magnitude,
            weights=self.weights,
        )
        return sums, fixed


def around(units: Neighbourhoods, *, own: bool = False) -> Around:
    """Sum the values around every unit.

    Parameters
    ----------
    units : Neighbourhoods
        Values and links.
    own : bool
        Whether a unit belongs to its own neighbourhood: with the weight of its neighbours where
        those are equal, otherwise with the graph's weight for it.

    Returns
    -------
    Around

    Raises
    ------
    StatisticsError
        With `own`, when weights are unequal and a unit has none for itself.
    """
    if units.equally_weighted and not (own and _own_differs(units)):
        sizes = units.sizes + own
        times = sizes.astype(np.float64)
        sums = units.sums + units.centred if own else units.sums
        return Around(units, own, sizes, times, times, sums)
    focal, weights, values = units.focal, units.weights, units.centred[units.neighbour]
    if own:
        _require_own(units)
        starts = np.cumsum(units.sizes) - units.sizes
        focal = np.repeat(np.arange(units.n), units.sizes + 1)
        weights = np.insert(weights, starts, units.own_weights)
        values = np.insert(values, starts, units.centred)
    total, square, sums = (
        np.bincount(focal, terms, units.n).astype(np.float64)
        for terms in (weights, weights**2, weights * values)
    )
    return Around(units, own, units.sizes + own, total, square, sums, weights)


def _own_differs(units: Neighbourhoods) -> bool:
    """Say whether a unit has a weight for itself that is not that of its neighbours."""
    known = (units.own_weights > 0) & (units.sizes > 0)
    if not known.any():
        return False
    apart = np.abs(units.own_weights - units.largest_weights) > EQUAL * units.largest_weights
    return bool(np.any(known & apart))


def _require_own(units: Neighbourhoods) -> None:
    without = (units.own_weights <= 0) & (units.sizes > 0)
    if without.any():
        raise StatisticsError(
            f"graph: weights differ within a neighbourhood, and {int(without.sum())} units have "
            f"none for themselves, first id {first_id(units.index[units.has_value][without])}; "
            "Gi* counts the unit itself: give it a weight with graph.assign_self_weight(…), or "
            "use binary weights"
        )
