"""Rates: events against the population at risk, or against another baseline."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import AlignmentError, FewDataWarning, StatisticsError, faults
from hotspots.statistics.neighbourhoods import first_id

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
        When the indexes differ.
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
    if not events.index.equals(population.index):
        raise AlignmentError(_misaligned(events.index, population.index))
    y, x = (given.to_numpy(dtype=np.float64, na_value=np.nan) for given in (events, population))
    found = [
        *_number_faults("events", y, events.index),
        *_number_faults("population", x, events.index),
        *_fault(
            "events", "are not whole numbers", np.isfinite(y) & (y != np.floor(y)), events.index
        ),
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


def eb_standardised(events: pd.Series, population: pd.Series) -> pd.Series:
    """Standardise rates by what their populations let expect, as for a Moran's I of rates.

    Parameters
    ----------
    events : Series of int, length n
        Whole numbers, none below zero; NaN where unknown.
    population : Series of float, length n
        At risk, none below zero, the same index; NaN where unknown.

    Returns
    -------
    Series of float
        ``(r_i - b) / sqrt(a + b / x_i)`` with rate r_i = y_i / x_i, overall rate b, and a the
        variance between units by the method of moments, 0 where that is negative. NaN where a
        number is unknown, the population is 0, or there are no events at all.

    Raises
    ------
    AlignmentError
        When the indexes differ.
    StatisticsError
        For anything but numbers, infinite or negative ones, or events that are not whole.

    Warns
    -----
    FewDataWarning
        For events in units whose population is 0; they are left out.

    References
    ----------
    Assunção & Reis (1999), doi:10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I.

    Examples
    --------
    Eight events among 40, b = 0.2: rates 0.1 and 0.3 vary less than chance (0.01 against
    b / 20 = 0.01), so a = 0 and every z is ±0.1 / sqrt(0.2 / 20).

    >>> eb_standardised(pd.Series([2, 6]), pd.Series([20, 20])).round(12).tolist()
    [-1.0, 1.0]
    """
    units = at_risk(events, population)
    exposed = units.exposed
    z = np.full(exposed.size, np.nan)
    z[exposed] = standardised(units.events[exposed], units.population[exposed])
    return pd.Series(z, index=units.index, name="eb_standardised")


def standardised(
    events: NDArray[np.float64] | NDArray[np.int64], population: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Standardise the rates of one map or of many, each with parameters of its own.

    Parameters
    ----------
    events : ndarray, shape (..., n)
        One map of counts per row.
    population : ndarray of float, shape (n,)
        Above zero.

    Returns
    -------
    ndarray of float, shape (..., n)
        As :func:`eb_standardised`; NaN for a map without events.
    """
    a, b = prior(events, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (events / population - b) / np.sqrt(a + b / population)


def prior(
    events: NDArray[np.float64] | NDArray[np.int64], population: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate the variance a between units and the overall rate b by moments (Marshall 1991).

    Parameters
    ----------
    events : ndarray, shape (..., n)
        One map of counts per row.
    population : ndarray of float, shape (n,)
        Above zero.

    Returns
    -------
    a, b : ndarray of float, shape (..., 1)
        a is 0 where the rates vary less than chance alone lets expect.
    """
    people = population.sum()
    b = events.sum(axis=-1, keepdims=True) / people
    spread = np.sum(population * (events / population - b) ** 2, axis=-1, keepdims=True) / people
    return np.maximum(spread - b * population.size / people, 0.0), b


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
    missing, extra = index.difference(other), other.difference(index)
    if len(missing) or len(extra):
        first = first_id(missing if len(missing) else extra)
        return (
            f"events and population: {len(missing)} units have no population and {len(extra)} no "
            f"events, first id {first}; take both from the same table of units"
        )
    return (
        "events and population: the same units in another order or more than once; reorder with "
        "population.loc[events.index]"
    )
