"""How many areas stand out and how: the clauses that headlines are made of."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.presentation.families import (
    DEALT_OTHER,
    DEALT_PAIRS,
    LABEL_WORDS,
    LOOKED_AT,
    MORE,
    MORE_OF,
)
from hotspots.presentation.formats import counted, listed, number, plural
from hotspots.presentation.groups import COLD, HOT, SIGNS
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from hotspots.presentation.families import Family

_AMONG: Mapping[str, str] = MappingProxyType(
    {
        "low-low": "below {average} among neighbours below it",
        "high-low": "above {average} among neighbours below it",
        "low-high": "below {average} among neighbours above it",
    }
)
OTHERWISE: Mapping[Family, Mapping[str, str]] = MappingProxyType(
    {
        "local_moran": _AMONG,
        "local_moran_rate": _AMONG,
        "local_moran_bivariate": {
            "low-low": "below {average} with fewer {other} around",
            "high-low": "above {average} with fewer {other} around",
            "low-high": "below {average} with more {other} around",
        },
        "lees_l_local": {
            "low-low": "below {average} with the number of {other} going the same way",
            "high-low": "above {average} with the number of {other} going the other way",
            "low-high": "below {average} with the number of {other} going the other way",
        },
    }
)
"""What is said of areas that are not high among high; "it" is the average."""

_CHANCE = "than chance would explain"
_IN_BOTH = " in {counted} and {other} together"
_LIKENESS: tuple[Family, ...] = ("local_geary", "local_geary_multivariate")


@dataclass(frozen=True)
class Counts:
    """How many areas carry which label."""

    n: int
    labels: Counter[str]

    def of(self, *labels: str) -> int:
        """Count areas with any of some labels."""
        return sum(self.labels[label] for label in labels)

    def sign(self, sign: str) -> int:
        """Count areas whose label forms groups of a sign."""
        return sum(n for label, n in self.labels.items() if SIGNS.get(label) == sign)


def found_clause(kind: Family, counts: Counts, around: str, *, less: bool = False) -> str:
    """Say how many areas have more than chance gives, or are alike.

    Parameters
    ----------
    kind : Family
        Of the statistic.
    counts : Counts
        Of its labels.
    around : str
        Who the neighbours are, after "the area and".
    less : bool
        Whether only fewer, or unlike, was asked for; that is then what is said.

    Returns
    -------
    str
        A template for what was counted.
    """
    if kind in _LIKENESS:
        return _unlike(kind, counts) if less else _alike(kind, counts)
    if kind in LABEL_WORDS:
        return _apart(kind, counts, around) if less else _together(kind, counts, around)
    return _sums(kind, counts, around, less=less)


def other_clause(kind: Family, counts: Counts, *, less: bool = False) -> str:
    """Say how many areas stand out the other way, as a sentence; ``""`` where none does."""
    if kind in _LIKENESS:
        k = 0 if less else counts.of("dissimilar")
        unlike = plural(k, "is less like its neighbours", "are less like their neighbours")
        return f"{counted(k, 'area')} {unlike}." if k else ""
    if kind not in OTHERWISE:
        return _fewer(kind, counts.sign(COLD)) if counts.sign(COLD) and not less else ""
    said: list[str] = []
    for label, words in OTHERWISE[kind].items():
        k = counts.of(label)
        if k:
            text = words.replace("{average}", "it" if said else "the average")
            said.append(f"{number(k)} {plural(k, 'is', 'are')} {text}")
    return f"{listed(said)}." if said else ""


def share(k: int, n: int, one: str = "area", many: str = "areas") -> str:
    """Write a share with its base.

    Examples
    --------
    >>> share(3, 12), share(0, 12), share(1, 1)
    ('3 of 12 areas', 'none of 12 areas', 'the one area')
    """
    if n == 1:
        return f"the one {one}" if k else f"no {one}"
    return f"{number(k) if k else 'none'} of {number(n)} {many}"


def _sums(kind: Family, counts: Counts, around: str, *, less: bool) -> str:
    """Say how many areas have more, or fewer, than chance gives."""
    k, of = counts.sign(COLD if less else HOT), MORE_OF.get(kind, MORE)
    word = "fewer" if less else "more"
    one, who = k <= 1, share(k, counts.n)
    has = "has" if one else "have"
    if kind in ("gi_star", "gi_star_rate"):
        lie = "lies in a neighbourhood" if one else "lie in neighbourhoods"
        return f"{who} {lie} (the area and {around}) with {word} {of}"
    if kind == "gi":
        return f"{who} {has} neighbours ({around}, without the area itself) with {word} {of}"
    if kind in LOOKED_AT:
        tested = counts.n - counts.of(NOT_TESTABLE)
        held = (f"tested area with {LOOKED_AT[kind]}", f"tested areas with {LOOKED_AT[kind]}")
        beside = of.replace("neighbours", f"neighbours ({around})", 1)
        beside = beside.replace("both {counted} and {other}", "both")
        return f"{share(k, tested, *held)} {has} {word} {beside}"
    return f"{who} {has} {word} {of if one else of.replace('its share', 'their share')}"


def _together(kind: Family, counts: Counts, around: str) -> str:
    """Say how many areas are high among high."""
    k = counts.of("high-high")
    one, who = k <= 1, share(k, counts.n)
    if kind == "local_moran_bivariate":
        are, have, them = ("is", "has", "it") if one else ("are", "have", "them")
        return (
            f"{who} {are} above the average in {{counted}} and {have} more {{other}} in the areas "
            f"around {them} than {DEALT_OTHER}"
        )
    if kind == "lees_l_local":
        lie = "lies in a neighbourhood" if one else "lie in neighbourhoods"
        return (
            f"{who} {lie} (the area and {around}) with {{counted}} above the average, and the "
            f"number of {{other}} going the same way, more than {DEALT_PAIRS}"
        )
    are = "is" if one else "are"
    if kind == "local_moran_rate":
        are = "has a rate" if one else "have rates"
    return f"{who} {are} above the average among neighbours above the average, more {_CHANCE}"


def _apart(kind: Family, counts: Counts, around: str) -> str:
    """Say how many areas differ from what is around them."""
    k = counts.of("high-low", "low-high")
    one, who = k <= 1, share(k, counts.n)
    if kind == "local_moran_bivariate":
        go, them = ("goes", "it") if one else ("go", "them")
        return f"{who} {go} against the number of {{other}} around {them}, more than {DEALT_OTHER}"
    if kind == "lees_l_local":
        lie = "lies in a neighbourhood" if one else "lie in neighbourhoods"
        return (
            f"{who} {lie} (the area and {around}) where the numbers of {{counted}} and {{other}} "
            f"go opposite ways, more than {DEALT_PAIRS}"
        )
    differ = "differs from its neighbours" if one else "differ from their neighbours"
    rate = " in its rate" if one else " in their rates"
    return f"{who} {differ}{rate if kind == 'local_moran_rate' else ''} more {_CHANCE}"


def _alike(kind: Family, counts: Counts) -> str:
    k = counts.of("high-high", "low-low", "similar")
    alike = "is more like its neighbours" if k <= 1 else "are more like their neighbours"
    high = counts.of("high-high")
    which = f", {number(high) if high else 'none'} of them above the average" if k > 1 else ""
    if kind == "local_geary":
        return f"{share(k, counts.n)} {alike} {_CHANCE}{which}"
    both = f"{which} in both" if which else ""
    return f"{share(k, counts.n)} {alike}{_IN_BOTH} than {DEALT_PAIRS}{both}"


def _unlike(kind: Family, counts: Counts) -> str:
    k = counts.of("dissimilar")
    unlike = "is less like its neighbours" if k <= 1 else "are less like their neighbours"
    if kind == "local_geary":
        return f"{share(k, counts.n)} {unlike} {_CHANCE}"
    return f"{share(k, counts.n)} {unlike}{_IN_BOTH} than {DEALT_PAIRS}"


def _fewer(kind: Family, k: int) -> str:
    areas = counted(k, "area")
    if kind in ("gi_star", "gi_star_rate"):
        lie = plural(k, "lies in a neighbourhood", "lie in neighbourhoods")
        return f"{areas} {lie} with fewer."
    if kind == "gi":
        return f"{areas} {plural(k, 'has', 'have')} neighbours with fewer."
    if kind in LOOKED_AT:
        return f"{areas} {plural(k, 'has', 'have')} fewer such neighbours."
    return f"In {areas} there are fewer."
