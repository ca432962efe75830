"""Public geography: areas large enough to carry a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.crs import require_metric, require_same_crs
from hotspots.disclosure.rules import DEFAULT_RULES, Rules, evidence, row_passes
from hotspots.geography.counting import locate
from hotspots.geography.overlap import require_lived_in_once, require_side_by_side

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


def public_areas(
    incidents: gpd.GeoDataFrame,
    boundary: gpd.GeoDataFrame,
    *,
    population: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    rules: Rules = DEFAULT_RULES,
) -> gpd.GeoDataFrame:
    """Make the areas of the public profile, with the evidence its rules look at.

    With `areas`, those. Otherwise, the study area is halved at the median of its residents,
    across its longer side or else the shorter, again and again while both halves pass every
    rule. Without `population` only the whole study area is left, its residents not known.

    Parameters
    ----------
    incidents : GeoDataFrame of Point, shape (n,)
        Index ``incident_id``; ``person_id`` where known.
    boundary : GeoDataFrame
        The study area. Incidents and residents outside it are left out, also where given areas
        reach beyond it.
    population : GeoDataFrame of Polygon, optional
        Census areas with residents in ``population``, as fine as there are. An area's residents
        are those of the census areas whose inner point it holds.
    areas : GeoDataFrame of Polygon, optional
        Given areas, index ``unit_id``.
    rules : Rules
        The thresholds.

    Returns
    -------
    GeoDataFrame, shape (m, 7)
        Index ``unit_id``; what :func:`hotspots.disclosure.rules.evidence` sums up,
        ``population``, and ``name`` where given. ``attrs["whole"]`` holds the same for the whole
        study area. This table is internal: pass it to :func:`release`.

    Raises
    ------
    CRSError
        If the tables lie in different systems, or not in metres.
    InputError
        If given areas overlap, or census areas with residents do.

    References
    ----------
    .. [1] LeFevre, K., DeWitt, D. J. & Ramakrishnan, R. (2006). Mondrian multidimensional
       k-anonymity. ICDE 2006. https://doi.org/10.1109/ICDE.2006.101

    Examples
    --------
    Four blocks of 1,000 residents in a row and 22 persons, half at each end: one split holds.

    >>> from shapely import box, points
    >>> blocks = gpd.GeoDataFrame({"population": [1000] * 4},
    ...     geometry=[box(x, 0, x + 100, 100) for x in (0, 100, 200, 300)], crs="EPSG:32616")
    >>> city = gpd.GeoDataFrame(geometry=[box(0, 0, 400, 100)], crs="EPSG:32616")
    >>> x = [10 + i for i in range(11)] + [310 + i for i in range(11)]
    >>> people = gpd.GeoDataFrame({"person_id": range(22)}, geometry=points(x, 50), crs=city.crs)
    >>> public_areas(people, city, population=blocks)[["count", "population"]].to_numpy().tolist()
    [[11.0, 2000.0], [11.0, 2000.0]]
    """
    require_metric(boundary, what="boundary")
    require_same_crs(incidents, boundary, what="incidents and boundary")
    whole = boundary.union_all()
    area = gpd.GeoDataFrame(geometry=[whole], crs=boundary.crs)
    incidents = incidents[locate(incidents, area).notna().to_numpy()]
    points = _points(incidents)
    homes = _homes(population, boundary)
    if areas is not None:
        out = _given(areas, points, homes, incidents)
    else:
        out = _halved(_Part(whole, points, homes), rules, boundary)
    if population is None:  # the whole study area needs none; given areas cannot show theirs
        out["population"] = np.inf if areas is None else np.nan
    out.attrs["whole"] = _whole(out, points, incidents, residents_known=population is not None)
    return out


@dataclass(frozen=True)
class _Part:
    """A piece of the study area with the incidents and residents in it."""

    shape: BaseGeometry
    points: pd.DataFrame
    homes: pd.DataFrame

    def evidence(self) -> dict[str, float]:
        return {**evidence(self.points), "population": float(self.homes["population"].sum())}

    def halves(self, axis: str) -> tuple[_Part, _Part] | None:
        """Cut at the median resident along `axis`, between two census areas."""
        cut = _median_cut(self.homes[axis].to_numpy(), self.homes["population"].to_numpy())
        if cut is None:
            return None
        west, south, east, north = self.shape.bounds
        if axis == "x":
            low, high = shapely.box(west, south, cut, north), shapely.box(cut, south, east, north)
        else:
            low, high = shapely.box(west, south, east, cut), shapely.box(west, cut, east, north)
        points, homes = self.points[axis] <= cut, self.homes[axis] <= cut
        return (
            _Part(_polygonal(self.shape & low), self.points[points], self.homes[homes]),
            _Part(_polygonal(self.shape & high), self.points[~points], self.homes[~homes]),
        )


def _median_cut(at: NDArray[np.float64], weight: NDArray[np.float64]) -> float | None:
    places, inverse = np.unique(at, return_inverse=True)
    if len(places) < 2 or not weight.sum() > 0:
        return None
    below = np.cumsum(np.bincount(inverse, weights=weight))[:-1]
    best = int(np.argmin(np.abs(below - weight.sum() / 2)))
    return float((places[best] + places[best + 1]) / 2)


def _halved(whole: _Part, rules: Rules, boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    leaves: list[_Part] = []
    open_parts = [whole]
    while open_parts:
        part = open_parts.pop()
        halves = _passing_halves(part, rules)
        if halves is None:
            leaves.append(part)
        else:
            open_parts.extend(halves)
    # Numbered from north to south by a point of their geometry, which is public.
    leaves.sort(key=lambda part: (-part.shape.centroid.y, part.shape.centroid.x))
    return gpd.GeoDataFrame(
        [part.evidence() for part in leaves],
        geometry=[part.shape for part in leaves],
        index=pd.Index([f"A{i:02d}" for i in range(1, len(leaves) + 1)], name="unit_id"),
        crs=boundary.crs,
    )


def _passing_halves(part: _Part, rules: Rules) -> tuple[_Part, _Part] | None:
    west, south, east, north = part.shape.bounds
    axes = ("x", "y") if east - west >= north - south else ("y", "x")
    for axis in axes:
        halves = part.halves(axis)
        if halves and all(row_passes(half.evidence(), rules) for half in halves):
            return halves
    return None


def _given(
    areas: gpd.GeoDataFrame,
    points: pd.DataFrame,
    homes: pd.DataFrame,
    incidents: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    require_same_crs(incidents, areas, what="incidents and areas")
    require_side_by_side(areas, what="public areas")
    residents = locate(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(homes["x"], homes["y"]), crs=areas.crs), areas
    )
    population = homes["population"].groupby(residents.to_numpy()).sum()
    groups = dict(list(points.groupby(locate(incidents, areas).to_numpy())))
    rows = [evidence(groups.get(unit, points.iloc[:0])) for unit in areas.index]
    out = areas[[name for name in ("name",) if name in areas.columns]].copy()
    for column in rows[0]:
        out[column] = [row[column] for row in rows]
    out["population"] = population.reindex(areas.index).fillna(0.0).astype(float)
    out = out.set_geometry(areas.geometry, crs=areas.crs)
    out.attrs = {}
    return out


def _whole(
    out: gpd.GeoDataFrame,
    points: pd.DataFrame,
    incidents: gpd.GeoDataFrame,
    *,
    residents_known: bool,
) -> dict[str, float]:
    inside = points[locate(incidents, out).notna().to_numpy()]
    return {
        **evidence(inside),
        "population": float(out["population"].sum()) if residents_known else np.inf,
    }


def _points(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    columns = {"x": incidents.geometry.x.to_numpy(), "y": incidents.geometry.y.to_numpy()}
    if "person_id" in incidents.columns:
        columns["person_id"] = incidents["person_id"].to_numpy()
    return pd.DataFrame(columns)


def _homes(population: gpd.GeoDataFrame | None, boundary: gpd.GeoDataFrame) -> pd.DataFrame:
    if population is None:
        return pd.DataFrame({"x": [], "y": [], "population": []}, dtype=float)
    require_same_crs(population, boundary, what="population and boundary")
    require_lived_in_once(population)
    inner = population.geometry.representative_point()
    homes = pd.DataFrame(
        {"x": inner.x.to_numpy(), "y": inner.y.to_numpy(), "population": population["population"]}
    ).astype(float)
    inside = shapely.intersects_xy(boundary.union_all(), homes["x"], homes["y"])
    return homes[inside].reset_index(drop=True)


def _polygonal(shape: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of a geometry, dropping points and lines where it only touches."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
