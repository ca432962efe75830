"""Numbers known for one set of areas, such as residents of census blocks, for other areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_metric, require_same_crs
from hotspots.errors import InputError, SchemaError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def apportion(
    areas: gpd.GeoDataFrame, units: gpd.GeoDataFrame, *, column: str = "population"
) -> pd.Series:
    """Share out a number over units by the area they have in common.

    Each area gives every unit the share of its number that it has of the area, as if people lived
    evenly within it: good where areas are small beside units, such as census blocks and cells of
    250 m.

    Parameters
    ----------
    areas : GeoDataFrame of Polygon, shape (m,)
        In the CRS of `units`, side by side, with `column`.
    units : GeoDataFrame of Polygon, shape (n,)
        In a metric CRS.
    column : str
        The number to share out, none missing or negative.

    Returns
    -------
    Series of float, shape (n,)
        Index of `units`. Its sum is that of `column`, less what lies in no unit.

    Raises
    ------
    CRSError
        If a CRS is missing, not metric, or the two differ.
    SchemaError
        If there is no such column.
    InputError
        If a number is missing or negative.

    References
    ----------
    Goodchild & Lam (1980), Areal interpolation: a variant of the traditional spatial problem,
    Geo-Processing 1, 297-312.

    Examples
    --------
    A quarter of a block of 100 lies in the first unit, the rest in the second.

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> block = gpd.GeoDataFrame({"population": [100]}, geometry=[box(0, 0, 4, 1)],
    ...                          crs="EPSG:32616")
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1), box(1, 0, 9, 1)], index=["a", "b"],
    ...                          crs="EPSG:32616")
    >>> apportion(block, units).to_dict()
    {'a': 25.0, 'b': 75.0}
    """
    require_metric(units, what="units")
    require_same_crs(areas, units, what="areas and units")
    numbers = _numbers(areas, column)
    shapes, over = areas.geometry.to_numpy(), units.geometry.to_numpy()
    unit, area = shapely.STRtree(shapes).query(over, predicate="intersects")
    shared = shapely.area(shapely.intersection(over[unit], shapes[area]))
    whole = shapely.area(shapes)[area]
    given = np.divide(shared * numbers[area], whole, out=np.zeros_like(whole), where=whole > 0)
    found = np.bincount(unit, weights=given, minlength=len(units))
    return pd.Series(found, index=units.index, name=column)


def _numbers(areas: gpd.GeoDataFrame, column: str) -> NDArray[np.float64]:
    if column not in areas.columns:
        raise SchemaError(f"areas: no column {column!r}")
    numbers: NDArray[np.float64] = areas[column].to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~(np.isfinite(numbers) & (numbers >= 0))
    if bad.any():
        raise InputError(
            f"areas: {column!r} is missing, infinite or negative in {int(bad.sum())} rows, first "
            f"id {areas.index[bad].tolist()[0]!r}; give 0 where nobody is"
        )
    return numbers
