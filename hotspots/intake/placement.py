"""Placing points in the metric system, and telling which lie too far from the boundary."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer

from hotspots.crs import is_metric, parse_crs
from hotspots.errors import CRSError, InputError
from hotspots.intake.projection import AUTO, name, possible, target_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import CRS

    Numbers = NDArray[np.float64]

MARGIN = 1000.0
_POLYGONS = ("Polygon", "MultiPolygon")
_transformer = lru_cache(maxsize=16)(Transformer.from_crs)  # finding the best one takes long


def place(
    title: str,
    x: Numbers,
    y: Numbers,
    *,
    crs: CRS,
    boundary: gpd.GeoDataFrame | None,
    to_crs: object,
) -> tuple[gpd.GeoSeries, NDArray[np.bool_]]:
    """Project points and find those over 1 km outside the boundary.

    Parameters
    ----------
    title : str
        How messages name the file.
    x, y : ndarray of float64, shape (n,)
        Coordinates in `crs`, at least one.
    crs : CRS
        Their system.
    boundary : GeoDataFrame or None
        Polygons in any CRS.
    to_crs : object
        The metric system to work in; ``"auto"`` takes the boundary's where that is metric, else
        the UTM zone of the boundary, or of the points' median without one.

    Returns
    -------
    GeoSeries
        The points, projected.
    ndarray of bool, shape (n,)
        Where a point is too far, or cannot be projected.

    Raises
    ------
    CRSError
        If not one point lies near the boundary.
    """
    target = _target(x, y, crs, boundary, to_crs)
    x_m, y_m = _project(x, y, crs, target)
    far = ~(np.isfinite(x_m) & np.isfinite(y_m))
    points = gpd.GeoSeries(gpd.points_from_xy(x_m, y_m), crs=target)
    if boundary is None:
        return points, far
    area = boundary.geometry.to_crs(target).union_all()
    far = ~_near(x_m, y_m, area)
    if far.all():
        raise CRSError(
            f"{title}: not one point of {len(x):,} lies within 1 km of the boundary; "
            f"{_advice(x, y, crs, target, area)}"
        )
    return points, far


def require_possible(title: str, x: Numbers, y: Numbers, *, crs: CRS) -> None:
    """Refuse a column of coordinates most of which cannot be in its CRS.

    Parameters
    ----------
    title : str
        How messages name the file.
    x, y : ndarray of float64, shape (n,)
        Coordinates, all finite.
    crs : CRS
        The system they claim.

    Raises
    ------
    CRSError
        If over half are no degrees though they claim to be.
    """
    can_be = possible(x, y, crs)
    if 2 * can_be.sum() >= len(x):
        return
    advice = (
        "x and y (or lon and lat) look exchanged"
        if 2 * possible(y, x, crs).sum() >= len(x)
        else "say the crs they were measured in, such as crs = 'EPSG:32616'"
    )
    raise CRSError(
        f"{title}: {int((~can_be).sum()):,} of {len(x):,} coordinates cannot be degrees as "
        f"{name(crs)} says; {advice}"
    )


def _target(
    x: Numbers, y: Numbers, crs: CRS, boundary: gpd.GeoDataFrame | None, to_crs: object
) -> CRS:
    if boundary is None:
        middle = gpd.points_from_xy([np.median(x)], [np.median(y)])
        return target_crs(to_crs, gpd.GeoSeries(middle, crs=crs))
    if boundary.crs is None:
        raise CRSError("boundary: no coordinate reference system; set it with .set_crs('EPSG:…')")
    if not len(boundary) or not boundary.geom_type.isin(_POLYGONS).all():
        raise InputError("boundary: give polygons, as read_boundary does")
    own = parse_crs(boundary.crs, what="boundary")
    if isinstance(to_crs, str) and to_crs == AUTO and is_metric(own):
        return own
    return target_crs(to_crs, boundary)


def _project(x: Numbers, y: Numbers, crs: CRS, target: CRS) -> tuple[Numbers, Numbers]:
    """Transform coordinates; those beyond the reach of the projection become infinite."""
    x_m, y_m = _transformer(crs, target, always_xy=True).transform(x, y)
    return np.asarray(x_m), np.asarray(y_m)


def _near(x: Numbers, y: Numbers, area: shapely.Geometry) -> NDArray[np.bool_]:
    """Say which points lie within 1 km: most lie inside, so only the others are measured."""
    shapely.prepare(area)
    finite = np.isfinite(x) & np.isfinite(y)
    near = np.zeros(len(x), dtype=bool)
    near[finite] = shapely.intersects_xy(area, x[finite], y[finite])
    rest = finite & ~near
    near[rest] = shapely.dwithin(area, shapely.points(x[rest], y[rest]), MARGIN)
    return near


def _advice(x: Numbers, y: Numbers, crs: CRS, target: CRS, area: shapely.Geometry) -> str:
    degrees = parse_crs("EPSG:4326")
    guesses = [
        (y, x, crs, "x and y (or lon and lat) look exchanged"),
        (x, y, degrees, "the coordinates look like degrees: say crs = 'EPSG:4326'"),
        (y, x, degrees, "the coordinates look like degrees, latitude first: exchange them"),
    ]
    for first, second, system, advice in guesses:
        can_be = possible(first, second, system)
        x_m, y_m = _project(first[can_be], second[can_be], system, target)
        if 2 * _near(x_m, y_m, area).sum() >= len(x):
            return advice
    return f"is crs {name(crs)} right?"
