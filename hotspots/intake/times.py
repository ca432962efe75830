"""Reading times without guessing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pandas as pd

from hotspots.errors import InputError
from hotspots.intake.source import records, texts

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_NAMED_MONTHS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
_OFFSET = r"(?:Z|[+-]\d\d(?::?\d\d)?)$"
_NAMED = r"\d.*[A-Z]{3}|[A-Z]{3}.*\d"
_SLASHED = r"^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?:$| )"
_ISO = r"\d{4}-\d{1,2}-\d{1,2}|\d{8}(?:$|T)"


@dataclass(frozen=True, repr=False)
class Times:
    """Times of every record.

    Attributes
    ----------
    times : Series of datetime64
        Local clock times as written, without a zone; missing where blank or unreadable.
    unreadable : Series of bool
        Where something stands that is no time.
    notes : tuple of str
        Choices made.
    """

    times: pd.Series
    unreadable: pd.Series
    notes: tuple[str, ...] = ()


def read_times(values: pd.Series, *, what: str) -> Times:
    """Read a column of times.

    ISO 8601 is read first, then month names, then ``/`` dates with a four-digit year. Whether
    those put day or month first is settled by the whole column, and where the column does not
    settle it the file is refused: a guess would move incidents by months. Clock times stand as
    written; a UTC offset is dropped, not applied.

    Parameters
    ----------
    values : Series
        Raw values.
    what : str
        How messages name the column.

    Returns
    -------
    Times

    Raises
    ------
    InputError
        If day and month cannot be told apart.

    Examples
    --------
    >>> read_times(pd.Series(["3/14/2015 2:05 PM", "soon"]), what="time").times.tolist()
    [Timestamp('2015-03-14 14:05:00'), NaT]
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    if pd.api.types.is_datetime64_dtype(values):
        return Times(values.dt.as_unit("us"), pd.Series(data=False, index=values.index))
    written = texts(values)
    notes: list[str] = []
    plain = _without_offset(written, what, notes)
    times = _iso(plain)
    times = times.fillna(_named(_unread(plain, times, _NAMED)))
    times = times.fillna(_slashed(_unread(plain, times, _SLASHED), what, notes))
    return Times(times, written.notna() & times.isna(), tuple(notes))


def _without_offset(written: pd.Series, what: str, notes: list[str]) -> pd.Series:
    clock = written.str.contains(":", regex=False, na=False)
    offset = clock & written.str.contains(_OFFSET, na=False)
    if not offset.any():
        return written
    dropped = records(int(offset.sum()))
    notes.append(f"{what}: UTC offset dropped in {dropped}, clock times stand as written")
    return written.mask(offset, written.str.replace(_OFFSET, "", regex=True).str.rstrip())


def _unread(plain: pd.Series, times: pd.Series, pattern: str) -> pd.Series:
    """Give what is still unread and looks like `pattern`, with one spelling for am and pm."""
    rest = plain[plain.notna() & times.isna()]
    tidy = rest.str.upper().str.replace(r"(?<=\d)\s*([AP])\.?M\.?$", r" \1M", regex=True)
    whole = tidy.str.replace(r"(:\d\d)\.\d+", r"\1", regex=True)
    spaced = whole.str.replace(r"[,\s]+", " ", regex=True)
    return spaced[spaced.str.contains(pattern)]


def _iso(plain: pd.Series) -> pd.Series:
    full = plain.where(plain.str.match(_ISO, na=False))
    times = pd.to_datetime(full, format="ISO8601", errors="coerce")
    return pd.Series(times, index=plain.index).dt.as_unit("us")


def _named(rest: pd.Series) -> pd.Series:
    return _first_that_fits(rest.str.replace(r"[-.]", " ", regex=True), _NAMED_MONTHS)


def _first_that_fits(rest: pd.Series, dates: tuple[str, ...]) -> pd.Series:
    times = pd.Series(pd.NaT, index=rest.index, dtype="datetime64[us]")
    for date, clock in product(dates, _CLOCKS):
        unread = times.isna()
        if not unread.any():
            break
        found = pd.to_datetime(rest[unread], format=date + clock, errors="coerce")
        times = times.fillna(found.dt.as_unit("us"))
    return times


def _slashed(rest: pd.Series, what: str, notes: list[str]) -> pd.Series:
    rest = rest.str.replace(r"(?<=\d)[.-](?=\d)", "/", regex=True)
    month_first = _first_that_fits(rest, ("%m/%d/%Y", "%Y/%m/%d"))
    day_first = _first_that_fits(rest, ("%d/%m/%Y", "%Y/%m/%d"))
    only_month = int((month_first.notna() & day_first.isna()).sum())
    only_day = int((day_first.notna() & month_first.isna()).sum())
    advice = "write the column as 2015-03-14 14:05"
    if only_month and only_day:
        raise InputError(
            f"{what}: month/day/year in {records(only_month)} but day/month/year in "
            f"{records(only_day)}; {advice}"
        )
    both = month_first.notna() & day_first.notna()
    differ = int((month_first[both] != day_first[both]).sum())
    if differ and not only_month and not only_day:
        raise InputError(
            f"{what}: month/day/year or day/month/year in {records(differ)}, and nothing in the "
            f"column says which; {advice}"
        )
    if only_month or only_day:
        notes.append(f"{what}: read as {'month/day' if only_month else 'day/month'}/year")
    return month_first if only_month else day_first
