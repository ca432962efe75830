"""Tables of how near facilities are; internal only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease
from hotspots.presentation.distances import distance_sentence, note_words
from hotspots.presentation.formats import distance, is_missing, number, one_line
from hotspots.presentation.markers import marker
from hotspots.reports.grids import Column, Grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from hotspots.disclosure.release import Release


def facilities(release: Release) -> list[tuple[str, Grid]]:
    """Tabulate distances by kind of facility and of destination; internal only."""
    if not isinstance(release, InternalRelease) or release.proximity is None:
        return []
    table = release.proximity
    if "kind" not in table.columns:
        table = table.assign(kind="other")
    return [
        (distance_sentence(rows), _distance_grid(rows))
        for _, rows in table.groupby(["kind", "to_kind"], sort=False, observed=True)
    ]


def _distance_grid(rows: pd.DataFrame) -> Grid:
    start, to = marker(str(rows["kind"].iloc[0])), marker(str(rows["to_kind"].iloc[0]))
    within = [name for name in rows.columns if str(name).startswith("within_")]
    over = "distance_m" in rows.columns and bool(rows["distance_m"].notna().any())
    ordered = rows.sort_values("distance_m" if over else "straight_m", na_position="last")
    notes = "note" in rows.columns and rows["note"].fillna("").astype(str).str.strip().any()
    columns = (
        Column(start.words),
        Column("Nearest"),
        *((Column("Over streets", numeric=True),) if over else ()),
        Column("Straight line", numeric=True),
        *(
            Column(f"Within {number(float(name[7:-1]))}\N{NO-BREAK SPACE}m", numeric=True)
            for name in within
        ),
        *((Column("Note"),) if notes else ()),
    )
    records = (
        {str(name): value for name, value in row.items()} for row in ordered.to_dict("records")
    )
    cells = [_distance_row(row, within, over=over, notes=bool(notes)) for row in records]
    caption = f"{start.plural}: the nearest {to.words.lower()}, nearest first"
    how = "over streets" if over else "in a straight line"
    counts = f"Within: how many of them, {how}." if within else ""
    return Grid(caption, columns, cells, counts)


def _distance_row(
    row: Mapping[str, object], within: Sequence[str], *, over: bool, notes: bool
) -> tuple[str, ...]:
    def text(name: str) -> str:
        return "–" if is_missing(row.get(name)) else one_line(row[name], longest=120) or "–"

    def length(name: str) -> str:
        return "–" if is_missing(row.get(name)) else distance(float(str(row[name])))

    return (
        text("facility_id"),
        text("nearest_id"),
        *((length("distance_m"),) if over else ()),
        length("straight_m"),
        *("–" if is_missing(row[name]) else number(float(str(row[name]))) for name in within),
        *((note_words(row.get("note")) or "–",) if notes else ()),
    )
