"""Local join counts: events of yes and no that meet more of their kind than chance gives."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from hotspots.errors import StatisticsError
from hotspots.inference.draws import generator
from hotspots.inference.engines import sum_inference
from hotspots.inference.labels import HOT_COLD_LEVELS, hot_cold_labels
from hotspots.statistics.around import around
from hotspots.statistics.neighbourhoods import first_id, neighbourhoods
from hotspots.statistics.pairs import together
from hotspots.statistics.results import LabelFrom, Measured, Options, engine_details, local_table

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction, Method
    from hotspots.statistics.neighbourhoods import Neighbourhoods

Join = Literal["bivariate", "colocation"]

WITH_IT = ("unit with it", "units with it")
JOINED: dict[Join, tuple[str, str]] = {
    "bivariate": ("unit with the other alone", "units with the other alone"),
    "colocation": ("unit with both", "units with both"),
}
"""What the units are called whose joins are counted."""


def local_join_count(
    values: pd.Series,
    graph: Graph,
    *,
    other: pd.Series | None = None,
    join: Join = "bivariate",
    method: Method = "auto",
    n_permutations: int = 99_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find units with an attribute whose neighbours have it too: local join counts.

    Parameters
    ----------
    values : Series of 0 and 1, length n
        Whether a unit has the attribute, such as any group home. Units with NaN are left out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order; a self-weight is ignored. Binary and
        row-standardised weights give the same result; unequal weights give weighted counts.
    other : Series of 0 and 1, length n, optional
        A second attribute, such as any hotel; without it joins are of `values` with itself.
    join : {"bivariate", "colocation"}
        With `other`: neighbours that have it without having `values`, around units that have
        `values` without `other`; or neighbours that have both, around units that have both.
    method : {"auto", "exact", "permutation", "analytic"}
        Where p-values come from, see :func:`hotspots.gi_star`; exact is hypergeometric.
    n_permutations : int
        Random draws R; the smallest two-sided p-value is 2 / (R + 1).
    alternative : {"two-sided", "greater", "less"}
        More or fewer joins than chance gives, more only, fewer only.
    correction : {"fdr_bh", "fdr_by", "bonferroni", "none"}
        How ``q_value`` corrects for many units, see :func:`hotspots.adjust`.
    label_from : {"q_value", "p_value"}
        What labels are made of.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same table.

    Returns
    -------
    DataFrame
        Index of `values`; columns as :func:`hotspots.gi_star`, with ``statistic`` the number of
        neighbours joined to the unit, 0 and not tested where the unit itself does not take part.
        Under the null the k neighbours are a draw without replacement from the other n - 1.

    Raises
    ------
    AlignmentError
        When ``values.index`` or ``other.index`` is not the graph's ids.
    StatisticsError
        For values other than 0 and 1, negative weights, an unknown option, or
        ``method="exact"`` where that cannot be had.

    Warns
    -----
    FewDataWarning
        Below 30 units, or 10 of those whose joins are counted.

    References
    ----------
    Anselin & Li (2019), doi:10.1007/s10109-019-00299-x.

    Examples
    --------
    Of 40 units in a ring twelve have it, side by side. Those in the middle have 2 neighbours that
    do; of the 741 pairs of the other 39 units, 55 consist of two of the other eleven.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> values = pd.Series([1] * 12 + [0] * 28)
    >>> result = local_join_count(values, ring, alternative="greater")
    >>> (result.loc[5, ["statistic", "p_value"]] * [1, 741]).astype(float).round(6).tolist()
    [2.0, 55.0]
    """
    options = Options(n_permutations, alternative, correction, label_from, method)
    focal, units = _taking_part(values, other, graph, join)
    near = around(units)
    alone = units.sizes == 0
    sums, fixed = near.compared(held=True, untested=alone | ~focal)
    others = max(units.n - 1, 1)
    own, ones = units.values, units.values.sum()
    share = (ones - own) / others
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = share * (1 - share) * near.variance_factor(others)
        z = (near.plain_sums - near.total * share) / np.sqrt(variance)
    found = sum_inference(
        sums,
        z,
        method=options.method,
        n_permutations=options.n_permutations,
        rng=generator(rng),
    )
    measured = Measured(
        statistic=np.where(focal, near.plain_sums, 0.0),
        expected=np.where(focal, near.total * share, np.nan),
        z=z,
        tails=found.tails,
        label=partial(hot_cold_labels, upper=found.tails.is_upper),
        levels=HOT_COLD_LEVELS,
        not_testable={
            "the unit has no part in the join": ~focal,
            "no neighbours": alone,
            "null distribution is a single value": fixed,
        },
        draws=found.n_permutations,
        counted=WITH_IT if other is None else JOINED[join],
    )
    return local_table(units, measured, options, {**engine_details(found), "null": "conditional"})


def _taking_part(
    values: pd.Series, other: pd.Series | None, graph: Graph, join: Join
) -> tuple[NDArray[np.bool_], Neighbourhoods]:
    """Find the units that are looked around, and what is counted around them."""
    if other is None:
        units = neighbourhoods(values, graph)
        has = _yes(units, "values")
        return has, _of(units, has)
    if join not in get_args(Join):
        raise StatisticsError(f"join {join!r} is not known: use 'bivariate' or 'colocation'")
    units, second = together({"values": values, "other": other}, graph)
    one, two = _yes(units, "values"), _yes(second, "other")
    if join == "colocation":
        return one & two, _of(units, one & two)
    return one & ~two, _of(units, two & ~one)


def _yes(units: Neighbourhoods, name: str) -> NDArray[np.bool_]:
    neither = (units.values != 0) & (units.values != 1)
    if neither.any():
        raise StatisticsError(
            f"{name}: {int(neither.sum())} are neither 0 nor 1, first id "
            f"{first_id(units.index[units.has_value][neither])}; say yes or no, such as counts > 0"
        )
    return np.asarray(units.values == 1)


def _of(units: Neighbourhoods, counted: NDArray[np.bool_]) -> Neighbourhoods:
    return replace(units, values=counted.astype(np.float64))
