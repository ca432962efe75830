"""Local Moran's I: whether a unit resembles its neighbours or stands out from them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.draws import generator
from hotspots.inference.engines import sum_inference
from hotspots.inference.labels import MORAN_LEVELS, quadrant_labels
from hotspots.statistics.around import Around, around
from hotspots.statistics.neighbourhoods import neighbourhoods
from hotspots.statistics.results import LabelFrom, Measured, Options, engine_details, local_table

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction, Method
    from hotspots.statistics.neighbourhoods import Neighbourhoods


def local_moran(
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
    """Find clusters and outliers: local Moran's I, the unit's value beside its neighbours' mean.

    Parameters
    ----------
    values : Series of float, length n
        One value per unit. Units with NaN are not tested, and are nobody's neighbours.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order; a self-weight is ignored.
        Weights are always row-standardised.
    method : {"auto", "exact", "permutation", "analytic"}
        Where p-values come from, see :func:`hotspots.gi_star`.
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        Alike or unlike its neighbours, alike only, unlike only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        Index of `values`; columns ``statistic`` (I_i = z_i Σ_j w_ij z_j / m2 with z the deviations
        from the mean and m2 = Σ z² / n), ``expected`` and ``z`` given the unit's own value,
        ``p_value``, ``q_value`` and ``label``: ``"high-high"``, ``"low-low"``, ``"high-low"`` or
        ``"low-high"`` where the probability is at most 0.05 (first the unit, against the mean;
        then its neighbours, by the smaller tail), ``"not significant"`` or ``"not testable"``.
        How it was done: ``result.attrs["inference"]``. Under the null the unit's value is held
        and its k neighbours are a draw without replacement from the other n - 1.

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
    Anselin (1995), doi:10.1111/j.1538-4632.1995.tb00338.x;
    Sauer, Oshan, Rey & Wolf (2022), doi:10.1111/gean.12304, on the moments.

    Examples
    --------
    Values 0 and 1 by turns, in a ring: z is ±0.5, m2 is 0.25, every I is -1.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> result = local_moran(pd.Series([0, 1] * 20), ring, rng=1)
    >>> result["statistic"].unique().tolist()
    [-1.0]
    """
    options = Options(n_permutations, alternative, correction, label_from, method)
    units = neighbourhoods(values, graph)
    near = around(units)
    return table_by_lag(units, near, _measures(near), options, rng)


def table_by_lag(
    units: Neighbourhoods,
    near: Around,
    measures: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    options: Options,
    rng: int | np.random.Generator | None,
    *,
    notes: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Test a product of each unit's held deviation and its neighbours' mean.

    Parameters
    ----------
    units : Neighbourhoods
        Whose deviations are held.
    near : Around
        Sums over the neighbours, of the same values or of others.
    measures : tuple of three ndarray of float, shape (n,)
        Statistic, expected and z.
    options : Options
        Of the test.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness.
    notes : tuple of str
        What the test does not say.

    Returns
    -------
    DataFrame
        As :func:`local_moran`.
    """
    alone, average = units.sizes == 0, units.is_zero(units.deviations)
    sums, fixed = near.compared(held=True, untested=alone | average)
    statistic, expected, z = measures
    is_low = units.deviations < 0
    lag = sum_inference(
        sums,
        np.where(is_low, -z, z),
        method=options.method,
        n_permutations=options.n_permutations,
        rng=generator(rng),
    )
    found = Measured(
        statistic=statistic,
        expected=expected,
        z=z,
        tails=lag.tails.swapped(is_low),
        label=partial(quadrant_labels, high=~is_low, upper=lag.tails.is_upper),
        levels=MORAN_LEVELS,
        not_testable={
            "no neighbours": alone,
            "null distribution is a single value": fixed,
            "the unit's value is the mean": average,
        },
        draws=lag.n_permutations,
        notes=notes,
    )
    details = {**engine_details(lag), "null": "conditional"}
    return local_table(near.units, found, options, details)


def _measures(
    near: Around,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Compute I and its mean and standard score given the unit's own value."""
    n, own = np.float64(near.units.n), near.units.deviations
    with np.errstate(divide="ignore", invalid="ignore"):
        square = np.sum(own**2) / n
        lag, spread = near.deviation_sums / near.total, near.square / near.total**2
        statistic = own * lag / square
        expected = np.where(near.sizes > 0, -(own**2) / ((n - 1) * square), np.nan)
        remaining = square - own**2 / (n - 1)
        variance = (own / square) ** 2 * n / (n - 2) * (spread - 1 / (n - 1)) * remaining
        return statistic, expected, (statistic - expected) / np.sqrt(variance)
