"""Places of many numbers, in no order, among a few that are sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EACH = 64  # slots for every sorted number: so most slots hold none
MOST_SLOTS = 2**18  # their table stays in the processor's cache
MANY = 8  # asked for every sorted number: from there on a table pays


def places(ordered: Floats, low: Floats, high: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find where each interval begins and ends among sorted numbers.

    Parameters
    ----------
    ordered : ndarray of float, shape (n,)
        Ascending; their range is finite.
    low, high : ndarray of float, shape (m,)
        Ends of the intervals, which belong to them; none is NaN, and no low is above its high.

    Returns
    -------
    before, until : ndarray of int, shape (m,)
        How many of `ordered` are below `low`, and how many are not above `high`.

    Notes
    -----
    Binary search jumps through memory for every number asked. Here the range of `ordered` is cut
    into equal slots; for an interval that lies in one slot with no sorted number in it, which is
    most short ones, the slot knows the answer. The others are searched for. Slots come from the
    same monotone rounding for all numbers, so both ways agree to the bit.

    Examples
    --------
    >>> low, high = np.array([2.0, 0.0]), np.array([2.5, 0.5])
    >>> before, until = places(np.array([1.0, 2.0, 2.0]), low, high)
    >>> before.tolist(), until.tolist()
    ([1, 0], [3, 0])
    """
    if low.size < MANY * ordered.size or not ordered[0] < ordered[-1]:
        return _searched(ordered, low, high)
    n_slots = min(EACH * ordered.size, MOST_SLOTS)
    width = (ordered[-1] - ordered[0]) / n_slots
    if not width > 0:
        return _searched(ordered, low, high)
    held = np.bincount(_slots(ordered, ordered[0], width, n_slots), minlength=n_slots + 3)
    before = np.cumsum(held, dtype=np.int32)
    before[held > 0] = -1
    slot = _slots(low, ordered[0], width, n_slots)
    found = before[slot]
    found[slot != _slots(high, ordered[0], width, n_slots)] = -1
    begins = found.astype(np.intp)
    ends = begins.copy()
    unsure = np.flatnonzero(found < 0)
    begins[unsure], ends[unsure] = _searched(ordered, low[unsure], high[unsure])
    return begins, ends


def _searched(
    ordered: Floats, low: Floats, high: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.searchsorted(ordered, low, "left"), np.searchsorted(ordered, high, "right")


def _slots(numbers: Floats, start: float, width: float, n_slots: int) -> NDArray[np.int32]:
    """Give the slot of each number: the first if it is below `start`, one of the last if above."""
    slot = numbers - start
    slot /= width
    np.clip(slot, -1.0, n_slots + 1.0, out=slot)
    slot += 1.0  # from 0 on, so that cutting off is rounding down
    return slot.astype(np.int32)
