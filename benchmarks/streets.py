"""Street distances beside networkx, and counting beside geopandas, in one run.

    python benchmarks/streets.py [--points 1000000]

Needs ../shared/data/milwaukee beside the checkout. Each pair computes the same thing, and says so
if it does not.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

import hotspots as hs
from hotspots.geography.paths import nearest_from_nodes

MILWAUKEE = Path(__file__).resolve().parents[2] / "shared" / "data" / "milwaukee"
UTM = "EPSG:32616"
REPEATS = 5


def best(work):
    """Run a few times; give the shortest time in seconds and the result."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        result = work()
        times.append(perf_counter() - start)
    return min(times), result


def say(what, ours, theirs, peer):
    print(f"{what:<66} {ours:8.3f} s   {peer} {theirs:8.3f} s   {theirs / ours:6.1f} times faster")


def nearest_hotel_of_every_crossing():
    """Snap the hotels to streets and search; networkx is given the crossings nearest to them."""
    streets = hs.read_streets(MILWAUKEE / "streets.graphml.gz", to_crs=UTM)
    table = pd.read_csv(MILWAUKEE / "hotels.csv")
    hotels = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["x"], table["y"], crs=32054))
    at = streets.nodes.sindex.nearest(hotels.to_crs(UTM).geometry)[1]
    hotels = streets.nodes.iloc[at].reset_index(drop=True)
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(
        streets.edges[["v", "u", "length"]].itertuples(index=False), weight="length"
    )

    def ours():
        return nearest_from_nodes(hs.snap(hotels, streets), streets)[0]

    def theirs():
        found = nx.multi_source_dijkstra_path_length(
            graph, set(streets.nodes.index[at]), weight="length"
        )
        return np.array([found.get(node, np.inf) for node in streets.nodes.index])

    (seconds, metres), (peer_seconds, expected) = best(ours), best(theirs)
    # drawn lines end within centimetres of their crossings, so a crossing lies that far along one
    if not np.allclose(metres, expected, rtol=0, atol=1.0):
        raise SystemExit("the distances differ")
    what = f"nearest of {len(hotels)} hotels from {len(metres):,} crossings, snapping included"
    say(what, seconds, peer_seconds, "networkx")


def reading_streets():
    def theirs():
        with gzip.open(MILWAUKEE / "streets.graphml.gz") as file:
            return nx.read_graphml(file)

    seconds, _ = best(lambda: hs.read_streets(MILWAUKEE / "streets.graphml.gz"))
    peer_seconds, _ = best(theirs)
    say("reading the streets, checked and projected", seconds, peer_seconds, "networkx, as text")


def counting(n):
    city = gpd.read_file(MILWAUKEE / "geography.gpkg", layer="city_limits").to_crs(UTM)
    low, high = city.total_bounds[:2], city.total_bounds[2:]
    xy = np.random.default_rng(1).uniform(low, high, (n, 2))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T, crs=UTM))
    for cells in (hs.squares(city, size=250), hs.hexagons(city, size=250)):
        bare = cells[["geometry"]]

        def theirs(bare=bare):
            joined = gpd.sjoin(points, bare, predicate="within")
            return joined["unit_id"].value_counts().reindex(bare.index, fill_value=0)

        seconds, counted = best(lambda cells=cells: hs.count(points, cells)["count"])
        peer_seconds, expected = best(theirs)
        if (counted - expected).abs().sum() > 1e-4 * n:
            raise SystemExit("the counts differ")
        kind = cells.attrs["grid"]["kind"]
        say(f"counting {n:,} points in {len(cells):,} {kind}s", seconds, peer_seconds, "sjoin")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1_000_000)
    points = parser.parse_args().points
    nearest_hotel_of_every_crossing()
    reading_streets()
    counting(points)
