"""The one sentence at the top of a page, generated and true."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hotspots.presentation.asked import side, unasked
from hotspots.presentation.classes import chosen, drawn_labels
from hotspots.presentation.clauses import Counts, found_clause, other_clause
from hotspots.presentation.families import (
    LABEL_WORDS,
    LOOKED_AT,
    MORE,
    UNTESTED_RATES,
    WITHHELD,
    family,
)
from hotspots.presentation.formats import counted, day, number, period, plural
from hotspots.presentation.groups import COLD, HOT, groups
from hotspots.presentation.methods import neighbours
from hotspots.presentation.rate_words import rate_headline
from hotspots.presentation.reach import reach, tested
from hotspots.presentation.subjects import subject
from hotspots.presentation.testability import NO_PART, why_untested
from hotspots.presentation.uncorrected import counts_alone, marked_as, marked_clause
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.families import Family


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
    kind, words = family(statistic), release.context.method
    if kind in UNTESTED_RATES:
        return _sentence(release, rate_headline(release, statistic))
    counts = Counts(n, Counter(drawn_labels(release, statistic)))
    less = side(kind, words) == "less"
    if counts.of(NOT_TESTABLE, WITHHELD) == n:
        clause = _nothing_tested(release, statistic, counts, less=less)
        return subject(words).write(_sentence(release, clause))
    said = subject(words).write
    reasons = tested(release, statistic).get("not_testable", {})
    left = [*_left_out(kind, counts, reasons), unasked(statistic, words)]
    other = said(other_clause(kind, counts, less=less))
    too_few = reach(release, statistic).sentence()
    if too_few:
        first = [too_few, other]
    elif counts_alone(release, statistic):
        marked = said(marked_clause(release, statistic, counts))
        first = [_sentence(release, marked), marked_as(kind, counts)]
    else:
        clause = said(
            found_clause(kind, counts, neighbours(words.get("Neighbours", "")), less=less)
        )
        of = groups(release, statistic) if found is None else found
        first = [_sentence(release, f"{clause}{_largest(of, COLD if less else HOT)}"), other]
    return " ".join(filter(None, [*first, *map(said, left)]))


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


def _largest(found: gpd.GeoDataFrame, sign: str) -> str:
    hot = found[found["sign"] == sign]
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


def _left_out(kind: Family, counts: Counts, reasons: Mapping[str, int]) -> list[str]:
    out = []
    if counts.of(WITHHELD):
        k = counts.of(WITHHELD)
        out.append(f"{counted(k, 'area')} {plural(k, 'is', 'are')} withheld.")
    if counts.of(NOT_TESTABLE):
        out.append(_untested(kind, counts.of(NOT_TESTABLE), reasons))
    return out


def _untested(kind: Family, k: int, reasons: Mapping[str, int]) -> str:
    aside = reasons.get(NO_PART, 0 if reasons else k) if kind in LOOKED_AT else 0
    said = f"{counted(k - aside, 'area')} could not be tested." if k > aside else ""
    if aside:
        was = f"{counted(aside, 'area')} {plural(aside, 'was', 'were')} not tested"
        said = f"{was}: only those with {LOOKED_AT[kind]} are. {said}".rstrip()
    return said


def _nothing_tested(release: Release, statistic: str, counts: Counts, *, less: bool) -> str:
    n, withheld, kind = counts.n, counts.of(WITHHELD), family(statistic)
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
    what = (
        "" if kind in (*LABEL_WORDS, *LOOKED_AT) else f" for {'fewer' if less else 'more'} {MORE}"
    )
    reason = why_untested(kind, tested(release, statistic).get("not_testable", {}))
    return f"{whole}{which} {verb}{what}{why}{held}{reason}"


def _recorded(release: Release) -> str:
    count = float(release.table["count"].iloc[0])
    return f"{counted(count, 'incident')} {plural(count, 'was', 'were')} recorded; "
