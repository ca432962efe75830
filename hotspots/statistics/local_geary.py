"""Local Geary's c: how much a unit differs from its neighbours, in one variable or several."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import StatisticsError
from hotspots.inference.direct import Linked
from hotspots.inference.draws import generator
from hotspots.inference.engines import direct_inference
from hotspots.inference.labels import MORAN_LEVELS, similarity_labels
from hotspots.inference.sums import single_valued, tolerance
from hotspots.statistics.neighbourhoods import CANCELLED
from hotspots.statistics.pairs import together
from hotspots.statistics.results import LabelFrom, Measured, Options, engine_details, local_table

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction, Method
    from hotspots.statistics.neighbourhoods import Neighbourhoods


def local_geary(
    values: pd.Series | pd.DataFrame,
    graph: Graph,
    *,
    method: Method = "auto",
    n_permutations: int = 9_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find units that are like, or unlike, their neighbours: local Geary's c.

    Parameters
    ----------
    values : Series of float, length n, or DataFrame of float, shape (n, m)
        One value per unit, or m of them: then units are compared in all of them at once. Units
        without a value, or without one of them, are not tested, and are nobody's neighbours.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order; a self-weight is ignored. Weights are
        always row-standardised.
    method : {"auto", "permutation", "analytic"}
        Where p-values come from, see :func:`hotspots.gi_star`; never exact.
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        Like or unlike its neighbours, like only (c is small), unlike only (c is large): as for
        the other statistics, ``"greater"`` is for greater likeness.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        Index of `values`; columns ``statistic`` (c_i = Σ_j w_ij (z_i - z_j)², z the values in
        standard deviations over n - 1; of several variables the mean of their c_i), ``expected``
        and ``z`` given the unit's own values, ``p_value``, ``q_value`` and ``label``:
        ``"dissimilar"``; or ``"high-high"`` or ``"low-low"`` where the unit and its neighbours'
        mean lie on that side of the mean in every variable, and ``"similar"`` otherwise. Under
        the null the unit's values are held and those of its k neighbours are a draw without
        replacement from the other n - 1.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, an unknown option, or ``method="exact"``.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    References
    ----------
    Anselin (1995), doi:10.1111/j.1538-4632.1995.tb00338.x; Anselin (2019),
    doi:10.1111/gean.12164, on several variables.

    Examples
    --------
    Values 0 and 1 by turns, in a ring of 40: neighbours differ by 1, the variance is 10 / 39.

    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> result = local_geary(pd.Series([0, 1] * 20), ring, n_permutations=99, rng=1)
    >>> result["statistic"].round(6).unique().tolist()
    [3.9]
    """
    options = Options(n_permutations, alternative, correction, label_from, method)
    variables = together(_columns(values), graph)
    units = variables[0]
    linked, side = _linked(variables)
    expected, variance, same = _moments(linked)
    alone, fixed = units.sizes == 0, _single_valued(variables) | same
    linked = replace(linked, tested=~(alone | fixed))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(fixed, np.nan, (linked.observed - expected) / np.sqrt(variance))
    found = direct_inference(
        linked,
        z,
        method=options.method,
        n_permutations=options.n_permutations,
        rng=generator(rng),
    )
    likeness = found.tails.swapped(np.ones(units.n, dtype=np.bool_))  # small c is great likeness
    measured = Measured(
        statistic=np.where(alone, np.nan, linked.observed),
        expected=np.where(alone, np.nan, expected),
        z=z,
        tails=likeness,
        label=partial(similarity_labels, similar=likeness.is_upper, side=side),
        levels=MORAN_LEVELS,
        not_testable={"no neighbours": alone, "null distribution is a single value": fixed},
        draws=found.n_permutations,
    )
    return local_table(units, measured, options, {**engine_details(found), "null": "conditional"})


def _columns(values: pd.Series | pd.DataFrame) -> dict[str, pd.Series]:
    if not isinstance(values, pd.DataFrame):
        return {"values": values}
    if not len(values.columns):
        raise StatisticsError("values: at least one column is needed")
    return {f"values, column {name!r}": values.iloc[:, i] for i, name in enumerate(values.columns)}


def _single_valued(variables: list[Neighbourhoods]) -> NDArray[np.bool_]:
    """Find the units whose neighbours can have one value only, in every variable.

    That is so too where all others are neighbours, of equal weight.
    """
    first = variables[0]
    sizes = first.sizes if first.equally_weighted else np.zeros_like(first.sizes)
    fixed = [
        single_valued(units.centred, sizes, held=True, magnitude=units.magnitude)
        for units in variables
    ]
    every: NDArray[np.bool_] = np.logical_and.reduce(fixed)
    return every


def _linked(variables: list[Neighbourhoods]) -> tuple[Linked, NDArray[np.int64]]:
    """Give what is compared with draws, and the side of the mean a unit and its neighbours are on.

    With z_i·z_j over all m variables, c_i is Σ_j w_ij (z_i·z_i - 2 z_i·z_j + z_j·z_j) / m.
    """
    units, m = variables[0], len(variables)
    z = np.stack([_standardised(one) for one in variables])
    square = np.sum(z**2, axis=0)
    total = np.bincount(units.focal, units.weights, units.n)
    weights = units.weights / total[units.focal]
    near = np.stack(
        [np.bincount(units.focal, weights * one[units.neighbour], units.n) for one in z]
    )
    near_square = np.bincount(units.focal, weights * square[units.neighbour], units.n)

    def differences(sums: NDArray[np.float64], who: NDArray[np.intp]) -> NDArray[np.float64]:
        crossed = np.einsum("vu,vur->ur", z[:, who], sums[:-1])
        return np.asarray((square[who, None] - 2 * crossed + sums[-1]) / m)

    observed = (square - 2 * np.sum(z * near, axis=0) + near_square) / m
    linked = Linked(
        features=np.vstack([z, square]),
        weights=weights,
        sizes=units.sizes,
        tested=units.sizes > 0,
        observed=observed,
        tolerance=tolerance(observed, 2 * (square + near_square) / m),
        combine=differences,
        held=True,
    )
    high, low = (np.all((sign * z > 0) & (sign * near > 0), axis=0) for sign in (1, -1))
    return linked, high.astype(np.int64) - low


def _standardised(units: Neighbourhoods) -> NDArray[np.float64]:
    """Give deviations in standard deviations over n - 1; 0 where nothing varies."""
    if units.n < 2 or units.is_zero(units.deviations).all():
        return np.zeros(units.n)
    return units.deviations / float(units.deviations.std(ddof=1))


def _moments(
    linked: Linked,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Give mean and variance of c given the unit's own values, and where all others are as far.

    The neighbours' squared differences d_j are drawn from those of all others: their mean and
    variance follow from sums over all units, less the unit itself. Where they are all the same,
    so is every c.
    """
    z, square = linked.features[:-1], linked.features[-1]
    n, m = square.size, len(z)
    others = max(n - 1, 1)
    crossed = z.T @ (z @ square)
    spread = np.einsum("vu,vw,wu->u", z, z @ z.T, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_square = (square.sum() - square) / others
        mean = (square + 2 * square / others + mean_square) / m
        second = (
            square**2
            + 4 * (spread - square**2) / others
            + (np.sum(square**2) - square**2) / others
            + 4 * square**2 / others
            + 2 * square * mean_square
            - 4 * (crossed - square**2) / others
        ) / m**2
        unit = np.repeat(np.arange(n), linked.sizes)
        weights = np.bincount(unit, linked.weights**2, n)
        variance = (second - mean**2) * (others * weights - 1) / (others - 1)
        return mean, variance, second - mean**2 <= CANCELLED * second
