"""What each label looks like and says: one set of classes for maps, reports and figures."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from hotspots.disclosure.release import PublicRelease
from hotspots.errors import InputError
from hotspots.schema import (
    COLD_LABELS,
    HOT_LABELS,
    NOT_SIGNIFICANT,
    NOT_TESTABLE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.disclosure.release import Release

COLOUR_MEANS = "Colour is strength of evidence, not the number of incidents, and not a prediction."
WITHHELD = "withheld"

Family = Literal[
    "gi_star", "gi", "gi_star_rate", "local_moran", "local_moran_rate", "local_geary", "excess",
    "hot_cold",
]  # fmt: skip
"""Which sentences a statistic takes; ``hot_cold`` is any other with hot and cold labels."""


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


@dataclass(frozen=True)
class Marker:
    """How one kind of facility is drawn and called.

    Attributes
    ----------
    kind : str
        The value in the table.
    letter : str
        Drawn inside the shape.
    shape : {"circle", "square", "diamond", "triangle", "hexagon"}
        Outline, so that kinds are told apart without colour.
    colour : str
        Fill, as ``#rrggbb``; the letter is white.
    words, plural : str
        What the kind is called on a page.
    """

    kind: str
    letter: str
    shape: str
    colour: str
    words: str
    plural: str


MARKERS: Mapping[str, Marker] = MappingProxyType(
    {
        "group_home": Marker("group_home", "G", "circle", "#4a2a7a", "Group home", "Group homes"),
        "hotel": Marker("hotel", "H", "square", "#0b5d57", "Hotel", "Hotels"),
        "trap_house": Marker(
            "trap_house",
            "L",
            "diamond",
            "#222222",
            "Location with recorded reports",
            "Locations with recorded reports",
        ),
        "control": Marker(
            "control", "S", "triangle", "#5b5b5b", "Comparison site", "Comparison sites"
        ),
        "other": Marker("other", "O", "hexagon", "#7a3b5e", "Other place", "Other places"),
    }
)

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
}
_HATCHED = {*COLD_LABELS, "low-low", "low-high", "dissimilar"}
_STRENGTH = {"99": "strong evidence", "95": "good evidence", "90": "weak evidence"}
_ONE_IN = {"99": "100", "95": "20", "90": "10"}
_SUBJECT: dict[Family, str] = {
    "gi_star_rate": "recorded incidents than the same rate everywhere would explain",
    "excess": "recorded incidents than its share of residents would explain",
}
_MORAN_WORDS = {
    "high-high": "High among high – above the average, and so are its neighbours",
    "high-low": "High among low – above the average, its neighbours below",
    "low-high": "Low among high – below the average, its neighbours above",
    "low-low": "Low among low – below the average, and so are its neighbours",
}
_RATE_WORDS = {
    "high-high": "High among high – a rate above the average, as at its neighbours",
    "high-low": "High among low – a rate above the average, below it at its neighbours",
    "low-high": "Low among high – a rate below the average, above it at its neighbours",
    "low-low": "Low among low – a rate below the average, as at its neighbours",
}
_GEARY_WORDS = {
    "high-high": "Alike and high – above the average, and its neighbours much the same",
    "low-low": "Alike and low – below the average, and its neighbours much the same",
    "similar": "Alike – its neighbours much the same, across the average",
    "dissimilar": "Unlike – differs from its neighbours more than chance would explain",
}
_PLAIN_WORDS = {
    NOT_SIGNIFICANT: "No clear difference from chance",
    NOT_TESTABLE: "Could not be tested",
    WITHHELD: "Withheld",
}
_WORDS: Mapping[Family, Mapping[str, str]] = MappingProxyType(
    {
        "local_moran": _MORAN_WORDS,
        "local_moran_rate": _RATE_WORDS,
        "local_geary": _GEARY_WORDS,
    }
)
"""Statistics whose labels say how a unit and its neighbours compare."""

_PLAIN_DETAIL = {
    WITHHELD: "to protect persons; says nothing about how many incidents there are",
}


def marker(kind: str) -> Marker:
    """Find how a kind of facility is drawn; unknown kinds are drawn as other places.

    Examples
    --------
    >>> marker("trap_house").words
    'Location with recorded reports'
    """
    return MARKERS.get(kind, MARKERS["other"])


def family(statistic: str) -> Family:
    """Find which sentences a statistic takes, from its name.

    Examples
    --------
    >>> family("gi_star"), family("local_moran_2016"), family("scan")
    ('gi_star', 'local_moran', 'hot_cold')
    """
    known: tuple[Family, ...] = get_args(Family)
    for name in sorted(known, key=len, reverse=True):
        if statistic == name or statistic.startswith(f"{name}_"):
            return name
    return "hot_cold"


def label_classes(statistic: str, *, correction: str = "") -> tuple[LabelClass, ...]:
    """List the classes of a statistic in the order of the legend.

    Parameters
    ----------
    statistic : str
        Name of the local result, such as ``"gi_star"``; ``"excess"`` is the public statistic.
    correction : str
        How p-values were corrected for the number of areas, in words, as on the page. Without
        it, the false discovery rate is meant, which is the default everywhere.

    Returns
    -------
    tuple of LabelClass

    Examples
    --------
    >>> label_classes("gi_star")[0].detail
    'of all areas at this strength or stronger, about 1 in 100 may be a false alarm'
    >>> [c.label for c in label_classes("local_moran")][:2]
    ['high-high', 'high-low']
    """
    kind = family(statistic)
    words = _WORDS.get(kind)
    if words:
        order = (*words, NOT_SIGNIFICANT, NOT_TESTABLE)
        return tuple(_worded_class(label, words, correction) for label in order)
    last = (NOT_TESTABLE, WITHHELD) if kind == "excess" else (NOT_TESTABLE,)
    order = (*HOT_LABELS, NOT_SIGNIFICANT, *COLD_LABELS, *last)
    return tuple(_hot_cold_class(label, kind, correction) for label in order)


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
        Classes that say something about the table; ``not testable`` and ``withheld`` only where
        an area is.
    """
    present = set(drawn_labels(release, statistic).unique())
    found = label_classes(statistic, correction=_correction(release))
    absent = {NOT_TESTABLE, WITHHELD} - present
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
    words = {**_GEARY_WORDS, **_MORAN_WORDS, **_PLAIN_WORDS}
    return words[label].partition(" – ")[0]


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
        about 1 in 100 / 20 / 10 may be a false alarm."
    """
    correction = _correction(release)
    if family(statistic) in _WORDS:
        detail = _false_alarms(_ONE_IN["95"], correction)
        return f"{detail[0].upper()}{detail[1:]}."
    names = " / ".join(words.removesuffix(" evidence") for words in _STRENGTH.values())
    detail = _false_alarms(" / ".join(_ONE_IN.values()), correction)
    return f"{names[0].upper()}{names[1:]} evidence: {detail}."


def _correction(release: Release) -> str:
    method = release.context.method
    return method.get("Correction") or method.get("Significance") or ""


def _worded_class(label: str, words: Mapping[str, str], correction: str) -> LabelClass:
    detail = _false_alarms(_ONE_IN["95"], correction) if label in words else ""
    said = words.get(label) or _PLAIN_WORDS[label]
    return LabelClass(label, _COLOURS[label], label in _HATCHED, said, detail)


def _hot_cold_class(label: str, kind: Family, correction: str) -> LabelClass:
    side, _, level = label.partition(" ")
    if level not in _STRENGTH:
        words, detail = _PLAIN_WORDS[label], _PLAIN_DETAIL.get(label, "")
        return LabelClass(label, _COLOURS[label], hatched=False, words=words, detail=detail)
    subject = _SUBJECT.get(kind, "recorded incidents than chance would explain")
    words = f"{'More' if side == 'hot' else 'Fewer'} {subject} – {_STRENGTH[level]}"
    detail = _false_alarms(_ONE_IN[level], correction)
    return LabelClass(label, _COLOURS[label], side == "cold", words, detail)


def _false_alarms(one_in: str, correction: str) -> str:
    text = correction.casefold()
    if "bonferroni" in text:
        return f"in about 1 map in {one_in} made by chance alone, any area at all would be marked"
    if text.startswith("none") or "not corrected" in text or "uncorrected" in text:
        return f"where only chance is at work, about 1 area in {one_in} would be marked"
    return f"of all areas at this strength or stronger, about 1 in {one_in} may be a false alarm"
