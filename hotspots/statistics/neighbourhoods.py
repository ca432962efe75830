"""Values and graph, checked against each other and turned into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from hotspots.errors import AlignmentError, StatisticsError

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

EQUAL = 1e-9  # relative tolerance within which weights are equal
ROUNDING = 8 * np.finfo(np.float64).eps
BLOCK = 2**14  # units summed at once
LARGEST = 1e70  # values whose fourth powers can still be summed
SMALLEST = 1e-70  # and those whose fourth powers are not yet 0
CANCELLED = 1e-13  # of its terms: a difference no greater is rounding error


@dataclass(frozen=True)
class Neighbourhoods:
    """The units that have a value, and who neighbours whom among them.

    Units without a value are left out, as units and as neighbours. Nobody neighbours itself.

    Attributes
    ----------
    index : Index, length N
        Of all units, as the caller gave them.
    has_value : ndarray of bool, shape (N,)
        Which units have a value; there are n of them.
    values : ndarray of float, shape (n,)
        Their values.
    focal, neighbour : ndarray of int, shape (E,)
        Positions among the n units, one pair per link.
    weights : ndarray of float, shape (E,)
        The graph's weight of each link, above zero; links stand in the order of `focal`.
    own_weights : ndarray of float, shape (n,)
        The graph's weight of each unit for itself, 0 where it has none.
    """

    index: pd.Index
    has_value: NDArray[np.bool_]
    values: NDArray[np.float64]
    focal: NDArray[np.int64]
    neighbour: NDArray[np.int64]
    weights: NDArray[np.float64]
    own_weights: NDArray[np.float64]

    @property
    def n(self) -> int:
        """How many units have a value."""
        return int(self.values.size)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Neighbours of each unit, shape (n,)."""
        starts = _starts(self.focal)
        counts = np.diff(starts, append=self.focal.size)
        if counts.size == self.n:
            return counts
        sizes = np.zeros(self.n, dtype=np.int64)
        sizes[self.focal[starts]] = counts
        return sizes

    @cached_property
    def centre(self) -> float:
        """The median: subtracting it keeps sums of whole numbers exact."""
        if not self.n:
            return 0.0
        half = self.n // 2
        parted = np.partition(self.values, half)
        upper = float(parted[half])
        return upper if self.n % 2 else (float(parted[:half].max()) + upper) / 2

    @cached_property
    def centred(self) -> NDArray[np.float64]:
        """Values less their median, shape (n,)."""
        return self.values - self.centre

    @cached_property
    def mean(self) -> float:
        """The mean of the values."""
        return self.centre + self.centred_mean

    @cached_property
    def deviations(self) -> NDArray[np.float64]:
        """Values less their mean, shape (n,)."""
        return self.centred - self.centred_mean

    @cached_property
    def centred_mean(self) -> float:
        """The mean of the centred values."""
        return float(self.centred.mean()) if self.n else 0.0

    @cached_property
    def magnitude(self) -> float:
        """The largest absolute value."""
        return float(max(self.values.max(initial=0.0), -self.values.min(initial=0.0)))

    @cached_property
    def sums(self) -> NDArray[np.float64]:
        """Sum of the neighbours' centred values, the unit's own left out, shape (n,)."""
        ends, sums = np.append(0, np.cumsum(self.sizes)), np.empty(self.n)
        for start in range(0, self.n, BLOCK):
            edges = ends[start : start + BLOCK + 1]
            near = self.neighbour[edges[0] : edges[-1]]
            rows = (edges - edges[0]).astype(np.int32)
            once = sparse.csr_array((np.ones(near.size), near, rows), (rows.size - 1, self.n))
            sums[start : start + BLOCK] = once @ self.centred
        return sums

    @cached_property
    def largest_weights(self) -> NDArray[np.float64]:
        """The largest weight among each unit's neighbours, shape (n,)."""
        largest, starts = np.zeros(self.n), _starts(self.focal)
        if starts.size:
            largest[self.focal[starts]] = np.maximum.reduceat(self.weights, starts)
        return largest

    @cached_property
    def equally_weighted(self) -> bool:
        """Whether the neighbours of every unit have equal weights: binary or row-standardised."""
        if not np.any(self.weights != self.weights[:1]):
            return True
        return not np.any(self.weights < self.largest_weights[self.focal] * (1 - EQUAL))

    def is_zero(self, deviations: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Mark deviations that are no more than rounding error of the values."""
        return np.abs(deviations) <= ROUNDING * self.magnitude

    def spread_out(self, result: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put n results at the places of all N units, NaN where there is no value."""
        if self.has_value.all():
            return result
        everywhere = np.full(self.has_value.size, np.nan)
        everywhere[self.has_value] = result
        return everywhere


def neighbourhoods(values: pd.Series, graph: Graph) -> Neighbourhoods:
    """Check values and graph against each other and turn them into arrays.

    Parameters
    ----------
    values : Series of float, length N
        One value per unit; NaN where it is unknown.
    graph : libpysal.graph.Graph
        Neighbours of every unit, with the same ids in the same order. Weights of zero are no
        links, and a self-weight makes nobody its own neighbour.

    Returns
    -------
    Neighbourhoods

    Raises
    ------
    AlignmentError
        When ``values.index`` is not the graph's ids.
    StatisticsError
        When values are not finite numbers or weights are negative.
    """
    numbers = _numbers(values)
    if not hasattr(graph, "adjacency"):
        raise StatisticsError(
            f"graph: a libpysal.graph.Graph is needed, not a {type(graph).__name__}; build one "
            "with hotspots.contiguity(units), or turn a W into one with Graph.from_W(w)"
        )
    focal, neighbour, weights, own_weights = _links(values.index, graph)
    has_value = ~np.isnan(numbers)
    if not has_value.all():
        numbers, own_weights = numbers[has_value], own_weights[has_value]
        kept = has_value[focal] & has_value[neighbour]
        position = np.cumsum(has_value) - 1
        focal, neighbour = position[focal[kept]], position[neighbour[kept]]
        weights = weights[kept]
    return Neighbourhoods(
        index=values.index,
        has_value=has_value,
        values=numbers,
        focal=focal,
        neighbour=neighbour,
        weights=weights,
        own_weights=own_weights,
    )


def first_id(index: pd.Index) -> str:
    """Show the first of some ids in a message."""
    return repr(index[:1].tolist()[0])


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    if not isinstance(values, pd.Series):
        raise StatisticsError(
            f"values: a pandas Series indexed by unit is needed, not a {type(values).__name__}"
        )
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_complex_dtype(values):
        raise StatisticsError(f"values: numbers are needed, not {values.dtype}")
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    beyond = np.abs(numbers) > LARGEST
    if beyond.any():
        what = "infinite" if np.isinf(numbers[beyond]).all() else f"beyond {LARGEST:g}"
        raise StatisticsError(
            f"values: {int(beyond.sum())} are {what}, first id "
            f"{first_id(values.index[beyond])}; make them NaN where the value is unknown"
        )
    if 0 < np.nanmax(np.abs(numbers), initial=0.0) < SMALLEST:
        raise StatisticsError(
            f"values: none is as far from 0 as {SMALLEST:g}, and squares of such numbers are lost; "
            "give them in another unit"
        )
    return numbers


def _links(
    index: pd.Index, graph: Graph
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the links as positions, in the order of `focal`, and the weights of units alone."""
    adjacency = graph.adjacency
    weights = adjacency.to_numpy(dtype=np.float64)
    focal, neighbour = _positions(index, adjacency.index)
    if not _unit_after_unit(focal, len(index)):
        _aligned(index, graph.unique_ids)
        order = np.argsort(focal, kind="stable")
        focal, neighbour, weights = focal[order], neighbour[order], weights[order]
    smallest, largest = weights.min(initial=1.0), weights.max(initial=1.0)
    if not (smallest >= 0 and largest < np.inf):
        wrong = ~((weights >= 0) & (weights < np.inf))
        what = "negative" if (weights[wrong] < 0).all() else "negative, infinite or missing"
        raise StatisticsError(
            f"graph: {int(wrong.sum())} weights are {what}, first id "
            f"{first_id(index[focal[wrong]])}; weights must be numbers above zero"
        )
    own, own_weights = focal == neighbour, np.zeros(len(index))
    if own.any() or smallest == 0:
        own_weights += np.bincount(focal[own], weights[own], len(index))
        linked = ~own & (weights != 0)
        focal, neighbour, weights = focal[linked], neighbour[linked], weights[linked]
    return focal, neighbour, weights, own_weights


def _positions(index: pd.Index, links: pd.MultiIndex) -> list[NDArray[np.int64]]:
    """Find both ends of every link in an index; -1 where one is not there."""
    ends: list[NDArray[np.int64]] = []
    for labels, codes in zip(links.levels, links.codes, strict=True):
        if labels.equals(index):
            ends.append(np.asarray(codes))
        elif index.is_unique:
            ends.append(index.get_indexer(labels)[codes])
        else:
            ends.append(np.full(codes.size, -1))
    return ends


def _unit_after_unit(focal: NDArray[np.int64], n: int) -> bool:
    """Say whether the links of unit 0 come first, then those of unit 1, and so on to the last."""
    if not focal.size:
        return n == 0
    steps = np.diff(focal)
    from_first_to_last = focal[0] == 0 and focal[-1] == n - 1
    return bool(from_first_to_last and steps.min(initial=0) >= 0 and steps.max(initial=0) <= 1)


def _starts(focal: NDArray[np.int64]) -> NDArray[np.intp]:
    """Find where the links of each unit that has any start."""
    return np.append(0, np.flatnonzero(focal[1:] != focal[:-1]) + 1)[: focal.size]


def _aligned(index: pd.Index, ids: pd.Index) -> None:
    if index.equals(ids):
        return
    missing, extra = ids.difference(index), index.difference(ids)
    if len(missing) or len(extra):
        first = first_id(extra if len(extra) else missing)
        raise AlignmentError(
            f"values and graph: {len(extra)} units are not in the graph and {len(missing)} of "
            f"the graph have no row, first id {first}; build the graph from the same units"
        )
    if not index.is_unique:
        repeated = index[index.duplicated()]
        raise AlignmentError(
            f"values and graph: {len(repeated)} units stand more than once in values, first id "
            f"{first_id(repeated)}; keep one row per unit"
        )
    differs = np.asarray(index) != np.asarray(ids)
    raise AlignmentError(
        f"values and graph: the same units in another order, {int(differs.sum())} differ, first "
        f"id {first_id(index[differs])}; reorder with values.loc[graph.unique_ids]"
    )
