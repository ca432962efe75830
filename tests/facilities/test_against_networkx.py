"""Street distances against networkx, on the graph split at every facility by other means."""

from __future__ import annotations

import gzip
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import Delaunay
from shapely import LineString

from hotspots.facilities.exposure import exposure
from hotspots.facilities.proximity import proximity
from hotspots.geography.catchments import reached_streets
from hotspots.geography.streets import Streets, read_streets

UTM = "EPSG:32616"


def split(edges, points):
    """Build a networkx graph whose edges are cut where points are nearest to them.

    `edges` has u, v, length, geometry. Gives the graph and the node of each point.
    """
    lines = edges.geometry.to_numpy()
    nearest, bounds = {}, shapely.bounds(lines)
    for i, point in enumerate(points.geometry):
        low, high = bounds[:, :2] - 999, bounds[:, 2:] + 999
        around = np.flatnonzero(((low < point.coords[0]) & (high > point.coords[0])).all(axis=1))
        apart = shapely.distance(lines[around], point)
        assert apart.min() < 999
        nearest[i] = edges.index[around[np.flatnonzero(apart <= apart.min() + 1e-9)[0]]]
    by_line = {}
    for name, line in zip(edges.index, lines, strict=True):
        forth = tuple(map(tuple, np.round(line.coords, 3)))
        by_line.setdefault(min(forth, forth[::-1]), []).append(name)
    street_of = {name: key for key, names in by_line.items() for name in names}
    on_street = {}
    for i, name in nearest.items():
        on_street.setdefault(street_of[name], []).append(i)

    graph, node_of = nx.DiGraph(), {}
    rows = {row.Index: row for row in edges.itertuples()}
    places = points.geometry.to_list()
    for key, names in by_line.items():
        for name in names:
            edge = rows[name]
            stops = []
            for i in on_street.get(key, []):
                fraction = edge.geometry.project(places[i]) / edge.geometry.length
                node = (
                    edge.u if fraction < 1e-12 else edge.v if fraction > 1 - 1e-12 else f"place {i}"
                )
                node_of[i] = node
                stops.append((fraction, node))
            way = [(0.0, edge.u), *sorted(stops, key=lambda stop: stop[0]), (1.0, edge.v)]
            for (start, tail), (end, head) in pairwise(way):
                metres = (end - start) * edge.length_m
                if graph.get_edge_data(tail, head, {"metres": np.inf})["metres"] > metres:
                    graph.add_edge(tail, head, metres=metres)
                if tail != head and end - start < 1e-12:  # two points at one place
                    graph.add_edge(head, tail, metres=0.0)
    return graph, node_of


def check(origins, destinations, streets):
    found = proximity(origins, destinations, streets=streets, max_snap=np.inf)
    everyone = pd.concat([origins, destinations])
    edges = streets.edges.rename(columns={"length": "length_m"})
    graph, node_of = split(edges, everyone.reset_index())
    goals = range(len(origins), len(everyone))
    for i, (facility, kind) in enumerate(zip(origins.index, origins["kind"], strict=True)):
        metres = nx.single_source_dijkstra_path_length(graph, node_of[i], weight="metres")
        row = found[(found.facility_id == facility) & (found.kind == kind)].squeeze(axis=0)
        reach = np.array([metres.get(node_of[j], np.inf) for j in goals])
        if np.isinf(reach.min()):
            assert row.note == "unreachable"
            continue
        assert row.distance_m == pytest.approx(reach.min(), abs=1e-6)
        named = list(everyone.index[len(origins) :]).index(row.nearest_id)
        assert reach[named] == pytest.approx(reach.min(), abs=1e-6)
        for limit in (400, 800, 1600):
            if np.abs(reach - limit).min() > 1e-3:
                assert row[f"within_{limit}m"] == (reach <= limit).sum()
    return found


def random_streets(rng, *, n=60):
    """Draw streets: some one-way, bent, doubled, longer than drawn, dead ends and loops."""
    xy = rng.uniform(0, 2000, (n, 2)).round(1)
    links = {
        tuple(sorted(pair))
        for t in Delaunay(xy).simplices
        for pair in zip(t, t[[1, 2, 0]], strict=True)
    }
    links = sorted(links)
    links = [links[i] for i in np.sort(rng.choice(len(links), int(1.3 * n), replace=False))]
    rows = []
    for u, v in links:
        corners = [
            xy[u],
            *((xy[u] + xy[v]) / 2 + rng.normal(0, 20, (rng.integers(0, 3), 2))),
            xy[v],
        ]
        line = LineString(np.round(corners, 3))
        stretch = rng.uniform(1, 1.2)
        rows.append((u, v, line.length * stretch, line))
        if rng.random() < 0.7:
            rows.append((v, u, line.length * rng.choice([stretch, 1.3]), line.reverse()))
        if rng.random() < 0.1:
            rows.append((u, v, line.length * 1.5, line))
    for u in range(3):
        line = LineString([xy[u], xy[u] + [40, 90], xy[u] + [-60, 70], xy[u]])
        rows.append((u, u, line.length, line))
    edges = pd.DataFrame(rows, columns=["u", "v", "length", "geometry"])
    nodes = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=UTM)
    return Streets(nodes, gpd.GeoDataFrame(edges, geometry="geometry", crs=UTM))


def random_places(rng, streets, kind, *, n):
    """Draw places anywhere, at crossings, and several on one street."""
    at_nodes = shapely.get_coordinates(streets.nodes.geometry.to_numpy())
    lines = streets.edges.geometry.to_numpy()[rng.integers(0, 8, n)]
    along = shapely.get_coordinates(
        shapely.line_interpolate_point(lines, rng.uniform(0, 1, n), normalized=True)
    )
    anywhere = rng.uniform(-50, 2050, (n, 2))
    xy = np.concatenate([anywhere, along + rng.normal(0, 3, (n, 2)), at_nodes[:n], along[:3]])
    return gpd.GeoDataFrame(
        {"kind": pd.array([kind] * len(xy), dtype="str")},
        geometry=gpd.points_from_xy(*xy.T),
        index=pd.Index([f"{kind}{i}" for i in range(len(xy))], name="facility_id"),
        crs=UTM,
    )


@pytest.mark.parametrize("seed", range(12))
def test_random_streets(seed):
    rng = np.random.default_rng(seed)
    streets = random_streets(rng)
    homes = random_places(rng, streets, "group_home", n=8)
    hotels = random_places(rng, streets, "hotel", n=3)
    found = check(homes, hotels, streets)
    assert (found["distance_m"] > 0).any()


DAYS = pd.Timestamp("2015-01-01") + pd.to_timedelta(np.arange(100), unit="D")
PERIOD = ("2015-01-20", "2015-03-15")


def dated(rng, table):
    """Let each place open and close on some day, or on none that is known."""
    opened, closed = np.sort(rng.integers(0, 100, (2, len(table))), axis=0)
    known = rng.random((2, len(table))) < 0.7
    return table.assign(
        opened=np.where(known[0], DAYS[opened], pd.NaT),
        closed=np.where(known[1], DAYS[closed], pd.NaT),
        capacity=rng.integers(2, 9, len(table)),
    )


def days_open(table):
    """List the days of the period on which each place was open, one by one."""
    days = list(pd.date_range(*PERIOD))
    stays = [
        {day for day in days if not (day < row.opened or day > row.closed)}  # no limit if missing
        for row in table.itertuples()
    ]
    return table.assign(days=stays)


def brute_force(place, others, metres):
    """Count, one other after the other: within 400 m and 1,600 m, days, and the decayed sum."""
    n, days, decayed = np.zeros(2), np.zeros(2), 0.0
    for other in others.itertuples():
        itself = (other.Index, getattr(other, "kind", "")) == (place.Index, place.kind)
        together = len(place.days & other.days) * (not itself)
        reach = np.array([400, 1600]) >= metres[other.Index]
        n, days = n + reach * (together > 0), days + reach * together
        decayed += np.exp(-metres[other.Index] / 400) * (reach[1] and together > 0)
    return n, days, decayed


@pytest.mark.parametrize("seed", range(2))
def test_exposure_to_facilities_and_incidents(seed):
    rng = np.random.default_rng(50 + seed)
    streets = random_streets(rng)
    homes = dated(rng, random_places(rng, streets, "group_home", n=8))
    sites = dated(rng, random_places(rng, streets, "hotel", n=10))
    sites = pd.concat([sites, homes[:9]])
    times = DAYS[rng.integers(0, 100, len(sites))]
    calls = sites[["geometry"]].assign(time=times).rename_axis("incident_id")
    calls["facility_id"] = np.where(rng.random(len(calls)) < 0.5, homes.index[0], None)
    edges = streets.edges.rename(columns={"length": "length_m"})
    graph, node_of = split(edges, pd.concat([homes, sites]).reset_index())
    options = {"streets": streets, "within": [400, 1600], "period": PERIOD, "max_snap": np.inf}
    by_kind = exposure(homes, sites, **options).set_index(["facility_id", "to_kind"])
    by_call = exposure(homes, calls, **options).set_index("facility_id")
    homes, sites = days_open(homes), days_open(sites)
    at_once = days_open(calls.assign(opened=calls["time"], closed=calls["time"]))
    some = 0
    for i, home in enumerate(homes.itertuples()):
        found = nx.single_source_dijkstra_path_length(graph, node_of[i], weight="metres")
        metres = {
            label: found.get(node_of[len(homes) + j], np.inf) for j, label in enumerate(sites.index)
        }
        own = (calls["facility_id"] == home.Index) | (calls.distance(home.geometry) <= 1)
        rows = [
            (by_call.loc[home.Index], at_once[~own], False),
            (by_kind.loc[(home.Index, "hotel")], sites[sites["kind"] == "hotel"], True),
            (by_kind.loc[(home.Index, "group_home")], sites[sites["kind"] == "group_home"], True),
        ]
        for row, others, has_days in rows:
            n, days, decayed = brute_force(home, others, metres)
            if row["note"] in {"not open", "unreachable"}:
                assert row[["within_400m", "decayed", "days_within_400m"]].isna().all()
                continue
            assert row[["within_400m", "within_1600m"]].to_list() == n.tolist()
            assert row["decayed"] == pytest.approx(decayed)
            some += n[1] > 0
            if has_days:
                assert row["days_within_1600m"] == days[1]
                assert row["person_days_within_400m"] == days[0] * home.capacity
    assert some > 20


@pytest.mark.parametrize("seed", range(2))
def test_points_are_in_a_catchment_if_they_are_near_enough(seed):
    rng = np.random.default_rng(70 + seed)
    streets = random_streets(rng)
    homes = random_places(rng, streets, "group_home", n=4)
    lines = streets.edges.geometry.to_numpy()
    spots = shapely.line_interpolate_point(
        lines[rng.integers(0, len(lines), 150)], rng.uniform(0, 1, 150), normalized=True
    )
    spots = gpd.GeoDataFrame(geometry=spots, crs=UTM)
    edges = streets.edges.rename(columns={"length": "length_m"})
    graph, node_of = split(edges, pd.concat([homes, spots]).reset_index())
    pieces = reached_streets(homes, streets, distance=700, max_snap=np.inf)
    inside = 0
    for i, home in enumerate(homes.index):
        found = nx.single_source_dijkstra_path_length(graph, node_of[i], weight="metres")
        metres = np.array([found.get(node_of[len(homes) + j], np.inf) for j in range(len(spots))])
        reached = shapely.union_all(pieces.geometry[pieces["origin"] == home].to_numpy())
        apart = shapely.distance(spots.geometry.to_numpy(), reached)
        assert (apart[metres < 700 - 1e-6] < 1e-6).all()
        # lines may cross without meeting, so that a spot on one is drawn on the other
        assert (apart[metres > 700 + 1e-3] > 1e-6).mean() > 0.99
        inside += (metres < 700).sum()
    assert inside > 100


def test_milwaukee(shared_data):
    folder = shared_data / "milwaukee"

    def read(name, index, kind):
        table = pd.read_csv(folder / name, index_col=index)
        places = gpd.points_from_xy(table.pop("x"), table.pop("y"), crs=32054)
        found = gpd.GeoDataFrame({"kind": kind}, geometry=places, index=table.index.astype("str"))
        return found.to_crs(UTM)

    homes = read("group_homes_SYNTHETIC.csv", "home_id", "group_home")
    streets = read_streets(folder / "streets.graphml.gz", to_crs=UTM)
    with gzip.open(folder / "streets.graphml.gz") as file:
        graph = nx.read_graphml(file)
    total = sum(float(metres) for *_, metres in graph.edges(data="length"))
    assert streets.edges["length"].sum() == pytest.approx(total, abs=1e-6)
    for name, index, kind, n in [
        ("hotels.csv", "hotel_id", "hotel", 60),
        ("trap_houses_SYNTHETIC.csv", "site_id", "trap_house", 120),
    ]:
        sites = read(name, index, kind)
        assert (len(homes), len(sites)) == (57, n)
        found = check(homes, sites, streets)
        assert (found["note"] == "").all()


def test_baltimore(shared_data):
    """An extract of OpenStreetMap with many one-way streets, ramps and bent lines."""
    streets = read_streets(shared_data / "osm" / "baltimore.osm.pbf", to_crs="EPSG:32618")
    assert np.isinf(streets.segments.back).sum() > 500
    rng = np.random.default_rng(1)
    nodes = shapely.get_coordinates(streets.nodes.geometry.to_numpy())

    def draw(kind, n):
        xy = nodes[rng.integers(0, len(nodes), n)] + rng.normal(0, 60, (n, 2))
        return gpd.GeoDataFrame(
            {"kind": kind},
            geometry=gpd.points_from_xy(*xy.T, crs=streets.crs),
            index=pd.Index([f"{kind}{i}" for i in range(n)], name="facility_id"),
        )

    found = check(draw("group_home", 60), draw("hotel", 40), streets)
    assert (found["note"] == "").sum() > 50
