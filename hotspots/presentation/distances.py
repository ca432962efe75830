"""Sentences about distances: of each facility, and of all of a kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease
from hotspots.errors import DisclosureError
from hotspots.presentation.controls import among_controls, compared
from hotspots.presentation.formats import (
    counted,
    distance,
    is_missing,
    listed,
    number,
    one_line,
    plural,
)
from hotspots.presentation.markers import MARKERS, marker

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from hotspots.disclosure.release import Release

_NOTES = {
    "unreachable": "no way to any over the streets",
    "not open": "the place was not open in these days",
}
_NONE = re.compile(r"no (other )?(\w+?)( at the same time)?")


def facility_sentences(release: Release) -> dict[tuple[str, str], dict[str, str]]:
    """Say of every measured facility what is near it.

    Parameters
    ----------
    release : InternalRelease
        With ``proximity``.

    Returns
    -------
    dict of (kind, facility_id) to dict of str to str
        What is said of each kind of destination, in the order of the table.

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
    found = compared(release)
    among = among_controls(found) if found else {}
    out: dict[tuple[str, str], dict[str, str]] = {}
    rows = ({str(name): value for name, value in row.items()} for row in table.to_dict("records"))
    for row in rows:
        key = (str(row.get("kind", "")), str(row["facility_id"]))
        to_kind = str(row["to_kind"])
        beside = among.get((key[1], to_kind))
        said = [_nearest_sentence(row, limits), *([beside.sentence] if beside else [])]
        out.setdefault(key, {})[to_kind] = " ".join(said)
    return out


def note_words(note: object) -> str:
    """Write the note of a distance as it stands on a page.

    Examples
    --------
    >>> note_words("unreachable"), note_words("no other trap_house"), note_words(None)
    ('no way to any over the streets', 'no other location with recorded reports', '')
    >>> note_words("no hotel at the same time")
    'no hotel at the same time'
    """
    text = "" if is_missing(note) else one_line(note).rstrip(".")
    none = _NONE.fullmatch(text)
    if none and none[2] in MARKERS:
        return f"no {none[1] or ''}{marker(none[2]).words.lower()}{none[3] or ''}"
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
    home = start.words.lower()
    if known.empty and len(rows) == 1:
        return f"The one {home} reaches no {what}."
    if known.empty:
        article = "an" if what[0] in "aeiou" else "a"
        return f"None of the {counted(len(rows), home, homes)} reaches {article} {what}."
    half = (len(known) + 1) // 2
    missing = len(rows) - len(known)
    rest = (
        f" that {plural(len(known), 'reaches', 'reach')} one; {number(missing)} of "
        f"{number(len(rows))} "
        f"{plural(missing, 'reaches', 'reach')} none"
        if missing
        else ""
    )
    if len(known) == 1:
        whole = f"at most {distance(known.iloc[0])} away {how} for the one {home}{rest}"
    else:
        whole = (
            f"at most {distance(known.iloc[half - 1])} away {how} for {number(half)} and "
            f"at most {distance(known.iloc[-1])} for all {number(len(known))} of the {homes}{rest}"
        )
    return f"The nearest {what} is {whole}."


def _nearest_sentence(row: Mapping[str, object], limits: list[str]) -> str:
    what = marker(str(row["to_kind"])).words.lower()
    over, straight = _number(row.get("distance_m")), _number(row.get("straight_m"))
    note = note_words(row.get("note"))
    nearest = "" if is_missing(row.get("nearest_id")) else f" {one_line(row['nearest_id'])}"
    ending = f" ({note})." if note else "."
    if over is None and straight is None:
        return f"Nearest {what}: none found{ending}"
    counts = [
        f"{number(_number(row[name]))} within {number(float(name[7:-1]))} m"
        for name in limits
        if not is_missing(row[name])
    ]
    within = f"; {listed(counts)}" if counts else ""
    if over is None:
        return f"Nearest {what}{nearest}: {distance(straight)} in a straight line{within}{ending}"
    beside = "" if straight is None else f" ({distance(straight)} in a straight line)"
    return f"Nearest {what}{nearest}: {distance(over)} over streets{beside}{within}{ending}"


def _number(value: object) -> float | None:
    return None if is_missing(value) else float(value)  # type: ignore[arg-type]
