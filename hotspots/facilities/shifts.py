"""Shifts: the hours of the day that share a roster."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    Hours = Mapping[str, tuple[float, float]]

DAY = 24.0
SHIFTS: Hours = MappingProxyType({"night": (0, 8), "day": (8, 16), "evening": (16, 24)})


def shift_of(times: pd.Series, shifts: Hours = SHIFTS) -> NDArray[np.object_]:
    """Say which shift each time falls in.

    Parameters
    ----------
    times : Series of datetime64, length n
        Local clock times.
    shifts : mapping of str to two numbers
        Name to the hour it begins and the hour it ends, which no longer belongs to it; one may run
        over midnight, as (22, 6). Together they must make the day.

    Returns
    -------
    ndarray of str, shape (n,)
        None where the time is missing.

    Raises
    ------
    InputError
        If the shifts overlap or leave hours out.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.to_datetime(pd.Series(["2015-03-01 05:59", "2015-03-01 06:00", None]))
    >>> shift_of(times, {"night": (22, 6), "day": (6, 22)}).tolist()
    ['night', 'day', None]
    """
    starts, names = _pieces(shifts)
    hour = (times - times.dt.normalize()).dt.total_seconds().to_numpy(dtype=np.float64) / 3600
    at = np.searchsorted(starts, np.nan_to_num(hour), side="right") - 1
    found: NDArray[np.object_] = np.asarray(names, dtype=object)[at]
    found[np.isnan(hour)] = None
    return found


def _pieces(shifts: Hours) -> tuple[list[float], list[str]]:
    """Give the hour every piece of the day begins at, and whose it is."""
    pieces: list[tuple[float, float, str]] = []
    for name, (start, end) in shifts.items():
        if not (0 <= start <= DAY and 0 <= end <= DAY and start != end):
            raise InputError(f"shifts: {name} from {start:g} to {end:g}; give hours from 0 to 24")
        whole = [(start, end)] if start < end else [(start, DAY), (0.0, end)]
        pieces += [(first, last, name) for first, last in whole if first < last]
    pieces.sort()
    starts, ends = [first for first, _, _ in pieces], [last for _, last, _ in pieces]
    if [*starts, DAY] != [0.0, *ends]:
        raise InputError(
            "shifts: they overlap or leave hours out; make them follow one another from 0 to 24"
        )
    return starts, [name for _, _, name in pieces]
