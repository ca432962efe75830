"""What each label looks like and says: one set of classes for maps, reports and figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.disclosure.release import PublicRelease
from hotspots.errors import InputError
from hotspots.presentation.asked import LABELS, side, unasked, unclear_words
from hotspots.presentation.families import (
    LABEL_WORDS,
    MORE,
    MORE_OF,
    PLAIN_WORDS,
    SHORT_WORDS,
    UNTESTED,
    UNTESTED_RATES,
    WITHHELD,
    family,
)
from hotspots.presentation.rate_words import rate_colours, rate_note, rate_words
from hotspots.presentation.reach import reach
from hotspots.presentation.subjects import subject
from hotspots.presentation.uncorrected import about, correction_words, is_uncorrected
from hotspots.schema import (
    COLD_LABELS,
    HOT_LABELS,
    NOT_COMPUTED,
    NOT_SIGNIFICANT,
    NOT_TESTABLE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.families import Family
    from hotspots.presentation.subjects import Subject

_NO_WORDS: Mapping[str, str] = MappingProxyType({})
COLOUR_MEANS = "Colour is strength of evidence, not the number of incidents, and not a prediction."


@dataclass(frozen=True)
class LabelClass:
    """How one label is drawn and explained.

    Attributes
    ----------
    label : str
        The value in the table.
    colour : str
        Fill, as ``#rrggbb``.
    hatched : bool
        Whether lines are drawn over the fill, so that it is known without colour.
    words : str
        The entry in the legend.
    detail : str
        What the strength means; empty where there is nothing to add.
    """

    label: str
    colour: str
    hatched: bool
    words: str
    detail: str


_COLOURS = {
    "hot 99": "#7f1d00",
    "hot 95": "#e0651a",
    "hot 90": "#fbb676",
    NOT_SIGNIFICANT: "#f2f2f0",
    "cold 90": "#a6cbe8",
    "cold 95": "#3f7fbf",
    "cold 99": "#08306b",
    NOT_TESTABLE: "#8c8c8c",
    WITHHELD: "#bdbdbd",
    "high-high": "#7f1d00",
    "high-low": "#fbb676",
    "low-high": "#a6cbe8",
    "low-low": "#08306b",
    "similar": "#b9a7cf",
    "dissimilar": "#3b6b2e",
    "above 1": "#e58a3c",
    "below 1": "#4a90c8",
    "contains 1": "#f2f2f0",
    "2 times or more": "#3f1d6b",
    "1.25 to 2 times": "#663d96",
    "0.8 to 1.25 times": "#b096ce",
    "0.5 to 0.8 times": "#d3c3e3",
    "below 0.5 times": "#f4f0f8",
    NOT_COMPUTED: "#787878",
}
_MANY_UNTESTED = "#c6c5c1"
"""Where most areas are not tested by design, they stay in the background."""

_HATCHED = {*COLD_LABELS, "low-low", "low-high", "dissimilar", "below 1"}
_STRENGTH = {"99": "strong evidence", "95": "good evidence", "90": "weak evidence"}
_ONE_IN = {"99": "100", "95": "20", "90": "10"}
_PLAIN_DETAIL = {
    WITHHELD: "to protect persons; says nothing about how many incidents there are",
}


def label_classes(
    statistic: str, *, correction: str = "", words: Mapping[str, str] = _NO_WORDS
) -> tuple[LabelClass, ...]:
    """List the classes of a statistic in the order of the legend.

    Parameters
    ----------
    statistic : str
        Name of the local result, such as ``"gi_star"``; ``"excess"`` is the public statistic.
    correction : str
        How p-values were corrected for the number of areas, in words, as on the page. Without
        it, the false discovery rate is meant, which is the default everywhere.
    words : mapping of str to str
        The method in words, ``release.context.method``, for what was counted.

    Returns
    -------
    tuple of LabelClass

    Examples
    --------
    >>> label_classes("gi_star")[0].detail
    'of all areas at this strength or stronger, at most about 1 in 100 may be a false alarm'
    >>> [c.label for c in label_classes("local_moran")][:2]
    ['high-high', 'high-low']
    """
    kind, of = family(statistic), subject(words)
    if kind in UNTESTED_RATES:
        return tuple(
            LabelClass(label, _COLOURS[label], label in _HATCHED, said, "")
            for label, said in rate_words(kind, words).items()
        )
    named = LABEL_WORDS.get(kind)
    if named:
        order = (*named, NOT_SIGNIFICANT, NOT_TESTABLE)
        found = [_worded_class(label, named, of, correction) for label in order]
    else:
        last = (NOT_TESTABLE, WITHHELD) if kind == "excess" else (NOT_TESTABLE,)
        order = (*HOT_LABELS, NOT_SIGNIFICANT, *COLD_LABELS, *last)
        found = [_hot_cold_class(label, kind, of, correction) for label in order]
    return _asked_about(found, kind, words)


def _asked_about(
    found: list[LabelClass], kind: Family, words: Mapping[str, str]
) -> tuple[LabelClass, ...]:
    """Leave out what a one-sided test does not look for, and say so of what does not stand out."""
    unclear = unclear_words(kind, words)
    if not unclear:
        return tuple(found)
    able = LABELS[side(kind, words)] | set(PLAIN_WORDS)
    return tuple(
        replace(entry, words=unclear) if entry.label == NOT_SIGNIFICANT else entry
        for entry in found
        if entry.label in able
    )


def classes_of(release: Release, statistic: str) -> tuple[LabelClass, ...]:
    """List the classes of a statistic in a release, with the false alarms its correction allows.

    Parameters
    ----------
    release : Release
        ``context.method["Significance"]`` (or ``"Correction"``) says how p-values were corrected.
    statistic : str
        Name of the local result.

    Returns
    -------
    tuple of LabelClass
        Classes that say something about the table; ``not testable``, ``not computed`` and
        ``withheld`` only where an area is.
    """
    present = set(drawn_labels(release, statistic).unique())
    words = release.context.method
    found = label_classes(statistic, correction=correction_words(release, statistic), words=words)
    absent = {NOT_TESTABLE, NOT_COMPUTED, WITHHELD} - present
    return tuple(entry for entry in found if entry.label not in absent)


def drawn_labels(release: Release, statistic: str) -> pd.Series:
    """Give each unit the label it is drawn with.

    Parameters
    ----------
    release : Release
        What is drawn.
    statistic : str
        Name of the local result.

    Returns
    -------
    Series of str, shape (n,)
        The table's label; ``withheld`` for areas of a public release without a number.

    Raises
    ------
    InputError
        If the release has no such result.
    """
    if statistic not in release.statistics:
        there = ", ".join(release.statistics) or "none"
        raise InputError(f"no result {statistic!r} in this release; it has: {there}")
    labels: pd.Series = release.table[f"{statistic}_label"].astype(str)
    if isinstance(release, PublicRelease) and "count" in release.table.columns:
        labels = labels.mask(release.withheld, WITHHELD)
    return labels


def chosen(release: Release, statistic: str | None) -> str | None:
    """Choose the statistic to show: the one asked for, or the first there is.

    Returns
    -------
    str or None
        None where the table has no result.

    Raises
    ------
    InputError
        If one is asked for that the release does not have.
    """
    if statistic is None:
        return release.statistics[0] if release.statistics else None
    drawn_labels(release, statistic)
    return statistic


def class_words(label: str) -> str:
    """Name a label in a table, where the legend has said the rest.

    Examples
    --------
    >>> class_words("hot 99"), class_words("withheld"), class_words("high-low")
    ('More – strong evidence', 'Withheld', 'High among low')
    """
    side, _, level = label.partition(" ")
    if level in _STRENGTH:
        return f"{'More' if side == 'hot' else 'Fewer'} – {_STRENGTH[level]}"
    return SHORT_WORDS[label]


def strength(release: Release, statistic: str) -> str:
    """Say once for all classes what the strength of evidence means.

    Parameters
    ----------
    release : Release
        What is drawn.
    statistic : str
        Name of the local result.

    Returns
    -------
    str
        For example "Strong / good / weak evidence: of all areas at this strength or stronger,
        at most about 1 in 100 / 20 / 10 may be a false alarm."; then :func:`legend_note`. Of rates
        without a test only that.
    """
    if family(statistic) in UNTESTED_RATES:
        return legend_note(release, statistic)
    return f"{_strength(release, statistic)} {legend_note(release, statistic)}".rstrip()


def legend_note(release: Release, statistic: str) -> str:
    """Say what a map cannot show: strengths beyond its draws, what was not looked for.

    Parameters
    ----------
    release : Release
        What is drawn.
    statistic : str
        Name of the local result.
    """
    if family(statistic) in UNTESTED_RATES:
        return rate_note(release, statistic)
    words = release.context.method
    missing = subject(words).write(unasked(statistic, words))
    return " ".join(filter(None, [reach(release, statistic).note(), missing]))


def colour_means(release: Release, statistic: str | None) -> str:
    """Say what the colours of a map stand for, and what they do not.

    Parameters
    ----------
    release : Release
        What is drawn.
    statistic : str or None
        Name of the local result.
    """
    if statistic is not None and family(statistic) in UNTESTED_RATES:
        return rate_colours(release, statistic)
    return COLOUR_MEANS


def _strength(release: Release, statistic: str) -> str:
    correction = correction_words(release, statistic)
    if family(statistic) in LABEL_WORDS:
        detail = _false_alarms(_ONE_IN["95"], correction)
        return f"{detail[0].upper()}{detail[1:]}."
    names = " / ".join(words.removesuffix(" evidence") for words in _STRENGTH.values())
    detail = _false_alarms(" / ".join(_ONE_IN.values()), correction)
    return f"{names[0].upper()}{names[1:]} evidence: {detail}."


def _worded_class(label: str, words: Mapping[str, str], of: Subject, correction: str) -> LabelClass:
    detail = _false_alarms(_ONE_IN["95"], correction) if label in words else ""
    said = of.write(words[label]) if label in words else PLAIN_WORDS[label]
    return LabelClass(label, _COLOURS[label], label in _HATCHED, said, detail)


def _hot_cold_class(label: str, kind: Family, of: Subject, correction: str) -> LabelClass:
    side, _, level = label.partition(" ")
    if level not in _STRENGTH:
        few = label == NOT_TESTABLE and kind in UNTESTED
        words = of.write(UNTESTED[kind]) if few else PLAIN_WORDS[label]
        colour = _MANY_UNTESTED if few else _COLOURS[label]
        detail = _PLAIN_DETAIL.get(label, "")
        return LabelClass(label, colour, hatched=False, words=words, detail=detail)
    more = of.write(MORE_OF.get(kind, MORE))
    words = f"{'More' if side == 'hot' else 'Fewer'} {more} – {_STRENGTH[level]}"
    detail = _false_alarms(_ONE_IN[level], correction)
    return LabelClass(label, _COLOURS[label], side == "cold", words, detail)


def _false_alarms(one_in: str, correction: str) -> str:
    so_many = about(f"1 in {one_in}", correction)
    if "bonferroni" in correction.casefold():
        maps = so_many.replace("1 in", "1 map in")
        return f"in {maps} made by chance alone, any area at all would be marked"
    if is_uncorrected(correction):
        areas = so_many.replace("1 in", "1 area in")
        return f"where only chance is at work, {areas} would be marked"
    return f"of all areas at this strength or stronger, {so_many} may be a false alarm"
