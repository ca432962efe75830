"""Small tables of facilities and a network to measure on."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from hotspots.geography.streets import Streets

UTM = "EPSG:32616"


@pytest.fixture(scope="session")
def places():
    """Make facilities of one kind from id=(x, y)."""

    def make(kind, **sites):
        xy = np.array(list(sites.values()), dtype=float).reshape(-1, 2)
        return gpd.GeoDataFrame(
            {"kind": pd.array([kind] * len(sites), dtype="str")},
            geometry=gpd.points_from_xy(*xy.T),
            index=pd.Index(list(sites), name="facility_id", dtype="str"),
            crs=UTM,
        )

    return make


@pytest.fixture(scope="session")
def plus():
    """Four two-way dead ends of 1,000 m that meet in the middle, and a street apart."""
    ends = {"m": (0, 0), "e": (1000, 0), "n": (0, 1000), "w": (-1000, 0), "s": (0, -1000)}
    ends |= {"x": (5000, 0), "y": (6000, 0)}
    pairs = [("m", "e"), ("m", "n"), ("m", "w"), ("m", "s"), ("x", "y")]
    rows = [
        (u, v, 1000.0, LineString([ends[u], ends[v]]))
        for pair in pairs
        for u, v in (pair, pair[::-1])
    ]
    nodes = gpd.GeoDataFrame(
        geometry=[Point(xy) for xy in ends.values()], index=list(ends), crs=UTM
    )
    edges = pd.DataFrame(rows, columns=["u", "v", "length", "geometry"])
    return Streets(nodes, gpd.GeoDataFrame(edges, geometry="geometry", crs=UTM))
