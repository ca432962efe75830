"""Sentences about the study area as a whole: global tests and distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.presentation.classes import marker
from hotspots.presentation.formats import (
    chance,
    counted,
    distance,
    is_missing,
    least_p,
    number,
    one_line,
    plural,
)

if TYPE_CHECKING:
    import pandas as pd

    from hotspots.schema import TestResult

LEVEL = 0.05
_NOTES = {"unreachable": "no way to any over the streets"}
NAMES = {
    "moran": "Moran's I",
    "geary": "Geary's c",
    "general_g": "General G",
    "moran_rate": "Moran's I of rates",
}
_DRAWN = {"moran_rate": "simulated map"}
"""What is drawn for a p-value, where it is no permutation."""
_FOUND = {
    "moran": (
        "counts of neighbouring areas are more alike",
        "counts of neighbouring areas are less alike",
        "counts of neighbouring areas are neither more nor less alike",
    ),
    "geary": (
        "counts of neighbouring areas differ less",
        "counts of neighbouring areas differ more",
        "counts of neighbouring areas differ neither more nor less",
    ),
    "moran_rate": (
        "rates of neighbouring areas are more alike",
        "rates of neighbouring areas are less alike",
        "rates of neighbouring areas are neither more nor less alike",
    ),
    "general_g": (
        "large counts lie beside large counts more",
        "large counts lie beside large counts less",
        "large counts lie beside large counts neither more nor less",
    ),
}


def test_name(result: TestResult) -> str:
    """Give a global test the name analysts know."""
    return NAMES.get(result.name, result.name.replace("_", " "))


def test_sentence(result: TestResult) -> str:
    """Say what a global test found.

    Parameters
    ----------
    result : TestResult
        From :func:`hotspots.moran` or another global test.

    Returns
    -------
    str
        Above or below what chance gives where p is at most 0.05.

    Examples
    --------
    >>> from hotspots.schema import TestResult
    >>> print(test_sentence(TestResult("moran", 0.4, -0.01, 0.01, 4.1, 0.002, 0.00004, "two-sided",
    ...                                100, 999)))
    Over the whole study area, counts of neighbouring areas are more alike than chance would
    explain: chance alone would give this at most 1 time in 500.
    """
    more, less, neither = _FOUND.get(
        result.name, ("the value is higher", "the value is lower", "the value is no other")
    )
    if is_missing(result.p_value):
        return f"{test_name(result)} could not be computed."
    direction = more if result.z > 0 else less
    found = neither if result.p_value > LEVEL else direction
    least = least_p(result.n_permutations, result.alternative)
    often = chance(result.p_value, least=least)
    return (
        f"Over the whole study area, {found} than chance would explain: "
        f"chance alone would give this {often}."
    )


def test_engine(result: TestResult) -> str:
    """Say what the p-value of a global test comes from.

    Examples
    --------
    >>> from hotspots.schema import TestResult
    >>> test_engine(TestResult("moran", 0.4, -0.01, 0.01, 4.1, 0.002, 0.00004, "greater", 100, 999))
    '999 permutations, 100 areas, greater'
    """
    drawn = _DRAWN.get(result.name, "permutation")
    engine = (
        counted(result.n_permutations, drawn) if result.n_permutations else "normal approximation"
    )
    return f"{engine}, {counted(result.n, 'area')}, {result.alternative}"


def note_words(note: object) -> str:
    """Write the note of a distance as it stands on a page.

    Examples
    --------
    >>> note_words("unreachable"), note_words("no other trap_house"), note_words(None)
    ('no way to any over the streets', 'no other location with recorded reports', '')
    """
    text = "" if is_missing(note) else one_line(note).rstrip(".")
    if text.startswith("no other "):
        return f"no other {marker(text.removeprefix('no other ')).words.lower()}"
    return _NOTES.get(text, text)


def distance_sentence(rows: pd.DataFrame) -> str:
    """Sum up how near one kind of destination is to one kind of facility.

    Parameters
    ----------
    rows : DataFrame, shape (n, m)
        Rows of one ``kind`` and one ``to_kind``, with ``distance_m`` over streets or, where streets
        are not known, ``straight_m``.

    Returns
    -------
    str

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"kind": "group_home", "to_kind": "hotel",
    ...                      "distance_m": [300.0, 500.0, None]})
    >>> distance_sentence(rows)
    'The nearest hotel is at most 300 m away over streets for 1 and at most 500 m for all 2 of the
    group homes that reach one; 1 of 3 reaches none.'
    """
    start, to = marker(str(rows["kind"].iloc[0])), marker(str(rows["to_kind"].iloc[0]))
    over = "distance_m" in rows.columns and bool(rows["distance_m"].notna().any())
    column, how = ("distance_m", "over streets") if over else ("straight_m", "in a straight line")
    known = rows[column].dropna().astype(float).sort_values()
    homes, what = start.plural.lower(), to.words.lower()
    if known.empty:
        return f"None of the {counted(len(rows), start.words.lower(), homes)} reaches a {what}."
    half = (len(known) + 1) // 2
    missing = len(rows) - len(known)
    rest = (
        f" that reach one; {number(missing)} of {number(len(rows))} "
        f"{plural(missing, 'reaches', 'reach')} none"
        if missing
        else ""
    )
    if len(known) == 1:
        whole = f"at most {distance(known.iloc[0])} away {how} for the one of the {homes}{rest}"
    else:
        whole = (
            f"at most {distance(known.iloc[half - 1])} away {how} for {number(half)} and "
            f"at most {distance(known.iloc[-1])} for all {number(len(known))} of the {homes}{rest}"
        )
    return f"The nearest {what} is {whole}."
