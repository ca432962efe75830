"""Facilities on a page, what is near them and what they reach; internal only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from hotspots.crs import WGS84
from hotspots.disclosure.release import InternalRelease
from hotspots.facilities.together import INCIDENT
from hotspots.maps import words
from hotspots.maps.coding import AREAS, LINES, encode_shapes, points
from hotspots.presentation.controls import among_controls, compared
from hotspots.presentation.formats import distance, is_missing, number
from hotspots.presentation.markers import marker
from hotspots.presentation.sentences import facility_sentences
from hotspots.schema import FACILITIES, KINDS, validate

if TYPE_CHECKING:
    from hotspots.disclosure.release import Release
    from hotspots.presentation.controls import AmongControls

SIMPLIFY_M = 5.0
"""How far the edge of a catchment may stray, in metres."""


def facilities(release: Release, decimals: int) -> dict[str, Any]:
    """Gather the places of a release, and all that is drawn about them.

    Parameters
    ----------
    release : Release
        A public one has none.
    decimals : int
        Digits of a degree.

    Returns
    -------
    dict
        ``kinds``, ``facilities``, ``links`` and ``catchments``, ready for the page's data.
    """
    if not isinstance(release, InternalRelease) or release.facilities is None:
        return {"kinds": [], "facilities": [], "links": [], "catchments": []}
    table = release.facilities
    validate(table, FACILITIES)
    present = table["kind"].astype(str)
    order = [kind for kind in (*KINDS, *sorted(set(present) - set(KINDS))) if kind in set(present)]
    kinds = [{**vars(marker(kind)), "n": int((present == kind).sum())} for kind in order]
    return {
        "kinds": kinds,
        "facilities": _entries(release, table, order, decimals),
        "links": _links(release, table, decimals),
        "catchments": _catchments(release, decimals),
    }


def _entries(
    release: InternalRelease, table: gpd.GeoDataFrame, order: list[str], decimals: int
) -> list[dict[str, Any]]:
    said = facility_sentences(release)
    plots = _plots(release)
    at = points(table.geometry, decimals)
    rows = pd.DataFrame(table.drop(columns="geometry")).to_dict("records")
    return [
        {
            "kind": order.index(str(row["kind"])),
            "at": at[i],
            "heading": f"{marker(str(row['kind'])).words} {facility}",
            "sentence": " ".join(said.get((str(row["kind"]), str(facility)), {}).values()),
            "parts": [
                {"sentence": sentence, "plot": plots.get((str(row["kind"]), str(facility), to))}
                for to, sentence in said.get((str(row["kind"]), str(facility)), {}).items()
            ],
            "fold": words.FACILITY_FOLD,
            "figures": [
                [title, _plain(row[column])]
                for column, title in words.FACILITY_FIGURES.items()
                if column in row and not is_missing(row[column])
            ],
        }
        for i, (facility, row) in enumerate(zip(table.index, rows, strict=True))
    ]


def _plots(release: InternalRelease) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Draw every compared place among its control sites: by its kind, its id and that of others."""
    found = compared(release)
    if found is None:
        return {}
    among = among_controls(found)
    return {(found.places.kind, *names): _plot(one) for names, one in among.items()}


def _plot(among: AmongControls) -> dict[str, Any]:
    """Say what the page's script draws; the place itself stands at a bin and a part of one."""
    last = len(among.bins) - 1
    at = among.own_m / among.step_m if math.isfinite(among.own_m) else math.inf
    return {
        "title": among.title,
        "sentence": among.sentence,
        "bins": among.bins,
        "own": round(min(at, last + 0.5), 2),
        "from": words.PLOT_FROM,
        "upto": words.plot_end(number(among.step_m * last)),
    }


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)


def _links(
    release: InternalRelease, table: gpd.GeoDataFrame, decimals: int
) -> list[dict[str, Any]]:
    """Draw a line from each facility to the nearest one of another kind."""
    if release.proximity is None:
        return []
    keys = zip(table["kind"].astype(str), table.index.astype(str), strict=True)
    where = dict(zip(keys, table.geometry, strict=True))
    out = []
    to_places = release.proximity[release.proximity["to_kind"] != INCIDENT]
    for (kind, to_kind), rows in to_places.groupby(["kind", "to_kind"], sort=False):
        ends = [
            (where.get((str(kind), str(one))), where.get((str(to_kind), str(other))), metres)
            for one, other, metres in zip(
                rows["facility_id"], rows["nearest_id"], rows["distance_m"], strict=True
            )
        ]
        drawn = [(start, end, metres) for start, end, metres in ends if start and end]
        lines = gpd.GeoSeries(
            [shapely.LineString([start, end]) for start, end, _ in drawn], crs=table.crs
        )
        out.append(
            {
                "title": words.line_title(marker(str(kind)).words, marker(str(to_kind)).words),
                "detail": words.LINE_DETAIL,
                "colour": marker(str(to_kind)).colour,
                "label": [distance(metres) for _, _, metres in drawn],
                "shapes": encode_shapes(lines.to_crs(WGS84), decimals=decimals, dimension=LINES),
            }
        )
    return out


def _catchments(release: InternalRelease, decimals: int) -> list[dict[str, Any]]:
    """Draw what can be reached from places of each kind."""
    if release.catchments is None:
        return []
    known = release.catchments[release.catchments.geometry.notna()]
    out = []
    for (kind, metres), rows in known.groupby(["kind", "distance_m"], sort=False):
        shapes = rows.geometry.simplify(SIMPLIFY_M).to_crs(WGS84)
        out.append(
            {
                "title": words.catchment_title(marker(str(kind)).plural, distance(float(metres))),
                "detail": words.CATCHMENT_DETAIL,
                "colour": marker(str(kind)).colour,
                "shapes": encode_shapes(shapes, decimals=decimals, dimension=AREAS),
            }
        )
    return out
