"""Touching areas of the same sign, numbered as a reader sees them on map, list and report."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hotspots.disclosure.release import Release
from hotspots.presentation.families import RATES, family
from hotspots.presentation.formats import is_missing
from hotspots.presentation.subjects import subject
from hotspots.schema import COLD_LABELS, HOT_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

HOT, COLD = "hot", "cold"
SIGNS = {
    **dict.fromkeys((*HOT_LABELS, "high-high"), HOT),
    **dict.fromkeys((*COLD_LABELS, "low-low"), COLD),
}
"""Labels that form groups; high-low and low-high areas stand by themselves by definition."""

TOUCHING_M = 0.01
"""Shapes closer than this touch: clipping leaves gaps of rounding between neighbours."""

_FOUND: WeakKeyDictionary[Release, dict[str, gpd.GeoDataFrame]] = WeakKeyDictionary()
"""Groups already found: map, list, picture and report of one release ask for the same ones."""

COLUMNS = ("sign", "n_units", "units", "count", "expected", "area_km2", "place", "centre")

INSIDE = 0.25
"""A centroid this far from the outline, as a share of the width of a square that large, is well
inside."""


def groups(release: Release | gpd.GeoDataFrame, statistic: str) -> gpd.GeoDataFrame:
    """Gather labelled units that touch into numbered groups.

    Hot (or high-high) and cold (or low-low) units form groups of their own; corners touch. Groups
    are numbered by size: most units first, then most incidents, then the first unit id.

    Parameters
    ----------
    release : Release or GeoDataFrame
        Units with ``<statistic>_label``; a release also gives the places to name groups by.
    statistic : str
        Name of the local result, such as ``"gi_star"``.

    Returns
    -------
    GeoDataFrame, shape (g, 9)
        Index ``group``: ``"1"``, ``"2"``, … hot and ``"C1"``, ``"C2"``, … cold, in that order.
        ``sign``; ``n_units``; ``units``, their ids as a tuple; ``count``, their incidents (or the
        sum of their persons, where the release's method counts persons); ``expected``, the sum of
        what each would hold, see :func:`expected_counts`; ``area_km2``; ``place``, the named
        polygon of the base map around the group's centre, otherwise its nearest named point (or
        polygon, where there are only polygons), otherwise the name of the only unit, otherwise
        ``""``; ``centre``, where its number is drawn: a point well inside the largest part, its
        centroid if that is; and the joined ``geometry``.

    Examples
    --------
    Three boxes in a row; the middle one is not hot, so there are two groups.

    >>> from shapely import box
    >>> cells = gpd.GeoDataFrame(
    ...     {"count": [3, 1, 5], "gi_star_label": ["hot 99", "not significant", "hot 90"]},
    ...     geometry=[box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000)],
    ...     index=pd.Index(["a", "b", "c"], name="unit_id"), crs="EPSG:32616")
    >>> groups(cells, "gi_star")[["n_units", "count", "expected", "area_km2"]].to_dict("index")
    {'1': {'n_units': 1, 'count': 5.0, 'expected': 3.0, 'area_km2': 1.0},
     '2': {'n_units': 1, 'count': 3.0, 'expected': 3.0, 'area_km2': 1.0}}
    """
    if not isinstance(release, Release):
        return _groups(release, statistic, {}, "count")
    found = _FOUND.setdefault(release, {})
    if statistic not in found:
        context = release.context
        column = subject(context.method).column
        found[statistic] = _groups(release.table, statistic, context.basemap, column)
    return found[statistic].copy()


def _groups(
    table: gpd.GeoDataFrame,
    statistic: str,
    basemap: Mapping[str, gpd.GeoDataFrame],
    column: str,
) -> gpd.GeoDataFrame:
    signs = table[f"{statistic}_label"].astype(str).map(SIGNS)
    units = table.loc[signs.notna()]
    if units.empty:
        return _empty(table)
    work = pd.DataFrame(
        {
            "sign": signs[signs.notna()].to_numpy(),
            "part": _parts(units.geometry.to_numpy(), signs[signs.notna()].to_numpy()),
            "unit": units.index.astype(str),
            "count": _floats(table, column).loc[units.index].to_numpy(),
            "expected": expected_counts(table, statistic, column).loc[units.index].to_numpy(),
        }
    )
    rows = [_row(mine, units.geometry.to_numpy()) for _, mine in work.groupby("part")]
    rows.sort(key=_rank)
    out = gpd.GeoDataFrame(
        rows, index=pd.Index(_numbers(rows), name="group"), geometry="geometry", crs=table.crs
    )
    out["area_km2"] = out.geometry.area / 1e6
    out["centre"] = _centres(out.geometry)
    out["place"] = _places(out, units, basemap)
    return out[[*COLUMNS, "geometry"]]


def _centres(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Give each shape a point well inside its largest part."""
    parts = np.array([_largest(shape) for shape in shapes], dtype=object)
    out = shapely.centroid(parts)
    deep = INSIDE * np.sqrt(shapely.area(parts))
    inside = shapely.contains(parts, out)
    inside &= shapely.distance(shapely.boundary(parts), out) >= deep
    out[~inside] = [_middle(part) for part in parts[~inside]]
    return gpd.GeoSeries(out, index=shapes.index, crs=shapes.crs)


def _largest(shape: BaseGeometry) -> BaseGeometry:
    part: BaseGeometry = max(shapely.get_parts(shape), key=lambda one: one.area)
    return part


def _middle(part: BaseGeometry) -> BaseGeometry:
    across = math.sqrt(part.area)
    rough = part.simplify(0.01 * across)
    for share in (INSIDE, 0.1, 0.05, 0.02):
        inner = rough.buffer(-share * across)
        if inner.intersects(part.centroid):
            return part.centroid
        if not inner.is_empty:
            return inner.representative_point()
    return part.representative_point()


def expected_counts(table: gpd.GeoDataFrame, statistic: str, column: str = "count") -> pd.Series:
    """Give the count to compare each unit's own count with.

    Parameters
    ----------
    table : GeoDataFrame
        Units with ``count``.
    statistic : str
        Name of the local result.
    column : {"count", "persons"}
        What is counted.

    Returns
    -------
    Series of float, shape (n,)
        The result's own ``excess_expected`` for the public excess; ``expected_count``, that of
        the same rate everywhere, for rates, NaN where the table does not hold it; otherwise the
        mean count of the table's units, as if incidents were spread evenly over them.
        (``gi_star_expected`` is another thing: the expected sum of a whole neighbourhood.)
    """
    if statistic == "excess":
        return _floats(table, "excess_expected")
    if family(statistic) in RATES:
        return _floats(table, "expected_count")
    count = _floats(table, column)
    even: pd.Series = count.where(count.isna(), count.mean())
    return even


def joined(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Join shapes into one, the fast way where they fit without overlap.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon, shape (n,)

    Returns
    -------
    Polygon or MultiPolygon

    Examples
    --------
    >>> joined(np.array([shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)])).area
    3.0
    """
    try:
        out = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes)
    whole = float(shapely.area(shapes).sum())
    return (
        out if out.is_valid and abs(out.area - whole) <= 1e-9 * whole else shapely.union_all(shapes)
    )


def _floats(table: gpd.GeoDataFrame, column: str) -> pd.Series:
    if column not in table.columns:
        return pd.Series(np.nan, index=table.index)
    values: pd.Series = table[column].astype("Float64").astype(float)
    return values


def _parts(shapes: NDArray[np.object_], signs: NDArray[np.object_]) -> NDArray[np.int32]:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCHING_M)
    same = signs[left] == signs[right]
    links = coo_array(
        (np.ones(int(same.sum()), dtype=np.int8), (left[same], right[same])),
        shape=(len(shapes), len(shapes)),
    )
    return np.asarray(connected_components(links, directed=False)[1])


def _row(mine: pd.DataFrame, shapes: NDArray[np.object_]) -> dict[str, object]:
    units = tuple(sorted(mine["unit"]))
    return {
        "sign": mine["sign"].iloc[0],
        "n_units": len(units),
        "units": units,
        "count": mine["count"].sum(min_count=1),
        "expected": mine["expected"].sum(min_count=1),
        "geometry": joined(shapes[mine.index.to_numpy()]),
    }


def _rank(row: Mapping[str, object]) -> tuple[object, ...]:
    """Order hot before cold, then larger before smaller."""
    count = 0.0 if is_missing(row["count"]) else row["count"]
    return (row["sign"] == COLD, -row["n_units"], -count, row["units"])  # type: ignore[operator]


def _numbers(rows: Sequence[Mapping[str, object]]) -> list[str]:
    hot = sum(row["sign"] == HOT for row in rows)
    return [str(i + 1) if i < hot else f"C{i - hot + 1}" for i in range(len(rows))]


def _places(
    found: gpd.GeoDataFrame, units: gpd.GeoDataFrame, basemap: Mapping[str, gpd.GeoDataFrame]
) -> list[str]:
    middle = found["centre"]
    named = pd.Series("", index=found.index, dtype=object)
    places = basemap.get("place")
    if places is not None and "name" in places.columns:
        places = places.loc[places["name"].notna() & places.geometry.notna()].to_crs(found.crs)
        polygon = places.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
        named = _around(middle, places.loc[polygon])
        nearest = _nearest(middle, places if polygon.all() else places.loc[~polygon])
        named = named.where(named != "", nearest)
    if "name" in units.columns:
        own = units.set_index(units.index.astype(str))["name"]
        alone = [
            str(own.loc[ids[0]]) if len(ids) == 1 and pd.notna(own.loc[ids[0]]) else ""
            for ids in found["units"]
        ]
        named = named.where(named != "", pd.Series(alone, index=found.index))
    return [str(name) for name in named]


def _around(middle: gpd.GeoSeries, polygons: gpd.GeoDataFrame) -> pd.Series:
    """Name the smallest polygon around each point; ``""`` where there is none."""
    out = pd.Series("", index=middle.index, dtype=object)
    ordered = polygons.assign(size=polygons.geometry.area).sort_values(["size", "name"])
    point, polygon = shapely.STRtree(ordered.geometry.to_numpy()).query(
        middle.to_numpy(), predicate="intersects"
    )
    for i, j in sorted(zip(point, polygon, strict=True), reverse=True):
        out.iloc[i] = str(ordered["name"].iloc[j])
    return out


def _nearest(middle: gpd.GeoSeries, places: gpd.GeoDataFrame) -> pd.Series:
    if places.empty:
        return pd.Series("", index=middle.index, dtype=object)
    ordered = places.sort_values("name")
    at = shapely.STRtree(ordered.geometry.to_numpy()).nearest(middle.to_numpy())
    return pd.Series([str(ordered["name"].iloc[i]) for i in at], index=middle.index, dtype=object)


def _empty(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
    out = gpd.GeoDataFrame(
        columns, index=pd.Index([], name="group", dtype=object), geometry=[], crs=table.crs
    )
    out["centre"] = gpd.GeoSeries([], crs=table.crs)
    return out.astype({"n_units": int, "count": float, "expected": float, "area_km2": float})
