"""Sentences about the study area as a whole: the global tests."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease
from hotspots.presentation.families import DEALT_PAIRS
from hotspots.presentation.formats import chance, counted, is_missing, least_p
from hotspots.presentation.subjects import subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.disclosure.release import Release
    from hotspots.schema import TestResult

LEVEL = 0.05
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
NAMES = {
    "moran": "Moran's I",
    "geary": "Geary's c",
    "general_g": "General G",
    "moran_rate": "Moran's I of rates",
    "lees_l": "Lee's L",
    "geary_beside": "Geary's c of the other",
    "join_count 1-1": "Join count yes–yes",
    "join_count 0-0": "Join count no–no",
    "join_count 0-1": "Join count yes–no",
    "join_count beside-counted": "Join count one–other",
    "join_count both-both": "Join count both–both",
}
_DRAWN = {"moran_rate": "simulated map"}
"""What is drawn for a p-value, where it is no permutation."""


_CHANCE = "chance would explain"


def _degrees(what: str, often: str, asked: str) -> tuple[str, str, str]:
    """Say that something is more, or less, than chance explains, and what is asked."""
    return f"{what} more{often} than {_CHANCE}", f"{what} less{often} than {_CHANCE}", asked


_FOUND = {
    "moran": (
        f"counts of neighbouring areas are more alike than {_CHANCE}",
        f"counts of neighbouring areas are less alike than {_CHANCE}",
        "how alike counts of neighbouring areas are",
    ),
    "geary": (
        f"counts of neighbouring areas differ less than {_CHANCE}",
        f"counts of neighbouring areas differ more than {_CHANCE}",
        "how much counts of neighbouring areas differ",
    ),
    "geary_beside": (
        f"numbers of {{other}} in neighbouring areas differ less than {_CHANCE}",
        f"numbers of {{other}} in neighbouring areas differ more than {_CHANCE}",
        "how much numbers of {other} in neighbouring areas differ",
    ),
    "moran_rate": (
        f"rates of neighbouring areas are more alike than {_CHANCE}",
        f"rates of neighbouring areas are less alike than {_CHANCE}",
        "how alike rates of neighbouring areas are",
    ),
    "general_g": _degrees(
        "large counts lie beside large counts", "", "how far large counts lie beside large counts"
    ),
    "lees_l": (
        f"neighbourhood averages of {{counted}} and {{other}} go together more than {DEALT_PAIRS}",
        f"neighbourhood averages of {{counted}} and {{other}} go together less than {DEALT_PAIRS}",
        "how far neighbourhood averages of {counted} and {other} go together",
    ),
    "join_count 1-1": _degrees(
        "areas with {counted} neighbour each other",
        " often",
        "how often areas with {counted} neighbour each other",
    ),
    "join_count 0-0": _degrees(
        "areas without {counted} neighbour each other",
        " often",
        "how often areas without {counted} neighbour each other",
    ),
    "join_count 0-1": _degrees(
        "areas with {counted} neighbour areas without them",
        " often",
        "how often areas with {counted} neighbour areas without them",
    ),
    "join_count beside-counted": _degrees(
        "areas with {counted} but no {other} neighbour areas with {other} but no {counted}",
        " often",
        "how often areas with {counted} but no {other} neighbour areas with {other} but no "
        "{counted}",
    ),
    "join_count both-both": _degrees(
        "areas with both {counted} and {other} neighbour each other",
        " often",
        "how often areas with both {counted} and {other} neighbour each other",
    ),
}
_OTHERWISE = (
    f"the value is higher than {_CHANCE}",
    f"the value is lower than {_CHANCE}",
    "the value",
)
_BY = {"lees_l": "dealing them so"}
"""What gives a result, where it is not simply chance."""


_AS_FAR = "a result as far that way"


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
        Above or below what chance gives where p is at most 0.05, otherwise that no difference
        from chance is clear, which is not to say that there is none. Of a one-sided test, that
        nothing is clear on the side that it asks about.

    Examples
    --------
    >>> from hotspots.schema import TestResult
    >>> found = TestResult("moran", 0.4, -0.01, 0.01, 4.1, 0.002, 0.00004, "two-sided", 100, 999)
    >>> print(global_sentence(found))
    Over the whole study area, counts of neighbouring areas are more alike than chance would
    explain: chance alone would give this at most 1 time in 500.
    """
    if is_missing(result.p_value):
        return f"{global_name(result)} could not be computed."
    found = _found(result)
    by = _BY.get(result.name, "chance alone") if result.p_value <= LEVEL else "chance alone"
    often = chance(result.p_value, least=least_p(result.n_permutations, result.alternative))
    said = subject(words).write(found)
    this = "this" if result.p_value <= LEVEL or result.alternative == "two-sided" else _AS_FAR
    return f"Over the whole study area, {said}: {by} would give {this} {often}."


def _found(result: TestResult) -> str:
    """Say what is clear, or what is not, on the side or sides that were asked about."""
    more, less, asked = _FOUND.get(result.name, _OTHERWISE)
    is_clear, is_more = result.p_value <= LEVEL, result.z > 0
    if result.alternative != "two-sided":
        is_more = result.alternative == "greater"
        clause = more if is_more else less
        return clause if is_clear else f"it is not clear that {clause} (only that was asked)"
    if not is_clear:
        return f"{asked} shows no clear difference from chance"
    return more if is_more else less


def gate(release: Release) -> list[str]:
    """Say what the tests of the whole study area found; internal only.

    Parameters
    ----------
    release : Release
        What is shown.

    Returns
    -------
    list of str
        A sentence per test, and how several are read side by side; empty for a public release.
    """
    tests = list(release.tests.values()) if isinstance(release, InternalRelease) else []
    said = [global_sentence(test, words=release.context.method) for test in tests]
    n = sum(not is_missing(test.p_value) for test in tests)
    if n > 1:
        said.append(
            f"Each of these {n} tests is read by itself, at 1 time in {1 / LEVEL:.0f}: of several "
            "side by side, one may stand out by chance alone."
        )
    return said


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
