"""Getis-Ord local statistics: the sum around a unit against what chance gives."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.labels import HOT_COLD_LEVELS, hot_cold_labels
from hotspots.inference.reference import Sums, reference_tails, single_valued
from hotspots.statistics.neighbourhoods import Neighbourhoods, equally_weighted, neighbourhoods
from hotspots.statistics.results import LabelFrom, Measured, Options, local_table

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction

Null = Literal["total", "conditional"]

METHOD = "shared reference"


def gi_star(
    values: pd.Series,
    graph: Graph,
    *,
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
        once, whether the graph holds it or not. The neighbours of one unit must have equal
        weights (binary or row-standardised: the result is the same).
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        Hot or cold, hot only, cold only.
    null : {"total", "conditional"}
        What chance is. ``"total"``: the k + 1 values of the neighbourhood are drawn from all n.
        ``"conditional"``: the unit's own value is held and its k neighbours are drawn from the
        other n - 1, so a unit is never hot by its own value alone. Changes the p-values and
        what derives from them; `expected` and `z` are those of ``"total"``.
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
        ``expected`` ((k + 1) times the mean), ``z`` (Ord & Getis 1995, equation 14), ``p_value``,
        ``q_value`` and ``label`` (``"hot 99"`` … ``"cold 99"`` by the smaller tail,
        ``"not significant"``, or ``"not testable"``). How it was done, how many units were not
        testable and why, and what the result cannot show: ``result.attrs["inference"]``.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For infinite values, unequal or negative weights, or an unknown option.

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
    options = Options(n_permutations, alternative, correction, label_from)
    units = neighbourhoods(values, graph)
    equally_weighted(units)
    size, held = units.sizes + 1, null == "conditional"
    total = units.sums + units.centred
    sums = Sums(
        values=units.centred,
        observed=units.sums if held else total,
        sizes=units.sizes if held else size,
        held=held,
        magnitude=units.magnitude,
    )
    excess = units.deviation_sums + units.deviations
    variance = np.full(units.n, np.sum(units.deviations**2) / max(units.n, 1))
    measures = (
        total + size * units.centre,
        size * units.mean,
        _score(excess, variance, size, population=units.n),
    )
    found = _found(units, sums, measures, options.n_permutations, np.random.default_rng(rng))
    return local_table(units, found, options, {"method": METHOD, "null": null})


def gi(
    values: pd.Series,
    graph: Graph,
    *,
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
        Neighbours, with the same ids in the same order; a self-weight is ignored. The neighbours
        of one unit must have equal weights (binary or row-standardised: the result is the same).
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
        For infinite values, unequal or negative weights, or an unknown option.

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
    options = Options(n_permutations, alternative, correction, label_from)
    units = neighbourhoods(values, graph)
    equally_weighted(units)
    own, others = units.deviations, max(units.n - 1, 1)
    mean = -own / others  # the others' deviations sum to minus the unit's own
    variance = (np.sum(own**2) - own**2) / others - mean**2
    sums = Sums(
        values=units.centred,
        observed=units.sums,
        sizes=units.sizes,
        held=True,
        magnitude=units.magnitude,
    )
    excess = units.deviation_sums - units.sizes * mean
    measures = (
        units.sums + units.sizes * units.centre,
        units.sizes * (units.mean + mean),
        _score(excess, variance, units.sizes, population=others),
    )
    found = _found(units, sums, measures, options.n_permutations, np.random.default_rng(rng))
    return local_table(units, found, options, {"method": METHOD, "null": "conditional"})


def _score(
    excess: NDArray[np.float64],
    variance: NDArray[np.float64],
    size: NDArray[np.int64],
    *,
    population: int,
) -> NDArray[np.float64]:
    """Standardise the excess of a sum of `size` values drawn from a finite population."""
    drawn = size * (population - size) / max(population - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return excess / np.sqrt(variance * drawn)


def _found(
    units: Neighbourhoods,
    tested: Sums,
    measures: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    n_permutations: int,
    rng: np.random.Generator,
) -> Measured:
    """Test the sums of the units that can be tested."""
    alone = units.sizes == 0
    fixed = single_valued(tested.values, tested.sizes, held=tested.held, magnitude=tested.magnitude)
    sums = replace(tested, sizes=np.where(alone | fixed, 0, tested.sizes))
    tails = reference_tails(sums, n_permutations, rng)
    statistic, expected, z = measures
    return Measured(
        statistic=statistic,
        expected=expected,
        z=z,
        tails=tails,
        label=partial(hot_cold_labels, upper=tails.is_upper),
        levels=HOT_COLD_LEVELS,
        not_testable={"no neighbours": alone, "null distribution is a single value": fixed},
    )
