"""From the coordinates of a file to one metric system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hotspots.crs import WGS84, is_metric, parse_crs, utm_crs
from hotspots.errors import CRSError
from hotspots.intake.columns import OWN, SPHERE

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from hotspots.intake.source import Source

AUTO = "auto"


def source_crs(source: Source, place: tuple[str, ...], crs: object | None) -> CRS:
    """Settle what the coordinates of a file are measured in.

    Parameters
    ----------
    source : Source
        The file.
    place : tuple of str
        Which columns hold the coordinates; empty for shapes of its own.
    crs : object
        What the caller says, or None.

    Returns
    -------
    CRS

    Raises
    ------
    CRSError
        If nobody says, or the file and the caller say different things.
    """
    given = None if crs is None else parse_crs(crs, what=f"{source.title}: crs")
    if place == SPHERE:
        return _of_degrees(source, given)
    declared = source.crs if place == OWN else None
    if given is None and declared is None:
        what = " and ".join(place) if place else "its shapes"
        raise CRSError(
            f"{source.title}: no crs for {what}; say which with crs = 'EPSG:…' "
            "(EPSG:4326 for longitude and latitude)"
        )
    if given is not None and declared is not None and not _same(given, declared):
        raise CRSError(
            f"{source.title}: the file is in {name(declared)} but crs says {name(given)}; "
            "leave crs out, or correct the file"
        )
    return declared if given is None else given  # type: ignore[return-value]


def target_crs(to_crs: object, around: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    """Settle the metric system to work in.

    Parameters
    ----------
    to_crs : object
        ``"auto"`` for the UTM zone of `around`, or anything that names a metric system.
    around : GeoDataFrame or GeoSeries
        The boundary or the data, in any CRS.

    Returns
    -------
    CRS

    Raises
    ------
    CRSError
        If the system is unknown or not metric.
    """
    if isinstance(to_crs, str) and to_crs == AUTO:
        return utm_crs(around)
    target = parse_crs(to_crs, what="to_crs")
    if not is_metric(target):
        unit = target.axis_info[0].unit_name if target.axis_info else "unknown units"
        raise CRSError(
            f"to_crs: {name(target)} measures in {unit}, not metres; take 'auto' or a UTM zone "
            f"such as '{utm_crs(around).to_string()}'"
        )
    return target


def possible(x: NDArray[np.float64], y: NDArray[np.float64], crs: CRS) -> NDArray[np.bool_]:
    """Say which coordinates can lie in a system: degrees within ±180 and ±90.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates, x before y; missing ones are not possible.
    crs : CRS
        Their system.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if not crs.is_geographic:
        return np.isfinite(x) & np.isfinite(y)
    return (np.abs(x) <= 180) & (np.abs(y) <= 90)


def name(crs: CRS) -> str:
    """Give the short name of a system, such as ``EPSG:32616``.

    Examples
    --------
    >>> name(WGS84)
    'EPSG:4326'
    """
    epsg = crs.to_epsg()
    return crs.name if epsg is None else f"EPSG:{epsg}"


def _of_degrees(source: Source, given: CRS | None) -> CRS:
    if given is None:
        return WGS84
    if not given.is_geographic:
        raise CRSError(
            f"{source.title}: lon and lat are degrees but crs {name(given)} is projected; "
            "name the columns x and y, or leave crs out"
        )
    return given


def _same(first: CRS, second: CRS) -> bool:
    if first.equals(second, ignore_axis_order=True):
        return True
    return first.to_epsg() is not None and first.to_epsg() == second.to_epsg()
