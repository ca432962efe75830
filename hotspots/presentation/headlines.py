"""The one sentence at the top of a page, generated and true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from hotspots.presentation.classes import chosen, drawn_labels
from hotspots.presentation.families import (
    DEALT_OTHER,
    DEALT_PAIRS,
    LABEL_WORDS,
    LOOKED_AT,
    MORE,
    MORE_OF,
    WITHHELD,
    family,
)
from hotspots.presentation.formats import counted, day, listed, number, period, plural
from hotspots.presentation.groups import HOT, SIGNS, groups
from hotspots.presentation.methods import neighbours
from hotspots.presentation.reach import reach
from hotspots.presentation.subjects import subject
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd

    from hotspots.disclosure.release import Release
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


@dataclass(frozen=True)
class _Counts:
    """How many areas carry which label."""

    n: int
    labels: Counter[str]

    def of(self, *labels: str) -> int:
        return sum(self.labels[label] for label in labels)

    def sign(self, sign: str) -> int:
        return sum(n for label, n in self.labels.items() if SIGNS.get(label) == sign)


def headline(
    release: Release, statistic: str | None = None, *, found: gpd.GeoDataFrame | None = None
) -> str:
    """Say in one or two sentences what the map shows.

    Parameters
    ----------
    release : Release
        What is shown.
    statistic : str, optional
        Name of the local result; the first there is.
    found : GeoDataFrame, optional
        Its :func:`groups`, where they are known already.

    Returns
    -------
    str

    Examples
    --------
    >>> from datetime import date
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> from hotspots.disclosure.release import Context, release
    >>> cells = gpd.GeoDataFrame(
    ...     {"count": [3, 1], "gi_star_label": ["hot 99", "not significant"]},
    ...     geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
    ...     index=pd.Index(["a", "b"], name="unit_id"), crs="EPSG:32616")
    >>> out = release(cells, profile="internal", reason="example", recipient="the reader",
    ...     context=Context(period=(date(2016, 1, 1), date(2016, 12, 31)),
    ...                     method={"Neighbours": "areas that touch"}))
    >>> headline(out)
    'In 2016, 1 of 2 areas lies in a neighbourhood (the area and those touching it) with more
    recorded incidents than chance would explain.'
    """
    statistic = chosen(release, statistic)
    n = len(release.table)
    if statistic is None:
        return _sentence(release, f"{counted(n, 'area')} {plural(n, 'is', 'are')} shown, untested")
    counts = _Counts(n, Counter(drawn_labels(release, statistic)))
    kind, words = family(statistic), release.context.method
    if counts.of(NOT_TESTABLE, WITHHELD) == n:
        clause = _nothing_tested(release, kind, counts)
        return subject(words).write(_sentence(release, clause))
    said = subject(words).write
    rest = [said(text) for text in _rest(kind, counts)]
    too_few = reach(release, statistic).sentence()
    if too_few:
        return " ".join([too_few, *rest])
    around = neighbours(words.get("Neighbours", ""))
    clause = _compared(kind, counts, around) or _hot(kind, counts, around)
    of = groups(release, statistic) if found is None else found
    return " ".join([_sentence(release, f"{said(clause)}{_largest(of)}"), *rest])


def during(first_last: tuple[date, date] | None) -> str:
    """Open a sentence with the period; ``""`` where there is none.

    Examples
    --------
    >>> from datetime import date
    >>> during((date(2013, 1, 1), date(2016, 12, 31)))
    'In 2013–2016, '
    """
    if first_last is None:
        return ""
    text = period(first_last)
    if text == day(first_last[0]):
        return f"On {text}, "
    return f"From {text}, " if " to " in text else f"In {text}, "


def _sentence(release: Release, clause: str) -> str:
    text = f"{during(release.context.period)}{clause}."
    return text[0].upper() + text[1:]


def _of(k: int, n: int, one: str = "area", many: str = "areas") -> str:
    """Write a share with its base."""
    if n == 1:
        return f"the one {one}" if k else f"no {one}"
    return f"{number(k) if k else 'none'} of {number(n)} {many}"


def _hot(kind: Family, counts: _Counts, around: str) -> str:
    """Say how many areas have more than chance gives."""
    k, more = counts.sign(HOT), MORE_OF.get(kind, MORE)
    one, who = k <= 1, _of(k, counts.n)
    has = "has" if one else "have"
    if kind in ("gi_star", "gi_star_rate"):
        lie = "lies in a neighbourhood" if one else "lie in neighbourhoods"
        return f"{who} {lie} (the area and {around}) with more {more}"
    if kind == "gi":
        return f"{who} {has} neighbours ({around}, without the area itself) with more {more}"
    if kind in LOOKED_AT:
        tested = counts.n - counts.of(NOT_TESTABLE)
        held = (f"tested area with {LOOKED_AT[kind]}", f"tested areas with {LOOKED_AT[kind]}")
        beside = more.replace("neighbours", f"neighbours ({around})", 1)
        beside = beside.replace("both {counted} and {other}", "both")
        return f"{_of(k, tested, *held)} {has} more {beside}"
    return f"{who} {has} more {more if one else more.replace('its share', 'their share')}"


def _compared(kind: Family, counts: _Counts, around: str) -> str:
    """Say how areas compare with their neighbours; ``""`` for other statistics."""
    if kind not in LABEL_WORDS:
        return ""
    if kind == "local_geary":
        return _alike(counts)
    k = counts.of("high-high")
    one, who = k <= 1, _of(k, counts.n)
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


def _alike(counts: _Counts) -> str:
    k = counts.of("high-high", "low-low", "similar")
    alike = "is more like its neighbours" if k <= 1 else "are more like their neighbours"
    high = counts.of("high-high")
    which = f", {number(high) if high else 'none'} of them above the average" if k > 1 else ""
    return f"{_of(k, counts.n)} {alike} {_CHANCE}{which}"


def _largest(found: gpd.GeoDataFrame) -> str:
    hot = found[found["sign"] == HOT]
    if hot.empty or (len(hot) == 1 and hot["n_units"].iloc[0] == 1 and not hot["place"].iloc[0]):
        return ""
    place, n_units = hot["place"].iloc[0], int(hot["n_units"].iloc[0])
    if len(hot) == 1:
        if n_units == 1:
            return f", around {place}"
        return "; they form one group" + (f", around {place}" if place else "")
    if hot["n_units"].iloc[1] == n_units:
        several = int((hot["n_units"] == n_units).sum())
        return f"; the largest of {len(hot)} groups, {several} alike, {_have(n_units)}"
    if place:
        return f"; the largest group is around {place}"
    return f"; the largest of {len(hot)} groups has {counted(n_units, 'area')}"


def _have(n_units: int) -> str:
    return f"have {counted(n_units, 'area')} each"


def _rest(kind: Family, counts: _Counts) -> list[str]:
    out = [_others(kind, counts)]
    if counts.of(WITHHELD):
        k = counts.of(WITHHELD)
        out.append(f"{counted(k, 'area')} {plural(k, 'is', 'are')} withheld.")
    if counts.of(NOT_TESTABLE):
        out.append(_untested(kind, counts.of(NOT_TESTABLE)))
    return [sentence for sentence in out if sentence]


def _untested(kind: Family, k: int) -> str:
    if kind in LOOKED_AT:
        was = plural(k, "was", "were")
        return f"{counted(k, 'area')} {was} not tested: only those with {LOOKED_AT[kind]} are."
    return f"{counted(k, 'area')} could not be tested."


def _others(kind: Family, counts: _Counts) -> str:
    """Say how many areas stand out the other way; ``""`` where none does."""
    if kind == "local_geary":
        k = counts.of("dissimilar")
        unlike = plural(k, "is less like its neighbours", "are less like their neighbours")
        return f"{counted(k, 'area')} {unlike}." if k else ""
    if kind not in OTHERWISE:
        return _fewer(kind, counts.sign("cold")) if counts.sign("cold") else ""
    said: list[str] = []
    for label, words in OTHERWISE[kind].items():
        k = counts.of(label)
        if k:
            text = words.replace("{average}", "it" if said else "the average")
            said.append(f"{number(k)} {plural(k, 'is', 'are')} {text}")
    return f"{listed(said)}." if said else ""


def _fewer(kind: Family, k: int) -> str:
    areas = counted(k, "area")
    if kind in ("gi_star", "gi_star_rate"):
        return (
            f"{areas} {plural(k, 'lies in a neighbourhood', 'lie in neighbourhoods')} with fewer."
        )
    if kind == "gi":
        return f"{areas} {plural(k, 'has', 'have')} neighbours with fewer."
    if kind in LOOKED_AT:
        return f"{areas} {plural(k, 'has', 'have')} fewer such neighbours."
    return f"In {areas} there are fewer."


def _nothing_tested(release: Release, kind: Family, counts: _Counts) -> str:
    n, withheld = counts.n, counts.of(WITHHELD)
    if withheld == n:
        return "the number of the one area is withheld" if n == 1 else (
            f"the numbers of all {number(n)} areas are withheld"
        )  # fmt: skip
    why = " (a comparison needs two published areas)" if withheld or n == 1 else ""
    whole = "" if n > 1 or "count" not in release.table else _recorded(release)
    held = (
        f"; {counted(withheld, 'area')} {plural(withheld, 'is', 'are')} withheld"
        if withheld
        else ""
    )
    which = "the one area" if n - withheld == 1 else f"none of {number(n - withheld)} areas"
    verb = "could not be tested" if n - withheld == 1 else "could be tested"
    what = "" if kind in (*LABEL_WORDS, *LOOKED_AT) else f" for more {MORE}"
    only = f": only those with {LOOKED_AT[kind]} can" if kind in LOOKED_AT else ""
    return f"{whole}{which} {verb}{what}{why}{held}{only}"


def _recorded(release: Release) -> str:
    count = float(release.table["count"].iloc[0])
    return f"{counted(count, 'incident')} {plural(count, 'was', 'were')} recorded; "
