from __future__ import annotations

from math import sqrt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from hotspots.errors import CRSError, InputError
from hotspots.geography.grids import hexagons, squares

GRIDS = pytest.mark.parametrize("grid", [squares, hexagons])
UTM = "EPSG:32616"


def tolerance(area):
    """Allow what writing to the millimetre can move: half a millimetre along every border."""
    return 0.001 * area.length + 1e-6


def check_tiling(units, area):
    shapes = units.geometry.to_numpy()
    assert abs(units.area.sum() - area.area) <= tolerance(area)
    assert shapely.symmetric_difference(shapely.union_all(shapes), area).area <= tolerance(area)
    assert shapely.coverage_is_valid(shapes)  # no overlap, and every shared border matches exactly
    assert units.is_valid.all()
    assert set(units.geom_type) <= {"Polygon", "MultiPolygon"}
    assert (units.area > 0).all()
    assert units.index.is_unique


@GRIDS
def test_cells_tile_the_boundary(grid, nasty, table):
    check_tiling(grid(table(nasty), size=100), nasty)


@GRIDS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_boundary_is_tiled(grid, data, table, boundaries):
    area, size = data.draw(boundaries), data.draw(st.floats(40, 400))
    x_min, y_min, x_max, y_max = area.bounds
    check_tiling(grid(table(area), size=min(size, x_max - x_min, y_max - y_min)), area)


def test_squares_stand_on_multiples_of_the_size(table):
    units = squares(table(box(120, 40, 260, 160)), size=100)
    assert units.index.to_list() == ["r0000c0001", "r0000c0002", "r0001c0001", "r0001c0002"]
    assert units.area.to_list() == [80 * 60, 60 * 60, 80 * 60, 60 * 60]
    assert units.index.name == "unit_id"
    assert units.crs == UTM


def test_south_and_west_of_the_origin(table):
    units = squares(table(box(-150, -50, 50, 50)), size=100)
    assert units.index[0] == "r-001c-002"
    assert units.area.to_list() == [2500, 5000, 2500, 2500, 5000, 2500]


def test_hexagons_measure_their_size_from_flat_to_flat(table):
    units = hexagons(table(box(-500, -500, 500, 500)), size=100)
    middle = units.loc["r0000c0000"].geometry
    x_min, y_min, x_max, y_max = middle.bounds
    assert x_max - x_min == pytest.approx(100, abs=0.001)
    assert y_max - y_min == pytest.approx(200 / sqrt(3), abs=0.001)  # corner to corner
    assert middle.area == pytest.approx(sqrt(3) / 2 * 100**2, abs=0.2)
    assert (middle.centroid.x, middle.centroid.y) == pytest.approx((0, 0), abs=0.001)
    upper_right = units.loc["r0001c0000"].geometry.centroid
    assert (upper_right.x, upper_right.y) == pytest.approx((50, 50 * sqrt(3)), abs=0.001)


@GRIDS
def test_a_cell_keeps_id_and_place_when_the_boundary_moves(grid, table):
    city = shapely.transform(Polygon([(3, 4), (1003, 77), (421, 876)]), lambda xy: xy + 400_000)
    before = grid(table(city), size=90)
    after = grid(table(city.union(box(399_300, 399_300, 400_040, 400_040))), size=90)
    assert set(before.index) <= set(after.index)
    whole = before.area > before.area.max() - 0.01
    assert whole.sum() > 10
    same = after.loc[before.index[whole]]
    assert shapely.equals(same.geometry.to_numpy(), before.geometry[whole].to_numpy()).all()


@GRIDS
def test_rows_of_the_boundary_are_joined_and_left_alone(grid, table):
    halves = table(box(0, 0, 500, 500), box(500, 0, 1000, 500), box(400, 0, 600, 500))
    copy = halves.copy()
    together = grid(table(box(0, 0, 1000, 500)), size=130)
    assert grid(halves, size=130).geom_equals(together).all()
    assert grid(halves.geometry, size=130).geom_equals(together).all()
    assert halves.geom_equals(copy.geometry).all()


@GRIDS
def test_the_grid_is_recorded(grid, table):
    units = grid(table(box(0, 0, 500, 500)), size=125)
    kind = {squares: "square", hexagons: "hexagon"}[grid]
    assert units.attrs["grid"] == {"kind": kind, "size": 125.0, "origin": [0.0, 0.0]}


@GRIDS
def test_many_blocks_of_rows_give_the_same_cells(grid, table, monkeypatch):
    area = table(box(0, 0, 1000, 1000) - shapely.Point(600.5, 600.25).buffer(173.3))
    at_once = grid(area, size=20)
    monkeypatch.setattr("hotspots.geography.grids.BLOCK", 300)
    assert grid(area, size=20).geom_equals(at_once).all()


@pytest.mark.parametrize(
    ("size", "message"),
    [
        (0, "size: 0 m cannot be a cell; give at least 1 m"),
        (-250, "size: -250 m cannot be a cell; give at least 1 m"),
        (float("nan"), "size: nan m cannot be a cell; give at least 1 m"),
        (
            1001,
            "size: 1001 m is larger than the boundary (1,000 m by 500 m); choose a smaller one",
        ),
    ],
)
@GRIDS
def test_sizes_that_cannot_be(grid, size, message, table):
    with pytest.raises(InputError) as error:
        grid(table(box(0, 0, 1000, 500)), size=size)
    assert str(error.value) == message


@GRIDS
def test_too_many_cells_are_refused_before_they_are_made(grid, table):
    with pytest.raises(InputError, match="more than 10,000,000; choose a larger one"):
        grid(table(box(0, 0, 10_000, 10_000)), size=1)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ([], "boundary: no area"),
        ([box(0, 0, 9, 9), None], "boundary: 1 rows are not valid polygons, first 1"),
        ([Polygon()], "boundary: 1 rows are not valid polygons, first 0"),
        (
            [shapely.Point(0, 0), box(0, 0, 9, 9)],
            "boundary: 1 rows are not valid polygons, first 0; repair them with .make_valid()",
        ),
        (
            [Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])],
            "boundary: 1 rows are not valid polygons, first 0; repair them with .make_valid()",
        ),
        ([box(0, 0, 0.0001, 0.0001)], "boundary: no area"),
    ],
)
def test_boundaries_without_area(shapes, message):
    with pytest.raises(InputError) as error:
        squares(gpd.GeoDataFrame(geometry=shapes, crs=UTM), size=2)
    assert str(error.value).startswith(message)


def test_degrees_and_feet_are_refused():
    with pytest.raises(CRSError, match="EPSG:32616"):
        squares(gpd.GeoSeries([box(-88, 43, -87.9, 43.1)], crs=4326), size=100)
    with pytest.raises(CRSError, match="not metres"):
        hexagons(gpd.GeoSeries([box(2500000, 370000, 2510000, 380000)], crs=32054), size=100)


def test_milwaukee(shared_data):
    city = gpd.read_file(shared_data / "milwaukee/geography.gpkg", layer="city_limits").to_crs(UTM)
    for grid in (squares, hexagons):
        units = grid(city, size=250)
        check_tiling(units, city.union_all())
        assert np.median(units.area) == pytest.approx(units.area.max(), rel=1e-5)
