"""One plain sentence for each area and each facility, and the figures behind it."""

from __future__ import annotations

from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from hotspots.presentation.areas import NUMBER_WITHHELD, AreaWords, Row
from hotspots.presentation.caveats import caveats
from hotspots.presentation.distances import facility_sentences
from hotspots.presentation.families import LOOKED_AT, UNTESTED_RATES, family
from hotspots.presentation.formats import figures as significant
from hotspots.presentation.formats import is_missing, number, p_value
from hotspots.presentation.headlines import during, headline
from hotspots.presentation.methods import method
from hotspots.presentation.provenance import Banner, banner, how_made, sources
from hotspots.presentation.rate_words import rate_figures, rate_sentences
from hotspots.presentation.subjects import decimal, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    import pandas as pd

__all__ = [
    "NUMBER_WITHHELD",
    "Banner",
    "analyst_figures",
    "banner",
    "caveats",
    "during",
    "facility_sentences",
    "headline",
    "how_made",
    "sources",
    "unit_sentence",
    "unit_sentences",
]

_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_STATISTIC_IS = {
    "gi_star": "sum with neighbours",
    "gi_star_rate": "sum with neighbours",
    "gi": "sum of neighbours",
    **dict.fromkeys(LOOKED_AT, "neighbours joined"),
}


def unit_sentences(
    table: pd.DataFrame,
    statistic: str,
    *,
    words: Mapping[str, str] = _NO_WORDS,
    least: float = 0.0,
) -> list[str]:
    """Say of every area what was found there.

    Parameters
    ----------
    table : DataFrame, shape (n, m)
        Units with ``<statistic>_…`` columns, and ``count``. A missing ``count`` is withheld.
    statistic : str
        Name of the local result.
    words : mapping of str to str
        The method in words, ``release.context.method``: who neighbours whom, what was counted.
    least : float
        The smallest p-value that draws can give; 0 where p-values are exact.

    Returns
    -------
    list of str, length n

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"count": [12], "gi_star_statistic": [57.0],
    ...     "gi_star_expected": [21.34], "gi_star_p_value": [0.004], "gi_star_label": ["hot 99"]})
    >>> unit_sentences(table, "gi_star", words={"Neighbours": "areas that touch"})
    ['12 recorded incidents here and 57 together with those touching it, where 21.3 would be
    expected; chance alone would give a sum this unusual about 1 time in 250.']
    """
    if family(statistic) in UNTESTED_RATES:
        return rate_sentences(table, statistic, words)
    say = AreaWords(family(statistic), words, _mean(table, subject(words).column))
    columns = (_column(table, name) for name in _columns(statistic, words))
    return [say.sentence(Row(*row, least=least)) for row in zip(*columns, strict=True)]


def unit_sentence(
    row: pd.Series,
    statistic: str,
    *,
    words: Mapping[str, str] = _NO_WORDS,
    mean: float = np.nan,
) -> str:
    """Say of one area what was found there; see :func:`unit_sentences`.

    Parameters
    ----------
    row : Series
        One row of the units.
    statistic : str
        Name of the local result.
    words : mapping of str to str
        The method in words.
    mean : float
        Mean count of all areas; local Moran's sentence compares with it.

    Returns
    -------
    str
    """
    say = AreaWords(family(statistic), words, mean)
    return say.sentence(Row(*(row.get(name) for name in _columns(statistic, words))))


def analyst_figures(
    table: pd.DataFrame, statistic: str, *, words: Mapping[str, str] = _NO_WORDS
) -> dict[str, list[str | None]]:
    """List the figures behind each area's sentence, for the fold marked "Figures for analysts".

    Parameters
    ----------
    table : DataFrame, shape (n, m)
        Units.
    statistic : str
        Name of the local result.
    words : mapping of str to str
        The method in words, for what was counted.

    Returns
    -------
    dict of str to list of str or None, length n
        Name of each figure that the table holds to its value for every area, None where missing.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"count": [12, 3], "gi_star_p_value": [0.0013, None]})
    >>> analyst_figures(table, "gi_star")
    {'Recorded incidents': ['12', '3'], 'p-value': ['0.0013', None]}
    """
    name, of = method(statistic).name, subject(words)
    statistic_is = _STATISTIC_IS.get(family(statistic), "statistic")
    expected = f"Expected {of.counted.many.removeprefix('recorded ')}"
    known: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("count", "Recorded incidents", number),
        ("persons", "Recorded persons", number),
        ("population", "Residents", number),
        ("expected_count", expected, decimal),
        ("baseline_count", "Other recorded contacts", number),
        ("beside_count", f"{of.other.many[0].upper()}{of.other.many[1:]}", number),
    )
    tested: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        (f"{statistic}_statistic", f"{name}, {statistic_is}", decimal),
        (f"{statistic}_expected", "Expected of it", decimal),
        (f"{statistic}_z", f"{name}, z-score", _two_decimals),
        (f"{statistic}_p_value", "p-value", p_value),
        (f"{statistic}_q_value", "q-value (corrected for the number of areas)", p_value),
        (f"{statistic}_label", "Class", str),
    )
    if family(statistic) in UNTESTED_RATES:
        tested = tuple((column, title, _plainly) for column, title in rate_figures(statistic))
    return {
        title: list(map(cache(partial(_written, write)), table[column].tolist()))
        for column, title, write in (*known, *tested)
        if column in table.columns and table[column].notna().any()
    }


def _written(write: Callable[[Any], str], value: object) -> str | None:
    return None if is_missing(value) else write(value)


def _plainly(value: object) -> str:
    return value if isinstance(value, str) else significant(float(str(value)))


def _columns(statistic: str, words: Mapping[str, str]) -> tuple[str, ...]:
    of, parts = subject(words), ("statistic", "expected", "p_value", "label")
    return (of.column, of.other_column, *(f"{statistic}_{name}" for name in parts))


def _column(table: pd.DataFrame, name: str) -> list[object]:
    return table[name].tolist() if name in table.columns else [None] * len(table)


def _mean(table: pd.DataFrame, column: str) -> float:
    if column not in table.columns:
        return float("nan")
    return float(table[column].astype("Float64").astype(float).mean())


def _two_decimals(value: float) -> str:
    return number(value, decimals=2)
