"""What stands in a report, as plain values for its template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease, PublicRelease
from hotspots.presentation.classes import class_words, drawn_labels
from hotspots.presentation.controls import compared as compared_with
from hotspots.presentation.families import PAIRS, family
from hotspots.presentation.figures import NUMBERED, figure_svg
from hotspots.presentation.formats import (
    counted,
    figures,
    is_missing,
    listed,
    number,
    one_line,
    p_value,
    plural,
)
from hotspots.presentation.group_words import captions, compared
from hotspots.presentation.groups import COLD, HOT, groups
from hotspots.presentation.headlines import during, headline
from hotspots.presentation.methods import method, method_words
from hotspots.presentation.overall import global_engine, global_name
from hotspots.presentation.provenance import rows_read
from hotspots.presentation.subjects import PERSONS, subject
from hotspots.reports.grids import Column, Grid

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from hotspots.disclosure.release import Release
    from hotspots.schema import TestResult

LISTED = {HOT: 25, COLD: 10}
"""How many groups of each sign the report lists."""

EACH_AREA = "A person with records in several areas of a group counts once in each."
"""What is said below tables of persons."""

AREAS_LISTED = 300
"""Up to so many published areas are listed one by one."""


@dataclass(frozen=True)
class Finding:
    """What one statistic shows.

    Attributes
    ----------
    title, sentence, words : str
        Its name, its headline and what it does.
    svg : str
        The map.
    grids : list of Grid
        Groups and, on public pages, areas.
    """

    title: str
    sentence: str
    words: str
    svg: str
    grids: list[Grid] = field(default_factory=list)


def question(release: Release) -> list[str]:
    """Say what the study asks, of what and when."""
    said = subject(release.context.method).write
    asked = said("Where do {counted} concentrate, and how sure is that?")
    if {family(name) for name in release.statistics} & PAIRS:
        asked += said(" Where do they go with {other}?")
    homes = isinstance(release, InternalRelease) and release.proximity is not None
    near = " How near are facilities to places with recorded reports?" if homes else ""
    near += " Is that nearer than where else they could stand?" if compared_with(release) else ""
    when = during(release.context.period)
    areas = f"{when}the study looks at {counted(len(release.table), 'area')}."
    meaning = said(
        "A concentration is an area, or an area with its neighbours, with more {counted} than "
        "chance would explain."
    )
    return [f"{asked}{near}", f"{areas[0].upper()}{areas[1:]} {meaning}"]


def data_sentences(release: Release) -> list[str]:
    """Say how many incidents the results rest on, and what was chosen while reading."""
    if isinstance(release, PublicRelease):
        return _published(release)
    chosen = _choices(release)
    if "count" not in release.table.columns:
        return chosen
    total = float(release.table["count"].sum())
    empty = int((release.table["count"] == 0).sum())
    n = len(release.table)
    held = f"{counted(total, 'recorded incident')} {plural(total, 'lies', 'lie')} in the areas"
    none = f"{number(empty)} of {counted(n, 'area')} {plural(empty, 'holds', 'hold')} none"
    return [f"{held}; {none}.", *_as_persons(release), *chosen]


def _as_persons(release: Release) -> list[str]:
    """Say how many persons those are, where persons are what is tested."""
    if subject(release.context.method).counted != PERSONS:
        return []
    each = "each counted once in an area, and once in every area where there is a record of them"
    known = release.record.get("persons") if isinstance(release, InternalRelease) else None
    if not isinstance(known, int):
        return [f"They are tested as {PERSONS.many}, {each}."]
    n = int(release.table["persons"].sum())
    several = f": {number(n)} in all areas together" if n > known else ""
    return [f"They are tested as {PERSONS.counted(known)}, {each}{several}."]


def _choices(release: Release) -> list[str]:
    """List the choices made while reading that the files did not settle."""
    found = release.record.get("notes", ()) if isinstance(release, InternalRelease) else ()
    notes = found if isinstance(found, list | tuple) else ()
    return [f"{one_line(note).rstrip('.')}." for note in notes]


def _published(release: PublicRelease) -> list[str]:
    n, where = release.total, "in these areas"
    if n is None:
        n, where = int(release.table["count"].sum()), "in the areas shown with a number"
    out = [f"{counted(n, 'incident')} {plural(n, 'was', 'were')} recorded {where}."]
    withheld = int(release.withheld.sum())
    if withheld == len(release.table) and release.total is None:
        out = []
    if withheld:
        out.append(
            f"The {plural(withheld, 'number', 'numbers')} of {number(withheld)} of "
            f"{counted(len(release.table), 'area')} {plural(withheld, 'is', 'are')} withheld to "
            "protect persons."
        )
    return out


def data_grids(release: Release) -> list[Grid]:
    """Tabulate what became of the rows of each input; internal only."""
    if not isinstance(release, InternalRelease):
        return []
    rows = [
        (
            name,
            *(number(numbers[key]) for key in ("read", "located", "used")),
            number(sum(aside.values())),
            "; ".join(f"{number(n)} {reason}" for reason, n in aside.items()) or "–",
        )
        for name, numbers, aside in rows_read(release)
    ]
    columns = (
        Column("Table"),
        *(Column(title, numeric=True) for title in ("Read", "Located", "Used", "Set aside")),
        Column("Why set aside"),
    )
    return [Grid("Rows of each input: read = used + set aside", columns, rows)] if rows else []


def test_grids(release: Release) -> list[Grid]:
    """Tabulate the global tests, one to a row, and say below where their p-values come from."""
    found = _tests(release)
    if not found:
        return []
    rows: list[tuple[str, ...]] = [
        (
            global_name(test),
            figures(test.statistic),
            figures(test.expected),
            number(test.z, decimals=1),
            p_value(test.p_value),
        )
        for test in found
    ]
    columns = (
        Column("Test"),
        *(Column(title, numeric=True) for title in ("Value", "Expected", "z", "p")),
    )
    names: dict[str, list[str]] = {}
    for test in found:
        if not is_missing(test.p_value):
            names.setdefault(global_engine(test), []).append(global_name(test))
    engines = "; ".join(f"{engine} ({listed(tests)})" for engine, tests in names.items())
    note = f"p-values from: {engines}." if engines else ""
    return [Grid("Tests of the whole study area, for analysts", columns, rows, note)]


def _tests(release: Release) -> list[TestResult]:
    return list(release.tests.values()) if isinstance(release, InternalRelease) else []


def findings(release: Release) -> list[Finding]:
    """Say what each statistic shows, with its map and its groups."""
    out = []
    for name in release.statistics:
        found, known = groups(release, name), method(name)
        out.append(
            Finding(
                title=known.name,
                sentence=headline(release, name, found=found),
                words=method_words(name, release.context.method),
                svg=figure_svg(release, name, framed=False, found=found),
                grids=[*_group_grids(release, name, found), *_area_grids(release, name)],
            )
        )
    return out


def _group_grids(release: Release, name: str, found: gpd.GeoDataFrame) -> list[Grid]:
    words = release.context.method
    held = "Persons" if subject(words).counted == PERSONS else "Recorded"
    known = bool(found["expected"].notna().any())
    heads = ("Areas", held, *((compared(name),) if known else ()), "km²")
    out = []
    for sign, caption in zip((HOT, COLD), captions(name, words=words), strict=True):
        mine = found[found["sign"] == sign]
        if mine.empty:
            continue
        shown = mine.head(LISTED[sign])
        named = bool((shown["place"] != "").any())
        columns = (
            Column("Group"),
            *((Column("Around"),) if named else ()),
            *(Column(title, numeric=True) for title in heads),
        )
        rows = [
            _group_row(str(group), row, named=named, known=known) for group, row in shown.iterrows()
        ]
        notes = [_left_out(mine, sign), EACH_AREA if held == "Persons" else ""]
        out.append(Grid(caption, columns, rows, " ".join(filter(None, notes))))
    return out


def _group_row(name: str, row: pd.Series, *, named: bool, known: bool) -> tuple[str, ...]:
    return (
        name,
        *((one_line(row["place"], longest=60) or "–",) if named else ()),
        number(row["n_units"]),
        number(row["count"]),
        *((number(row["expected"], decimals=1),) if known else ()),
        number(row["area_km2"], decimals=2),
    )


def _left_out(mine: gpd.GeoDataFrame, sign: str) -> str:
    more = len(mine) - LISTED[sign]
    numbered = f"The map numbers the first {NUMBERED[sign]}." if len(mine) > NUMBERED[sign] else ""
    if more <= 0:
        return numbered
    areas = int(mine["n_units"].iloc[LISTED[sign] :].sum())
    rest = f"{counted(more, 'smaller group')} with {counted(areas, 'area')} not listed."
    return f"{rest} {numbered}".strip()


def _area_grids(release: Release, name: str) -> list[Grid]:
    """List the areas of a public release one by one, where they are few enough to read."""
    table = release.table
    if not isinstance(release, PublicRelease) or name != "excess" or len(table) > AREAS_LISTED:
        return []
    named = "name" in table.columns
    columns = (
        Column("Area"),
        *((Column("Name"),) if named else ()),
        Column("Residents", numeric=True),
        Column("Recorded", numeric=True),
        Column("By share of residents", numeric=True),
        Column("Class"),
    )
    rows = [
        (
            one_line(unit),
            *((one_line(row["name"], longest=60),) if named else ()),
            number(row["population"]),
            "withheld" if is_missing(row["count"]) else number(row["count"]),
            "–"
            if is_missing(row["excess_expected"])
            else number(row["excess_expected"], decimals=1),
            class_words(label),
        )
        for (unit, row), label in zip(table.iterrows(), drawn_labels(release, name), strict=True)
    ]
    return [Grid("All areas", columns, rows)]
