"""A release as the content of a page: what is drawn, listed and said, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from hotspots.crs import WGS84, is_metric
from hotspots.disclosure.release import PublicRelease
from hotspots.errors import InputError
from hotspots.maps import words
from hotspots.maps.coding import AREAS, LINES, encode_shapes, points
from hotspots.maps.places import facilities
from hotspots.presentation.classes import classes_of, colour_means, drawn_labels, legend_note
from hotspots.presentation.formats import is_missing
from hotspots.presentation.group_words import group_heading, group_key, group_sentence, no_groups
from hotspots.presentation.groups import COLD, groups
from hotspots.presentation.methods import method
from hotspots.presentation.provenance import least_drawn
from hotspots.presentation.reach import reach
from hotspots.presentation.sentences import (
    analyst_figures,
    headline,
    unit_sentences,
)
from hotspots.schema import NOT_COMPUTED, NOT_SIGNIFICANT, NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from hotspots.disclosure.release import Release
    from hotspots.presentation.classes import LabelClass

QUIET = (NOT_SIGNIFICANT, NOT_TESTABLE, "contains 1", NOT_COMPUTED)
"""Labels of areas that can be switched off together."""

INTERNAL_DECIMALS, PUBLIC_DECIMALS = 5, 4
"""Digits of a degree: about 1 m and 10 m."""

SIMPLIFY_M = 6.0
"""How far a line of the base map may stray, in metres."""


def page_content(release: Release, statistics: Sequence[str]) -> dict[str, Any]:
    """Gather everything the page's script draws and says.

    Parameters
    ----------
    release : Release
        What may be shown.
    statistics : sequence of str
        Names of the local results; the first is shown first.

    Returns
    -------
    dict
        Ready for :func:`hotspots.maps.coding.pack`.
    """
    release_ = _sorted(release)
    decimals = decimals_of(release)
    table, boundary = release_.table, release.context.boundary
    shapes = table.geometry.to_crs(WGS84)
    lines = bool((shapely.get_dimensions(shapes.to_numpy()) == LINES).any())
    dimension = LINES if lines else AREAS
    return {
        "words": dict(words.SCRIPT),
        "units": {
            "lines": lines,
            "shapes": encode_shapes(shapes, decimals=decimals, dimension=dimension),
            "heading": _headings(table),
        },
        "statistics": [_statistic(release_, name, statistics) for name in statistics],
        "boundary": None if boundary is None else _background(boundary, decimals)["areas"],
        "basemap": _basemap(release_, decimals),
        **facilities(release_, decimals),
    }


def decimals_of(release: Release) -> int:
    """Give the digits of a degree a page may show."""
    return PUBLIC_DECIMALS if isinstance(release, PublicRelease) else INTERNAL_DECIMALS


def view(release: Release) -> dict[str, float]:
    """Find the part of the world to show: the study area, never where the data happens to lie.

    Parameters
    ----------
    release : Release
        What is shown.

    Returns
    -------
    dict of str to float
        ``west``, ``south``, ``east`` and ``north`` in degrees. Without a study area, the extent
        of the areas themselves.
    """
    boundary = release.context.boundary
    shown = release.table if boundary is None else boundary
    bounds = shown.geometry.to_crs(WGS84).total_bounds.round(decimals_of(release))
    return dict(zip(("west", "south", "east", "north"), map(float, bounds), strict=True))


def _sorted(release: Release) -> Release:
    """Order the areas by id, so that the order of rows tells nothing."""
    from dataclasses import replace

    ids = pd.Series(release.table.index.astype(str), index=range(len(release.table)))
    if ids.is_monotonic_increasing:
        return release
    return replace(release, table=release.table.iloc[ids.sort_values(kind="stable").index])


def _headings(table: gpd.GeoDataFrame) -> list[str]:
    names = table["name"] if "name" in table.columns else pd.Series(None, index=table.index)
    return [
        f"Area {unit}" if is_missing(name) or not str(name).strip() else str(name)
        for unit, name in zip(table.index, names, strict=True)
    ]


# --- statistics ---------------------------------------------------------------------------------


def _statistic(release: Release, name: str, shown: Sequence[str]) -> dict[str, Any]:
    classes = _classes(release, name)
    found = groups(release, name)
    title = method(name).name
    alike = [other for other in shown if method(other).name == title]
    could, words_ = reach(release, name), release.context.method
    return {
        "title": title if len(alike) == 1 else f"{title} ({name})",
        "headline": headline(release, name, found=found),
        "classes": [
            {
                "words": entry.words,
                "detail": entry.detail,
                "colour": entry.colour,
                "hatched": entry.hatched,
                "quiet": entry.label in QUIET,
            }
            for entry in classes
        ],
        "label": _codes(drawn_labels(release, name), [entry.label for entry in classes]),
        "sentence": unit_sentences(
            release.table, name, words=words_, least=least_drawn(release, name)
        ),
        "figures": _figures(release, name),
        "groups": _groups(found, name, release),
        "group_key": group_key(name, words=words_),
        "no_groups": no_groups(
            release.table[f"{name}_label"], name, too_few=could.sentence(), words=words_
        ),
        "note": legend_note(release, name),
        "colour_means": colour_means(release, name),
        "outlines": encode_shapes(
            found.geometry.to_crs(WGS84),
            decimals=decimals_of(release),
            dimension=AREAS,
        ),
    }


def _classes(release: Release, name: str) -> tuple[LabelClass, ...]:
    """List the entries of the key: all of them in public, where absence would tell something."""
    entries = classes_of(release, name)
    if isinstance(release, PublicRelease):
        return entries
    present = set(drawn_labels(release, name))
    return tuple(entry for entry in entries if entry.label in present)


def _codes(labels: pd.Series, known: list[str]) -> list[int]:
    codes = labels.map({label: code for code, label in enumerate(known)})
    if codes.isna().any():
        first = labels.index[codes.isna()][0]
        raise InputError(
            f"{int(codes.isna().sum())} areas carry a label that is not known, first id {first!r}; "
            "use the labels of hotspots.schema"
        )
    return [int(code) for code in codes]


def _figures(release: Release, name: str) -> dict[str, Any]:
    """Put the figures of all areas side by side; None where an area lacks one."""
    figures = analyst_figures(release.table, name, words=release.context.method)
    rows = zip(*figures.values(), strict=True) if figures else [()] * len(release.table)
    return {"names": list(figures), "values": [list(row) for row in rows]}


def _groups(found: gpd.GeoDataFrame, statistic: str, release: Release) -> list[dict[str, Any]]:
    at, said = points(found["centre"], decimals_of(release)), release.context.method
    return [
        {
            "number": str(group),
            "cold": row["sign"] == COLD,
            "at": at[i],
            "place": row["place"],
            "heading": group_heading(str(group), row["place"]),
            "sentence": group_sentence(row, statistic, words=said),
        }
        for i, (group, row) in enumerate(found.iterrows())
    ]


# --- background ---------------------------------------------------------------------------------


def _basemap(release: Release, decimals: int) -> list[dict[str, Any]]:
    layers = release.context.basemap
    return [
        {
            "kind": kind,
            "title": title,
            **({} if kind == "place" else _background(layers[kind], decimals)),
            "names": _names(layers[kind], decimals) if kind == "place" else [],
        }
        for kind, title in words.BASEMAP.items()
        if kind in layers
    ]


def _background(layer: gpd.GeoDataFrame, decimals: int) -> dict[str, Any]:
    """Thin out and encode the areas and lines of a layer; points are not drawn."""
    shapes = layer.geometry
    if is_metric(shapes.crs):
        shapes = shapes.simplify(SIMPLIFY_M, preserve_topology=False)
    shapes = shapes.to_crs(WGS84)
    return {
        "areas": encode_shapes(shapes, decimals=decimals, dimension=AREAS),
        "lines": encode_shapes(shapes, decimals=decimals, dimension=LINES),
    }


def _names(places: gpd.GeoDataFrame, decimals: int) -> list[dict[str, Any]]:
    """Order places by size, so that the larger name is written where two would clash."""
    if "name" not in places.columns:
        return []
    named = places[places["name"].notna() & places.geometry.notna()]
    named = named.assign(size=-named.geometry.area, name=named["name"].astype(str))
    named = named.sort_values(["size", "name"], kind="stable")
    at = points(named.geometry.representative_point(), decimals)
    return [{"words": name, "at": where} for name, where in zip(named["name"], at, strict=True)]
