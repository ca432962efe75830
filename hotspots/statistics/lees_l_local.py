"""Lee's local L: two variables, each smoothed over neighbours, side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.direct import Linked, direct_tails
from hotspots.inference.engines import DIRECT
from hotspots.inference.labels import MORAN_LEVELS, quadrant_labels
from hotspots.inference.sums import single_valued, tolerance
from hotspots.statistics.pairs import together
from hotspots.statistics.results import LabelFrom, Measured, Options, local_table

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction
    from hotspots.statistics.neighbourhoods import Neighbourhoods

TINY = np.finfo(np.float64).tiny


def lees_l_local(
    x: pd.Series,
    y: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9_999,
    alternative: Alternative = "two-sided",
    correction: Correction = "fdr_bh",
    label_from: LabelFrom = "q_value",
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Find where two variables, each smoothed over neighbours, go together: Lee's local L.

    Parameters
    ----------
    x, y : Series of float, length n
        One value of each per unit; units without both are left out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order. Self-weights are used as they are: Lee
        counts the unit itself, as ``graph.assign_self_weight(1)`` does. Weights are always
        row-standardised.
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
        Index of `x`; columns as :func:`hotspots.local_moran`, with ``statistic`` L_i =
        (Σ_j w_ij z_xj) (Σ_j w_ij z_yj), z the deviations in units of the standard deviation
        (over n), whose mean over row-standardised weights is Lee's global L. ``z`` uses the mean
        and the variance of the draws. Labels say the smoothed `x` first, then the smoothed `y`.
        The unit's own pair is held, and its neighbours' pairs are a draw without replacement
        from those of the other n - 1.

    Raises
    ------
    AlignmentError
        When ``x.index`` or ``y.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    References
    ----------
    Lee (2001), doi:10.1007/s101090100064.

    Examples
    --------
    Twenty low and twenty high units in a ring: away from the ends of a run each neighbourhood is
    one standard deviation off in `x`, and in ``-x`` the other way.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> ring = Graph.from_dicts({i: [(i - 1) % 40, (i + 1) % 40] for i in range(40)})
    >>> x = pd.Series([0] * 20 + [1] * 20)
    >>> lees_l_local(x, -x, ring, rng=1)["statistic"].iloc[[5, 0]].tolist()
    [-1.0, 0.0]
    """
    options = Options(n_permutations, alternative, correction, label_from, "permutation")
    first, second = together({"x": x, "y": y}, graph)
    alone = first.sizes == 0
    fixed = _single_valued(first, second)
    linked, smooth_x = _linked(first, second, tested=~(alone | fixed))
    found = direct_tails(linked, options.n_permutations, np.random.default_rng(rng))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (linked.observed - found.mean) / np.sqrt(found.variance)
    is_high = smooth_x > 0
    measured = Measured(
        statistic=linked.observed,
        expected=found.mean,
        z=z,
        tails=found.tails,
        label=partial(quadrant_labels, high=is_high, upper=found.tails.is_upper == is_high),
        levels=MORAN_LEVELS,
        not_testable={"no neighbours": alone, "null distribution is a single value": fixed},
    )
    return local_table(first, measured, options, {"method": DIRECT, "null": "conditional"})


def _linked(
    first: Neighbourhoods, second: Neighbourhoods, *, tested: NDArray[np.bool_]
) -> tuple[Linked, NDArray[np.float64]]:
    """Give what is compared with draws, and the smoothed x of every unit."""
    pairs = np.stack([_standardised(units) for units in (first, second)])
    total = np.bincount(first.focal, first.weights, first.n) + first.own_weights
    weights, own = first.weights / total[first.focal], first.own_weights / np.maximum(total, TINY)
    held = own * pairs

    def smoothed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        near = (
            np.bincount(first.focal, weights * of_one[first.neighbour], first.n)
            for of_one in values
        )
        return own * values + np.stack(list(near))

    def product(sums: NDArray[np.float64], units: NDArray[np.intp]) -> NDArray[np.float64]:
        x, y = held[:, units, None] + sums
        return np.asarray(x * y)

    smooth, magnitude = smoothed(pairs), smoothed(np.abs(pairs))
    observed = smooth[0] * smooth[1]
    linked = Linked(
        features=pairs,
        weights=weights,
        sizes=first.sizes,
        tested=tested,
        observed=observed,
        tolerance=tolerance(observed, magnitude[0] * magnitude[1]),
        combine=product,
        held=True,
    )
    return linked, smooth[0]


def _standardised(units: Neighbourhoods) -> NDArray[np.float64]:
    spread = float(units.deviations.std()) if units.n else 0.0
    return units.deviations / max(spread, TINY)


def _single_valued(first: Neighbourhoods, second: Neighbourhoods) -> NDArray[np.bool_]:
    """Find the units for which every draw gives the same: a variable does not vary."""
    constant, fixed = [], []
    for units in (first, second):
        nobody = np.zeros_like(units.sizes)
        constant.append(bool(units.is_zero(units.deviations).all()))
        fixed.append(single_valued(units.centred, nobody, held=True, magnitude=units.magnitude))
    return any(constant) | (fixed[0] & fixed[1])
