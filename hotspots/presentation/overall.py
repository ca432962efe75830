"""Sentences about the study area as a whole: the global tests."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.presentation.formats import chance, counted, is_missing, least_p
from hotspots.presentation.subjects import subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.schema import TestResult

LEVEL = 0.05
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
NAMES = {
    "moran": "Moran's I",
    "geary": "Geary's c",
    "general_g": "General G",
    "moran_rate": "Moran's I of rates",
    "lees_l": "Lee's L",
    "join_count 1-1": "Join count yes–yes",
    "join_count 0-0": "Join count no–no",
    "join_count 0-1": "Join count yes–no",
    "join_count beside-counted": "Join count one–other",
    "join_count both-both": "Join count both–both",
}
_DRAWN = {"moran_rate": "simulated map"}
"""What is drawn for a p-value, where it is no permutation."""


def _degrees(what: str, often: str = "") -> tuple[str, str, str]:
    """Say that something is more, less, or neither."""
    return f"{what} more{often}", f"{what} less{often}", f"{what} neither more nor less{often}"


_FOUND = {
    "moran": (
        "counts of neighbouring areas are more alike",
        "counts of neighbouring areas are less alike",
        "counts of neighbouring areas are neither more nor less alike",
    ),
    "geary": (
        "counts of neighbouring areas differ less",
        "counts of neighbouring areas differ more",
        "counts of neighbouring areas differ neither more nor less",
    ),
    "moran_rate": (
        "rates of neighbouring areas are more alike",
        "rates of neighbouring areas are less alike",
        "rates of neighbouring areas are neither more nor less alike",
    ),
    "general_g": (
        "large counts lie beside large counts more",
        "large counts lie beside large counts less",
        "large counts lie beside large counts neither more nor less",
    ),
    "lees_l": _degrees("{counted} and {other} go together from neighbourhood to neighbourhood"),
    "join_count 1-1": _degrees("areas with {counted} neighbour each other", " often"),
    "join_count 0-0": _degrees("areas without {counted} neighbour each other", " often"),
    "join_count 0-1": _degrees("areas with {counted} neighbour areas without them", " often"),
    "join_count beside-counted": _degrees(
        "areas with {counted} but no {other} neighbour areas with {other} but no {counted}",
        " often",
    ),
    "join_count both-both": _degrees(
        "areas with both {counted} and {other} neighbour each other", " often"
    ),
}


def global_name(result: TestResult) -> str:
    """Give a global test the name analysts know."""
    return NAMES.get(result.name, result.name.replace("_", " "))


def global_sentence(result: TestResult, *, words: Mapping[str, str] = _NO_WORDS) -> str:
    """Say what a global test found.

    Parameters
    ----------
    result : TestResult
        From :func:`hotspots.moran` or another global test.
    words : mapping of str to str
        The method in words, ``release.context.method``, for what was counted.

    Returns
    -------
    str
        Above or below what chance gives where p is at most 0.05.

    Examples
    --------
    >>> from hotspots.schema import TestResult
    >>> found = TestResult("moran", 0.4, -0.01, 0.01, 4.1, 0.002, 0.00004, "two-sided", 100, 999)
    >>> print(global_sentence(found))
    Over the whole study area, counts of neighbouring areas are more alike than chance would
    explain: chance alone would give this at most 1 time in 500.
    """
    more, less, neither = _FOUND.get(
        result.name, ("the value is higher", "the value is lower", "the value is no other")
    )
    if is_missing(result.p_value):
        return f"{global_name(result)} could not be computed."
    direction = more if result.z > 0 else less
    found = subject(words).write(neither if result.p_value > LEVEL else direction)
    least = least_p(result.n_permutations, result.alternative)
    often = chance(result.p_value, least=least)
    return (
        f"Over the whole study area, {found} than chance would explain: "
        f"chance alone would give this {often}."
    )


def global_engine(result: TestResult) -> str:
    """Say what the p-value of a global test comes from.

    Examples
    --------
    >>> from hotspots.schema import TestResult
    >>> found = TestResult("moran", 0.4, -0.01, 0.01, 4.1, 0.002, 0.00004, "greater", 100, 999)
    >>> global_engine(found)
    '999 permutations, 100 areas, greater'
    """
    drawn = _DRAWN.get(result.name, "permutation")
    engine = (
        counted(result.n_permutations, drawn) if result.n_permutations else "normal approximation"
    )
    return f"{engine}, {counted(result.n, 'area')}, {result.alternative}"
