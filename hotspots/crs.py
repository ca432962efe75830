"""Coordinate reference systems: everything inside is projected, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError as PyprojError

from hotspots.errors import CRSError, InputError, SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

WGS84 = CRS.from_epsg(4326)
MAX_SCALE_ERROR = 0.01
"""How far a metre on the map may differ from one on the ground."""


def parse_crs(value: object, *, what: str = "crs") -> CRS:
    """Read a coordinate reference system from an EPSG string, WKT or anything pyproj takes.

    Parameters
    ----------
    value : object
        For example ``"EPSG:32616"``.
    what : str
        How the message names the setting.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    CRSError
        If `value` names no known system.

    Examples
    --------
    >>> parse_crs("EPSG:32616").name
    'WGS 84 / UTM zone 16N'
    """
    try:
        return CRS.from_user_input(value)
    except PyprojError:
        message = (
            f"{what}: {value!r} is not a coordinate reference system; write it as 'EPSG:32616'"
        )
        raise CRSError(message) from None


def is_metric(crs: CRS) -> bool:
    """Say whether a system is projected with both axes in metres.

    Examples
    --------
    >>> is_metric(CRS.from_epsg(32616)), is_metric(CRS.from_epsg(32054)), is_metric(WGS84)
    (True, False, False)
    """
    return crs.is_projected and all(
        axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2]
    )


def utm_crs(table: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Find the UTM zone around the middle of a table's extent.

    Parameters
    ----------
    table : GeoDataFrame or GeoSeries
        With any CRS.

    Returns
    -------
    pyproj.CRS
        A WGS 84 / UTM zone.
    """
    return CRS.from_user_input(table.estimate_utm_crs())


def require_geo(table: object, *, what: str) -> None:
    """Refuse what is no GeoDataFrame or GeoSeries, and say what to pass instead.

    Parameters
    ----------
    table : object
        What was given.
    what : str
        How the message names it, such as ``"units"``.

    Raises
    ------
    InputError
        If it has no CRS and no index to speak of.

    Examples
    --------
    >>> from shapely import box
    >>> require_geo(box(0, 0, 1, 1), what="boundary")
    Traceback (most recent call last):
        ...
    hotspots.errors.InputError: boundary: a GeoDataFrame with a geometry is needed, and this is
    a Polygon; wrap it: geopandas.GeoSeries([…], crs='EPSG:…')
    """
    if hasattr(table, "crs") and hasattr(table, "geometry"):
        return
    advice = "read it with geopandas"
    if hasattr(table, "table"):
        advice = "pass its .table"
    elif hasattr(table, "set_geometry"):
        advice = "choose its geometry with .set_geometry('…')"
    elif hasattr(table, "geom_type"):
        advice = "wrap it: geopandas.GeoSeries([…], crs='EPSG:…')"
    raise InputError(
        f"{what}: a GeoDataFrame with a geometry is needed, and this is a "
        f"{type(table).__name__}; {advice}"
    )


def no_points(table: gpd.GeoDataFrame | gpd.GeoSeries) -> str:
    """Say how many rows are no points, if any.

    Parameters
    ----------
    table : GeoDataFrame or GeoSeries
        Of any geometry.

    Returns
    -------
    str
        Empty where every row is one point.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> no_points(gpd.GeoSeries([Point(0, 0), Point(), None], index=["A", "B", "C"]))
    "2 rows are not points, first id 'B'; leave them out"
    """
    shapes = np.asarray(table.geometry)
    wrong = (shapely.get_type_id(shapes) != shapely.GeometryType.POINT) | shapely.is_empty(shapes)
    if not wrong.any():
        return ""
    first = table.index[wrong].tolist()[0]
    return f"{int(wrong.sum())} rows are not points, first id {first!r}; leave them out"


def require_points(table: gpd.GeoDataFrame | gpd.GeoSeries, *, what: str) -> None:
    """Refuse a table with rows that are no points.

    Parameters
    ----------
    table : GeoDataFrame or GeoSeries
        The table about to be placed.
    what : str
        How the message names it, such as ``"places"``.

    Raises
    ------
    InputError
        If it is no table with a geometry.
    SchemaError
        If a row is not a point: another shape, empty, or missing.
    """
    require_geo(table, what=what)
    found = no_points(table)
    if found:
        raise SchemaError(f"{what}: {found}")


def require_metric(table: gpd.GeoDataFrame | gpd.GeoSeries, *, what: str) -> CRS:
    """Return a table's CRS, or say which one to project it to.

    Parameters
    ----------
    table : GeoDataFrame or GeoSeries
        The table about to be measured.
    what : str
        How the message names it, such as ``"units"``.

    Returns
    -------
    pyproj.CRS
        Projected, in metres.

    Raises
    ------
    InputError
        If it is no table with a geometry.
    CRSError
        If the CRS is missing, geographic or in another unit than metres.
    """
    require_geo(table, what=what)
    if table.crs is None:
        raise CRSError(f"{what}: no coordinate reference system; set it with .set_crs('EPSG:…')")
    crs = CRS.from_user_input(table.crs)
    if is_metric(crs):
        return crs
    unit = crs.axis_info[0].unit_name if crs.axis_info else "unknown units"
    advice = f"project with .to_crs('{utm_crs(table).to_string()}')" if len(table) else "project it"
    raise CRSError(f"{what}: {crs.name} measures in {unit}, not metres; {advice}")


def require_true_to_scale(table: gpd.GeoDataFrame | gpd.GeoSeries, *, what: str) -> None:
    """Refuse a metric system in which metres are no metres at this place.

    Parameters
    ----------
    table : GeoDataFrame or GeoSeries
        In a metric CRS.
    what : str
        How the message names it.

    Raises
    ------
    CRSError
        If lengths at a corner of the table's extent are off by more than :data:`MAX_SCALE_ERROR`.

    References
    ----------
    .. [1] Snyder, J. P. (1987). Map projections: a working manual. USGS Professional Paper 1395.
       https://doi.org/10.3133/pp1395
    """
    crs = require_metric(table, what=what)
    west, south, east, north = table.to_crs(WGS84).total_bounds
    factors = Proj(crs).get_factors([west, west, east, east], [south, north, south, north])
    scales = np.array([factors.meridional_scale, factors.parallel_scale])
    error = float(np.abs(scales - 1).max()) if np.isfinite(scales).all() else np.inf
    if error > MAX_SCALE_ERROR:
        raise CRSError(
            f"{what}: lengths in {crs.name} are off by up to {error:.0%} here; "
            f"use '{utm_crs(table).to_string()}'"
        )


def require_same_crs(
    first: gpd.GeoDataFrame | gpd.GeoSeries, second: gpd.GeoDataFrame | gpd.GeoSeries, *, what: str
) -> None:
    """Refuse two tables that lie in different systems.

    Parameters
    ----------
    first, second : GeoDataFrame or GeoSeries
        Two tables that are about to be compared.
    what : str
        How the message names them, such as ``"incidents and units"``.

    Raises
    ------
    InputError
        If one of them is no table with a geometry.
    CRSError
        If the systems differ.
    """
    for table in (first, second):
        require_geo(table, what=what)
    if first.crs != second.crs:
        raise CRSError(
            f"{what}: different coordinate reference systems "
            f"({_name(first)} and {_name(second)}); project one with .to_crs(other.crs)"
        )


def _name(table: gpd.GeoDataFrame | gpd.GeoSeries) -> str:
    return "none" if table.crs is None else str(CRS.from_user_input(table.crs).to_string())
