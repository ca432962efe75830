"""Shapes of any kind, read and projected: what polygons and background layers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.errors import CRSError, InputError, faults
from hotspots.intake.columns import OWN, SYNONYMS, TEXT
from hotspots.intake.coordinates import shapes_of
from hotspots.intake.files import open_source
from hotspots.intake.projection import name as crs_name
from hotspots.intake.projection import possible, source_crs, target_crs
from hotspots.intake.source import GEOMETRY, listing, near, records

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from hotspots.intake.source import Source

_POLYGON, _MULTIPOLYGON = 3, 6


def read_shapes(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str],
    layer: str | None,
    crs: object,
    to_crs: object,
) -> tuple[Source, gpd.GeoDataFrame]:
    """Read shapes with some of their attributes, and project them.

    Parameters
    ----------
    path : str or path-like
        A GIS file, or a table with a column of well-known text named ``geometry`` or ``wkt``.
    columns : mapping of str to str
        Name in the result to name in the file.
    layer : str or None
        Layer or sheet.
    crs, to_crs : object
        Of the file, where it does not say; and of the result.

    Returns
    -------
    Source
        For messages.
    GeoDataFrame
        Raw attributes and projected shapes; index ``row`` counts the records from 1. A shape that
        is missing or unreadable is None.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing or no record has a shape.
    CRSError
        If the coordinate system is missing, contradicted by the file, plainly wrong or not metric.
    """
    source = open_source(path, layer=layer)
    written = None if source.shapes else _written_column(source)
    _require_columns(source, columns)
    system = source_crs(source, OWN if source.shapes else TEXT, crs)
    raw = source.records([*columns.values(), *([written] if written else [])])
    shapes = shapes_of(raw[written or GEOMETRY], written=written is not None)
    shapes = np.where(shapely.is_empty(shapes), np.array(None), shapes)
    if shapely.is_missing(shapes).all():
        raise InputError(f"{source.title}: no record has a shape")
    _require_possible(source, shapes, system)
    geometry = gpd.GeoSeries(shapes, index=raw.index, crs=system)
    frame = pd.DataFrame({new: raw[old] for new, old in columns.items()}, index=raw.index)
    target = target_crs(to_crs, geometry)
    return source, gpd.GeoDataFrame(frame, geometry=geometry, crs=system).to_crs(target)


def name_column(
    path: str | os.PathLike[str], layer: str | None, name: str | None
) -> dict[str, str]:
    """Find the column with names: the one asked for, or ``name`` where there is one.

    Parameters
    ----------
    path : str or path-like
        The file.
    layer : str or None
        Layer or sheet.
    name : str or None
        What was asked for.

    Returns
    -------
    dict of str to str
        For :func:`read_shapes`; empty where there is none.
    """
    if name is not None:
        return {"name": name}
    return {"name": "name"} if "name" in open_source(path, layer=layer).columns else {}


def shape_faults(shapes: gpd.GeoSeries, labels: NDArray[np.object_]) -> list[str]:
    """Say which records have no shape, or one that is no polygon.

    Parameters
    ----------
    shapes : GeoSeries, shape (n,)
        As read.
    labels : ndarray of str, shape (n,)
        How messages name each record.

    Returns
    -------
    list of str
    """
    kinds = shapely.get_type_id(shapes.to_numpy())
    found = []
    missing = kinds == -1
    if missing.any():
        found.append(
            f"no shape in {records(int(missing.sum()))}, the first is {labels[missing][0]}"
        )
    other = ~missing & ~np.isin(kinds, (_POLYGON, _MULTIPOLYGON))
    if other.any():
        found.append(f"no polygon in {records(int(other.sum()))}, the first is {labels[other][0]}")
    return found


def mend(shapes: gpd.GeoSeries, labels: NDArray[np.object_]) -> tuple[gpd.GeoSeries, list[str]]:
    """Mend polygons that cross themselves; the rest stay as they are.

    Parameters
    ----------
    shapes : GeoSeries, shape (n,)
        Polygons.
    labels : ndarray of str, shape (n,)
        How messages name each record.

    Returns
    -------
    GeoSeries
        Valid polygons and multipolygons, same index and CRS.
    list of str
        A note where any was mended: a part of it may be gone.
    """
    broken = ~shapes.is_valid.to_numpy()
    if not broken.any():
        return shapes, []
    mended = shapes.copy()
    mended[broken] = [_polygonal(shape) for shape in shapes[broken].make_valid()]
    n = int(broken.sum())
    said = "1 shape crosses itself and was" if n == 1 else f"{n:,} shapes cross themselves and were"
    return mended, [f"{said} mended, the first is {labels[broken][0]}; check the map"]


def record_labels(table: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Name records by their number in the file."""
    return np.array([f"record {row}" for row in table.index], dtype=object)


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of what mending gave, without the lines it may have left over."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_type_id(parts) == _POLYGON])


def _require_columns(source: Source, columns: Mapping[str, str]) -> None:
    found = []
    for file in dict.fromkeys(columns.values()):
        if file not in source.columns:
            hint = near(file, source.columns) or f"the file has {listing(source.columns)}"
            found.append(f"no column {file!r}; {hint}")
        elif source.columns.count(file) > 1:
            found.append(f"{file!r} names two columns; rename one")
    if found:
        raise InputError(faults(source.title, found))


def _written_column(source: Source) -> str:
    spellings = (GEOMETRY, *SYNONYMS[GEOMETRY])
    for column in source.columns:
        if column.casefold() in spellings:
            return column
    raise InputError(
        f"{source.title}: no shapes; give a GIS file, or a column 'geometry' of well-known text"
    )


def _require_possible(source: Source, shapes: NDArray[np.object_], system: CRS) -> None:
    west, south, east, north = shapely.total_bounds(shapes)
    if not possible(np.array([west, east]), np.array([south, north]), system).all():
        raise CRSError(
            f"{source.title}: coordinates cannot be degrees as {crs_name(system)} says; "
            "say the crs they were measured in, or correct the file's"
        )
