"""The one sentence at the top of a page, generated and true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotspots.presentation.classes import WITHHELD, chosen, drawn_labels, family
from hotspots.presentation.formats import counted, day, listed, number, period, plural
from hotspots.presentation.groups import HOT, SIGNS, groups
from hotspots.presentation.methods import neighbours
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from datetime import date

    import geopandas as gpd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.classes import Family

MORE = "more recorded incidents than chance would explain"
MORE_THAN_RISK = "more recorded incidents than the same rate everywhere would explain"


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
    kind = family(statistic)
    if counts.of(NOT_TESTABLE, WITHHELD) == n:
        return _sentence(release, _nothing_tested(release, counts))
    clause = _compared(kind, counts) or _hot(release, kind, counts)
    clause += _largest(groups(release, statistic) if found is None else found)
    return " ".join([_sentence(release, clause), *_rest(kind, counts)])


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


def _of(k: int, n: int) -> str:
    """Write a share with its base."""
    if k == 0:
        return f"none of {number(n)} areas" if n > 1 else "the area"
    return f"{number(k)} of {number(n)} areas"


def _hot(release: Release, kind: Family, counts: _Counts) -> str:
    k, n = counts.sign(HOT), counts.n
    around = neighbours(release.context.method.get("Neighbours", ""))
    one = k <= 1
    if kind in ("gi_star", "gi_star_rate"):
        where = "a neighbourhood" if one else "neighbourhoods"
        more = MORE if kind == "gi_star" else MORE_THAN_RISK
        return (
            f"{_of(k, n)} {'lies' if one else 'lie'} in {where} (the area and {around}) with {more}"
        )
    if kind == "gi":
        verb = "has" if one else "have"
        return f"{_of(k, n)} {verb} neighbours ({around}, without the area itself) with {MORE}"
    if kind == "excess":
        verb, whose = ("has", "its") if one else ("have", "their")
        share = f"{whose} share of residents would explain"
        return f"{_of(k, n)} {verb} more recorded incidents than {share}"
    return f"{_of(k, n)} {'has' if one else 'have'} {MORE}"


def _compared(kind: Family, counts: _Counts) -> str:
    """Say how areas compare with their neighbours; ``""`` for other statistics."""
    if kind == "local_geary":
        k = counts.of("high-high", "low-low", "similar")
        alike = "is more like its neighbours" if k <= 1 else "are more like their neighbours"
        high = counts.of("high-high")
        which = f", {number(high) if high else 'none'} of them above the average" if k > 1 else ""
        return f"{_of(k, counts.n)} {alike} than chance would explain{which}"
    if kind not in ("local_moran", "local_moran_rate"):
        return ""
    k = counts.of("high-high")
    verb = "is" if k <= 1 else "are"
    if kind == "local_moran_rate":
        verb = "has a rate" if k <= 1 else "have rates"
    return (
        f"{_of(k, counts.n)} {verb} above the average among neighbours above the average, "
        "more than chance would explain"
    )


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
        out.append(f"{counted(counts.of(NOT_TESTABLE), 'area')} could not be tested.")
    return [sentence for sentence in out if sentence]


def _others(kind: Family, counts: _Counts) -> str:
    """Say how many areas stand out the other way; ``""`` where none does."""
    if kind == "local_geary":
        k = counts.of("dissimilar")
        unlike = plural(k, "is less like its neighbours", "are less like their neighbours")
        return f"{counted(k, 'area')} {unlike}." if k else ""
    if kind not in ("local_moran", "local_moran_rate"):
        return _fewer(kind, counts.sign("cold")) if counts.sign("cold") else ""
    others = [
        (counts.of("low-low"), "below the average among neighbours below it"),
        (counts.of("high-low"), "above it among neighbours below it"),
        (counts.of("low-high"), "below it among neighbours above it"),
    ]
    said = [f"{number(k)} {plural(k, 'is', 'are')} {words}" for k, words in others if k]
    return f"{listed(said)}." if said else ""


def _fewer(kind: Family, k: int) -> str:
    areas = counted(k, "area")
    if kind in ("gi_star", "gi_star_rate"):
        return (
            f"{areas} {plural(k, 'lies in a neighbourhood', 'lie in neighbourhoods')} with fewer."
        )
    if kind == "gi":
        return f"{areas} {plural(k, 'has', 'have')} neighbours with fewer."
    return f"In {areas} there are fewer."


def _nothing_tested(release: Release, counts: _Counts) -> str:
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
    return f"{whole}{which} {verb} for {MORE}{why}{held}"


def _recorded(release: Release) -> str:
    count = float(release.table["count"].iloc[0])
    return f"{counted(count, 'incident')} {plural(count, 'was', 'were')} recorded; "
