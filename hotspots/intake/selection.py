"""Which records a study asks for: ``where`` and ``period``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.errors import InputError, faults
from hotspots.intake.source import near, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotspots.schema import TableSchema

    Where = Mapping[str, Sequence[object] | str]
    Day = str | dt.date

WHERE = "where"
OUTSIDE_PERIOD = "outside the period"
_NOT_CHOSEN = {
    *("geometry", "time", "time_start", "time_end", "uncertainty_m"),
    *("time_missing", "time_returned"),
    # what is chosen by is said on every page
    *("incident_id", "report_id", "person_id", "facility_id"),
}


@dataclass(frozen=True)
class Period:
    """From the first moment of one day to the last of another.

    Attributes
    ----------
    start, stop : Timestamp
        ``start`` is included, ``stop``, the midnight after the last day, is not.
    """

    start: pd.Timestamp
    stop: pd.Timestamp

    def touches(self, first: pd.Series, last: pd.Series) -> pd.Series:
        """Say whether the span from `first` to `last` shares a moment with the period."""
        return (first < self.stop) & (last >= self.start)


def read_period(period: Sequence[Day] | None) -> Period | None:
    """Read a pair of days, both included.

    Parameters
    ----------
    period : sequence of two str or date
        First and last day, as ``"2013-01-01"``.

    Returns
    -------
    Period or None

    Raises
    ------
    InputError
        If it is no pair of days in order.

    Examples
    --------
    >>> read_period(("2013-01-01", "2016-12-31"))
    Period(start=Timestamp('2013-01-01 00:00:00'), stop=Timestamp('2017-01-01 00:00:00'))
    """
    if period is None:
        return None
    if isinstance(period, str) or len(period) != 2:
        raise InputError("period: give two days, the first and the last, as '2013-01-01'")
    start, last = (_day(value) for value in period)
    if last < start:
        raise InputError(f"period: ends on {last:%Y-%m-%d}, before it starts on {start:%Y-%m-%d}")
    return Period(start, last + pd.Timedelta(days=1))


def read_where(where: Where | None, schema: TableSchema) -> dict[str, tuple[str, ...]]:
    """Check a choice of records and write its values as text.

    Parameters
    ----------
    where : mapping of str to sequence of values
        Name in the schema to the values wanted; one text stands for itself.
    schema : TableSchema
        Whose names are known.

    Returns
    -------
    dict of str to tuple of str

    Raises
    ------
    InputError
        If a name is unknown or has no value.
    """
    known = [column for column in schema.columns if column not in _NOT_CHOSEN]
    found: list[str] = []
    chosen: dict[str, tuple[str, ...]] = {}
    for column, values in (where or {}).items():
        if column not in known:
            hint = near(column, known) or f"known are {', '.join(known)}"
            found.append(f"{column!r} cannot be chosen by; {hint}")
            continue
        chosen[column] = tuple(
            str(value).strip() for value in ([values] if isinstance(values, str) else values)
        )
        if not chosen[column]:
            found.append(f"no value for {column!r}; name at least one or leave it out")
    if found:
        raise InputError(faults("where", found))
    return chosen


def unwanted(frame: pd.DataFrame, where: Mapping[str, tuple[str, ...]], *, title: str) -> pd.Series:
    """Say which records are not asked for.

    Parameters
    ----------
    frame : DataFrame
        Raw values under the schema's names.
    where : mapping of str to tuple of str
        From :func:`read_where`.
    title : str
        How messages name the file.

    Returns
    -------
    Series of bool
        Index of `frame`.

    Raises
    ------
    InputError
        If a value stands nowhere in the file: a slip of the pen would choose nothing. No value
        of the file is repeated, not even the nearest one.
    """
    out = pd.Series(data=False, index=frame.index)
    found: list[str] = []
    for column, values in where.items():
        written = texts(frame[column])
        known = written.dropna().unique().tolist()
        found += [
            f"no record with {column} {value!r}; capitals count, and different values in "
            f"that column: {len(known):,}"
            for value in values
            if value not in known
        ]
        out |= ~written.isin(values)
    if found:
        raise InputError(faults(f"{title}: where", found))
    return out


def _day(value: Day) -> pd.Timestamp:
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else value
        return pd.Timestamp(day).normalize()
    except (ValueError, TypeError):
        raise InputError(f"period: {value!r} is not a day; write it as '2013-01-31'") from None
