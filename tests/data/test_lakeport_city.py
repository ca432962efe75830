"""The invented city: streets like a city's, areas that tile, points at addresses."""

from __future__ import annotations

import sqlite3

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

TILES = ("districts", "neighborhoods", "block_groups", "blocks")


@pytest.fixture(scope="module")
def undirected(streets) -> nx.MultiGraph:
    """Each street once: by its id."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(streets)
    pieces = {data["osmid"]: (u, v) for u, v, data in streets.edges(data=True)}
    graph.add_edges_from(pieces.values())
    return graph


def test_streets_are_about_ten_thousand_nodes_that_reach_each_other(streets):
    assert 9_500 <= len(streets) <= 10_500
    assert streets.number_of_edges() <= 32_000
    assert nx.is_strongly_connected(streets)


def test_streets_join_like_a_citys(undirected):
    degree = np.array([d for _, d in undirected.degree()])
    assert 2.8 <= degree.mean() <= 3.2
    assert 0.08 <= (degree == 1).mean() <= 0.20


def test_blocks_are_as_long_as_a_citys(streets):
    lengths = {d["osmid"]: float(d["length"]) for *_, d in streets.edges(data=True)}
    assert 80 <= np.median(list(lengths.values())) <= 160


def test_no_lattice(streets):
    """Bearings of local streets fill every direction; a lattice has four."""
    local = [(u, v) for u, v, d in streets.edges(data=True) if d["highway"] == "residential"]
    x, y = (nx.get_node_attributes(streets, axis) for axis in "xy")
    dx = np.array([float(x[v]) - float(x[u]) for u, v in local]) * np.cos(np.deg2rad(43.2))
    dy = np.array([float(y[v]) - float(y[u]) for u, v in local])
    share, _ = np.histogram(np.rad2deg(np.arctan2(dy, dx)) % 180, bins=36, range=(0, 180))
    share = share / share.sum()
    assert -(share * np.log(share)).sum() / np.log(36) > 0.85


def test_freeways_are_one_way_and_few_bridges_cross_the_river(streets, layer):
    ways = pd.DataFrame([d for *_, d in streets.edges(data=True)])
    fast = ways["highway"].str.startswith("motorway")
    assert fast.any()
    assert ways.loc[fast, "oneway"].eq("True").all()
    assert {"primary", "secondary", "residential", "motorway_link"} <= set(ways["highway"])
    water = layer("water").set_index("name").to_crs("EPSG:4326").geometry["Kettle River"]
    x, y = (nx.get_node_attributes(streets, axis) for axis in "xy")
    ends = [((float(x[u]), float(y[u])), (float(x[v]), float(y[v]))) for u, v in streets.edges()]
    crossing = shapely.intersects(water, shapely.linestrings(ends)) & ~fast.to_numpy()
    bridges = set(ways.loc[crossing, "osmid"])
    assert 5 <= len(bridges) <= 15


def test_lengths_are_metres_along_the_street(streets):
    x, y = (nx.get_node_attributes(streets, axis) for axis in "xy")
    edges = list(streets.edges(data=True))
    shapes = [
        shapely.from_wkt(d["geometry"])
        if "geometry" in d
        else shapely.LineString([(float(x[n]), float(y[n])) for n in (u, v)])
        for u, v, d in edges
    ]
    for (u, v, _), shape in zip(edges[:500], shapes[:500], strict=True):
        assert shape.coords[0] == (float(x[u]), float(y[u]))
        assert shape.coords[-1] == (float(x[v]), float(y[v]))
    metres = gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs("EPSG:32616").length
    length = np.array([float(d["length"]) for *_, d in edges])
    np.testing.assert_allclose(metres / length, 0.9996, rtol=1e-4)


def test_areas_tile_the_city(layer):
    city = layer("city_limits").geometry
    assert len(city) == 1
    assert 120e6 <= city.area.sum() <= 200e6
    for name in TILES:
        areas = layer(name)
        assert areas.is_valid.all()
        assert areas.area.sum() == pytest.approx(city.area.sum(), rel=1e-9)
        assert areas.union_all().symmetric_difference(city.iloc[0]).area < 1.0


def test_areas_hold_the_same_residents(layer):
    residents = {name: int(layer(name)["population"].sum()) for name in TILES}
    assert len(set(residents.values())) == 1
    assert 350_000 <= residents["blocks"] <= 650_000
    assert len(layer("districts")) == 7
    assert len(layer("neighborhoods")) == layer("neighborhoods")["name"].nunique() == 150
    assert 200 <= len(layer("block_groups")) <= 300


@pytest.mark.parametrize("name", ["water", "parks", "freeways", "places"])
def test_base_map_is_valid_and_named(layer, name):
    table = layer(name)
    assert table.is_valid.all()
    assert table["name"].is_unique


def test_coordinates_are_written_to_the_decimetre(layer, incidents):
    for name in ("blocks", "districts", "water", "parks", "freeways"):
        xy = shapely.get_coordinates(layer(name).geometry)
        np.testing.assert_allclose(xy, np.round(xy, 1), rtol=0, atol=1e-9)
    assert np.allclose(incidents[["x", "y"]], incidents[["x", "y"]].round(1), rtol=0, atol=1e-9)


def test_addresses_are_unique_and_on_land(addresses, layer):
    assert 40_000 <= len(addresses) <= 80_000
    assert not addresses.duplicated(["number", "street"]).any()
    points = shapely.points(addresses[["x", "y"]].to_numpy())
    city = layer("city_limits").geometry.iloc[0]
    shapely.prepare(city)
    assert shapely.contains(city, points).all()
    for name in ("water", "parks"):
        assert not shapely.intersects(layer(name).union_all(), points).any()
    assert (addresses["units"] > 0).equals(addresses["use"] == "residential")


def test_address_stands_along_its_own_street_with_parity_by_side(addresses, streets):
    """Along each piece of street, odd and even numbers lie on opposite sides."""
    x, y = (nx.get_node_attributes(streets, axis) for axis in "xy")
    pieces = [
        (d["name"], [(float(x[n]), float(y[n])) for n in (u, v)])
        for u, v, d in streets.edges(data=True)
        if "geometry" not in d and d["highway"] == "residential"
    ]
    lines = gpd.GeoSeries(shapely.linestrings([xy for _, xy in pieces]), crs="EPSG:4326").to_crs(
        "EPSG:32616"
    )
    by_street = dict(list(addresses.groupby("street")))
    checked = 0
    for (name, _), line in list(zip(pieces, lines, strict=True))[:400]:
        own = by_street.get(name)
        if own is None:
            continue
        points = shapely.points(own[["x", "y"]].to_numpy())
        along = shapely.line_locate_point(line, points)
        near = (shapely.distance(line, points) < 18) & (along > 5) & (along < line.length - 5)
        if not near.any():
            continue
        (ax, ay), (bx, by) = line.coords[0], line.coords[-1]
        side = np.sign((bx - ax) * (own["y"] - ay) - (by - ay) * (own["x"] - ax))[near]
        odd = own["number"][near] % 2
        sides = {parity: set(side[odd == parity]) for parity in (0, 1)}
        assert all(len(one) <= 1 for one in sides.values())
        assert not sides[0] & sides[1]
        checked += int(near.sum())
    assert checked > 300


def test_every_place_stands_at_an_address(lakeport, addresses, incidents, contacts):
    known = set(zip(addresses["x"], addresses["y"], strict=True))
    named = {f"{n} {s}" for n, s in zip(addresses["number"], addresses["street"], strict=True)}
    assert set(zip(incidents["x"], incidents["y"], strict=True)) <= known
    assert set(zip(contacts["x"], contacts["y"], strict=True)) <= known
    for name in ("group_homes", "hotels", "trap_houses"):
        table = pd.read_csv(lakeport / f"{name}.csv")
        assert set(zip(table["x"], table["y"], strict=True)) <= known
        assert set(table["address"]) <= named


def test_facilities_are_as_many_as_told(lakeport):
    homes = pd.read_csv(lakeport / "group_homes.csv", parse_dates=["opened", "closed"])
    assert len(homes) == 57
    assert homes["capacity"].between(5, 8).all()
    assert 1 < homes["operator_id"].nunique() < 57
    assert not (homes["closed"] <= homes["opened"]).any()
    sites = pd.read_csv(lakeport / "trap_houses.csv", parse_dates=["first_report", "last_report"])
    assert len(sites) == 120
    assert (sites["first_report"] <= sites["last_report"]).all()
    assert len(pd.read_csv(lakeport / "hotels.csv")) == 60


def test_geopackage_keeps_a_fixed_clock(lakeport):
    with sqlite3.connect(f"file:{lakeport / 'geography.gpkg'}?mode=ro", uri=True) as database:
        times = database.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
    database.close()
    assert times == [("2018-01-01T00:00:00.000Z",)]
