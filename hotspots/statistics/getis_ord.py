"""Getis-Ord local statistics: the sum around a unit against what chance gives."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.draws import generator
from hotspots.inference.engines import sum_inference
from hotspots.inference.labels import HOT_COLD_LEVELS, hot_cold_labels
from hotspots.statistics.around import Around, around
from hotspots.statistics.neighbourhoods import neighbourhoods
from hotspots.statistics.results import (
    LabelFrom,
    Measured,
    Options,
    engine_details,
    local_table,
)

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction, Method

Null = Literal["total", "conditional"]


def gi_star(
    values: pd.Series,
    graph: Graph,
    *,
    method: Method = "auto",
    n_permutations: int = 99_999,
    alternative: Alternative = "two-sided",
    null: Null = "total",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find hot and cold units: Getis-Ord Gi*, the unit and its neighbours against chance.

    Parameters
    ----------
    values : Series of float, length n
        One value per unit, usually a count. Units with NaN are not tested, and are no part of
        their neighbours' neighbourhoods.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order. The unit itself is added here, exactly
        once, whether the graph holds it or not. Binary and row-standardised weights give the
        same result; where neighbours' weights differ (inverse distance, kernel), the graph must
        hold a weight for the unit itself, and the sums are weighted.
    method : {"auto", "exact", "permutation", "analytic"}
        Where p-values come from. ``"exact"``: the exact distribution of a sum of counts, for
        equal weights; no draws, no seed. ``"permutation"``: random draws. ``"analytic"``: the
        normal distribution of z. ``"auto"``: exact where possible, otherwise permutation;
        ``result.attrs["inference"]`` says which, and why not exact.
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        Hot or cold, hot only, cold only.
    null : {"total", "conditional"}
        What chance is. ``"total"``: the k + 1 values of the neighbourhood are drawn from all n.
        ``"conditional"``: the unit's own value is held and its k neighbours are drawn from the
        other n - 1, so a unit is never hot by its own value alone; `expected` and `z` go with it.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        Index of `values`; columns ``statistic`` (sum of the neighbourhood, the unit included),
        ``expected`` ((k + 1) times the mean, where the null is total), ``z`` (Ord & Getis 1995,
        equation 14, or given the unit's own value), ``p_value``, ``q_value`` and ``label``
        (``"hot 99"`` … ``"cold 99"`` by the smaller tail,
        ``"not significant"``, or ``"not testable"``). How it was done, how many units were not
        testable and why, and what the result cannot show: ``result.attrs["inference"]``.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, an unknown option, or ``method="exact"`` where that
        cannot be had.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    References
    ----------
    Ord & Getis (1995), doi:10.1111/j.1538-4632.1995.tb00912.x.

    Examples
    --------
    The last of 60 units in a row has itself and one neighbour: 2 + 4 = 6, where twice the mean,
    2 times 7/6, is expected.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> values = pd.Series([0, 1, 0, 0, 2, 4] * 10)
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 60] for i in range(60)}
    >>> result = gi_star(values, Graph.from_dicts(row), rng=1)
    >>> result.loc[59, ["statistic", "expected"]].round(4).tolist()
    [6.0, 2.3333]
    """
    if null not in get_args(Null):
        raise StatisticsError(f"null {null!r} is not known: use 'total' or 'conditional'")
    options = Options(n_permutations, alternative, correction, label_from, method)
    units = neighbourhoods(values, graph)
    near = around(units, own=True)
    if null == "conditional":
        others = around(units)
        once = others.weights is None and near.weights is not None  # counts neighbours once
        weight = units.largest_weights if once else 1.0
        expected, z = _held_moments(others)
        expected = near.plain_sums + weight * (expected - others.plain_sums)
        return _table(others, (near.plain_sums, expected, z), options, rng, held=True)
    variance = np.sum(units.deviations**2) / max(units.n, 1)
    z = _score(near.deviation_sums, variance * near.variance_factor(units.n))
    measures = (near.plain_sums, near.total * units.mean, z)
    return _table(near, measures, options, rng, held=False)


def gi(
    values: pd.Series,
    graph: Graph,
    *,
    method: Method = "auto",
    n_permutations: int = 99_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find units among high or low neighbours: Getis-Ord Gi, the unit itself left out.

    Parameters
    ----------
    values : Series of float, length n
        One value per unit. Units with NaN are not tested, and are nobody's neighbours.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order; a self-weight is ignored. Binary and
        row-standardised weights give the same result; unequal weights give weighted sums.
    method : {"auto", "exact", "permutation", "analytic"}
        Where p-values come from, see :func:`gi_star`.
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        High or low, high only, low only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        As :func:`gi_star`, with ``statistic`` the sum of the k neighbours, ``expected`` k times
        the mean of the other n - 1 units, and ``z`` from their mean and variance. Under the null
        the k neighbours are a draw without replacement from the other n - 1.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, an unknown option, or ``method="exact"`` where that
        cannot be had.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    References
    ----------
    Getis & Ord (1992), doi:10.1111/j.1538-4632.1992.tb00261.x;
    Ord & Getis (1995), doi:10.1111/j.1538-4632.1995.tb00912.x.

    Examples
    --------
    The last of 60 units in a row has one neighbour, with value 2; the other 59 sum to 66.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> values = pd.Series([0, 1, 0, 0, 2, 4] * 10)
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 60] for i in range(60)}
    >>> result = gi(values, Graph.from_dicts(row), rng=1)
    >>> result.loc[59, ["statistic", "expected"]].round(4).tolist()
    [2.0, 1.1186]
    """
    options = Options(n_permutations, alternative, correction, label_from, method)
    units = neighbourhoods(values, graph)
    near = around(units)
    return _table(near, (near.plain_sums, *_held_moments(near)), options, rng, held=True)


def _held_moments(near: Around) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give mean and standard score of the neighbours' sum, drawn from the other n - 1 units."""
    units = near.units
    own, others = units.deviations, max(units.n - 1, 1)
    mean = -own / others  # the others' deviations sum to minus the unit's own
    variance = (np.sum(own**2) - own**2) / others - mean**2
    excess = near.deviation_sums - near.total * mean
    return near.total * (units.mean + mean), _score(excess, variance * near.variance_factor(others))


def _score(excess: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return excess / np.sqrt(variance)


def _table(
    near: Around,
    measures: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    options: Options,
    rng: int | np.random.Generator | None,
    *,
    held: bool,
) -> pd.DataFrame:
    """Test the sums of the units that can be tested, and lay out what was found."""
    alone = near.units.sizes == 0
    sums, fixed = near.compared(held=held, untested=alone)
    statistic, expected, z = measures
    found = sum_inference(
        sums,
        z,
        method=options.method,
        n_permutations=options.n_permutations,
        rng=generator(rng),
    )
    measured = Measured(
        statistic=statistic,
        expected=expected,
        z=z,
        tails=found.tails,
        label=partial(hot_cold_labels, upper=found.tails.is_upper),
        levels=HOT_COLD_LEVELS,
        not_testable={"no neighbours": alone, "null distribution is a single value": fixed},
        draws=found.n_permutations,
    )
    details = {**engine_details(found), "null": "conditional" if held else "total"}
    return local_table(near.units, measured, options, details)
