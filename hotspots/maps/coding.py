"""How data travels inside a page: inert text, and shapes as running differences."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from hotspots.crs import WGS84

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

POINTS, LINES, AREAS = 0, 1, 2
"""Dimensions of what :func:`encode_shapes` keeps."""


def pack(content: Mapping[str, Any]) -> str:
    """Turn content into text that no HTML, script or template reader can take for its own.

    Parameters
    ----------
    content : mapping
        Anything JSON can hold, NaN excepted.

    Returns
    -------
    str
        Base64 of gzipped JSON: letters, digits, ``+``, ``/`` and ``=`` only. The same content
        gives the same text.

    Examples
    --------
    >>> import base64, gzip
    >>> gzip.decompress(base64.b64decode(pack({"name": "</script>{{7*7}}"})))
    b'{"name":"</script>{{7*7}}"}'
    """
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0)).decode(
        "ascii"
    )


def encode_shapes(shapes: gpd.GeoSeries, *, decimals: int, dimension: int) -> dict[str, Any]:
    """Write the parts of one dimension of every geometry as differences of whole numbers.

    Parameters
    ----------
    shapes : GeoSeries, shape (n,)
        In longitude and latitude. Missing and empty geometries become shapes without paths.
    decimals : int
        Digits kept after the point of a degree.
    dimension : {0, 1, 2}
        Keep points, lines or polygons. A path of a polygon is a ring; its last point, which
        repeats the first, is left out.

    Returns
    -------
    dict
        ``decimals``; ``xy``, the difference of each coordinate to the one before it, running
        through the whole layer; ``paths``, points per path; ``shapes``, paths per geometry.

    Examples
    --------
    >>> import geopandas as gpd
    >>> row = gpd.GeoSeries.from_wkt(["LINESTRING (1 2, 1.5 2, 1.5 2.25)"])
    >>> encode_shapes(row, decimals=2, dimension=LINES)
    {'decimals': 2, 'xy': [100, 200, 50, 0, 0, 25], 'paths': [3], 'shapes': [1]}
    """
    paths, owner = _paths(shapes.to_numpy(), dimension)
    xy, path = shapely.get_coordinates(paths, return_index=True)
    points = np.rint(xy * 10**decimals).astype(np.int64)
    kept = _kept(points, path, closed=dimension == AREAS)
    points, path = points[kept], path[kept]
    return {
        "decimals": decimals,
        "xy": np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel().tolist(),
        "paths": np.bincount(path, minlength=len(paths)).tolist(),
        "shapes": np.bincount(owner, minlength=len(shapes)).tolist(),
    }


def points(shapes: gpd.GeoSeries, decimals: int) -> list[list[float]]:
    """Write points as longitude and latitude.

    Parameters
    ----------
    shapes : GeoSeries of Point, shape (n,)
        In any CRS.
    decimals : int
        Digits kept after the point of a degree.

    Returns
    -------
    list of [float, float]
    """
    lonlat = shapes.to_crs(WGS84)
    return np.column_stack([lonlat.x, lonlat.y]).round(decimals).tolist()  # type: ignore[no-any-return]


def _paths(
    geometries: NDArray[np.object_], dimension: int
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Take geometries apart; the second array says which one each path belongs to."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # members of collections
    owner = owner[inner]
    mine = (shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)
    parts, owner = parts[mine], owner[mine]
    if dimension != AREAS:
        return parts, owner
    rings, inner = shapely.get_rings(parts, return_index=True)
    return rings, owner[inner]


def _kept(points: NDArray[np.int64], path: NDArray[np.intp], *, closed: bool) -> NDArray[np.bool_]:
    """Leave out points that rounding made alike, and the last of a ring."""
    first = np.diff(path, prepend=-1) != 0
    last = np.diff(path, append=path[-1:] + 1) != 0
    moved = np.any(np.diff(points, axis=0, prepend=points[:1]) != 0, axis=1)
    kept: NDArray[np.bool_] = first | (moved & ~(last & closed))
    return kept
