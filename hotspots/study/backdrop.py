"""The base map of a study, and why no record or facility may be in it: it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.disclosure.allowed import background
from hotspots.errors import DisclosureError, faults
from hotspots.intake.polygons import read_layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

    from hotspots.schema import Table
    from hotspots.study.model import Study
    from hotspots.study.sections import Source

SAME_M = 1.0
"""Points nearer than this are the same place."""

SHARE = 0.5
"""Of the points of a layer, or of the places of a table: more would publish them."""


def read_basemap(
    study: Study, boundary: gpd.GeoDataFrame, tables: Mapping[str, Table]
) -> dict[str, gpd.GeoDataFrame]:
    """Read the layers drawn behind, by kind.

    Parameters
    ----------
    study : Study
        For ``[[basemap]]``.
    boundary : GeoDataFrame
        For its CRS.
    tables : mapping of str to Table
        What must not be drawn: incidents, other contacts and facilities, by name.

    Returns
    -------
    dict of str to GeoDataFrame
        Shapes, and ``name`` where known.

    Raises
    ------
    DisclosureError
        If a layer is one of the study's files of places, or holds the places of one.
    InputError, CRSError
        As :func:`hotspots.intake.polygons.read_layer`.
    """
    _refuse_named_twice(study)
    layers: dict[str, list[gpd.GeoDataFrame]] = {}
    for section in study.basemap:
        title = f"[[basemap]] {section.path.name}"
        layer = read_layer(
            section.path,
            layer=section.layer,
            crs=section.crs,
            name=section.name,
            to_crs=boundary.crs,
        )
        _refuse_places(layer, tables, title)
        layer = background(layer, title, points=section.kind == "place")
        layers.setdefault(section.kind, []).append(layer)
    return {kind: pd.concat(parts, ignore_index=True) for kind, parts in layers.items()}


def _refuse_named_twice(study: Study) -> None:
    found = [
        f"it is also {name}; a base map is published, and facilities are drawn on the internal "
        "map without it: leave it out"
        for layer in study.basemap
        for name, source in _places(study)
        if _same(layer, source)
    ]
    if found:
        raise DisclosureError(faults("[[basemap]]", found))


def _places(study: Study) -> Iterator[tuple[str, Source]]:
    yield "[incidents]", study.incidents
    if study.baseline:
        yield "[baseline]", study.baseline
    yield from ((f"[[facilities]] {section.kind}", section) for section in study.facilities)


def _same(one: Source, other: Source) -> bool:
    """Say whether two sections name one layer; without a name it is the only one of its file."""
    named = one.layer is not None and other.layer is not None
    return one.path.resolve() == other.path.resolve() and not (named and one.layer != other.layer)


def _refuse_places(layer: gpd.GeoDataFrame, tables: Mapping[str, Table], title: str) -> None:
    """Refuse a copy, or part of one, of a table of places under another name."""
    shapes = shapely.get_parts(layer.geometry.to_numpy())
    points = shapes[shapely.get_dimensions(shapes) == 0]
    found = []
    for name, table in tables.items():
        places = table.table.geometry.to_numpy()
        pairs = shapely.STRtree(places).query(points, predicate="dwithin", distance=SAME_M)
        drawn, betrayed = (len(np.unique(side)) for side in pairs)
        if drawn and (drawn >= SHARE * len(points) or betrayed >= SHARE * len(places)):
            found.append(
                f"{drawn} of its {len(points)} points are places in {name} ({betrayed} of "
                f"{len(places)}), and a base map is published; leave the layer out, or those points"
            )
    if found:
        raise DisclosureError(faults(title, found))
