"""Timeliness: how soon missing persons are reported, and when they are back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from hotspots.errors import InputError, SchemaError, faults
from hotspots.facilities.shifts import SHIFTS, shift_of
from hotspots.facilities.tallies import person_numbers
from hotspots.inference.durations import Durations
from hotspots.schema import MISSING_REPORTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from hotspots.facilities.shifts import Hours
    from hotspots.inference.durations import Estimate

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

Clock = Literal["time_missing", "time"]
Unknown = Literal["missing", "left out"]

SHIFT = "shift"
ALL = "all"
NOT_KNOWN = "not known"
FEW_REPORTS = 10
FEW_PERSONS = 5
TIMES = ("time_missing", "time", "time_returned")
BASES = ("reports", "persons", "timed", "followed", "returned", "return_not_known")


@dataclass(frozen=True, eq=False)
class _Episodes:
    """Every report with what is known of its times, in hours since the person went missing."""

    person: NDArray[np.int64]
    to_report: Floats  # NaN where not known
    length: Floats  # until the return, or what is known of it; NaN where not followed
    returned: Flags  # whether `length` ends with the return
    unknown: Flags  # no return is recorded
    again: Flags  # … and the person was reported missing again

    def take(self, rows: Flags) -> _Episodes:
        return _Episodes(
            self.person[rows],
            self.to_report[rows],
            self.length[rows],
            self.returned[rows],
            self.unknown[rows],
            self.again[rows],
        )

    def reporting(self, confidence: float) -> Durations:
        some = np.isfinite(self.to_report)
        every = np.ones(int(some.sum()), dtype=bool)
        return Durations(self.to_report[some], every, self.person[some], confidence)

    def returning(self, confidence: float) -> Durations:
        some = np.isfinite(self.length)
        return Durations(self.length[some], self.returned[some], self.person[some], confidence)


def timeliness(
    reports: pd.DataFrame,
    *,
    by: Sequence[str] = ("district", "shift"),
    shifts: Hours = SHIFTS,
    shift_by: Clock = "time_missing",
    reported_within: Sequence[float] = (8, 24),
    returned_within: Sequence[float] = (24, 72),
    as_of: datetime | str | None = None,
    unknown: Unknown = "missing",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Count missing-from-care reports, how soon they were made, and how soon persons were back.

    Parameters
    ----------
    reports : DataFrame
        As :func:`hotspots.read_missing_reports` gives it: ``time`` (reported) and
        ``time_missing``; ``time_returned``, ``person_id`` and what is asked for in `by` where
        known.
    by : sequence of str
        Columns to count by, and ``"shift"``; every combination is listed, and ``"all"`` of each.
    shifts : mapping of str to two numbers
        Name to first and last hour; they make the day, and one may run over midnight.
    shift_by : {"time_missing", "time"}
        Whose hour decides the shift: when the person went missing, or when it was reported.
    reported_within, returned_within : sequence of float
        Hours since going missing, themselves included.
    as_of : datetime or str, optional
        The last moment the table knows of; a day means its end. Reports made later are left out,
        and returns after it are not known yet. By default the latest time in the table.
    unknown : {"missing", "left out"}
        What a return that is not recorded means. ``"missing"``: the person was still missing at
        `as_of`, so that shares and times are of returns that were recorded. A person who was
        reported missing again is no longer; that earlier return happened at a time not known, and
        is left out of the times to return either way. ``"left out"``: so are all others.
    confidence : float
        Of the intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per combination, the columns of `by` first (``"not known"`` where missing):

        ``reports, persons``
            Reports, and different persons; missing without ``person_id``.
        ``timed, followed``
            Reports with both times, the base of all about reporting; and those of which it is known
            how long the person was missing, at least until `as_of`, the base of all about returns.
        ``returned, return_not_known``
            Reports with a return recorded by `as_of`, and without.
        ``reported_within_8h`` …, ``returned_within_24h`` …
            Estimated share, 0 to 1, each with ``_lower`` and ``_upper``.
        ``median_hours_to_report, median_hours_to_return``
            Since going missing, each with ``_lower`` and ``_upper``; infinite where half, or one
            end of the interval, lies beyond the time known of.
        ``note``
            Empty, ``"no reports"``, ``"fewer than 10 reports"`` or ``"fewer than 5 persons"``: read
            the interval and not the number.

        ``attrs`` holds ``as_of`` and ``notes``, what was left out and how much is not known.

    Raises
    ------
    SchemaError
        If a column is missing, is no time, or a person is reported, or back, before going missing.
    InputError
        If an option is not known or no number above 0, or shifts overlap or leave hours out.

    See Also
    --------
    hotspots.inference.durations.Durations : The estimates and their intervals.

    Notes
    -----
    Times to return are estimated by Kaplan and Meier, since some have not ended. Reports of one
    person are not independent, and intervals allow for that. All of it is about persons who were
    reported: who came back before anyone did so is in no such table. Federal law gives an agency
    24 hours from when it learns that a child is missing (42 U.S.C. 671(a)(35)), which may be later
    than when the child went missing. Clock times are local: across a change of the clock an
    episode is an hour off.

    Examples
    --------
    >>> reports = pd.DataFrame(
    ...     {
    ...         "time_missing": pd.to_datetime(["2015-03-01 20:00", "2015-03-02 12:00"]),
    ...         "time": pd.to_datetime(["2015-03-02 02:00", "2015-03-03 00:00"]),
    ...         "time_returned": pd.to_datetime(["2015-03-02 08:00", None]),
    ...         "district": ["1", "1"],
    ...         "person_id": ["P1", "P2"],
    ...     }
    ... )
    >>> table = timeliness(reports, by=["shift"], as_of="2015-03-04")
    >>> table[["shift", "reports", "reported_within_8h", "returned_within_24h"]]
         shift  reports  reported_within_8h  returned_within_24h
    0    night        0                 NaN                  NaN
    1      day        1                 0.0                  0.0
    2  evening        1                 1.0                  1.0
    3      all        2                 0.5                  0.5
    """
    hours = (*reported_within, *returned_within)
    _check(reports, by=by, shift_by=shift_by, unknown=unknown, hours=hours, confidence=confidence)
    moment = _as_of(reports, as_of)
    used = reports[~((reports["time"] > moment) | (reports["time_missing"] > moment))]
    episodes = _episodes(used, moment, unknown)
    levels, codes = _levels(used, by, shifts, shift_by)
    rows = []
    for chosen in product(*(range(len(names)) for names in levels)):
        inside = np.ones(len(used), dtype=bool)
        for level, column, names in zip(chosen, codes, levels, strict=True):
            inside &= (column == level) | (level == len(names) - 1)
        rows.append(
            {name: names[level] for name, level, names in zip(by, chosen, levels, strict=True)}
            | _row(episodes.take(inside), reported_within, returned_within, confidence)
        )
    table = pd.DataFrame(rows)
    if "person_id" not in reports:
        table["persons"] = pd.array([pd.NA] * len(table), dtype="Int64")
    table.attrs = {
        "as_of": f"{moment:%Y-%m-%d %H:%M}",
        "notes": _notes(reports, used, episodes, unknown),
    }
    return table


def _row(
    some: _Episodes, reported: Sequence[float], returned: Sequence[float], confidence: float
) -> dict[str, object]:
    """Describe the reports of one combination."""
    reporting, returning = some.reporting(confidence), some.returning(confidence)
    n, persons = len(some.person), len(np.unique(some.person))
    counts = (n, persons, len(reporting.length), len(returning.length),
              n - int(some.unknown.sum()), int(some.unknown.sum()))  # fmt: skip
    row: dict[str, object] = dict(zip(BASES, counts, strict=True))
    for hours in reported:
        row |= _named(f"reported_within_{hours:g}h", reporting.share(hours))
    row |= _named("median_hours_to_report", reporting.median())
    for hours in returned:
        row |= _named(f"returned_within_{hours:g}h", returning.share(hours))
    row |= _named("median_hours_to_return", returning.median())
    few = f"fewer than {FEW_PERSONS} persons" if persons < FEW_PERSONS else ""
    few = f"fewer than {FEW_REPORTS} reports" if n < FEW_REPORTS else few
    return row | {"note": few if n else "no reports"}


def _named(name: str, found: Estimate) -> dict[str, float]:
    return {name: found.value, f"{name}_lower": found.lower, f"{name}_upper": found.upper}


def _episodes(reports: pd.DataFrame, moment: pd.Timestamp, unknown: Unknown) -> _Episodes:
    """Work out how long each person was missing, or at least was."""
    missing, time = reports["time_missing"], reports["time"]
    back = (
        reports["time_returned"]
        if "time_returned" in reports
        else pd.Series(pd.NaT, index=reports.index, dtype="datetime64[us]")
    )
    known = np.asarray(back <= moment)
    unrecorded = np.asarray(back.isna())
    again = unrecorded & _missing_again(reports)
    length = _hours(back.where(known, moment) - missing)
    length[again | (unrecorded & (unknown == "left out"))] = np.nan
    return _Episodes(
        person_numbers(reports)[0], _hours(time - missing), length, known, ~known, again
    )


def _missing_again(reports: pd.DataFrame) -> Flags:
    """Say whose person went missing later, by another of these reports."""
    if "person_id" not in reports:
        return np.zeros(len(reports), dtype=bool)
    last = reports.groupby("person_id")["time_missing"].transform("max")
    return np.asarray(last > reports["time_missing"])


def _hours(spans: pd.Series[Any]) -> Floats:
    hours: Floats = spans.dt.total_seconds().to_numpy(dtype=np.float64) / 3600
    return hours


def _levels(
    reports: pd.DataFrame, by: Sequence[str], shifts: Hours, shift_by: Clock
) -> tuple[list[list[str]], list[NDArray[np.int64]]]:
    """List the values of each column counted by, "all" last, and which one every report has."""
    levels, codes = [], []
    for column in by:
        if column == SHIFT:
            values = pd.Series(shift_of(reports[shift_by], shifts), dtype="str")
            names = list(shifts)
        else:
            values = reports[column].astype("str")
            found = values.dropna().unique()
            names = sorted(found, key=lambda text: (not text.isdigit(), len(text) * text.isdigit(),
                                                    text))  # fmt: skip
        code = pd.Index(names).get_indexer(pd.Index(values))
        if (code < 0).any():
            code = np.where(code < 0, len(names), code)
            names = [*names, NOT_KNOWN]
        levels.append([*names, ALL])
        codes.append(np.asarray(code, dtype=np.int64))
    return levels, codes


def _as_of(reports: pd.DataFrame, as_of: datetime | str | None) -> pd.Timestamp:
    """Read the last moment known of."""
    if as_of is None:
        latest = pd.concat([reports[name] for name in TIMES if name in reports]).max()
        if pd.isna(latest):
            raise InputError("reports: none has a time; say as_of")
        return pd.Timestamp(latest)
    try:
        moment = pd.Timestamp(as_of).tz_localize(None)
    except (AttributeError, TypeError, ValueError):
        moment = pd.Timestamp("NaT")
    if pd.isna(moment):
        raise InputError("as_of: no time; write it as 2015-03-01 or 2015-03-01 14:00")
    day = moment == moment.normalize() and not (isinstance(as_of, str) and ":" in as_of)
    return moment + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1) if day else moment


def _notes(
    reports: pd.DataFrame, used: pd.DataFrame, episodes: _Episodes, unknown: Unknown
) -> tuple[str, ...]:
    """Say what was left out and how much is not known."""
    n, later = len(used), len(reports) - len(used)
    untimed = int(np.isnan(episodes.to_report).sum())
    lost, again = int(episodes.unknown.sum()), int(episodes.again.sum())
    rest = "taken to be missing still" if unknown == "missing" else "left out of these too"
    said = {
        f"{later:,} reports are of after the last moment known of, and left out": later,
        f"{untimed:,} of {n:,} reports lack a time, and say nothing of how soon": untimed,
        f"{lost:,} of {n:,} reports have no return recorded by then": lost,
        f"{again:,} of these are of persons who were reported missing again, so they were back at "
        f"a time nobody recorded: left out of times to return; others are {rest}": again,
        "no person_id: every report is taken to be of another person, and intervals are too narrow "
        "where some have several": "person_id" not in used,
    }
    return tuple(text for text, there in said.items() if there)


def _check(
    reports: pd.DataFrame,
    *,
    by: Sequence[str],
    shift_by: str,
    unknown: str,
    hours: Sequence[float],
    confidence: float,
) -> None:
    """Refuse what cannot be counted, with every fault of the table."""
    if not 0 < confidence < 1:
        raise InputError(f"confidence {confidence!r}: a number between 0 and 1 is needed")
    for name, value, known in (("shift_by", shift_by, Clock), ("unknown", unknown, Unknown)):
        if value not in get_args(known):
            raise InputError(f"{name} {value!r} is not known: use {' or '.join(get_args(known))}")
    if not all(np.isfinite(limit) and limit > 0 for limit in hours):
        raise InputError("hours: every limit must be above 0")
    if isinstance(by, str) or len(set(by)) < len(by) or not by:
        raise InputError("by: give the columns to count by, each once, such as ['district']")
    needed = dict.fromkeys([*MISSING_REPORTS.required, *(name for name in by if name != SHIFT)])
    found = [f"no column {name!r}" for name in needed if name not in reports]
    found += [
        f"{name} holds no times; read it with read_missing_reports"
        for name in TIMES
        if name in reports and not pd.api.types.is_datetime64_dtype(reports[name])
    ]
    if not found:
        found = _reversed(reports)
    if found:
        raise SchemaError(faults("reports", found))


def _reversed(reports: pd.DataFrame) -> list[str]:
    found = []
    for column, what in (("time", "reported"), ("time_returned", "back")):
        early = column in reports and reports[column] < reports["time_missing"]
        if np.any(early):
            first = reports.index[early].tolist()[0]
            found.append(
                f"{int(np.sum(early))} are {what} before they went missing, first id {first!r}; "
                "leave them out"
            )
    return found
