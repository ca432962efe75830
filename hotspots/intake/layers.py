"""Reading what is drawn behind: water, parks, roads, places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.intake.shapes import name_column, read_shapes
from hotspots.intake.source import texts

if TYPE_CHECKING:
    import os

    import geopandas as gpd


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
