"""Global tests of one variable: whether values are clustered anywhere at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.permutation import TIE, column_products
from hotspots.statistics.global_results import (
    FEWEST,
    permutation_tails,
    prepared,
    result,
    untested,
)
from hotspots.statistics.neighbourhoods import first_id
from hotspots.statistics.weight_sums import weight_sums

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.inference.permutation import Statistic
    from hotspots.schema import Alternative, TestResult
    from hotspots.statistics.neighbourhoods import Neighbourhoods
    from hotspots.statistics.weight_sums import WeightSums


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
        Mean and variance are those under randomisation: of I over all permutations of the values
        over the units. ``n`` leaves out units without neighbours; they still count in the mean and
        the sum of squares, so the statistic is that of spdep with ``adjust.n = TRUE``. Where there
        are such units, spdep's moments are not used: they are of permutations among the others,
        whose values it does not centre anew. NaN where all values are equal, or fewer than 4 units
        have a value and a neighbour.

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
    units = prepared(values, graph, n_permutations, alternative)
    weights = weight_sums(units)
    z = units.deviations
    square = np.sum(z**2)
    usable = weights.n >= FEWEST and not units.is_zero(z).all()
    if not usable:
        return untested("moran", alternative, weights.n)
    part = weights.n / units.n  # of the units, with a neighbour
    expected = -1.0 / (units.n - 1)
    variance = _moran_variance(weights, units.n, units.n * np.sum(z**4) / square**2)
    products, tolerance = _products(z, weights)
    return result(
        "moran",
        weights.n * float(z @ (weights.matrix @ z)) / (weights.s0 * square),
        moments=(part * expected, part**2 * variance),
        alternative=alternative,
        n=weights.n,
        tails=permutation_tails(products, units.n, n_permutations, tolerance=tolerance, rng=rng),
        n_permutations=n_permutations,
    )


def geary(
    values: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
) -> TestResult:
    """Test whether neighbours differ less than units do at large: global Geary's c.

    A small c means clustering: it is below 1 where neighbours are alike, above 1 where they
    differ. So that one option asks one question of every test, ``"greater"`` is for greater
    likeness (c below 1) and `z` is above 0 there, as in spdep; esda gives `z` the other sign.

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
        Any departure from chance, clustering (c below 1), or alternation (c above 1).
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same result.

    Returns
    -------
    TestResult
        Mean and variance are those under randomisation; ``z`` is (expected - c) / √variance.
        Units without neighbours are left out altogether, from the mean and the sum of squares
        too: c would not be 1 on average otherwise. (spdep leaves them out of n only; the two
        agree where every unit has a neighbour.) NaN where all values are equal, or fewer than
        4 units have a value and a neighbour.

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
    Geary (1954), doi:10.2307/2986645; Cliff & Ord (1981), Spatial Processes: Models and
    Applications, Pion.

    Examples
    --------
    Forty units in a row, 20 low, then 20 high. One of the 39 links joins unlikes, so the squared
    differences sum to 2 over 78 links, and c = (39 / 2) (2 / 78) / (40 · 0.25).

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 40] for i in range(40)}
    >>> result = geary(pd.Series([0] * 20 + [1] * 20), Graph.from_dicts(row), rng=1)
    >>> round(result.statistic, 6), result.p_value, bool(result.z > 0)
    (0.05, 0.0002, True)
    """
    units = prepared(values, graph, n_permutations, alternative)
    everywhere = weight_sums(units)
    weights = everywhere.without_isolates()
    z = units.centred[everywhere.linked]
    z = z - z.mean() if z.size else z
    usable = weights.n >= FEWEST and not units.is_zero(z).all()
    if not usable:
        return untested("geary", alternative, weights.n)
    n, square = weights.n, np.sum(z**2)
    differences, tolerance = _squared_differences(z, weights)
    tails = permutation_tails(differences, n, n_permutations, tolerance=tolerance, rng=rng)
    total = float(differences(np.arange(n)[:, None])[0, 0])
    return result(
        "geary",
        (n - 1) * total / (2 * weights.s0 * square),
        moments=(1.0, _geary_variance(weights, n * np.sum(z**4) / square**2)),
        alternative=alternative,
        n=n,
        tails=tails.swapped(np.array([True])),
        n_permutations=n_permutations,
        sign=-1,
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
    units = prepared(values, graph, n_permutations, alternative)
    _not_negative(units)
    everywhere = weight_sums(units)
    weights = everywhere.without_isolates()
    x = units.values[everywhere.linked]
    usable = weights.n >= FEWEST and not units.is_zero(x - x.mean()).all()
    pairs = x.sum() ** 2 - np.sum(x**2)
    if not usable or pairs <= 0:
        return untested("general_g", alternative, weights.n)
    mean, expected = float(x.mean()), weights.s0 / (weights.n * (weights.n - 1))
    deviations = x - mean
    products, tolerance = _products(deviations, weights, mean)
    variance, size = _products_variance(weights, deviations, mean)
    return result(
        "general_g",
        float(x @ (weights.matrix @ x)) / pairs,
        moments=(expected, variance / pairs**2),
        size=size / pairs**2,
        alternative=alternative,
        n=weights.n,
        tails=permutation_tails(products, weights.n, n_permutations, tolerance=tolerance, rng=rng),
        n_permutations=n_permutations,
    )


def _not_negative(units: Neighbourhoods) -> None:
    negative = units.values < 0
    if negative.any():
        raise StatisticsError(
            f"values: {int(negative.sum())} are below zero, first id "
            f"{first_id(units.index[units.has_value][negative])}; general_g needs none below zero"
        )


def _products(
    z: NDArray[np.float64], weights: WeightSums, mean: float = 0.0
) -> tuple[Statistic, NDArray[np.float64] | float]:
    """Give Σ w_ij (m + z_i)(m + z_j) of permuted deviations, and how far apart ties may be.

    Without its constant part m² Σ w_ij, beside which differences may be lost.
    """
    at_unit = mean * (weights.row_sums + weights.column_sums)

    def products(who: NDArray[np.int64]) -> NDArray[np.float64]:
        x = z[who]
        return column_products(x, at_unit[:, None] + weights.matrix @ x)[None]

    size = np.abs(z)
    return products, TIE * float(size @ (np.abs(at_unit) + weights.matrix @ size))


def _squared_differences(
    z: NDArray[np.float64], weights: WeightSums
) -> tuple[Statistic, NDArray[np.float64] | float]:
    """Give Σ w_ij (z_i - z_j)² of permuted values, and how far apart ties may be."""
    at_unit = weights.row_sums + weights.column_sums

    def differences(who: NDArray[np.int64]) -> NDArray[np.float64]:
        x = z[who]
        return column_products(x, at_unit[:, None] * x - 2 * (weights.matrix @ x))[None]

    size = np.abs(z)
    return differences, TIE * float(size @ (at_unit * size + 2 * (weights.matrix @ size)))


def _moran_variance(weights: WeightSums, n: int, kurtosis: float) -> float:
    """Give the variance of Moran's I of n units under randomisation (Cliff & Ord 1981)."""
    s0, s1, s2 = weights.s0, weights.s1, weights.s2
    even = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    uneven = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    return (even - uneven) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - 1 / (n - 1) ** 2


def _geary_variance(weights: WeightSums, kurtosis: float) -> float:
    """Give the variance of Geary's c under randomisation (Cliff & Ord 1981)."""
    n, s0, s1, s2 = weights.n, weights.s0, weights.s1, weights.s2
    alone = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
    shared = (n - 1) * s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis) / 4
    apart = s0**2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
    return (alone - shared + apart) / (n * (n - 2) * (n - 3) * s0**2)


def _products_variance(
    weights: WeightSums, z: NDArray[np.float64], mean: float
) -> tuple[float, float]:
    """Give the variance of Σ w_ij (m + z_i)(m + z_j) under randomisation, and its terms' size.

    Of m Σ r_i z_i, with r_i the row and column sum of i, of Σ w_ij z_i z_j as in Moran's I, and
    twice the covariance of the two; so nothing is lost where m is large beside z. The same as
    the moments of Getis & Ord (1992).
    """
    n, s0, s2 = weights.n, weights.s0, weights.s2
    at_unit = weights.row_sums + weights.column_sums
    square, cube = float(np.sum(z**2)), float(np.sum(z**3))
    linear = float(np.sum((at_unit - at_unit.mean()) ** 2)) * square / (n - 1)
    both = cube / (n * (n - 1)) * (2 * (2 * s0**2 - s2) / (n - 2) - s2)
    kurtosis = n * float(np.sum(z**4)) / square**2
    products = _moran_variance(weights, n, kurtosis) * (s0 * square / n) ** 2
    terms = np.array([mean**2 * linear, 2 * mean * both, products])
    return float(terms.sum()), float(np.abs(terms).sum())
