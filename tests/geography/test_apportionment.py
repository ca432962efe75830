"""Sharing out residents over units."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.geography.apportionment import apportion
from hotspots.geography.grids import squares


def _frame(shapes, crs="EPSG:32616", **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def test_by_hand():
    """A triangle over two squares: three quarters of it lie in the first."""
    areas = _frame([Polygon([(0, 0), (2, 0), (0, 2)]), box(5, 5, 6, 6)], population=[80, 7])
    units = _frame([box(0, 0, 1, 2), box(1, 0, 2, 2), box(9, 9, 10, 10)])
    found = apportion(areas, units.set_axis(["a", "b", "c"]))
    assert found.to_dict() == pytest.approx({"a": 60.0, "b": 20.0, "c": 0.0})


@settings(max_examples=20, deadline=None)
@given(size=st.floats(60, 900), seed=st.integers(0, 99))
def test_nobody_is_lost_or_counted_twice(size, seed):
    numbers = np.random.default_rng(seed).integers(0, 500, 20)
    blocks = [box(x, y, x + 200, y + 250) for x in range(0, 1000, 200) for y in range(0, 1000, 250)]
    city = _frame([box(0, 0, 1000, 1000)])
    found = apportion(_frame(blocks, persons=numbers), squares(city, size=size), column="persons")
    assert found.sum() == pytest.approx(numbers.sum())
    assert (found >= 0).all()


def test_areas_without_extent_give_nothing():
    flat = Polygon([(0, 0), (1, 0), (0, 0)])
    units = _frame([box(0, 0, 1, 1)])
    assert apportion(_frame([flat], population=[5]), units).tolist() == [0.0]


@pytest.mark.parametrize(
    ("areas", "error", "message"),
    [
        (_frame([box(0, 0, 1, 1)]), SchemaError, "areas: no column 'population'"),
        (
            _frame([box(0, 0, 1, 1)] * 3, population=[1.0, -2.0, None]),
            InputError,
            "areas: 'population' is missing, infinite or negative in 2 rows, first id 1",
        ),
        (
            _frame([box(0, 0, 1, 1)], "EPSG:32617", population=[1]),
            CRSError,
            "areas and units: diff",
        ),
    ],
)
def test_refusals(areas, error, message):
    with pytest.raises(error, match=message):
        apportion(areas, _frame([box(0, 0, 1, 1)]))
