"""What is said of rates without a test: legends, sentences and headlines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hotspots.presentation.families import family
from hotspots.presentation.formats import counted, figures, is_missing, number, plural
from hotspots.presentation.subjects import decimal, people, subject
from hotspots.schema import EB_LABELS, EXCESS_RISK_LABELS, NOT_COMPUTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.families import Family

HEADS = (1, 10, 100, 1_000, 10_000, 100_000)
"""People that a rate may be written for."""

LEAST_FOR_FEWER = -math.log(0.025)
"""The upper end of the interval of 0: areas that expect no more cannot lie below 1."""

_CONFIDENCE = "95 %"  # that of the statistic where a study does not choose


def rate_words(kind: Family, words: Mapping[str, str]) -> dict[str, str]:
    """Give the entries of a legend by label, in order.

    Parameters
    ----------
    kind : {"excess_risk", "eb_rates"}
        Which rates.
    words : mapping of str to str
        ``context.method``, for what was counted and what it is divided by.

    Examples
    --------
    >>> list(rate_words("excess_risk", {}).values())[0]
    'Interval wholly above 1 – more recorded incidents than the same rate everywhere would give'
    """
    people_, unknown = people(words)[0].many, f"No rate – no {people(words)[0].many} known here"
    if kind == "eb_rates":
        start, overall = "Smoothed rate", "the overall rate"
        said = (
            f"{start} – at least 2 times {overall}",
            f"{start} – 1.25 to 2 times {overall}",
            f"{start} – about {overall} (0.8 to 1.25 times)",
            f"{start} – 0.5 to 0.8 times {overall}",
            f"{start} – less than half {overall}",
        )
        return dict(zip(EB_LABELS, (*said, unknown), strict=True))
    same = f"{{counted}} than the same rate of {people_} everywhere would give"
    if people_ == "people at risk":
        same = "{counted} than the same rate everywhere would give"
    write = subject(words).write
    lies = (
        write(f"Interval wholly above 1 – more {same}"),
        write(f"Interval wholly below 1 – fewer {same}"),
        "Interval contains 1 – no clear difference from the same rate",
    )
    return dict(zip(EXCESS_RISK_LABELS, (*lies, unknown), strict=True))


def rate_colours(release: Release, statistic: str) -> str:
    """Say what the colours of rates stand for, and what they do not."""
    people_ = people(release.context.method)[0].many
    if family(statistic) == "excess_risk":
        return (
            f"Colour says where the {_CONFIDENCE} interval of recorded over expected numbers lies. "
            "Each area is looked at by itself: up to 1 in 20 may stand out by chance alone. It is "
            "no ranking and not a prediction."
        )
    overall = _overall(release.table, statistic)
    of = f" of {per_head(overall, overall, release.context.method)}" if overall else ""
    return (
        f"Colour is the smoothed rate beside the overall rate{of}. Smoothed: the fewer {people_}, "
        "the nearer to the overall rate. It is no evidence and not a prediction."
    )


def rate_note(release: Release, statistic: str) -> str:
    """Say where too few are expected for any shortfall to show; ``""`` where nowhere."""
    column = f"{statistic}_expected"
    if family(statistic) != "excess_risk" or column not in release.table.columns:
        return ""
    expected = release.table[column].dropna()
    unable = int((expected <= LEAST_FOR_FEWER).sum())
    if not unable:
        return ""
    return (
        f"In {number(unable)} of {counted(len(expected), 'area')} so few are expected that not "
        "even 0 would lie wholly below 1."
    )


def rate_headline(release: Release, statistic: str) -> str:
    """Say what a map of rates shows, without a full stop; it claims no evidence."""
    table, words = release.table, release.context.method
    labels, n = table[f"{statistic}_label"].astype(str), len(table)
    known = int((labels != NOT_COMPUTED).sum())
    if not known:
        return f"none of {counted(n, 'area')} has a rate"
    if family(statistic) == "excess_risk":
        above, below = (int((labels == label).sum()) for label in EXCESS_RISK_LABELS[:2])
        return subject(words).write(
            f"in {number(above) if above else 'none'} of {counted(known, 'area')} the "
            f"{_CONFIDENCE} interval of {{counted}} over those expected lies wholly above 1, in "
            f"{number(below) if below else 'none'} wholly below it; each area is looked at by "
            "itself, so up to 1 in 20 may do so by chance alone"
        )
    overall, rates = _overall(table, statistic), table[f"{statistic}_smoothed"].astype(float)
    high, low = (int((labels == label).sum()) for label in (EB_LABELS[0], EB_LABELS[4]))
    least, most = (
        per_head(rate, overall, words, noun=False) for rate in (rates.min(), rates.max())
    )
    high_has = f"{counted(high, 'area')} {plural(high, 'has', 'have')}"
    at = f"{high_has} at least twice that, {number(low)} less than half"
    return subject(words).write(
        f"smoothed rates run from {least} to {most}, where the overall rate is "
        f"{per_head(overall, overall, words)}; {at}; smoothed rates are for looking, and no "
        "evidence"
    )


def rate_sentences(table: pd.DataFrame, statistic: str, words: Mapping[str, str]) -> list[str]:
    """Say of every area what its rate is and how sure that is.

    Parameters
    ----------
    table : DataFrame, shape (n, m)
        Units with ``<statistic>_…`` columns.
    statistic : str
        ``"excess_risk"`` or ``"eb_rates"``, or a name that begins with one of them.
    words : mapping of str to str
        ``context.method``.

    Returns
    -------
    list of str, length n

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"count": [12], "excess_risk_ratio": [2.93],
    ...     "excess_risk_expected": [4.1], "excess_risk_lower": [1.51],
    ...     "excess_risk_upper": [5.11], "excess_risk_label": ["above 1"]})
    >>> rate_sentences(table, "excess_risk", {})
    ['12 recorded incidents here, where the same rate everywhere would give 4.1: a ratio of 2.93
    (95 % interval 1.51 to 5.11, wholly above 1). Looked at by itself, not among all areas.']
    """
    one = _excess if family(statistic) == "excess_risk" else _smoothed
    overall = _overall(table, statistic)
    rows = ({str(key): value for key, value in row.items()} for row in table.to_dict("records"))
    return [one(row, statistic, words, overall) for row in rows]


def rate_figures(statistic: str) -> tuple[tuple[str, str], ...]:
    """List the columns of rates and their titles, for the fold marked "Figures for analysts"."""
    if family(statistic) == "excess_risk":
        titles = {
            "observed": "Observed", "expected": "Expected at the same rate",
            "ratio": "Observed by expected", "lower": f"{_CONFIDENCE} interval, from",
            "upper": f"{_CONFIDENCE} interval, to", "label": "Interval",
        }  # fmt: skip
    else:
        titles = {
            "raw": "Raw rate", "smoothed": "Smoothed rate", "mean": "Overall rate",
            "weight": "Weight of the raw rate (1: as it is, 0: wholly smoothed)",
            "label": "By the overall rate",
        }  # fmt: skip
    return tuple((f"{statistic}_{name}", title) for name, title in titles.items())


def per_head(rate: float, overall: float, words: Mapping[str, str], *, noun: bool = True) -> str:
    """Write a rate for as many people as make the overall rate at least 1.

    Examples
    --------
    >>> per_head(0.0061, 0.0023, {"Rates": "of residents"})
    '6.1 per 1,000 residents'
    """
    heads = next((n for n in HEADS if overall * n >= 1), HEADS[-1])
    value = rate * heads
    text = number(value, decimals=1 if 0 < value < 100 else 0)
    return f"{text} per {number(heads)} {people(words)[0].many}" if noun else text


def _excess(row: Mapping[str, object], name: str, words: Mapping[str, str], _overall: float) -> str:
    here = _here(row, words)
    ratio = row.get(f"{name}_ratio")
    if is_missing(ratio):
        return f"{here}, and no {people(words)[0].many} are known here: there is no ratio."
    expected, lower, upper = (
        float(str(row[f"{name}_{part}"])) for part in ("expected", "lower", "upper")
    )
    where = {"above 1": "wholly above 1", "below 1": "wholly below 1"}
    lies = where.get(str(row.get(f"{name}_label")), "which contains 1")
    return (
        f"{here}, where the same rate everywhere would give {decimal(expected)}: a ratio of "
        f"{figures(float(str(ratio)))} ({_CONFIDENCE} interval {figures(lower)} to "
        f"{figures(upper)}, {lies}). Looked at by itself, not among all areas."
    )


def _smoothed(
    row: Mapping[str, object], name: str, words: Mapping[str, str], overall: float
) -> str:
    noun, column = people(words)
    here = _here(row, words)
    if is_missing(row.get(f"{name}_smoothed")):
        return f"{here}, and no {noun.many} are known here: there is no rate."
    raw, smoothed, weight = (
        float(str(row[f"{name}_{part}"])) for part in ("raw", "smoothed", "weight")
    )
    among = ""
    if column and not is_missing(row.get(column)):
        n = float(str(row[column]))
        among = f" among {noun.counted(round(n) if n >= 1 else n)}"
    share = f"{number(100 * weight)} %"
    return (
        f"{here}{among}: {per_head(raw, overall, words)}, smoothed to "
        f"{per_head(smoothed, overall, words, noun=False)}. Its own rate has a weight of {share}, "
        f"the overall rate of {per_head(overall, overall, words, noun=False)} the rest."
    )


def _here(row: Mapping[str, object], words: Mapping[str, str]) -> str:
    of = subject(words)
    n = row.get(of.column)
    return "This area" if is_missing(n) else f"{of.counted.counted(float(str(n)))} here"


def _overall(table: pd.DataFrame, statistic: str) -> float:
    """Give the rate that rates are drawn towards; NaN where it is not there, or not one."""
    column = f"{statistic}_mean"
    if column not in table.columns:
        return math.nan
    found = table[column].dropna()
    return float(found.iloc[0]) if len(found) else math.nan
