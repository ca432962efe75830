"""Periods: when places are open, and for how many days two of them are at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import InputError, SchemaError

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    Days = NDArray[np.float64]

OPENED, CLOSED = "opened", "closed"


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
        If a facility closes before it opens.
    InputError
        If the period ends before it begins.

    Examples
    --------
    >>> home = pd.DataFrame({"opened": ["2015-03-01"], "closed": [None]})
    >>> sites = pd.DataFrame({"opened": [None, "2015-03-10"], "closed": ["2015-03-02", None]})
    >>> days_together(home, sites, period=("2015-01-01", "2015-03-11")).tolist()
    [[2.0, 2.0]]
    """
    first, last = _limits(period)
    starts, ends = _open(origins, "origins")
    others_start, others_end = _open(destinations, "destinations")
    begin = np.maximum(np.maximum(starts, first)[:, None], others_start)
    finish = np.minimum(np.minimum(ends, last)[:, None], others_end)
    together: Days = np.maximum(finish - begin + 1, 0.0)
    return together


def _limits(period: tuple[date | str, date | str] | None) -> tuple[float, float]:
    if period is None:
        return -np.inf, np.inf
    first, last = _days(pd.Series(period))
    if not first <= last:
        raise InputError("period: the last day is before the first, or one is no date")
    return float(first), float(last)


def _open(places: pd.DataFrame, what: str) -> tuple[Days, Days]:
    """Give the first and last day of every place, as days since 1970."""
    start, end = (
        _days(places[column]) if column in places else np.full(len(places), np.nan)
        for column in (OPENED, CLOSED)
    )
    wrong = start > end
    if wrong.any():
        raise SchemaError(
            f"{what}: {int(wrong.sum())} close before they open, first id "
            f"{places.index[wrong].tolist()[0]!r}; correct the dates, or leave them empty"
        )
    return np.where(np.isnan(start), -np.inf, start), np.where(np.isnan(end), np.inf, end)


def _days(dates: pd.Series) -> Days:
    times = pd.to_datetime(dates).to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(times), np.nan, times.astype("int64"))
