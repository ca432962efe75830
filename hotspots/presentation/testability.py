"""Why areas could not be tested, in the words of a headline."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.presentation.families import LOOKED_AT
from hotspots.presentation.formats import counted, listed, number, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.presentation.families import Family

NO_PART = "the unit has no part in the join"
"""Of areas that a statistic does not look around."""

_SAID: Mapping[str, str] = MappingProxyType(
    {
        "null distribution is a single value": "only one result is possible for {}",
        "no neighbours": "there is no neighbour of {}",
        "no value": "there is no number for {}",
        "nobody at risk": "there is nobody at risk in {}",
        "the unit's value is the mean": "nothing sets {} off from the average",
        "the unit's rate is the mean": "nothing sets {} off from the average",
    }
)
"""What is said of areas."""


def why_untested(kind: Family, reasons: Mapping[str, int]) -> str:
    """Say why no area could be tested, to stand at the end of a clause.

    Parameters
    ----------
    kind : Family
        Of the statistic.
    reasons : mapping of str to int
        ``attrs["inference"]["not_testable"]`` of the local result; empty where not known.

    Returns
    -------
    str
        A template for what was counted; ``""`` where a reason is not known.

    Examples
    --------
    >>> single = "null distribution is a single value"
    >>> why_untested("gi_star", {single: 30, "no neighbours": 6})
    ': only one result is possible for 30 and there is no neighbour of 6'
    >>> why_untested("local_join_count", {NO_PART: 10, single: 26})
    ': 26 areas have {counted}, but only one result is possible for them'
    """
    others = {why: n for why, n in reasons.items() if why != NO_PART}
    looked_at = LOOKED_AT.get(kind)
    if not others:
        return f": only those with {looked_at} can" if looked_at else ""
    if not set(others) <= set(_SAID):
        return ""
    k = sum(others.values())
    said = listed([_reason(why, n, alone=n == k) for why, n in others.items()])
    if looked_at:
        return f": {counted(k, 'area')} {plural(k, 'has', 'have')} {looked_at}, but {said}"
    return f": {said}"


def _reason(why: str, n: int, *, alone: bool) -> str:
    return _SAID[why].format(plural(n, "it", "them") if alone else number(n))
