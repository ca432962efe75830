"""Join counts: how often units of one kind neighbour their own kind, and another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import StatisticsError
from hotspots.inference.permutation import TIE, column_products
from hotspots.inference.tails import Tails
from hotspots.statistics.global_results import (
    FEWEST,
    checked,
    permutation_tails,
    result,
    untested,
)
from hotspots.statistics.neighbourhoods import first_id, neighbourhoods
from hotspots.statistics.results import few_data
from hotspots.statistics.weight_sums import weight_sums

if TYPE_CHECKING:
    from collections.abc import Hashable

    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.schema import Alternative, TestResult
    from hotspots.statistics.neighbourhoods import Neighbourhoods
    from hotspots.statistics.weight_sums import WeightSums

MOST_KINDS = 20  # 210 kinds of joins


@dataclass(frozen=True)
class Kinds:
    """The kind of every unit.

    Attributes
    ----------
    labels : tuple of hashable, length k
        Every kind that occurs, in order; 0 before 1.
    codes : Series of float, length n
        Its position among the labels per unit, NaN where unknown.
    """

    labels: tuple[Hashable, ...]
    codes: pd.Series


def join_count(
    values: pd.Series,
    graph: Graph,
    *,
    n_permutations: int = 9999,
    alternative: Alternative = "two-sided",
    rng: int | np.random.Generator | None = None,
) -> dict[tuple[Hashable, Hashable], TestResult]:
    """Test whether units of a kind neighbour each other more than chance would have it.

    Parameters
    ----------
    values : Series of bool, 0 and 1, text or categories, length n
        The kind of each unit: black (1) or white (0), or the label of one of several; NaN or None
        leaves the unit out.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order and weights used as they are (binary
        makes counts); a self-weight is ignored.
    n_permutations : int
        Random permutations of the kinds over the units; 0 for the analytic test only. Every
        kind of join is counted on the same permutations.
    alternative : {"two-sided", "greater", "less"}
        Any departure from chance, more joins of that kind, or fewer. More joins of one colour
        mean clustering, more joins of different colours mean alternation.
    rng : int, numpy.random.Generator or None
        Seed or source of randomness; the same seed gives the same result.

    Returns
    -------
    dict of (kind, kind) to TestResult
        Joins within each kind first, then between each two: for bool and 0/1 black-black is
        ``[1, 1]``, white-white ``[0, 0]``, black-white ``[0, 1]``. The statistic is half the sum
        of weights, so that a link held by both its units counts once. Mean and variance are those
        of sampling without replacement ("non-free"), which is what permuting does. The null
        distribution itself depends on the whole graph and has no short exact form; permutation
        stands in. Units without neighbours are left out altogether. p is NaN where only one count
        is possible, as with a single unit of a kind, and everything is NaN where all units are of
        one kind or fewer than 4 have a value and a neighbour.

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        For numbers other than 0 and 1, more than 20 kinds, negative weights, or an unknown option.

    Warns
    -----
    FewDataWarning
        Below 30 units, or 10 units that are 1 (with labels: that are not of the commonest kind).

    References
    ----------
    Cliff & Ord (1981), Spatial Processes: Models and Applications, Pion.

    Examples
    --------
    Forty units in a row, 20 white, then 20 black: 39 links, one between the colours.

    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> row = {i: [j for j in (i - 1, i + 1) if 0 <= j < 40] for i in range(40)}
    >>> found = join_count(pd.Series([0] * 20 + [1] * 20), Graph.from_dicts(row), rng=1)
    >>> {kinds: (test.statistic, test.expected, test.p_value) for kinds, test in found.items()}
    {(0, 0): (19.0, 9.5, 0.0002), (1, 1): (19.0, 9.5, 0.0002), (0, 1): (1.0, 20.0, 0.0002)}
    """
    checked(n_permutations, alternative)
    kinds = _kinds(values)
    units = _units(kinds, graph)
    everywhere = weight_sums(units)
    weights = everywhere.without_isolates()
    codes = units.values[everywhere.linked].astype(np.int64)
    numbers = np.bincount(codes, minlength=len(kinds.labels))
    pairs = [*((i, i) for i in range(len(numbers))), *combinations(range(len(numbers)), 2)]
    names = {(a, b): f"join_count {kinds.labels[a]}-{kinds.labels[b]}" for a, b in pairs}
    keys = {(a, b): (kinds.labels[a], kinds.labels[b]) for a, b in pairs}
    if weights.n < FEWEST or np.count_nonzero(numbers) < 2:
        return {keys[pair]: untested(names[pair], alternative, weights.n) for pair in pairs}
    joins = _Joins(weights, codes, pairs)
    tails = permutation_tails(joins, weights.n, n_permutations, tolerance=TIE * weights.s0, rng=rng)
    observed = joins(np.arange(weights.n)[:, None])[:, 0]
    return {
        keys[pair]: result(
            names[pair],
            float(observed[i]),
            moments=_moments(weights, numbers, pair),
            tails=Tails(upper=tails.upper[[i]], lower=tails.lower[[i]]),
            alternative=alternative,
            n=weights.n,
            n_permutations=n_permutations,
        )
        for i, pair in enumerate(pairs)
    }


class _Joins:
    """Counts joins, half the sum of weights, per pair of kinds under permutations of the units."""

    def __init__(
        self, weights: WeightSums, codes: NDArray[np.int64], pairs: list[tuple[int, int]]
    ) -> None:
        self.matrix = ((weights.matrix + weights.matrix.T) / 2).tocsr()
        self.codes = codes
        self.pairs = pairs

    def __call__(self, who: NDArray[np.int64]) -> NDArray[np.float64]:
        """Count for each permutation, shape (pairs, b)."""
        codes = self.codes[who]
        kinds = range(self.pairs[-1][-1] + 1)
        members = [(codes == kind).astype(np.float64) for kind in kinds]
        beside = [self.matrix @ member for member in members]
        counts = np.array([column_products(members[a], beside[b]) for a, b in self.pairs])
        within = np.array([a == b for a, b in self.pairs])
        return np.where(within[:, None], counts / 2, counts)


def _kinds(values: object) -> Kinds:
    """Find the kinds, from 0 and 1 or from labels."""
    if not isinstance(values, pd.Series):
        raise StatisticsError(
            f"values: a pandas Series indexed by unit is needed, not a {type(values).__name__}"
        )
    if pd.api.types.is_complex_dtype(values):
        return Kinds((0, 1), values)  # refused where values are checked against the graph
    if pd.api.types.is_numeric_dtype(values):
        return Kinds((0, 1), _zero_or_one(values))
    codes, labels = pd.factorize(values, sort=False)
    if len(labels) > MOST_KINDS:
        raise StatisticsError(
            f"values: {len(labels)} different labels; join_count takes at most {MOST_KINDS} kinds"
        )
    order = _in_order(values, labels)
    rank = np.empty(len(labels) + 1)
    rank[order], rank[-1] = np.arange(len(labels)), np.nan
    return Kinds(
        tuple(labels[i] for i in order), pd.Series(rank[codes], index=values.index, dtype=float)
    )


def _in_order(values: pd.Series, labels: pd.Index) -> list[int]:
    """Sort labels as their categories stand, else by what they read as."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [int(i) for i in np.argsort(values.cat.categories.get_indexer(labels))]
    return sorted(range(len(labels)), key=lambda i: str(labels[i]))


def _zero_or_one(values: pd.Series) -> pd.Series:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    other = ~np.isin(numbers, (0.0, 1.0)) & np.isfinite(numbers)
    if other.any():
        raise StatisticsError(
            f"values: {int(other.sum())} are neither 0 nor 1, first id "
            f"{first_id(values.index[other])}; count as present with (values > 0), or turn "
            "codes of kinds into labels with values.astype('category')"
        )
    return values


def _units(kinds: Kinds, graph: Graph) -> Neighbourhoods:
    units = neighbourhoods(kinds.codes, graph)
    few_data(_with_events(units, kinds), _called(kinds))
    return units


def _called(kinds: Kinds) -> tuple[str, str]:
    """Name the units that :func:`_with_events` counts, one and several."""
    if kinds.labels == (0, 1):
        return "unit with it", "units with it"
    return "unit of another kind", "units not of the commonest kind"


def _with_events(units: Neighbourhoods, kinds: Kinds) -> Neighbourhoods:
    """Take 1 for an event, and with labels every unit that is not of the commonest kind."""
    if kinds.labels == (0, 1) or not units.n:
        return units
    commonest = np.bincount(units.values.astype(np.int64)).argmax()
    return replace(units, values=(units.values != commonest).astype(np.float64))


def _moments(
    weights: WeightSums, numbers: NDArray[np.int64], pair: tuple[int, int]
) -> tuple[float, float]:
    """Give mean and variance of a join count under non-free sampling (Cliff & Ord 1981)."""
    n = weights.n
    pairs = n * (n - 1)
    triples, fours = pairs * (n - 2), pairs * (n - 2) * (n - 3)
    a, b = (int(numbers[kind]) for kind in pair)
    if pair[0] == pair[1]:
        same = a * (a - 1)
        mean = weights.s0 * same / (2 * pairs)
        square = (
            weights.s1 * same / pairs
            + (weights.s2 - 2 * weights.s1) * same * (a - 2) / triples
            + weights.four * same * (a - 2) * (a - 3) / fours
        )
    else:
        mean = weights.s0 * a * b / pairs
        square = (
            2 * weights.s1 * a * b / pairs
            + (weights.s2 - 2 * weights.s1) * a * b * (a + b - 2) / triples
            + 4 * weights.four * a * (a - 1) * b * (b - 1) / fours
        )
    return mean, square / 4 - mean**2
