"""Weights that fall with distance beside those R built from the same centres."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots.geography.neighbours import distance_band
from hotspots.geography.weights import inverse_distance, kernel_weights

BUILT = {
    "inverse distance": lambda units: inverse_distance(units, distance=800),
    "inverse distance, power 2": lambda units: inverse_distance(units, distance=800, power=2),
    "triangular": lambda units: kernel_weights(units, kernel="triangular", bandwidth=800),
    "gaussian": lambda units: kernel_weights(units, kernel="gaussian", bandwidth=800),
    "quartic, 6 nearest": lambda units: kernel_weights(units, kernel="quartic", k=6),
}


@pytest.fixture(scope="module")
def units(local_oracle_centres) -> gpd.GeoDataFrame:
    """Give the centres, a thousand metres to R's unit of length."""
    places = gpd.points_from_xy(local_oracle_centres["x"] * 1000, local_oracle_centres["y"] * 1000)
    return gpd.GeoDataFrame(geometry=places, index=local_oracle_centres.index, crs="EPSG:32616")


@pytest.mark.parametrize("scheme", BUILT)
def test_weights(local_oracle_weighted, units, scheme):
    _, theirs = local_oracle_weighted(scheme)
    power = {"inverse distance": 1, "inverse distance, power 2": 2}.get(scheme, 0)
    ours = BUILT[scheme](units)
    assert ours.unique_ids.equals(theirs.unique_ids)
    np.testing.assert_allclose(
        ours.sparse.toarray() * 1000.0**power, theirs.sparse.toarray(), rtol=1e-10, atol=1e-12
    )


def test_band(local_oracle_weighted, units):
    _, theirs = local_oracle_weighted("gaussian")
    ours = distance_band(units, distance=800)
    pd.testing.assert_series_equal(ours.cardinalities, theirs.cardinalities)
