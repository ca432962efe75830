"""Which side of chance a page's tests ask about, and what chance holds."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from hotspots.presentation.families import DEALT, LABEL_WORDS, UNTESTED_RATES, family
from hotspots.schema import COLD_LABELS, HOT_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.presentation.families import Family
    from hotspots.schema import Alternative

SIGNIFICANCE, CHANCE = "Significance", "Chance"
"""The terms of ``context.method`` that say which side is asked about, and what is held."""

SIDES: Mapping[Alternative, str] = MappingProxyType(
    {
        "two-sided": "two-sided",
        "greater": "one-sided (only more, or more alike, than chance)",
        "less": "one-sided (only fewer, or less alike, than chance)",
    }
)
"""How the method says it."""

HELD = "the area's own number is held as it is"

LABELS: Mapping[Alternative, frozenset[str]] = MappingProxyType(
    {
        "greater": frozenset({*HOT_LABELS, "high-high", "low-low", "similar"}),
        "less": frozenset({*COLD_LABELS, "high-low", "low-high", "dissimilar"}),
    }
)
"""Labels that a one-sided test can give where it finds something."""

_NEITHER: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "greater sum": (
            "Not clearly more than chance would explain",
            "Areas with fewer were not looked for.",
        ),
        "less sum": (
            "Not clearly fewer than chance would explain",
            "Areas with more were not looked for.",
        ),
        "greater likeness": (
            "Not clearly more alike than chance would explain",
            "Areas unlike their neighbours were not looked for.",
        ),
        "less likeness": (
            "Not clearly less alike than chance would explain",
            "Areas like their neighbours were not looked for.",
        ),
        "greater way": (
            "Not clearly going the same way",
            "Areas where {counted} and {other} go opposite ways were not looked for.",
        ),
        "less way": (
            "Not clearly going opposite ways",
            "Areas where {counted} and {other} go the same way were not looked for.",
        ),
    }
)
"""What is said of areas that do not stand out, and of what was not asked."""


def side(kind: Family, words: Mapping[str, str]) -> Alternative:
    """Find which side of chance a statistic asks about, from the method's own words.

    Parameters
    ----------
    kind : Family
        Of the statistic; the public excess always looks to both sides.
    words : mapping of str to str
        ``context.method``.

    Examples
    --------
    >>> side("gi_star", {"Significance": f"{SIDES['less']}, not corrected"}), side("gi", {})
    ('less', 'two-sided')
    """
    if kind == "excess" or kind in UNTESTED_RATES:
        return "two-sided"
    said = words.get(SIGNIFICANCE, "")
    return next((name for name, text in SIDES.items() if said.startswith(text)), "two-sided")


def holds_own(kind: Family, words: Mapping[str, str]) -> bool:
    """Say whether chance holds the area's own number where it need not."""
    return kind in ("gi_star", "gi_star_rate") and words.get(CHANCE, "").startswith(HELD)


def unclear_words(kind: Family, words: Mapping[str, str]) -> str:
    """Name the class of areas that do not stand out; ``""`` where both sides are asked about.

    Examples
    --------
    >>> unclear_words("gi_star", {"Significance": SIDES["greater"]})
    'Not clearly more than chance would explain'
    """
    return _neither(kind, words)[0]


def unasked(statistic: str, words: Mapping[str, str]) -> str:
    """Say what was not looked for, as a template; ``""`` where both sides are asked about.

    Examples
    --------
    >>> unasked("local_moran", {"Significance": SIDES["greater"]})
    'Areas unlike their neighbours were not looked for.'
    """
    return _neither(family(statistic), words)[1]


def _neither(kind: Family, words: Mapping[str, str]) -> tuple[str, str]:
    way: Literal["sum", "likeness", "way"] = "sum"
    if kind in LABEL_WORDS:
        is_way = kind in DEALT and kind != "local_geary_multivariate"
        way = "way" if is_way else "likeness"
    return _NEITHER.get(f"{side(kind, words)} {way}", ("", ""))
