"""Periods: when places are open, and for how many days two of them are at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots.errors import InputError, SchemaError

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    Days = NDArray[np.float64]
    Integers = NDArray[np.int64]

OPENED, CLOSED = "opened", "closed"


@dataclass(frozen=True, eq=False)
class Spans:
    """First and last day of each of many things, as days since 1970.

    Attributes
    ----------
    first, last : ndarray of float, shape (n,)
        Both included; infinite where nothing limits them. What is never there ends before it
        begins.
    """

    first: Days
    last: Days

    @classmethod
    def one_day(cls, n: int) -> Spans:
        """Put all on one and the same day."""
        return cls(np.zeros(n), np.zeros(n))

    @classmethod
    def always(cls, n: int) -> Spans:
        """Limit none."""
        return cls(np.full(n, -np.inf), np.full(n, np.inf))

    def within(self, first: float, last: float) -> Spans:
        """Keep what lies between two days."""
        return Spans(np.maximum(self.first, first), np.minimum(self.last, last))

    def take(self, rows: slice | Integers) -> Spans:
        """Keep these rows."""
        return Spans(self.first[rows], self.last[rows])

    def days(self) -> Days:
        """Count the days of each, shape (n,)."""
        return np.maximum(self.last - self.first + 1, 0.0)

    def shared(self, others: Spans) -> Spans:
        """Find what each shares with its counterpart, pair by pair."""
        return Spans(np.maximum(self.first, others.first), np.minimum(self.last, others.last))

    def shared_with_each(self, others: Spans) -> Spans:
        """Find what each shares with each of the others, shape (n, n_others)."""
        return Spans(self.first[:, None], self.last[:, None]).shared(others)


def days_together(
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    period: tuple[date | str, date | str] | None = None,
) -> Days:
    """Count the days on which an origin and a destination were open at once.

    Parameters
    ----------
    origins, destinations : DataFrame
        Facilities; ``opened`` and ``closed`` are the first and the last day, of a place with
        reports those of the first and the last report. A missing day, or column, is no limit.
    period : tuple of two dates, optional
        First and last day that count.

    Returns
    -------
    ndarray of float, shape (n_origins, n_destinations)
        Days, first and last included; 0 where they were never open at once, infinite where
        nothing limits them.

    Raises
    ------
    SchemaError
        If a facility closes before it opens, or a date is none.
    InputError
        If the period ends before it begins.

    Examples
    --------
    >>> home = pd.DataFrame({"opened": ["2015-03-01"], "closed": [None]})
    >>> sites = pd.DataFrame({"opened": [None, "2015-03-10"], "closed": ["2015-03-02", None]})
    >>> days_together(home, sites, period=("2015-01-01", "2015-03-11")).tolist()
    [[2.0, 2.0]]
    """
    asked = period_days(period)
    here, there = open_days(origins, "origins"), open_days(destinations, "destinations")
    return here.within(*asked).shared_with_each(there).days()


def period_days(period: tuple[date | str, date | str] | None) -> tuple[float, float]:
    """Read a period.

    Parameters
    ----------
    period : tuple of two dates, or None
        First and last day.

    Returns
    -------
    tuple of float
        Days since 1970; infinite without a period.

    Raises
    ------
    InputError
        If it ends before it begins, or is no two dates.
    """
    if period is None:
        return -np.inf, np.inf
    try:
        first, last = (_days(pd.Series([day]), "period")[0] for day in period)
    except (SchemaError, TypeError, ValueError):
        first = last = np.nan
    if not first <= last:
        raise InputError("period: the last day is before the first, or one is no date")
    return float(first), float(last)


def open_days(places: pd.DataFrame, what: str) -> Spans:
    """Read from which day to which each place was open.

    Parameters
    ----------
    places : DataFrame
        Facilities, with ``opened`` and ``closed`` where known.
    what : str
        How messages name them.

    Returns
    -------
    Spans

    Raises
    ------
    SchemaError
        If a facility closes before it opens, or a date is none.
    """
    start, end = (
        _days(places[column], f"{what}: {column}")
        if column in places
        else np.full(len(places), np.nan)
        for column in (OPENED, CLOSED)
    )
    _require(~(start > end), places.index, f"{what}: {{}} close before they open")
    return Spans(np.where(np.isnan(start), -np.inf, start), np.where(np.isnan(end), np.inf, end))


def incident_days(incidents: pd.DataFrame, what: str) -> Spans:
    """Read on which day, or from which day to which, each incident may have happened.

    Parameters
    ----------
    incidents : DataFrame
        With ``time``, or ``time_start`` and, where known, ``time_end``.
    what : str
        How messages name them.

    Returns
    -------
    Spans
        An incident without a time is never there.

    Raises
    ------
    SchemaError
        If there is no such column, an incident ends before it starts, or a time is none.
    """
    name = next((column for column in ("time", "time_start") if column in incidents), None)
    if name is None:
        raise SchemaError(
            f"{what}: no column 'time' or 'time_start', and only those of some days are asked "
            "for; add it, or leave the days out"
        )
    start = end = _days(incidents[name], f"{what}: {name}")
    if name == "time_start" and "time_end" in incidents:
        end = _days(incidents["time_end"], f"{what}: time_end")
        end = np.where(np.isnan(end), start, end)
    _require(~(start > end), incidents.index, f"{what}: {{}} end before they start")
    unknown = np.isnan(start)
    return Spans(np.where(unknown, np.inf, start), np.where(unknown, -np.inf, end))


def _days(dates: pd.Series[Any], what: str) -> Days:
    """Read dates as days since 1970, missing ones as NaN; the clock's zone does not matter."""
    read = pd.to_datetime(dates, errors="coerce", format="ISO8601")
    _require(
        np.asarray(read.notna() | dates.isna()),
        dates.index,
        f"{what}: {{}} are no dates such as 2015-03-01",
    )
    times = read.dt.tz_localize(None).to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(times), np.nan, times.astype("int64"))


def _require(right: NDArray[np.bool_], ids: pd.Index, wrong: str) -> None:
    if not right.all():
        first = ids[~right].tolist()[0]
        raise SchemaError(
            f"{wrong.format(int((~right).sum()))}, first id {first!r}; "
            "correct the dates, or leave them empty"
        )
