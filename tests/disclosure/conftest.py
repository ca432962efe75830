"""A small city of square areas with known evidence."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

CRS = "EPSG:32616"


@pytest.fixture
def areas():
    """Five areas in a row; b fails, and e has the fewest residents of those that pass."""
    table = gpd.GeoDataFrame(
        {
            "count": [60, 7, 40, 50, 30],
            "persons": [40, 7, 30, 35, 20],
            "premises": [30, 7, 20, 20, 15],
            "largest_premises": [4, 1, 4, 4, 3],
            "population": [9000.0, 5000.0, 8000.0, 7000.0, 6000.0],
        },
        geometry=[box(i * 1000, 0, i * 1000 + 1000, 1000) for i in range(5)],
        index=pd.Index(list("abcde"), name="unit_id"),
        crs=CRS,
    )
    table.attrs["whole"] = {
        "count": 187.0,
        "persons": 120.0,
        "premises": 90.0,
        "largest_premises": 4.0,
        "population": 35000.0,
    }
    return table
