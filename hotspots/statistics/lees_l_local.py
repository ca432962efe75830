"""Lee's local L: two variables, each smoothed over neighbours, side by side."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from hotspots.inference.direct import Linked
from hotspots.inference.draws import generator
from hotspots.inference.engines import direct_inference
from hotspots.inference.labels import MORAN_LEVELS, quadrant_labels
from hotspots.inference.sums import single_valued, tolerance
from hotspots.statistics.neighbourhoods import CANCELLED
from hotspots.statistics.pairs import together
from hotspots.statistics.results import LabelFrom, Measured, Options, engine_details, local_table

if TYPE_CHECKING:
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, Correction, Method
    from hotspots.statistics.neighbourhoods import Neighbourhoods

TINY = np.finfo(np.float64).tiny

NOT_RELATED = (
    "This does not test whether the two are related: pairs are dealt at random, so that each "
    "clusters by itself gives small p-values too (two independent variables, each averaged twice "
    "over neighbours: p at or below 0.05 in 49 % of units)."
)


def lees_l_local(
    x: pd.Series,
    y: pd.Series,
    graph: Graph,
    *,
    method: Method = "auto",
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
    method : {"auto", "permutation", "analytic"}
        Where p-values come from, see :func:`hotspots.gi_star`; never exact. The product of two
        sums is skewed, so ``"analytic"`` is poor far from the middle.
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
        (over n), whose mean over row-standardised weights is Lee's global L. ``expected`` and
        ``z`` have the exact mean and variance given the unit's own pair. Labels say the
        smoothed `x` first, then the smoothed `y`. The unit's own pair is held, and its
        neighbours' pairs are a draw without replacement from those of the other n - 1.

    Raises
    ------
    AlignmentError
        When ``x.index`` or ``y.index`` is not the graph's ids.
    StatisticsError
        For infinite values, negative weights, an unknown option, or ``method="exact"``.

    Warns
    -----
    FewDataWarning
        Below 30 units or 10 events.

    Notes
    -----
    This does not test whether `x` and `y` are related. Pairs are dealt at random, so that both are
    clustered is itself a departure from the null: of two *independent* variables, each averaged
    twice over the neighbours on a grid of 20 by 20 units, 49 % of the units had p ≤ 0.05.

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
    options = Options(n_permutations, alternative, correction, label_from, method)
    first, second = together({"x": x, "y": y}, graph)
    linked, held, smooth_x = _linked(first, second)
    expected, variance, same = _moments(linked, held)
    alone, fixed = first.sizes == 0, _single_valued(first, second) | same
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
    is_high = smooth_x > 0
    measured = Measured(
        statistic=linked.observed,
        expected=np.where(alone, np.nan, expected),
        z=z,
        tails=found.tails,
        label=partial(quadrant_labels, high=is_high, upper=found.tails.is_upper == is_high),
        levels=MORAN_LEVELS,
        not_testable={"no neighbours": alone, "null distribution is a single value": fixed},
        draws=found.n_permutations,
        notes=(NOT_RELATED,),
    )
    return local_table(first, measured, options, {**engine_details(found), "null": "conditional"})


def _linked(
    first: Neighbourhoods, second: Neighbourhoods
) -> tuple[Linked, NDArray[np.float64], NDArray[np.float64]]:
    """Give what is compared with draws, what is held of x and y, and the smoothed x."""
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
        tested=first.sizes > 0,
        observed=observed,
        tolerance=tolerance(observed, magnitude[0] * magnitude[1]),
        combine=product,
        held=True,
    )
    return linked, held, smooth[0]


def _moments(
    linked: Linked, held: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Give mean and variance of L given the unit's own pair, exact, and where L cannot vary.

    L is (a + A) (b + B): a and b are what is held, with the mean of what is drawn, and A and B
    the rest of the two sums. Of these only products of values that were drawn together are left,
    and of products of two, pairs of them.
    """
    s11, s20, s02, s21, s12, s22, means = _other_sums(linked.features)
    c2, c3, c4, c22, total = _factors(linked)
    a, b = held + total * means
    drawn = c2 * s11
    terms = np.stack(
        [
            c2 * (a**2 * s02 + b**2 * s20 + 2 * a * b * s11),
            2 * c3 * (a * s12 + b * s21),
            c4 * s22,
            c22 * (s20 * s02 + 2 * s11**2),
            -(drawn**2),
        ]
    )
    variance = terms.sum(axis=0)
    same = variance <= CANCELLED * np.maximum(np.abs(terms).sum(axis=0), (a * b) ** 2)
    return a * b + drawn, variance, same


def _other_sums(
    pairs: NDArray[np.float64],
) -> tuple[NDArray[np.float64], ...]:
    """Sum products of the pairs of all other units, less the others' means; and give the means.

    Returns
    -------
    tuple of ndarray of float, shape (n,)
        Σ xy, Σ x², Σ y², Σ x²y, Σ xy², Σ x²y²; last the means, shape (2, n).
    """
    x, y = pairs
    others = max(x.size - 1, 1)
    means = (pairs.sum(axis=1, keepdims=True) - pairs) / others
    p, q = means

    def raw(i: int, j: int) -> NDArray[np.float64]:
        terms = x**i * y**j
        return np.asarray(terms.sum() - terms)

    r11, r20, r02, r21, r12 = raw(1, 1), raw(2, 0), raw(0, 2), raw(2, 1), raw(1, 2)
    s22 = (
        raw(2, 2)
        - 2 * (q * r21 + p * r12)
        + q**2 * r20
        + p**2 * r02
        + 4 * p * q * r11
        - 3 * others * (p * q) ** 2
    )
    return (
        r11 - others * p * q,
        r20 - others * p**2,
        r02 - others * q**2,
        r21 - 2 * p * r11 - q * r20 + 2 * others * p**2 * q,
        r12 - 2 * q * r11 - p * r02 + 2 * others * p * q**2,
        s22,
        means,
    )


def _factors(linked: Linked) -> tuple[NDArray[np.float64], ...]:
    """Give what the sums over the others count in the means of AB, A²B, A²B² (twice), and Σ w.

    Places hold different units: a sum over distinct places is one over all places less those
    that coincide, and so is one over distinct units, whose values sum to 0.
    """
    n = linked.tested.size
    unit = np.repeat(np.arange(n), linked.sizes)
    w1, w2, w3, w4 = (
        np.bincount(unit, linked.weights**r, n).astype(np.float64) for r in (1, 2, 3, 4)
    )
    ways = np.cumprod(
        np.maximum(n - 1.0 - np.arange(4), 1.0)
    )  # none are needed where there are none
    f2, f3, f4 = w2 / ways[0], w3 / ways[0], w4 / ways[0]
    f11, f21 = (w1**2 - w2) / ways[1], (w2 * w1 - w3) / ways[1]
    f31, f22 = (w3 * w1 - w4) / ways[1], (w2**2 - w4) / ways[1]
    f111 = (w1**3 - 3 * w2 * w1 + 2 * w3) / ways[2]
    f211 = (w2 * w1**2 - 2 * w3 * w1 - w2**2 + 2 * w4) / ways[2]
    f1111 = (w1**4 - 6 * w2 * w1**2 + 3 * w2**2 + 8 * w3 * w1 - 6 * w4) / ways[3]
    return (
        f2 - f11,
        f3 - 3 * f21 + 2 * f111,
        f4 - 4 * f31 - 3 * f22 + 12 * f211 - 6 * f1111,
        f22 - 2 * f211 + f1111,
        w1,
    )


def _standardised(units: Neighbourhoods) -> NDArray[np.float64]:
    spread = float(units.deviations.std()) if units.n else 0.0
    return units.deviations / max(spread, TINY)


def _single_valued(first: Neighbourhoods, second: Neighbourhoods) -> NDArray[np.bool_]:
    """Find the units for which every draw gives the same: a variable does not vary, or all count.

    That is so too where all others are neighbours, of equal weight.
    """
    sizes = first.sizes if first.equally_weighted else np.zeros_like(first.sizes)
    constant, fixed = [], []
    for units in (first, second):
        constant.append(bool(units.is_zero(units.deviations).all()))
        fixed.append(single_valued(units.centred, sizes, held=True, magnitude=units.magnitude))
    return any(constant) | (fixed[0] & fixed[1])
