"""What groups of areas are called: on the map, in its key and in the report."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.presentation.asked import side, unasked
from hotspots.presentation.families import LABEL_WORDS, RATES, UNTESTED_RATES, family
from hotspots.presentation.formats import counted, is_missing, number, plural
from hotspots.presentation.subjects import PERSONS, subject
from hotspots.schema import NOT_SIGNIFICANT, NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from hotspots.presentation.families import Family

_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_MORE_OR_FEWER = (
    "Groups of touching areas with more {counted}",
    "Groups of touching areas with fewer {counted}",
)
_AMONG_ALIKE = (
    "Groups of touching areas above the average, as are their neighbours",
    "Groups of touching areas below the average, as are their neighbours",
)
_MORE_OR_FEWER_AROUND = (
    "Groups of touching areas in neighbourhoods with more {counted}",
    "Groups of touching areas in neighbourhoods with fewer {counted}",
)
_CAPTIONS: Mapping[Family, tuple[str, str]] = MappingProxyType(
    {
        "local_moran": _AMONG_ALIKE,
        "local_moran_rate": (
            "Groups of touching areas with rates above the average, as at their neighbours",
            "Groups of touching areas with rates below the average, as at their neighbours",
        ),
        "local_moran_bivariate": (
            "Groups of touching areas above the average, with more {other} around",
            "Groups of touching areas below the average, with fewer {other} around",
        ),
        "local_geary": (
            "Groups of touching areas above the average and like their neighbours",
            "Groups of touching areas below the average and like their neighbours",
        ),
        "local_geary_multivariate": (
            "Groups of touching areas above the average in {counted} and {other}, as around them",
            "Groups of touching areas below the average in {counted} and {other}, as around them",
        ),
        "lees_l_local": (
            "Groups of touching areas above the average, the number of {other} going the same way",
            "Groups of touching areas below the average, the number of {other} going the same way",
        ),
        "local_join_count": (
            "Groups of touching areas with more neighbours that hold {counted}",
            "Groups of touching areas with fewer neighbours that hold {counted}",
        ),
        "local_join_count_bivariate": (
            "Groups of touching areas with more neighbours that hold {other} but no {counted}",
            "Groups of touching areas with fewer neighbours that hold {other} but no {counted}",
        ),
        "local_join_count_colocation": (
            "Groups of touching areas with more neighbours that hold both {counted} and {other}",
            "Groups of touching areas with fewer neighbours that hold both {counted} and {other}",
        ),
    }
)
"""What groups of either sign are, where it is not a matter of more and fewer."""


def group_heading(group: str, place: str) -> str:
    """Name a group by its number and place.

    Examples
    --------
    >>> group_heading("C2", "Dock Quarter")
    'Group C2, around Dock Quarter'
    """
    return f"Group {group}, around {place}" if place else f"Group {group}"


def group_sentence(row: pd.Series, statistic: str, *, words: Mapping[str, str] = _NO_WORDS) -> str:
    """Say how large a group is and what it holds.

    Parameters
    ----------
    row : Series
        One row of :func:`hotspots.presentation.groups.groups`.
    statistic : str
        Name of the local result, which says what is expected.
    words : mapping of str to str
        The method in words, for what was counted.

    Returns
    -------
    str

    Examples
    --------
    >>> import pandas as pd
    >>> row = pd.Series({"n_units": 3, "area_km2": 0.19, "count": 41, "expected": 12.4})
    >>> group_sentence(row, "gi_star")
    '3 areas, 0.19 km²: 41 recorded incidents, where 12 would be expected if spread evenly.'
    >>> group_sentence(row, "gi_star_rate")
    '3 areas, 0.19 km²: 41 recorded incidents, where the same rate everywhere would give 12.'
    >>> group_sentence(row, "excess")
    '3 areas, 0.19 km²: 41 recorded incidents, where their share of residents would give 12.'
    """
    of, kind = subject(words), family(statistic)
    size = number(row["area_km2"], decimals=2 if row["area_km2"] < 10 else 0)
    start = f"{counted(row['n_units'], 'area')}, {size} km²"
    if is_missing(row["count"]):
        return f"{start}."
    held = counted(row["count"], of.counted.one, of.counted.many)
    if of.counted == PERSONS and row["n_units"] > 1:
        held += " (each once per area)"
    if is_missing(row["expected"]):
        return f"{start}: {held}."
    expected = number(row["expected"], decimals=1 if row["expected"] < 10 else 0)
    if kind == "excess":
        share = plural(row["n_units"], "its share", "their share")
        return f"{start}: {held}, where {share} of residents would give {expected}."
    if kind in RATES:
        return f"{start}: {held}, where the same rate everywhere would give {expected}."
    return f"{start}: {held}, where {expected} would be expected if spread evenly."


def captions(statistic: str, *, words: Mapping[str, str] = _NO_WORDS) -> tuple[str, str]:
    """Say over a table what groups of either sign are.

    Examples
    --------
    >>> captions("gi_star")[0]
    'Groups of touching areas in neighbourhoods with more recorded incidents'
    """
    kind = family(statistic)
    around = kind in ("gi_star", "gi_star_rate", "gi")
    pair = _CAPTIONS.get(kind, _MORE_OR_FEWER_AROUND if around else _MORE_OR_FEWER)
    more, fewer = (subject(words).write(text) for text in pair)
    return more, fewer


def compared(statistic: str) -> str:
    """Head the column of what a group's count is compared with."""
    kind = family(statistic)
    if kind in RATES:
        return "At the same rate"
    return "By share of residents" if kind == "excess" else "If spread evenly"


def group_key(statistic: str, *, words: Mapping[str, str] = _NO_WORDS) -> str:
    """Say in the key of a map what the shapes around numbers mean.

    Examples
    --------
    >>> group_key("gi_star"), group_key("local_moran")
    ('Number of a group: round more, square fewer',
     'Number of a group: round “High among high”, square “Low among low”')
    """
    classes = _classes(statistic)
    asked = side(family(statistic), words)
    if not classes and asked != "two-sided":
        return f"Number of a group: {'more' if asked == 'greater' else 'fewer'}"
    high, low = classes or ("more", "fewer")
    return f"Number of a group: round {high}, square {low}"


def no_groups(
    labels: Iterable[str],
    statistic: str,
    *,
    too_few: str = "",
    words: Mapping[str, str] = _NO_WORDS,
) -> str:
    """Say why the list of groups is empty.

    Parameters
    ----------
    labels : iterable of str
        Labels of all areas.
    statistic : str
        Name of the local result.
    too_few : str
        What :meth:`~hotspots.presentation.reach.Reach.sentence` says.
    words : mapping of str to str
        The method in words, for what was asked.

    Returns
    -------
    str

    Examples
    --------
    >>> no_groups(["not significant"], "local_moran")
    'No area stands out from chance.'
    >>> no_groups(["not significant", "high-low"], "local_moran")
    'Groups are of areas “High among high” or “Low among low”, and there are none.'
    """
    if family(statistic) in UNTESTED_RATES:
        return "There are no groups: each area is looked at by itself, and none is tested."
    found = {str(label) for label in labels}
    if found <= {NOT_TESTABLE}:
        return "No area could be tested."
    out = found - {NOT_SIGNIFICANT, NOT_TESTABLE}
    classes = _classes(statistic)
    if not out and too_few:
        return too_few
    missing = subject(words).write(unasked(statistic, words))
    if not classes or not out:
        return f"No area stands out from chance. {missing}".rstrip()
    if side(family(statistic), words) == "less":
        return f"Areas unlike what is around them form no groups. {missing}"
    return f"Groups are of areas {' or '.join(classes)}, and there are none."


def _classes(statistic: str) -> tuple[str, ...]:
    """Name the classes that form groups, as the legend does, where there are no hot and cold."""
    words = LABEL_WORDS.get(family(statistic), {})
    named = (words[label].partition(" – ")[0] for label in ("high-high", "low-low") if words)
    return tuple(f"“{name}”" for name in named)
