"""The section of a report that compares places with control sites; internal only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotspots.presentation.controls import (
    compared,
    is_outside,
    known_ratio,
    note_sentences,
    set_sentences,
    statistic_value,
    statistic_words,
    times,
)
from hotspots.presentation.curves import curves_svg
from hotspots.presentation.formats import counted, is_missing, p_value
from hotspots.presentation.markers import marker
from hotspots.reports.grids import Column, Grid

if TYPE_CHECKING:
    import pandas as pd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.controls import Compared

LEGEND = (
    "The share of places with a destination no further than a distance: the places, and the mean "
    "of the control sets. In 95 of 100 studies in which the places stand where control sites "
    "could, they lie inside the envelope at all distances, in all panels and in the tables "
    "below together, what is tested by itself aside."
)


@dataclass(frozen=True)
class Answer:
    """Whether places stand nearer than control sites.

    Attributes
    ----------
    title : str
        The question.
    sentences : list of str
        The answer, the main one first.
    svg : str
        The distances of places and control sets.
    legend : str
        What the picture shows.
    grids : list of Grid
        All statistics, by kind of destination.
    made, notes : list of str
        How control sites were drawn, and what was left out.
    """

    title: str
    sentences: list[str]
    svg: str
    legend: str
    grids: list[Grid]
    made: list[tuple[str, str]]
    notes: list[str]


def answer(release: Release) -> Answer | None:
    """Put together what the comparison of a release shows.

    Parameters
    ----------
    release : Release

    Returns
    -------
    Answer or None
        None where the release compares nothing, as no public one does.
    """
    found = compared(release)
    if found is None:
        return None
    choice = found.record.get("choice")
    table = found.found.statistics
    kinds = [str(kind) for kind in table["to_kind"].unique()]
    return Answer(
        title=f"Are {found.places.plural.lower()} nearer than control sites?",
        sentences=set_sentences(found),
        svg=curves_svg(found, synthetic=release.context.synthetic),
        legend=LEGEND,
        grids=[_grid(found, kind, table[table["to_kind"] == kind]) for kind in kinds],
        made=list(choice.items()) if isinstance(choice, dict) else [],
        notes=note_sentences(found),
    )


def _grid(found: Compared, kind: str, rows: pd.DataFrame) -> Grid:
    columns = (
        Column("Statistic"),
        *(
            Column(title, numeric=True)
            for title in (found.places.plural, "Control sets", "Ratio", "95 % interval")
        ),
        Column("Envelope, or p"),
    )
    cells = [_row(row) for _, row in rows.iterrows()]
    n = counted(found.n_open(kind), found.places.words.lower(), found.places.plural.lower())
    caption = f"{marker(kind).plural}: {n} and as many control sites in every set"
    return Grid(caption, columns, cells, "Control sets: the mean of all.")


def _row(row: pd.Series) -> tuple[str, ...]:
    name = str(row["statistic"])
    words = statistic_words(name)
    ratio = known_ratio(row)
    known = not is_missing(row["ratio_lower"])
    interval = f"{times(row['ratio_lower'])} to {times(row['ratio_upper'])}" if known else "–"
    return (
        f"{words[0].upper()}{words[1:]}",
        statistic_value(name, row["observed"]),
        statistic_value(name, row["expected"]),
        "–" if ratio is None else times(ratio),
        interval,
        _envelope(row),
    )


def _envelope(row: pd.Series) -> str:
    """Say where the statistic would lie, or what came of testing it by itself."""
    if not is_missing(row["p_value"]):
        return f"tested by itself: p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{p_value(row['p_value'])}"
    name, lower, upper = str(row["statistic"]), float(row["lower"]), float(row["upper"])
    low, high = (
        statistic_value(name, bound).replace(" ", "\N{NO-BREAK SPACE}") for bound in (lower, upper)
    )
    if lower == -math.inf:
        said = f"up to {high}"
    elif upper == math.inf:
        said = f"{low} or more"
    else:
        said = f"{low} to {high}"
    return f"{said}; outside" if is_outside(row) else said
