"""Global tests: whether values are clustered anywhere at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from hotspots.errors import StatisticsError
from hotspots.inference import tails
from hotspots.inference.permutation import permutation_tails
from hotspots.inference.tails import Tails
from hotspots.schema import TestResult
from hotspots.statistics.neighbourhoods import first_id, neighbourhoods
from hotspots.statistics.results import few_data, permutations

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative
    from hotspots.statistics.neighbourhoods import Neighbourhoods

FEWEST = 4  # the variances divide by (n - 1)(n - 2)(n - 3)


@dataclass(frozen=True)
class Weights:
    """The weights of a graph and the sums the analytic variances are made of.

    Attributes
    ----------
    matrix : sparse array, shape (n, n)
        Weights without the diagonal.
    connected : ndarray of bool, shape (n,)
        Units with a neighbour.
    n : int
        How many those are.
    s0, s1, s2 : float
        Σ w_ij; Σ (w_ij + w_ji)² / 2; Σ (row sum + column sum)².
    """

    matrix: sparse.csr_array
    connected: NDArray[np.bool_]
    n: int
    s0: float
    s1: float
    s2: float


def moran(
    values: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test for clustering of like values: global Moran's I.

    Parameters
    ----------
    values : Series of float, length n
        One value per unit; NaN leaves the unit out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order and weights used as they are; a
        self-weight is ignored.
    n_permutations : int
        Random permutations of the values over the units; 0 for the analytic test only.
    alternative : {"two-sided", "greater", "less"}
        Any departure from chance, clustering, or alternation.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same result.

    Returns
    -------
    TestResult
        Mean and variance are those under randomisation (values permuted over the units).
        ``n`` leaves out units without neighbours; they still count in the mean and the sum of
        squares, as in spdep with ``adjust.n = TRUE``. NaN where all values are equal, or fewer
        than 4 units have a value and a neighbour.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    References
    ----------
    Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion.

    Examples
    --------
    Forty units in a row, 20 low, then 20 high; deviations are 0.5 each. Of the 39 links 38 join
    likes and one does not, so I = (40 / 78) (2 · 37 · 0.25) / (40 · 0.25).

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 40] for i in range(40)}
    >>> result = moran(pd.Series([0] * 20 + [1] * 20), Graph.from_dicts(row), rng=1)
    >>> round(result.statistic, 6), result.p_value
    (0.948718, 0.0002)
    """
    units = _prepared(values, graph, n_permutations, alternative)
    weights = _weights(units)
    z = units.deviations
    square = np.sum(z**2)
    usable = weights.n >= FEWEST and not units.is_zero(z).all()
    if not usable:
        return _untested("moran", alternative, weights.n)
    scale = weights.n / (weights.s0 * square)
    expected = -1.0 / (weights.n - 1)
    return _result(
        "moran",
        scale * float(z @ (weights.matrix @ z)),
        moments=(expected, _moran_variance(weights, units.n * np.sum(z**4) / square**2)),
        alternative=alternative,
        n=weights.n,
        tails=permutation_tails(z, weights.matrix, n_permutations, np.random.default_rng(rng)),
        n_permutations=n_permutations,
    )


def general_g(
    values: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether high or low values cluster: Getis-Ord general G.

    Parameters
    ----------
    values : Series of float, length n
        One value per unit, none below zero; NaN leaves the unit out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order and weights used as they are (binary is
        recommended); a self-weight is ignored.
    n_permutations : int
        Random permutations of the values over the units; 0 for the analytic test only.
    alternative : {"two-sided", "greater", "less"}
        Any departure from chance, high values together, or low values together.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same result.

    Returns
    -------
    TestResult
        Mean and variance are those under randomisation. Units without neighbours are left out,
        as in spdep with ``adjust.n = TRUE`` and ``adjust.x = TRUE``. NaN where all values are
        equal, or fewer than 4 units have a value and a neighbour.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For negative or infinite values, negative weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    References
    ----------
    Getis & Ord (1992), doi:10.1111/j.1538-4632.1992.tb00261.x.

    Examples
    --------
    Forty units in a row, the last 20 of them 1: of their 190 pairs 19 are linked.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 40] for i in range(40)}
    >>> result = general_g(pd.Series([0] * 20 + [1] * 20), Graph.from_dicts(row), rng=1)
    >>> round(result.statistic, 6), result.p_value
    (0.1, 0.0002)
    """
    units = _prepared(values, graph, n_permutations, alternative)
    _not_negative(units)
    weights = _weights(units)
    x = units.values[weights.connected]
    usable = weights.n >= FEWEST and not units.is_zero(x - x.mean()).all()
    if not usable:
        return _untested("general_g", alternative, weights.n)
    matrix = weights.matrix[weights.connected][:, weights.connected]
    pairs = x.sum() ** 2 - np.sum(x**2)
    if pairs <= 0:
        return _untested("general_g", alternative, weights.n)
    expected = weights.s0 / (weights.n * (weights.n - 1))
    return _result(
        "general_g",
        float(x @ (matrix @ x)) / pairs,
        moments=(expected, _general_g_second_moment(weights, x) / pairs**2 - expected**2),
        alternative=alternative,
        n=weights.n,
        tails=permutation_tails(x, matrix, n_permutations, np.random.default_rng(rng)),
        n_permutations=n_permutations,
    )


def _prepared(
    values: pd.Series, graph: Graph, n_permutations: int, alternative: Alternative
) -> Neighbourhoods:
    permutations(n_permutations, at_least=0)
    tails.known(alternative)
    units = neighbourhoods(values, graph)
    few_data(units)
    return units


def _not_negative(units: Neighbourhoods) -> None:
    negative = units.values < 0
    if negative.any():
        raise StatisticsError(
            f"values: {int(negative.sum())} are below zero, first id "
            f"{first_id(units.index[units.has_value][negative])}; general_g needs none below zero"
        )


def _weights(units: Neighbourhoods) -> Weights:
    matrix = sparse.csr_array(
        (units.weights, (units.focal, units.neighbour)), shape=(units.n, units.n)
    )
    rows: NDArray[np.float64] = matrix.sum(axis=1)
    columns: NDArray[np.float64] = matrix.sum(axis=0)
    connected = units.sizes > 0
    return Weights(
        matrix=matrix,
        connected=connected,
        n=int(np.count_nonzero(connected)),
        s0=float(rows.sum()),
        s1=float(((matrix + matrix.T) ** 2).sum() / 2),
        s2=float(np.sum((rows + columns) ** 2)),
    )


def _moran_variance(weights: Weights, kurtosis: float) -> float:
    """Give the variance of Moran's I under randomisation (Cliff & Ord 1981)."""
    n, s0, s1, s2 = weights.n, weights.s0, weights.s1, weights.s2
    even = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    uneven = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return (even - uneven) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2


def _general_g_second_moment(weights: Weights, x: NDArray[np.float64]) -> float:
    """Give E[(Σ w_ij x_i x_j)²] under randomisation (Getis & Ord 1992)."""
    n, s0, s1, s2 = weights.n, weights.s0, weights.s1, weights.s2
    m1, m2, m3, m4 = (float(np.sum(x**power)) for power in (1, 2, 3, 4))
    terms = (
        ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) * m2**2,
        -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2) * m4,
        -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2) * m1**2 * m2,
        (4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2) * m1 * m3,
        (s1 - s2 + s0**2) * m1**4,
    )
    return sum(terms) / (n * (n - 1) * (n - 2) * (n - 3))


def _result(
    name: str,
    statistic: float,
    *,
    moments: tuple[float, float],
    alternative: Alternative,
    n: int,
    tails: Tails,
    n_permutations: int,
) -> TestResult:
    expected, variance = moments
    z = (statistic - expected) / np.sqrt(variance) if variance > 0 else np.nan
    normal = Tails(upper=np.array([ndtr(-z)]), lower=np.array([ndtr(z)]))
    analytic = float(normal.p_value(alternative)[0])
    return TestResult(
        name=name,
        statistic=float(statistic),
        expected=expected,
        variance=float(variance),
        z=float(z),
        p_value=float(tails.p_value(alternative)[0]) if n_permutations else analytic,
        p_value_analytic=analytic,
        alternative=alternative,
        n=n,
        n_permutations=int(n_permutations),
    )


def _untested(name: str, alternative: Alternative, n: int) -> TestResult:
    nan = float("nan")
    return TestResult(
        name=name,
        statistic=nan,
        expected=nan,
        variance=nan,
        z=nan,
        p_value=nan,
        p_value_analytic=nan,
        alternative=alternative,
        n=n,
        n_permutations=0,
    )
