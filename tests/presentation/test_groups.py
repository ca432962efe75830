"""Groups of touching areas, derived by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, affinity, box

from hotspots.presentation.groups import groups

# 0 1 2 3 4 5 from west to east in the southern row, 6 to 11 above it.
LABELS = {
    0: "hot 99",
    7: "hot 90",  # touches 0 at a corner
    3: "cold 99",
    4: "hot 95",  # touches 3, but is of the other sign
    5: "hot 95",
}


def test_touching_areas_of_one_sign_form_a_group(label, make_grid):
    found = groups(label(make_grid(6, 2), labels=LABELS), "gi_star")
    assert found["units"].to_dict() == {
        "1": ("u004", "u005"),  # counts 4 and 5
        "2": ("u000", "u007"),  # counts 0 and 0
        "C1": ("u003",),
    }
    assert found["count"].tolist() == [9.0, 0.0, 3.0]
    assert found["n_units"].tolist() == [2, 2, 1]
    assert found["area_km2"].tolist() == [2.0, 2.0, 1.0]


def test_expected_is_the_mean_count_of_all_areas_for_each(label, make_grid):
    units = make_grid(6, 2)  # counts 0…6, 0…4: 31 in 12 areas
    found = groups(label(units, labels=LABELS), "gi_star")
    assert found["expected"].tolist() == pytest.approx([2 * 31 / 12, 2 * 31 / 12, 31 / 12])


def test_more_areas_come_first_then_more_incidents(label, make_grid):
    hot = dict.fromkeys((0, 2, 3, 5), "hot 90")
    found = groups(label(make_grid(6), labels=hot), "gi_star")
    assert found["units"].tolist() == [("u002", "u003"), ("u005",), ("u000",)]


def test_rounding_gaps_do_not_part_neighbours(label, make_grid):
    units = make_grid(2)
    units = units.set_geometry(
        [units.geometry.iloc[0], affinity.translate(units.geometry.iloc[1], 1e-6)]
    )
    found = groups(label(units, labels={0: "hot 99", 1: "hot 99"}), "gi_star")
    assert found["n_units"].tolist() == [2]


def test_moran_outliers_stand_alone(label, make_grid):
    labels = {0: "high-high", 1: "high-low", 2: "low-low", 3: "low-high"}
    found = groups(label(make_grid(4), "local_moran", labels), "local_moran")
    assert found["units"].to_dict() == {"1": ("u000",), "C1": ("u002",)}


def test_no_group_gives_an_empty_table_of_the_same_columns(label, make_grid):
    some = groups(label(make_grid(3), labels={0: "hot 99"}), "gi_star")
    none = groups(label(make_grid(3)), "gi_star")
    assert none.empty
    assert list(none.columns) == list(some.columns)
    assert none.crs == some.crs


@pytest.mark.parametrize("projected", [True, False])
def test_places_name_groups(internal, label, make_grid, make_context, projected):
    table = label(make_grid(6), labels={0: "hot 99", 1: "hot 99", 5: "hot 90", 3: "cold 90"})
    places = gpd.GeoDataFrame(
        {"name": ["All of it", "West Side", "Pier", None]},
        geometry=[box(0, 0, 3000, 1000), box(0, 0, 2500, 1000), Point(5900, 500), Point(5500, 500)],
        crs=table.crs,
    )
    places = places if projected else places.to_crs("EPSG:4326")
    found = groups(internal(table, context=make_context(basemap={"place": places})), "gi_star")
    assert found["place"].to_dict() == {"1": "West Side", "2": "Pier", "C1": "Pier"}


def test_polygons_alone_name_the_groups_beside_them(internal, label, make_grid, make_context):
    table = label(make_grid(6), labels={5: "hot 99"})
    shapes = [box(0, 0, 1, 1), box(4000, 0, 4500, 1)]
    places = gpd.GeoDataFrame({"name": ["Far", "Near"]}, geometry=shapes, crs=table.crs)
    found = groups(internal(table, context=make_context(basemap={"place": places})), "gi_star")
    assert found["place"].tolist() == ["Near"]


def test_a_single_area_lends_its_own_name(label, make_grid):
    table = label(
        make_grid(4).assign(name=["A", "B", "C", None]), labels=dict.fromkeys((0, 3), "hot 99")
    )
    assert groups(table, "gi_star")["place"].to_dict() == {"1": "", "2": "A"}


def test_public_groups_are_expected_by_residents(public):
    found = groups(public(counts=[400, 100, 150, 150]), "excess")
    assert found.loc["1", ["count", "expected"]].tolist() == [400.0, 200.0]
    assert found.loc["C1", "units"] == ("A001", "A002", "A003")


def test_numbers_are_drawn_well_inside(label):
    ring = box(0, 0, 9000, 9000) - box(1000, 1000, 8999, 8999)
    cells = gpd.GeoDataFrame(
        {"count": [1]}, geometry=[ring], index=pd.Index(["a"], name="unit_id"), crs="EPSG:32616"
    )
    at = groups(label(cells, labels={0: "hot 99"}), "gi_star")["centre"].iloc[0]
    assert ring.contains(at)
    assert ring.boundary.distance(at) > 100
    square = label(cells.set_geometry([box(0, 0, 2, 2)]), labels={0: "hot 99"})
    assert groups(square, "gi_star")["centre"].iloc[0].equals(Point(1, 1))
