"""Reading polygons (the boundary, given units, where people live) and what is drawn behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from hotspots.errors import InputError, faults
from hotspots.intake.coordinates import numbers
from hotspots.intake.shapes import mend, name_column, read_shapes, record_labels, shape_faults
from hotspots.intake.source import records, texts

if TYPE_CHECKING:
    import os

    import pandas as pd
    from numpy.typing import NDArray

    from hotspots.intake.source import Source


def read_boundary(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = "auto",
) -> gpd.GeoDataFrame:
    """Read the study area: every polygon of a layer, merged into one.

    Parameters
    ----------
    path : str or path-like
        GeoPackage, GeoJSON, shapefile, GeoParquet, or a table with a column of well-known text.
    layer : str, optional
        Layer or sheet, for files with several.
    crs : str or CRS, optional
        Only for files that do not say it themselves.
    to_crs : str or CRS
        Metric system of the result; ``"auto"`` is the UTM zone.

    Returns
    -------
    GeoDataFrame
        One row, one valid geometry. ``attrs["notes"]``, a tuple of str, says what was mended.

    Raises
    ------
    InputError
        If the file cannot be read or holds anything but polygons.
    CRSError
        If the coordinate system is missing, contradicted by the file, or not metric.
    """
    source, table = read_shapes(path, columns={}, layer=layer, crs=crs, to_crs=to_crs)
    table = table[table.geometry.notna()]
    labels = record_labels(table)
    found = shape_faults(table.geometry, labels)
    if found:
        raise InputError(faults(source.title, found))
    shapes, notes = mend(table.geometry, labels)
    return _noted(gpd.GeoDataFrame(geometry=[shapes.union_all()], crs=table.crs), source, notes)


def read_polygons(
    path: str | os.PathLike[str],
    *,
    id: str,  # noqa: A002  (the study file's name for it)
    layer: str | None = None,
    crs: object = None,
    name: str | None = None,
    to_crs: object = "auto",
) -> gpd.GeoDataFrame:
    """Read given areas, such as police districts, as units.

    Parameters
    ----------
    path : str or path-like
        GeoPackage, GeoJSON, shapefile, GeoParquet, or a table with a column of well-known text.
    id : str
        Column that tells the areas apart. Records with the same value are parts of one area and
        are merged.
    layer : str, optional
        Layer or sheet, for files with several.
    crs : str or CRS, optional
        Only for files that do not say it themselves.
    name : str, optional
        Column with a name to show; a column ``name`` needs no mention.
    to_crs : str or CRS
        Metric system of the result; ``"auto"`` is the UTM zone.

    Returns
    -------
    GeoDataFrame
        Index ``unit_id`` (text), ``name`` where there is one, and valid polygons, in the order of
        their first records. ``attrs["notes"]``, a tuple of str, says what was mended and merged.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, an id is missing, all records have the
        same id, records with one id have several names, or a record is no polygon.
    CRSError
        If the coordinate system is missing, contradicted by the file, or not metric.
    """
    columns = {"unit_id": id, **name_column(path, layer, name)}
    source, table = read_shapes(path, columns=columns, layer=layer, crs=crs, to_crs=to_crs)
    ids = texts(table["unit_id"])
    labels = np.where(ids.isna(), record_labels(table), "id " + ids.map(repr))
    found = _id_faults(ids, id) + shape_faults(table.geometry, labels)
    if "name" in table:
        table["name"] = texts(table["name"])
        found += _name_faults(table["name"], ids, id)
    if found:
        raise InputError(faults(source.title, found))
    shapes, notes = mend(table.geometry, labels)
    table["unit_id"] = ids
    merged = table.set_geometry(shapes).dissolve("unit_id", sort=False)
    return _noted(merged, source, [*notes, *_merge_notes(ids)])


def read_population(
    path: str | os.PathLike[str],
    *,
    column: str,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = "auto",
) -> gpd.GeoDataFrame:
    """Read how many people live in each of many small polygons, such as census blocks.

    Parameters
    ----------
    path : str or path-like
        GeoPackage, GeoJSON, shapefile, GeoParquet, or a table with a column of well-known text.
    column : str
        Column with the number of residents.
    layer : str, optional
        Layer or sheet, for files with several.
    crs : str or CRS, optional
        Only for files that do not say it themselves.
    to_crs : str or CRS
        Metric system of the result; ``"auto"`` is the UTM zone.

    Returns
    -------
    GeoDataFrame
        Columns ``population`` (float, persons) and ``geometry`` (valid polygons); index ``row``
        counts the file's records from 1.
        ``attrs["notes"]``, a tuple of str, says what was mended.

    Raises
    ------
    InputError
        If the file cannot be read, the column is missing, a value is missing, no number or
        negative, nobody lives anywhere, or a record is no polygon.
    CRSError
        If the coordinate system is missing, contradicted by the file, or not metric.
    """
    source, table = read_shapes(
        path, columns={"population": column}, layer=layer, crs=crs, to_crs=to_crs
    )
    labels = record_labels(table)
    population, missing = numbers(table["population"])
    found = _population_faults(population, missing, labels) + shape_faults(table.geometry, labels)
    if found:
        raise InputError(faults(source.title, found))
    table["population"] = population
    shapes, notes = mend(table.geometry, labels)
    return _noted(table.set_geometry(shapes), source, notes)


def read_layer(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    crs: object = None,
    name: str | None = None,
    to_crs: object = "auto",
) -> gpd.GeoDataFrame:
    """Read a background layer of any kind of shape; records without one are left out.

    Parameters
    ----------
    path : str or path-like
        GeoPackage, GeoJSON, shapefile, GeoParquet, or a table with a column of well-known text.
    layer : str, optional
        Layer or sheet, for files with several.
    crs : str or CRS, optional
        Only for files that do not say it themselves.
    name : str, optional
        Column with a name to show; a column ``name`` needs no mention. No other column is kept.
    to_crs : str or CRS
        Metric system of the result; ``"auto"`` is the UTM zone.

    Returns
    -------
    GeoDataFrame
        ``geometry``, and ``name`` (text) where there is one, in file order.

    Raises
    ------
    InputError
        If the file cannot be read, the column is missing or no record has a shape.
    CRSError
        If the coordinate system is missing, contradicted by the file, or not metric.
    """
    columns = name_column(path, layer, name)
    _, table = read_shapes(path, columns=columns, layer=layer, crs=crs, to_crs=to_crs)
    table = table[table.geometry.notna()].reset_index(drop=True)
    if "name" in table:
        table["name"] = texts(table["name"])
    return table


def _noted(table: gpd.GeoDataFrame, source: Source, notes: list[str]) -> gpd.GeoDataFrame:
    """Give the choices made while reading to the table they were made for."""
    table.attrs["notes"] = (*source.notes, *notes)
    return table


def _id_faults(ids: pd.Series, column: str) -> list[str]:
    missing = ids.isna()
    if missing.any():
        first = ids.index[missing][0]
        return [f"no {column!r} in {records(int(missing.sum()))}, the first is record {first}"]
    first = ids.iloc[0]
    if len(ids) == 1 or (ids != first).any():
        return []
    all_of = records(len(ids))
    return [f"{column!r} is {first!r} in all {all_of}; choose a column that tells areas apart"]


def _merge_notes(ids: pd.Series) -> list[str]:
    """Say which areas were put together from several records."""
    parts = ids.value_counts(sort=False)
    several = parts[parts > 1]
    if several.empty:
        return []
    areas = "1 area" if len(several) == 1 else f"{len(several):,} areas"
    joined = records(int(several.sum()))
    return [f"{joined} with the same id merged into {areas}, first id {several.index[0]!r}"]


def _name_faults(names: pd.Series, ids: pd.Series, column: str) -> list[str]:
    """Refuse to merge records that share an id but not a name: the id is not what it seems."""
    several = names.groupby(ids, sort=False).nunique(dropna=False)
    several = several[several > 1]
    if several.empty:
        return []
    fault = (
        f"{len(several)} of the values of {column!r} stand for several names, the first is "
        f"{several.index[0]!r}; choose a column with one value per area"
    )
    return [fault]


def _population_faults(
    population: NDArray[np.float64], missing: NDArray[np.bool_], labels: NDArray[np.object_]
) -> list[str]:
    checks = {
        "population is missing": missing,
        "population is not a number": np.isnan(population) & ~missing,
        "population is negative": population < 0,
    }
    found = [
        f"{what} in {records(int(bad.sum()))}, the first is {labels[bad][0]}"
        for what, bad in checks.items()
        if bad.any()
    ]
    if not found and not population.any():
        found.append("population is 0 in every record; is it the right column?")
    return found
