"""Bivariate local Moran: one variable at a unit beside another around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.statistics.around import Around, around
from hotspots.statistics.local_moran import table_by_lag
from hotspots.statistics.pairs import together
from hotspots.statistics.results import LabelFrom, Options

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction, Method
    from hotspots.statistics.neighbourhoods import Neighbourhoods

NOT_RELATED = (
    "This does not test whether the two are related: one is held and the other dealt at random, so "
    "that each clusters by itself gives small p-values too (two independent variables, each "
    "averaged twice over neighbours: p at or below 0.05 in 37 % of units)."
)


def local_moran_bivariate(
    x: pd.Series,
    y: pd.Series,
    graph: Graph,
    *,
    method: Method = "auto",
    n_permutations: int = 99_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find units whose `x` goes with, or against, the `y` around them: bivariate local Moran.

    Parameters
    ----------
    x, y : Series of float, length n
        One value of each per unit; units without both are left out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order; a self-weight is ignored. Weights are
        always row-standardised.
    method : {"auto", "exact", "permutation", "analytic"}
        Where p-values come from, see :func:`hotspots.gi_star`; exact for counts `y`.
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        Alike or unlike, alike only, unlike only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        Index of `x`; columns as :func:`hotspots.local_moran`, with ``statistic`` I_i = z_xi
        Σ_j w_ij z_yj, z the deviations in standard deviations over n - 1. Labels say
        the unit's `x` first, then its neighbours' `y`. Both values of the unit are held and its
        neighbours' `y` are a draw without replacement from the other n - 1. Where `x` and `y`
        go together at the units themselves, their being clustered alone gives large values: a
        label says that the unit's `x` meets high or low `y` around it, not why.

    Raises
    ------
    AlignmentError
        When ``x.index`` or ``y.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, an unknown option, or ``method="exact"`` where that
        cannot be had.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    Notes
    -----
    This does not test whether `x` and `y` are related. `x` is held and `y` is dealt at random, so
    that `y` is clustered is itself a departure from the null: of two *independent* variables, each
    averaged twice over the neighbours on a grid of 20 by 20 units, 37 % of the units had
    p ≤ 0.05.

    References
    ----------
    Anselin, Syabri & Smirnov (2002), Visualizing multivariate spatial correlation with
    dynamically linked windows; Wartenberg (1985), doi:10.1111/j.1538-4632.1985.tb00849.x.

    Examples
    --------
    In a ring of 0 and 1 by turns each neighbour has what the unit has not. Deviations are 0.5,
    the variance is 10 / 39: beside its opposite every I is 0.25 times 3.9.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> x = pd.Series([0, 1] * 20)
    >>> local_moran_bivariate(x, 1 - x, ring)["statistic"].round(6).unique().tolist()
    [0.975]
    """
    options = Options(n_permutations, alternative, correction, label_from, method)
    first, second = together({"x": x, "y": y}, graph)
    near = around(second)
    return table_by_lag(first, near, _measures(first, near), options, rng, notes=(NOT_RELATED,))


def _measures(
    first: Neighbourhoods, near: Around
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Compute I and its mean and standard score given the unit's own values."""
    n, others = np.float64(max(first.n, 1)), max(first.n - 1, 1)
    own = near.units.deviations
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = others * first.deviations / np.sqrt(np.sum(first.deviations**2) * np.sum(own**2))
        lag, spread = near.deviation_sums / near.total, near.square / near.total**2
        mean = -own / others
        variance = (np.sum(own**2) - own**2) / others - mean**2
        z = (lag - mean) / np.sqrt(variance * (others * spread - 1) / (n - 2))
        return scale * lag, np.where(near.sizes > 0, scale * mean, np.nan), np.sign(scale) * z
