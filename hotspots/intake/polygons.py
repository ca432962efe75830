"""Reading polygons: the boundary, given units, and where people live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.errors import InputError, faults
from hotspots.intake.coordinates import numbers
from hotspots.intake.shapes import name_column, read_shapes, records, shape_faults, valid
from hotspots.intake.source import texts

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray


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
        One row, one valid geometry.

    Raises
    ------
    InputError
        If the file cannot be read or holds anything but polygons.
    CRSError
        If the coordinate system is missing, contradicted by the file, or not metric.
    """
    source, table = read_shapes(path, columns={}, layer=layer, crs=crs, to_crs=to_crs)
    table = table[table.geometry.notna()]
    found = shape_faults(table.geometry, records(table))
    if found:
        raise InputError(faults(source.title, found))
    merged = valid(table.geometry).union_all()
    return gpd.GeoDataFrame(geometry=[merged], crs=table.crs)


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
        Column with a different value for every polygon.
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
        Index ``unit_id`` (text), ``name`` where there is one, and valid polygons, in file order.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, ids are missing or repeated, or a record
        is no polygon.
    CRSError
        If the coordinate system is missing, contradicted by the file, or not metric.
    """
    columns = {"unit_id": id, **name_column(path, layer, name)}
    source, table = read_shapes(path, columns=columns, layer=layer, crs=crs, to_crs=to_crs)
    ids = texts(table["unit_id"])
    labels = np.where(ids.isna(), records(table), "id " + ids.map(repr))
    found = _id_faults(ids, id) + shape_faults(table.geometry, labels)
    if found:
        raise InputError(faults(source.title, found))
    units = table.set_geometry(valid(table.geometry)).set_index(pd.Index(ids, name="unit_id"))
    if "name" in units:
        units["name"] = texts(units["name"])
    return units.drop(columns="unit_id")


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
        Columns ``population`` (float, persons) and ``geometry`` (valid polygons), in file order.

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
    labels = records(table)
    population, missing = numbers(table["population"])
    found = _population_faults(population, missing, labels) + shape_faults(table.geometry, labels)
    if found:
        raise InputError(faults(source.title, found))
    table["population"] = population
    return table.set_geometry(valid(table.geometry)).reset_index(drop=True)


def _id_faults(ids: pd.Series, column: str) -> list[str]:
    found = []
    missing = ids.isna()
    if missing.any():
        first = ids.index[missing][0]
        found.append(
            f"{int(missing.sum())} records have no {column!r}, the first is record {first}"
        )
    repeated = ids[~missing & ids.duplicated()]
    if len(repeated):
        found.append(
            f"{len(repeated)} values of {column!r} stand more than once, the first is "
            f"{repeated.iloc[0]!r}; dissolve the polygons or choose another column"
        )
    return found


def _population_faults(
    population: NDArray[np.float64], missing: NDArray[np.bool_], labels: NDArray[np.object_]
) -> list[str]:
    checks = {
        "population is missing": missing,
        "population is not a number": np.isnan(population) & ~missing,
        "population is negative": population < 0,
    }
    found = [
        f"{what} in {int(bad.sum())} records, the first is {labels[bad][0]}"
        for what, bad in checks.items()
        if bad.any()
    ]
    if not found and not population.any():
        found.append("population is 0 in every record; is it the right column?")
    return found
