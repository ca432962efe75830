"""Candidates: sites along streets where places could stand, for want of addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from hotspots.errors import InputError
from hotspots.geography.streetkinds import HIGHWAY, RESIDENTIAL, of_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotspots.geography.streets import Streets


def street_sites(
    streets: Streets, *, kinds: Sequence[str] | None = RESIDENTIAL, spacing: float = 25.0
) -> gpd.GeoDataFrame:
    """Put sites along streets, each standing for the metres of street around it.

    Where there are no addresses or parcels to draw control sites from, take these and their
    length as weight: a stretch of street is then drawn in proportion to its length.

    Parameters
    ----------
    streets : Streets
        With ``highway``, the kinds of streets; see :func:`hotspots.read_streets`.
    kinds : sequence of str, or None
        Where a place could stand, one of a street's kinds being enough; None for all streets.
    spacing : float
        Metres of street that a site stands for, at most: every street is cut into equal pieces,
        and a site stands in the middle of each.

    Returns
    -------
    GeoDataFrame of Point
        One row per site: ``edge``, the first row of ``streets.edges`` along that street; its
        ``highway`` where known; ``length_m``, metres of street it stands for. A two-way street is
        one street; the two sides of a divided one are two if they are drawn so.

    Raises
    ------
    StreetError
        If the streets have no kinds, or none is of these.
    InputError
        If `spacing` is not above 0.

    Notes
    -----
    The sites stand on the street and places beside it, so compare them over the streets: straight
    lines would find places farther from what lies along the street by as much as they are set back.

    Examples
    --------
    Sixty metres in pieces of at most 25: three of 20, with a site in the middle of each.

    >>> import hotspots as hs
    >>> from shapely import LineString, Point
    >>> ends = [Point(0, 0), Point(60, 0)]
    >>> nodes = gpd.GeoDataFrame(geometry=ends, index=["a", "b"], crs=32616)
    >>> edges = gpd.GeoDataFrame(
    ...     {"u": ["a"], "v": ["b"], "length": [60.0], "highway": ["residential"]},
    ...     geometry=[LineString(ends)],
    ...     crs=32616,
    ... )
    >>> sites = street_sites(hs.Streets(nodes, edges))
    >>> sites.geometry.x.tolist(), sites["length_m"].tolist()
    ([10.0, 30.0, 50.0], [20.0, 20.0, 20.0])
    """
    if not (np.isfinite(spacing) and spacing > 0):
        raise InputError(f"spacing {spacing:g} m: give more than 0")
    segments, chosen = streets.segments, np.flatnonzero(of_kinds(streets, kinds))
    metres = np.minimum(segments.ahead, segments.back)[chosen]  # infinite against a one-way
    n = np.ceil(metres / spacing).astype(np.int64)  # none where a street has no length
    street = np.repeat(np.arange(len(chosen)), n)
    nth = np.arange(len(street)) - np.repeat(np.cumsum(n) - n, n)
    edge = segments.edge[chosen[street]]
    described = [name for name in (HIGHWAY,) if name in streets.edges.columns]
    return gpd.GeoDataFrame(
        {
            "edge": streets.edges.index[edge],
            **{name: streets.edges[name].to_numpy()[edge] for name in described},
            "length_m": metres[street] / n[street],
        },
        geometry=shapely.line_interpolate_point(
            segments.line[chosen[street]], (nth + 0.5) / n[street], normalized=True
        ),
        index=pd.RangeIndex(len(street), name="site"),
        crs=streets.crs,
    )
