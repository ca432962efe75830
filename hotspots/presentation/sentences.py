"""One plain sentence for each area and each facility, and the figures behind it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from hotspots.disclosure.release import InternalRelease
from hotspots.errors import DisclosureError
from hotspots.presentation.classes import WITHHELD, family, marker
from hotspots.presentation.formats import (
    chance,
    counted,
    distance,
    is_missing,
    listed,
    number,
    one_line,
    p_value,
)
from hotspots.presentation.headlines import during, headline
from hotspots.presentation.methods import method, neighbours
from hotspots.presentation.overall import note_words
from hotspots.presentation.provenance import Banner, banner, caveats, how_made, sources
from hotspots.schema import NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    import pandas as pd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.classes import Family

__all__ = [
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

NUMBER_WITHHELD = (
    "The number is withheld to protect persons; "
    "that says nothing about how many incidents there are."
)
_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_NEIGHBOURS_ARE = {
    "high-high": ("above", "its neighbours are above it too"),
    "high-low": ("above", "its neighbours are below it"),
    "low-high": ("below", "its neighbours are above it"),
    "low-low": ("below", "its neighbours are below it too"),
}
_LIKENESS = {
    "high-high": "above the average, and its neighbours much the same",
    "low-low": "below the average, and its neighbours much the same",
    "similar": "its neighbours are much the same",
    "dissimilar": "its neighbours differ from it",
}
_STRENGTH = {"99": "strong evidence", "95": "good evidence", "90": "weak evidence"}


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
        The method in words, ``release.context.method``; its ``Neighbours`` are used.
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
    kind, mean = family(statistic), _mean(table)
    around = neighbours(words.get("Neighbours", ""))
    columns = (_column(table, name) for name in ("count", *_columns(statistic)))
    rows = (_Row(*row, least=least) for row in zip(*columns, strict=True))
    return [_unit_sentence(kind, row, around, mean) for row in rows]


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
    values = _Row(*(row.get(name) for name in ("count", *_columns(statistic))))
    return _unit_sentence(family(statistic), values, neighbours(words.get("Neighbours", "")), mean)


def analyst_figures(table: pd.DataFrame, statistic: str) -> dict[str, list[str | None]]:
    """List the figures behind each area's sentence, for the fold marked "Figures for analysts".

    Parameters
    ----------
    table : DataFrame, shape (n, m)
        Units.
    statistic : str
        Name of the local result.

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
    name = method(statistic).name
    sums = {
        "gi_star": "sum with neighbours",
        "gi_star_rate": "sum with neighbours",
        "gi": "sum of neighbours",
    }
    statistic_is = sums.get(family(statistic), "statistic")
    figures: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("count", "Recorded incidents", number),
        ("persons", "Persons", number),
        ("population", "Residents", number),
        ("expected_count", "Expected incidents", _decimal),
        ("baseline_count", "Other recorded contacts", number),
        (f"{statistic}_statistic", f"{name}, {statistic_is}", _decimal),
        (f"{statistic}_expected", "Expected of it", _decimal),
        (f"{statistic}_z", f"{name}, z-score", _two_decimals),
        (f"{statistic}_p_value", "p-value", p_value),
        (f"{statistic}_q_value", "q-value (corrected for the number of areas)", p_value),
        (f"{statistic}_label", "Class", str),
    )
    return {
        title: [None if is_missing(value) else write(value) for value in table[column].tolist()]
        for column, title, write in figures
        if column in table.columns and table[column].notna().any()
    }


def facility_sentences(release: Release) -> dict[tuple[str, str], tuple[str, ...]]:
    """Say of every measured facility what is near it.

    Parameters
    ----------
    release : InternalRelease
        With ``proximity``.

    Returns
    -------
    dict of (kind, facility_id) to tuple of str
        One sentence for each kind of destination, in the order of the table.

    Raises
    ------
    DisclosureError
        For a public release, which holds no facility.
    """
    if not isinstance(release, InternalRelease):
        raise DisclosureError("a public release holds no facility, and says nothing about any")
    table = release.proximity
    if table is None:
        return {}
    limits = [name for name in table.columns if re.fullmatch(r"within_\d+m", str(name))]
    out: dict[tuple[str, str], tuple[str, ...]] = {}
    rows = ({str(name): value for name, value in row.items()} for row in table.to_dict("records"))
    for row in rows:
        key = (str(row.get("kind", "")), str(row["facility_id"]))
        out[key] = (*out.get(key, ()), _nearest_sentence(row, limits))
    return out


class _Row:
    """The values of one area that a sentence may use."""

    __slots__ = ("count", "expected", "label", "often", "statistic")

    def __init__(
        self,
        count: object,
        statistic: object,
        expected: object,
        p: object,
        label: object,
        *,
        least: float = 0.0,
    ) -> None:
        self.count, self.statistic, self.expected = (
            _float(count),
            _float(statistic),
            _float(expected),
        )
        self.label = str(label)
        p_value_ = _float(p)
        self.often = "" if p_value_ is None else chance(p_value_, least=least)


def _columns(statistic: str) -> tuple[str, ...]:
    return tuple(f"{statistic}_{name}" for name in ("statistic", "expected", "p_value", "label"))


def _column(table: pd.DataFrame, name: str) -> list[object]:
    return table[name].tolist() if name in table.columns else [None] * len(table)


def _mean(table: pd.DataFrame) -> float:
    if "count" not in table.columns:
        return float("nan")
    return float(table["count"].astype("Float64").astype(float).mean())


def _float(value: object) -> float | None:
    return None if is_missing(value) else float(value)  # type: ignore[arg-type]


def _decimal(value: float | None) -> str:
    """Write whole numbers as they are, others with the decimals that matter."""
    if value is None or float(value).is_integer():
        return number(value)
    return number(value, decimals=1 if abs(value) >= 1 else 2)


def _two_decimals(value: float) -> str:
    return number(value, decimals=2)


def _unit_sentence(kind: Family, row: _Row, around: str, mean: float) -> str:
    if row.label == WITHHELD or (kind == "excess" and row.count is None):
        return NUMBER_WITHHELD
    if kind == "excess":
        return _excess_sentence(row)
    here = "" if row.count is None else f"{_incidents(row.count)} here"
    if row.label == NOT_TESTABLE:
        return (
            f"{here}; this area could not be tested." if here else "This area could not be tested."
        )
    if kind in ("local_moran", "local_moran_rate", "local_geary"):
        return _compared_sentence(kind, row, here, mean)
    often = f"chance alone would give {{}} this unusual {row.often}." if row.often else ""
    if kind in ("gi_star", "gi_star_rate", "gi") and row.statistic is not None:
        joined = (
            f"{here} and {_decimal(row.statistic)} together with {around}"
            if kind != "gi"
            else f"{here}; {around}, without this area, hold {_decimal(row.statistic)}"
        )
        expected = (
            "" if row.expected is None else f", where {_decimal(row.expected)} would be expected"
        )
        return _ended(
            joined.removeprefix(" and ").removeprefix("; "), expected, often.format("a sum")
        )
    return _ended(here or "This area", "", often.format("a result"))


def _ended(start: str, middle: str, often: str) -> str:
    text = f"{start}{middle}; {often}" if often else f"{start}{middle}."
    return text[0].upper() + text[1:]


def _incidents(count: float) -> str:
    if float(count).is_integer():
        return counted(count, "recorded incident")
    return f"{_decimal(count)} recorded incidents"


def _moran_sentence(row: _Row, here: str, mean: float) -> str:
    side, around = _NEIGHBOURS_ARE.get(row.label, ("", ""))
    if not side and row.count is not None and not is_missing(mean):
        side = "above" if row.count > mean else "below" if row.count < mean else "at"
    average = "" if is_missing(mean) else f" of {_decimal(mean)} per area"
    start = (
        f"{here or 'This area is'}, {side} the average{average}" if side else here or "This area"
    )
    often = f"chance alone would give neighbours this unusual {row.often}" if row.often else ""
    return f"{'; '.join(part for part in (start, around, often) if part)}."


def _compared_sentence(kind: Family, row: _Row, here: str, mean: float) -> str:
    """Say how an area compares with its neighbours."""
    if kind == "local_moran":
        return _moran_sentence(row, here, mean)
    start = here or "This area"
    if kind == "local_geary":
        found = _LIKENESS.get(row.label, "")
        what = "differences to its neighbours"
    else:
        side, around = _NEIGHBOURS_ARE.get(row.label, ("", ""))
        found = f"a rate {side} the average, and {around}" if side else ""
        what = "neighbouring rates"
    often = f"chance alone would give {what} this unusual {row.often}" if row.often else ""
    return f"{'; '.join(part for part in (start, found, often) if part)}."


def _excess_sentence(row: _Row) -> str:
    start = _incidents(row.count or 0.0)
    if row.expected is None or row.label == NOT_TESTABLE:
        return f"{start}; this area could not be tested."
    side, _, level = row.label.partition(" ")
    found = {"hot": "more than chance would explain", "cold": "fewer than chance would explain"}
    evidence = f"{found[side]} ({_STRENGTH[level]})" if side in found else "no clear difference"
    expected = _decimal(round(row.expected, 1))
    return f"{start}, where its share of residents would give {expected}: {evidence}."


def _nearest_sentence(row: Mapping[str, object], limits: list[str]) -> str:
    what = marker(str(row["to_kind"])).words.lower()
    over, straight = _float(row.get("distance_m")), _float(row.get("straight_m"))
    note = note_words(row.get("note"))
    nearest = "" if is_missing(row.get("nearest_id")) else f" {one_line(row['nearest_id'])}"
    ending = f" ({note})." if note else "."
    if over is None and straight is None:
        return f"Nearest {what}: none found{ending}"
    if over is None:
        return f"Nearest {what}{nearest}: {distance(straight)} in a straight line{ending}"
    beside = "" if straight is None else f" ({distance(straight)} in a straight line)"
    counts = [
        f"{number(_float(row[name]))} within {number(float(name[7:-1]))} m"
        for name in limits
        if not is_missing(row[name])
    ]
    within = f"; {listed(counts)}" if counts else ""
    return f"Nearest {what}{nearest}: {distance(over)} over streets{beside}{within}{ending}"
