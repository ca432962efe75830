from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from hotspots.errors import CRSError, SchemaError
from hotspots.geography.counting import count, locate
from hotspots.geography.grids import hexagons, squares

UTM = "EPSG:32616"
GRIDS = pytest.mark.parametrize("grid", [squares, hexagons])


def without_grid(units):
    plain = units.copy()
    plain.attrs.clear()
    return plain


def hard_places(units, rng, *, n=300):
    """Draw coordinates at random, on corners, on sides and a hair beside them."""
    x_min, y_min, x_max, y_max = units.total_bounds
    anywhere = rng.uniform([x_min - 150, y_min - 150], [x_max + 150, y_max + 150], (n, 2))
    corners = shapely.get_coordinates(units.geometry.to_numpy())
    corners = corners[rng.integers(len(corners), size=n)]
    rings = shapely.get_rings(shapely.get_parts(units.geometry.to_numpy()))
    rings = rings[rng.integers(len(rings), size=n)]
    sides = shapely.get_coordinates(
        shapely.line_interpolate_point(rings, rng.uniform(size=n), normalized=True)
    )
    beside = sides + rng.choice([-1, 1], (n, 2)) * 10.0 ** rng.uniform(-7, -1, (n, 1))
    return np.concatenate([anywhere, corners, sides, np.round(sides), beside])


def expected_by_hand(points, units):
    """Apply the written rule to every pair of point and unit."""
    found = []
    for point in points.geometry:
        apart = shapely.distance(units.geometry.to_numpy(), point)
        inside, near = np.flatnonzero(apart == 0), np.flatnonzero(apart <= 0.001)
        first = inside[:1] if len(inside) else near[:1]
        found.append(units.index[first[0]] if len(first) else None)
    return pd.Series(found, index=points.index, name="unit_id", dtype=units.index.dtype)


@GRIDS
def test_arithmetic_is_the_written_rule(grid, nasty, table, points):
    units = grid(table(nasty), size=100)
    places = points(hard_places(units, np.random.default_rng(1)))
    expected = expected_by_hand(places, units)
    pd.testing.assert_series_equal(locate(places, units), expected)
    pd.testing.assert_series_equal(locate(places, without_grid(units)), expected)
    assert 0 < expected.notna().mean() < 1


@GRIDS
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_arithmetic_is_the_spatial_index(grid, data, table, points, boundaries):
    area, size = data.draw(boundaries), data.draw(st.floats(40, 400))
    x_min, y_min, x_max, y_max = area.bounds
    assume(min(x_max - x_min, y_max - y_min) >= 1)  # metres, the smallest cell
    units = grid(table(area), size=min(size, x_max - x_min, y_max - y_min))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    places = points(hard_places(units, rng))
    located = locate(places, units)
    pd.testing.assert_series_equal(located, locate(places, without_grid(units)))
    clear = shapely.distance(shapely.boundary(area), places.geometry.to_numpy()) > 0.002
    inside = shapely.contains(area, places.geometry.to_numpy())
    assert (located.notna() == inside)[clear].all()


@GRIDS
def test_counts_are_those_of_a_spatial_join(grid, nasty, table, points):
    units = grid(table(nasty), size=90)
    rng = np.random.default_rng(2)
    x_min, y_min, x_max, y_max = nasty.bounds
    places = points(rng.uniform([x_min, y_min], [x_max, y_max], (5000, 2)))
    places = places[places.distance(nasty.boundary) > 0.002]
    joined = gpd.sjoin(places, units, predicate="within")["unit_id"].value_counts()
    expected = joined.reindex(units.index, fill_value=0).rename("count")
    pd.testing.assert_series_equal(count(places, units)["count"], expected)
    pd.testing.assert_series_equal(count(places, without_grid(units))["count"], expected)


@pytest.mark.parametrize("plain", [False, True])
def test_borders_belong_to_the_first_unit(plain, table, points):
    units = squares(table(box(0, 0, 200, 200)), size=100)
    units = without_grid(units) if plain else units
    south_west, south_east, north_west, north_east = units.index
    places = points([(100, 50), (50, 100), (100, 100), (100, 150), (0, 0), (200, 200), (200, 100)])
    expected = [south_west, south_west, south_west, north_west, south_west, north_east, south_east]
    assert locate(places, units).to_list() == expected
    assert locate(places, units.iloc[::-1]).to_list() == [
        south_east, north_west, north_east, north_east, south_west, north_east, north_east,
    ]  # fmt: skip
    assert count(places, units)["count"].sum() == len(places)


def test_points_on_an_outer_border_off_the_millimetre_count(table, points):
    area = shapely.Polygon([(0.12345, 0.5), (777.77777, 33.333333), (250.000456, 555.5555555)])
    on_border = [
        shapely.line_interpolate_point(area.exterior, d, normalized=True)
        for d in np.linspace(0, 1, 500)
    ]
    places = points([(p.x, p.y) for p in on_border])
    for units in (squares(table(area), size=50), hexagons(table(area), size=50)):
        assert locate(places, units).notna().all()
        assert locate(places, without_grid(units)).notna().all()


@GRIDS
def test_some_of_the_cells_in_another_order(grid, nasty, table, points):
    units = grid(table(nasty), size=100).sample(frac=0.6, random_state=3)
    assert "grid" in units.attrs
    places = points(hard_places(units, np.random.default_rng(4)))
    expected = locate(places, without_grid(units))
    pd.testing.assert_series_equal(locate(places, units), expected)


def test_shapes_that_are_no_longer_the_grid_are_counted_as_they_are(table, points):
    units = squares(table(box(0, 0, 300, 100)), size=100)
    moved = units.set_geometry(units.translate(xoff=60))
    merged = units.assign(
        geometry=[box(0, 0, 200, 100), box(200, 0, 250, 100), box(250, 0, 300, 100)]
    )
    places = points([(150, 50), (155, 50), (225, 50), (350, 50)])
    for changed, expected in [(moved, [2, 1, 1]), (merged, [2, 1, 0])]:
        changed.attrs["grid"] = units.attrs["grid"]
        assert count(places, changed)["count"].to_list() == expected


def test_polygons_of_any_shape_overlapping_or_apart(points):
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 10, 10), box(5, 5, 15, 15), shapely.MultiPolygon([box(20, 0, 21, 1)])],
        index=pd.Index([7, 3, 9], name="district"),
        crs=UTM,
    )
    places = points([(7, 7), (12, 12), (20.5, 0.5), (30, 30)])
    located = locate(places, units)
    assert located.iloc[:3].to_list() == [7, 3, 9]
    assert located.isna().to_list() == [False, False, False, True]
    assert count(places, units, name="calls")["calls"].to_dict() == {7: 1, 3: 1, 9: 1}


def test_tables_stay_as_they_are(table, points):
    units = squares(table(box(0, 0, 200, 100)), size=100).assign(population=[5, 7])
    places = points([(50, 50)], kind=["x"])
    places.index = ["a"]
    before_units, before_places = units.copy(), places.copy()
    counted = count(places, units)
    assert list(counted.columns) == ["geometry", "population", "count"]
    assert counted.attrs == units.attrs
    assert counted.crs == units.crs
    pd.testing.assert_frame_equal(units, before_units)
    pd.testing.assert_frame_equal(places, before_places)
    assert locate(places, units).index.to_list() == ["a"]
    assert count(places, counted)["count"].to_list() == [1, 0]


def test_missing_and_empty_points_are_nowhere(table):
    units = squares(table(box(0, 0, 200, 100)), size=100)
    places = gpd.GeoDataFrame(geometry=[None, Point(), Point(50, 50)], crs=UTM)
    assert locate(places, units).isna().to_list() == [True, True, False]
    assert count(places, units)["count"].to_list() == [1, 0]
    assert count(places.iloc[:0], units)["count"].to_list() == [0, 0]
    assert locate(places.iloc[:0], units).empty


def test_faults(table, points):
    units = squares(table(box(0, 0, 200, 100)), size=100)
    lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1, 1)])] * 2, index=["s", "s"], crs=UTM)
    with pytest.raises(SchemaError) as error:
        count(points([(1, 1)]), lines)
    assert str(error.value) == (
        "units: 2 faults\n"
        "  - 2 are not polygons, first id 's'; points can only be counted in polygons\n"
        "  - 1 ids stand twice, first 's'; make the index unique"
    )
    with pytest.raises(SchemaError, match="points: 2 are of another type, first id 's'"):
        locate(lines, units)
    with pytest.raises(CRSError, match="points and units: different"):
        locate(points([(1, 1)]).to_crs(4326), units)
    with pytest.raises(CRSError, match="not metres"):
        locate(points([(1, 1)]).to_crs(4326), units.to_crs(4326))
