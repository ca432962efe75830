"""Values and graph, checked against each other and turned into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import AlignmentError, StatisticsError

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

EQUAL = 1e-9  # relative tolerance within which weights are equal
ROUNDING = 8 * np.finfo(np.float64).eps


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
        return np.bincount(self.focal, minlength=self.n)

    @cached_property
    def centre(self) -> float:
        """The median: subtracting it keeps sums of whole numbers exact."""
        return float(np.median(self.values)) if self.n else 0.0

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
        return float(np.abs(self.values).max(initial=0.0))

    @cached_property
    def sums(self) -> NDArray[np.float64]:
        """Sum of the neighbours' centred values, the unit's own left out, shape (n,)."""
        values = self.centred[self.neighbour]
        return np.bincount(self.focal, weights=values, minlength=self.n).astype(np.float64)

    @cached_property
    def largest_weights(self) -> NDArray[np.float64]:
        """The largest weight among each unit's neighbours, shape (n,)."""
        largest = np.zeros(self.n)
        np.maximum.at(largest, self.focal, self.weights)
        return largest

    @cached_property
    def equally_weighted(self) -> bool:
        """Whether the neighbours of every unit have equal weights: binary or row-standardised."""
        if not self.weights.size or self.weights.min() == self.weights.max():
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
    _aligned(values.index, graph.unique_ids)
    focal, neighbour, weights, own_weights = _links(values.index, graph)
    has_value = ~np.isnan(numbers)
    if not has_value.all():
        kept = has_value[focal] & has_value[neighbour]
        position = np.cumsum(has_value) - 1
        focal, neighbour = position[focal[kept]], position[neighbour[kept]]
        weights = weights[kept]
    return Neighbourhoods(
        index=values.index,
        has_value=has_value,
        values=numbers[has_value],
        focal=focal,
        neighbour=neighbour,
        weights=weights,
        own_weights=own_weights[has_value],
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
    infinite = np.isinf(numbers)
    if infinite.any():
        raise StatisticsError(
            f"values: {int(infinite.sum())} are infinite, first id "
            f"{first_id(values.index[infinite])}; make them NaN where the value is unknown"
        )
    return numbers


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


def _links(
    index: pd.Index, graph: Graph
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    adjacency = graph.adjacency
    weights = adjacency.to_numpy(dtype=np.float64)
    focal, neighbour = (
        _positions(index, labels, codes)
        for labels, codes in zip(adjacency.index.levels, adjacency.index.codes, strict=True)
    )
    negative = weights < 0
    if negative.any():
        raise StatisticsError(
            f"graph: {int(negative.sum())} weights are negative, first id "
            f"{first_id(index[focal[negative]])}; weights must be above zero"
        )
    own, linked = focal == neighbour, weights != 0
    own_weights = np.bincount(focal[own], weights[own], len(index)).astype(np.float64)
    linked &= ~own
    if not linked.all():
        focal, neighbour, weights = focal[linked], neighbour[linked], weights[linked]
    if np.any(focal[1:] < focal[:-1]):
        order = np.argsort(focal, kind="stable")
        focal, neighbour, weights = focal[order], neighbour[order], weights[order]
    return focal, neighbour, weights, own_weights


def _positions(index: pd.Index, labels: pd.Index, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    if labels.equals(index):
        return np.asarray(codes)
    return np.asarray(index.get_indexer(labels))[codes]
