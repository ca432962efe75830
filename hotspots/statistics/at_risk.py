"""Events and the population they come from, checked against each other."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import AlignmentError, FewDataWarning, StatisticsError, faults
from hotspots.statistics.neighbourhoods import first_id, neighbourhoods
from hotspots.statistics.results import levels_to_caller

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from numpy.typing import NDArray

    from hotspots.statistics.neighbourhoods import Neighbourhoods

NO_VALUE = "no value"
NOBODY = "nobody at risk"
FEW_EXPECTED = 5  # below, one event more or less moves a rate by more than a fifth
MOST = 1e15  # events of a unit: beyond, a float no longer knows one more from none


@dataclass(frozen=True)
class AtRisk:
    """Events and the population they come from, checked against each other.

    Attributes
    ----------
    index : Index, length N
        Of all units, as the caller gave them.
    events : ndarray of float, shape (N,)
        NaN where events or population are unknown; 0 where the population is 0.
    population : ndarray of float, shape (N,)
        NaN where `events` is.
    notes : tuple of str
        What was left out, one sentence each.
    """

    index: pd.Index
    events: NDArray[np.float64]
    population: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def exposed(self) -> NDArray[np.bool_]:
        """Units with a population above zero: those that have a rate."""
        return self.population > 0

    @property
    def expected(self) -> NDArray[np.float64]:
        """Events that each exposed unit has at the overall rate, shape (exposed units,)."""
        y, x = self.events[self.exposed], self.population[self.exposed]
        return x * (y.sum() / x.sum() if x.size else np.nan)

    @property
    def left_out(self) -> dict[str, int]:
        """How many units have no rate, by reason."""
        counts = {
            NO_VALUE: int(np.count_nonzero(np.isnan(self.population))),
            NOBODY: int(np.count_nonzero(self.population == 0)),
        }
        return {reason: count for reason, count in counts.items() if count}

    def spread_out(self, result: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put results of the exposed units at the places of all units, NaN elsewhere."""
        everywhere = np.full(self.population.size, np.nan)
        everywhere[self.exposed] = result
        return everywhere


def at_risk(events: pd.Series, population: pd.Series) -> AtRisk:
    """Check events and population, and leave out the events where nobody is at risk.

    Parameters
    ----------
    events : Series of int, length N
        Whole numbers, none below zero; NaN where unknown.
    population : Series of float, length N
        None below zero, the same index; NaN where unknown.

    Returns
    -------
    AtRisk

    Raises
    ------
    AlignmentError
        When the indexes differ, or name a unit more than once.
    StatisticsError
        For anything but numbers, infinite or negative ones, or events that are not whole.

    Warns
    -----
    FewDataWarning
        For events in units whose population is 0.
    """
    found = [*_word_faults("events", events), *_word_faults("population", population)]
    if found:
        raise StatisticsError(faults("rates", found))
    if not (events.index.equals(population.index) and events.index.is_unique):
        raise AlignmentError(_misaligned(events.index, population.index))
    y, x = (given.to_numpy(dtype=np.float64, na_value=np.nan) for given in (events, population))
    found = [
        *_number_faults("events", y, events.index),
        *_number_faults("population", x, events.index),
        *_fault(
            "events", "are not whole numbers", np.isfinite(y) & (y != np.floor(y)), events.index
        ),
        *_fault("events", "are above 10^15", np.isfinite(y) & (y > MOST), events.index),
    ]
    if found:
        raise StatisticsError(faults("rates", found))
    unknown = np.isnan(y) | np.isnan(x)
    y, x = np.where(unknown, np.nan, y), np.where(unknown, np.nan, x)
    return AtRisk(
        index=events.index,
        events=np.where(x == 0, 0.0, y),
        population=x,
        notes=_left_out(y, (x == 0) & (y > 0), events.index),
    )


def linked(units: AtRisk, graph: Graph) -> Neighbourhoods:
    """Find who neighbours whom among the units that have a rate.

    Parameters
    ----------
    units : AtRisk
        Events and population.
    graph : libpysal.graph.Graph
        Neighbours, with the same ids in the same order.

    Returns
    -------
    Neighbourhoods
        Its values are the events of the exposed units.

    Raises
    ------
    AlignmentError
        When the index is not the graph's ids.
    StatisticsError
        When weights are negative.
    """
    events = pd.Series(np.where(units.exposed, units.events, np.nan), index=units.index)
    return neighbourhoods(events, graph)


def few_expected(
    units: AtRisk, so: str, *, expected: NDArray[np.float64] | None = None
) -> tuple[str, ...]:
    """Say, and warn, where the population is too small for a rate to mean much.

    Parameters
    ----------
    units : AtRisk
        Events and population.
    so : str
        What follows for the method at hand, as sentences.
    expected : ndarray of float, shape (exposed units,), optional
        Events expected in each; at the overall rate by default.

    Returns
    -------
    tuple of str
        Nothing, or one note, also given as :class:`FewDataWarning`.
    """
    few = (units.expected if expected is None else expected) < FEW_EXPECTED
    if not few.any():
        return ()
    note = (
        f"{int(few.sum())} of {few.size} units expect fewer than {FEW_EXPECTED} events, first id "
        f"{first_id(units.index[units.exposed][few])}: one event moves their rate by more than "
        f"{1 / FEW_EXPECTED:.0%} of the average. {so}"
    )
    warnings.warn(note, FewDataWarning, stacklevel=levels_to_caller())
    return (note,)


def not_more_than_all(units: AtRisk) -> None:
    """Refuse units with more events than people, where an event is one of the people.

    Parameters
    ----------
    units : AtRisk
        Events and population.

    Raises
    ------
    StatisticsError
        Naming how many units have more events than people, and the first.
    """
    more = units.events > units.population
    if more.any():
        raise StatisticsError(
            f"events: {int(more.sum())} units have more events than population, first id "
            f"{first_id(units.index[more])}; use family='poisson'"
        )


def _left_out(
    events: NDArray[np.float64], lost: NDArray[np.bool_], index: pd.Index
) -> tuple[str, ...]:
    """Say, and warn, when there are events where nobody is at risk."""
    if not lost.any():
        return ()
    note = (
        f"{int(events[lost].sum())} events are in {int(lost.sum())} units with a population of 0, "
        f"first id {first_id(index[lost])}: no rate explains them, so they are left out of every "
        "rate, test and total here; check the population, or use larger units."
    )
    warnings.warn(note, FewDataWarning, stacklevel=4)
    return (note,)


def _word_faults(name: str, values: object) -> list[str]:
    if not isinstance(values, pd.Series):
        return [f"{name}: a pandas Series indexed by unit is needed, not a {type(values).__name__}"]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_complex_dtype(values):
        return [f"{name}: numbers are needed, not {values.dtype}"]
    return []


def _number_faults(name: str, values: NDArray[np.float64], index: pd.Index) -> list[str]:
    return [
        *_fault(name, "are infinite", np.isinf(values), index),
        *_fault(name, "are below zero", values < 0, index),
    ]


def _fault(name: str, what: str, where: NDArray[np.bool_], index: pd.Index) -> list[str]:
    if not where.any():
        return []
    return [f"{name}: {int(where.sum())} {what}, first id {first_id(index[where])}"]


def _misaligned(index: pd.Index, other: pd.Index) -> str:
    for name, ids in (("events", index), ("population", other)):
        repeated = ids[ids.duplicated()]
        if len(repeated):
            return (
                f"{name}: {len(repeated)} units stand more than once, first id "
                f"{first_id(repeated)}; keep one row per unit"
            )
    missing, extra = index.difference(other), other.difference(index)
    if len(missing) or len(extra):
        first = first_id(missing if len(missing) else extra)
        return (
            f"events and population: {len(missing)} units have no population and {len(extra)} no "
            f"events, first id {first}; take both from the same table of units"
        )
    return (
        "events and population: the same units in another order; reorder with "
        "population.loc[events.index]"
    )
