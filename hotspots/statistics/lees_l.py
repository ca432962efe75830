"""Lee's L: whether two values, each smoothed over its neighbours, rise and fall together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.permutation import TIE, column_products
from hotspots.statistics.global_results import (
    FEWEST,
    checked,
    permutation_tails,
    result,
    untested,
)
from hotspots.statistics.pairs import together
from hotspots.statistics.results import few_data
from hotspots.statistics.weight_sums import weight_sums

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, TestResult
    from hotspots.statistics.weight_sums import WeightSums

ROWS = 2**14  # of WᵀW held at once


def lees_l(
    x: pd.Series,
    y: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether two values concentrate in the same places: Lee's L.

    L is the correlation of the two values smoothed over the neighbours: large when they are
    correlated and both clustered. It depends on the plain correlation of x and y, and so does its
    mean under the null: pairs (x, y) are permuted over the units together, which asks whether
    their places matter, not whether they are correlated.

    Parameters
    ----------
    x, y : Series of float, length n
        Two values per unit, of the same units in the same order; NaN in either leaves the unit out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order and weights used as they are
        (row-standardised is usual). Self-weights count: Lee has the unit itself among those it is
        smoothed over, as ``graph.assign_self_weight(1).transform("r")`` does.
    n_permutations : int
        Random permutations of the pairs over the units; 0 for the analytic test only.
    alternative : {"two-sided", "greater", "less"}
        Any departure from chance, L above its mean, or below it.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same result.

    Returns
    -------
    TestResult
        Mean and variance are exact under permutation of the pairs. ``n`` is all units with both
        values: units without neighbours count, with 0 for their smoothed value, as in spdep. Of
        spdep's ``lee.test`` the mean is the same, and the variance where x is y; with two
        different variables its formula, made for symmetric products, does not hold. NaN where all
        x or all y are equal, or fewer than 4 units have values and none a neighbour.

    Raises
    ------
    AlignmentError
        When ``x.index``, ``y.index`` and the graph's ids are not the same.
    StatisticsError
        For infinite values, negative weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    Notes
    -----
    This does not test whether `x` and `y` are related. That both are clustered is itself a
    departure from the null: of 200 maps of two *independent* variables, each averaged twice over
    the neighbours on a grid of 20 by 20 units, 82.5 % had p ≤ 0.05.

    References
    ----------
    Lee (2001), doi:10.1007/s101090100064; Lee (2004), doi:10.1068/a34208.

    Examples
    --------
    Forty units in a ring, 20 low, then 20 high, deviations 0.5: the two neighbours of 36 units
    average to ±0.5, of the four at the borders to 0, so L = 36 · 0.25 / (40 · 0.25).

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> x = pd.Series([0] * 20 + [1] * 20)
    >>> result = lees_l(x, 5 - 2 * x, ring.transform("r"), rng=1)
    >>> round(result.statistic, 6), result.p_value
    (-0.9, 0.0002)
    """
    checked(n_permutations, alternative)
    first, second = together({"x": x, "y": y}, graph)
    few_data(min(first, second, key=lambda units: float(np.abs(units.values).sum())))
    weights, n = weight_sums(first, own=True), first.n
    usable = n >= FEWEST and weights.s0 > 0
    if not usable or any(units.is_zero(units.deviations).all() for units in (first, second)):
        return untested("lees_l", alternative, n)
    u, v = (units.deviations / units.deviations.std() for units in (first, second))
    smooth = weights.matrix

    def products(who: NDArray[np.int64]) -> NDArray[np.float64]:
        return column_products(smooth @ u[who], smooth @ v[who])[None]

    tolerance = TIE * float((smooth @ np.abs(u)) @ (smooth @ np.abs(v)))
    return result(
        "lees_l",
        float((smooth @ u) @ (smooth @ v)) / float(weights.row_sums @ weights.row_sums),
        moments=_moments(_of_weights(weights), _of_values(u, v), n),
        alternative=alternative,
        n=n,
        tails=permutation_tails(products, n, n_permutations, tolerance=tolerance, rng=rng),
        n_permutations=n_permutations,
    )


@dataclass(frozen=True)
class _Sums:
    """Sums of a symmetric matrix, on its diagonal, off it and over whole rows."""

    on: float
    on_squared: float
    off: float
    off_squared: float
    off_rows_squared: float
    rows_squared: float

    @property
    def touching(self) -> float:
        """Σ_i m_ii Σ_j≠i m_ij, twice: entries of the diagonal with those of their rows."""
        return self.rows_squared - self.on_squared - self.off_rows_squared

    @property
    def apart(self) -> float:
        """The sum of products of entries off the diagonal without an index in common."""
        return self.off**2 + 2 * self.off_squared - 4 * self.off_rows_squared


def _of_weights(weights: WeightSums) -> _Sums:
    """Sum WᵀW in blocks of rows, divided so that all its entries sum to 1."""
    matrix, total = weights.matrix, float(weights.row_sums @ weights.row_sums)
    turned = matrix.T.tocsr()
    starts = range(0, matrix.shape[0], ROWS)
    squared = sum(float(((turned[i : i + ROWS] @ matrix) ** 2).sum()) for i in starts)
    diagonal = (matrix**2).sum(axis=0)
    rows = turned @ weights.row_sums
    return _Sums(
        on=float(diagonal.sum()) / total,
        on_squared=float(diagonal @ diagonal) / total**2,
        off=1.0 - float(diagonal.sum()) / total,
        off_squared=(squared - float(diagonal @ diagonal)) / total**2,
        off_rows_squared=float(np.sum((rows - diagonal) ** 2)) / total**2,
        rows_squared=float(rows @ rows) / total**2,
    )


def _of_values(u: NDArray[np.float64], v: NDArray[np.float64]) -> _Sums:
    """Sum (u_i v_j + v_i u_j) / 2, for values that sum to 0: so do its rows."""
    on, on_squared = float(u @ v), float(np.sum((u * v) ** 2))
    return _Sums(
        on=on,
        on_squared=on_squared,
        off=-on,
        off_squared=(float(u @ u) * float(v @ v) + on**2) / 2 - on_squared,
        off_rows_squared=on_squared,
        rows_squared=0.0,
    )


def _moments(p: _Sums, q: _Sums, n: int) -> tuple[float, float]:
    """Give mean and variance of Σ p_ij q_ij when the indices of q are permuted (Lee 2004)."""
    pairs, triples = n * (n - 1), n * (n - 1) * (n - 2)
    mean_on, mean_off = p.on * q.on / n, p.off * q.off / pairs
    on = (
        p.on_squared * q.on_squared / n
        + (p.on**2 - p.on_squared) * (q.on**2 - q.on_squared) / pairs
    )
    off = (
        2 * p.off_squared * q.off_squared / pairs
        + 4 * (p.off_rows_squared - p.off_squared) * (q.off_rows_squared - q.off_squared) / triples
        + p.apart * q.apart / (triples * (n - 3))
    )
    both = (
        p.touching * q.touching / (2 * pairs)
        + (p.on * p.off - p.touching) * (q.on * q.off - q.touching) / triples
    )
    mean = mean_on + mean_off
    return mean, on + off + 2 * both - mean**2
