"""The sums over all weights that the variances of global tests are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hotspots.statistics.neighbourhoods import Neighbourhoods


@dataclass(frozen=True)
class WeightSums:
    """The weights of a graph and their sums.

    Attributes
    ----------
    matrix : sparse array, shape (n_units, n_units)
        Weights; the diagonal is empty unless asked for.
    linked : ndarray of bool, shape (n_units,)
        Units that neighbour another or are its neighbour.
    row_sums, column_sums : ndarray of float, shape (n_units,)
        Σ_j w_ij and Σ_i w_ij.
    """

    matrix: sparse.csr_array
    linked: NDArray[np.bool_]
    row_sums: NDArray[np.float64]
    column_sums: NDArray[np.float64]
    s0: float
    s1: float
    s2: float

    @property
    def n(self) -> int:
        """How many units are linked."""
        return int(np.count_nonzero(self.linked))

    @property
    def four(self) -> float:
        """The sum of products of weights over links without a unit in common."""
        return self.s0**2 + self.s1 - self.s2

    def without_isolates(self) -> WeightSums:
        """Leave out the units that are not linked; no sum changes."""
        if self.linked.all():
            return self
        kept = self.linked
        return WeightSums(
            matrix=self.matrix[kept][:, kept],
            linked=self.linked[kept],
            row_sums=self.row_sums[kept],
            column_sums=self.column_sums[kept],
            s0=self.s0,
            s1=self.s1,
            s2=self.s2,
        )


def weight_sums(units: Neighbourhoods, *, own: bool = False) -> WeightSums:
    """Sum the weights of a graph in the ways the variances need.

    Parameters
    ----------
    units : Neighbourhoods
        Links with their weights.
    own : bool
        Whether the graph's weights of units for themselves stand on the diagonal.

    Returns
    -------
    WeightSums
    """
    matrix = sparse.csr_array(
        (units.weights, (units.focal, units.neighbour)), shape=(units.n, units.n)
    )
    if own:
        matrix = sparse.csr_array(matrix + sparse.diags_array(units.own_weights))
    rows: NDArray[np.float64] = matrix.sum(axis=1)
    columns: NDArray[np.float64] = matrix.sum(axis=0)
    return WeightSums(
        matrix=matrix,
        linked=(rows + columns) > 0,
        row_sums=rows,
        column_sums=columns,
        s0=float(rows.sum()),
        s1=float(((matrix + matrix.T) ** 2).sum() / 2),
        s2=float(np.sum((rows + columns) ** 2)),
    )
