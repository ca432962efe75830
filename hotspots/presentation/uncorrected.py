"""What is said where p-values are not corrected for the number of areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.inference.engines import ANALYTIC
from hotspots.presentation.families import LABEL_WORDS, LOOKED_AT, UNTESTED_RATES, WITHHELD, family
from hotspots.presentation.formats import listed, number, plural
from hotspots.presentation.groups import COLD, HOT
from hotspots.presentation.reach import tested
from hotspots.schema import NOT_SIGNIFICANT, NOT_TESTABLE

if TYPE_CHECKING:
    from hotspots.disclosure.release import Release
    from hotspots.presentation.clauses import Counts
    from hotspots.presentation.families import Family

NOT_CORRECTED, ROUGH = "not corrected", "normal approximation"
_LEVELS = {True: 0.05, False: 0.1}
"""The p-value up to which areas are marked, by whether labels compare an area with neighbours."""


def correction_words(release: Release, statistic: str) -> str:
    """Say how p-values were corrected for the number of areas.

    Parameters
    ----------
    release : Release
        ``context.method["Significance"]`` (or ``"Correction"``) says it.
    statistic : str
        Name of the local result; labels made of p-values themselves are not corrected, and those
        of the normal approximation are said to be.
    """
    details, method = tested(release, statistic), release.context.method
    said = method.get("Correction") or method.get("Significance") or ""
    if details.get("label_from") == "p_value":
        said = NOT_CORRECTED
    return f"{said}, {ROUGH}" if details.get("method") == ANALYTIC else said


def about(share: str, correction: str) -> str:
    """Say how many chance may mark: no more, but by the normal approximation.

    Examples
    --------
    >>> about("1 in 20", ""), about("1 in 20", "not corrected, normal approximation")
    ('at most about 1 in 20', 'about 1 in 20 or more')
    """
    return f"about {share} or more" if ROUGH in correction else f"at most about {share}"


def is_uncorrected(correction: str) -> bool:
    """Say whether words on a correction mean that there is none.

    Examples
    --------
    >>> is_uncorrected("two-sided, not corrected for the number of areas"), is_uncorrected("")
    (True, False)
    """
    text = correction.casefold()
    return text.startswith("none") or NOT_CORRECTED in text or "uncorrected" in text


def counts_alone(release: Release, statistic: str) -> bool:
    """Say whether marked areas can only be counted, beside those that chance alone would mark."""
    kind = family(statistic)
    if kind == "excess" or kind in UNTESTED_RATES:
        return False
    return is_uncorrected(correction_words(release, statistic))


def marked_clause(release: Release, statistic: str, counts: Counts) -> str:
    """Say how many areas are marked, and how many would be by chance alone.

    Parameters
    ----------
    release : Release
        For the levels of its labels.
    statistic : str
        Name of the local result.
    counts : Counts
        Of its labels.

    Returns
    -------
    str
        A template for what was counted.
    """
    kind = family(statistic)
    n = counts.n - counts.of(NOT_TESTABLE, WITHHELD)
    k = n - counts.of(NOT_SIGNIFICANT)
    levels = tested(release, statistic).get("label_levels") or {"": _LEVELS[kind in LABEL_WORDS]}
    by_chance = round(n * max(levels.values()))
    words = correction_words(release, statistic)
    chance = about(number(by_chance), words) if by_chance else "hardly any"
    held = f" with {LOOKED_AT[kind]}" if kind in LOOKED_AT else ""
    areas = plural(n, f"tested area{held}", f"tested areas{held}")
    return (
        f"{number(k) if k else 'none'} of {number(n)} {areas} {plural(max(k, 1), 'is', 'are')} "
        f"marked, and chance alone would mark {chance}: nothing is corrected for the number of "
        "areas"
    )


def marked_as(kind: Family, counts: Counts) -> str:
    """Say as what areas are marked, as a sentence; ``""`` where none is."""
    named = LABEL_WORDS.get(kind)
    of = {"“More”": counts.sign(HOT), "“Fewer”": counts.sign(COLD)}
    if named:
        of = {f"“{words.partition(' – ')[0]}”": counts.of(name) for name, words in named.items()}
    said = listed([f"{number(k)} as {words}" for words, k in of.items() if k])
    return f"Marked {plural(sum(of.values()), 'is', 'are')} {said}." if said else ""
