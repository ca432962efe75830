"""Areas that overlap, where a count would depend on which of them comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from hotspots.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

SHARE = 0.01
"""Share of the smaller area: borders drawn twice may differ by less."""


def require_side_by_side(areas: gpd.GeoDataFrame, *, what: str) -> None:
    """Refuse areas that overlap.

    Parameters
    ----------
    areas : GeoDataFrame of Polygon, shape (n,)
        In a metric CRS.
    what : str
        How the message names them, such as ``"units"``.

    Raises
    ------
    InputError
        If two of them share more than a hundredth of the smaller one.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> both = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 1), box(1, 0, 3, 1)], index=["a", "b"])
    >>> require_side_by_side(both, what="units")
    Traceback (most recent call last):
    hotspots.errors.InputError: units: 1 pair of areas overlaps, first 'a' and 'b'; ...
    """
    shapes = areas.geometry.to_numpy()
    if shapely.coverage_is_valid(shapes):  # quick, also for 100,000 of them
        return
    first, second = areas.sindex.query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    over = shared > SHARE * smaller
    if over.any():
        one, other = (areas.index[side[over]].tolist()[0] for side in (first, second))
        n = int(over.sum())
        pairs = "1 pair of areas overlaps" if n == 1 else f"{n} pairs of areas overlap"
        raise InputError(
            f"{what}: {pairs}, first {one!r} and {other!r}; give areas that lie side by side, "
            "so that nothing is counted twice"
        )


def require_lived_in_once(population: gpd.GeoDataFrame) -> None:
    """Refuse census areas with residents that overlap: somebody would count twice.

    Parameters
    ----------
    population : GeoDataFrame of Polygon, shape (n,)
        With ``population``, in a metric CRS.

    Raises
    ------
    InputError
        As :func:`require_side_by_side`.
    """
    require_side_by_side(population[population["population"] > 0], what="population")
