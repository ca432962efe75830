"""Distances along streets beside R's spatstat, between the crimes of its Chicago network."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.geography.journeys import distances_over_streets, nearest_over_streets
from hotspots.geography.streets import Streets

HERE = Path(__file__).parent
PLANE = "EPSG:32616"
FEET = 1e-6


@pytest.fixture(scope="module")
def apart():
    """Give spatstat's distances, shape (116, 116)."""
    rows = pd.read_csv(HERE / "network_chicago.csv")["feet"]
    upper = np.zeros((len(rows) + 1, len(rows) + 1))
    for i, row in enumerate(rows):
        upper[i, i + 1 :] = np.array(row.split(), dtype=float)
    return upper + upper.T


@pytest.fixture(scope="module")
def chicago(shared_data):
    """Give the two-way streets and the crimes; a foot is drawn as a metre, which changes nothing.

    The points lie on their segments to about 1e-11.
    """
    folder = shared_data / "reference"
    if not (folder / "spatstat_chicago_segments.csv").is_file():
        pytest.skip("no spatstat_chicago_segments.csv in ../shared/data/reference")
    ends = pd.read_csv(folder / "spatstat_chicago_segments.csv").to_numpy().reshape(-1, 2)
    corners, number = np.unique(ends, axis=0, return_inverse=True)
    u, v = number.reshape(-1, 2).T
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    length = shapely.length(lines)
    streets = Streets(
        gpd.GeoDataFrame(geometry=shapely.points(corners), crs=PLANE),
        gpd.GeoDataFrame(
            {"u": np.append(u, v), "v": np.append(v, u), "length": np.append(length, length)},
            geometry=np.append(lines, shapely.reverse(lines)),
            crs=PLANE,
        ),
    )
    crimes = pd.read_csv(folder / "spatstat_chicago_points.csv")
    return streets, gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(crimes["x"], crimes["y"]), crs=PLANE
    )


def test_every_pair(chicago, apart):
    streets, crimes = chicago
    found = distances_over_streets(crimes, None, streets).to_numpy()
    assert found.shape == (116, 116)
    np.testing.assert_allclose(found, apart, rtol=0, atol=FEET)


def test_three_nearest(chicago, apart):
    streets, crimes = chicago
    found = nearest_over_streets(crimes, None, streets, k=3)
    others = np.sort(np.where(np.eye(116, dtype=bool), np.inf, apart), axis=1)[:, :3]
    np.testing.assert_allclose(found["distance_m"], others.ravel(), rtol=0, atol=FEET)
