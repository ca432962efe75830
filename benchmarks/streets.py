"""Street distances beside networkx, pandana, igraph and R, and counting beside geopandas.

    python benchmarks/streets.py [--points 1000000] [--sizes 316 1000] [--peers PYTHON]

Needs ../shared/data/milwaukee beside the checkout. Each pair computes the same thing, and says so
if it does not. PYTHON is another interpreter that has pandana and igraph; without it, and without
R and its igraph, those are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

import hotspots as hs
from hotspots.geography.paths import nearest_from_nodes

MILWAUKEE = Path(__file__).resolve().parents[2] / "shared" / "data" / "milwaukee"
UTM = "EPSG:32616"
REPEATS = 5
PATIENCE = 100


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


def milwaukee():
    """Give the city's streets and its hotels."""
    streets = hs.read_streets(MILWAUKEE / "streets.graphml.gz", to_crs=UTM)
    table = pd.read_csv(MILWAUKEE / "hotels.csv")
    hotels = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["x"], table["y"], crs=32054))
    return streets, hotels.to_crs(UTM)


def lattice(side):
    """Make a lattice of two-way streets of 100 to 140 m, with 180 places on it."""
    rng = np.random.default_rng(1)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1) * 100.0
    number = np.arange(side * side).reshape(side, side)
    first = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    second = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    u, v = np.concatenate([first, second]), np.concatenate([second, first])
    length = np.tile(rng.uniform(100, 140, len(first)), 2)
    xy = xy.reshape(-1, 2)
    lines = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    nodes = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=UTM)
    edges = gpd.GeoDataFrame({"u": u, "v": v, "length": length}, geometry=lines, crs=UTM)
    places = shapely.points(rng.uniform(0, (side - 1) * 100, (180, 2)))
    return hs.Streets(nodes, edges), gpd.GeoDataFrame(geometry=places, crs=UTM)


def nearest_place_of_every_crossing(name, streets, places, peers):
    """Snap and search; peers search only, from the crossings nearest to the places."""
    at = streets.nodes.sindex.nearest(places.geometry, return_all=False)[1]
    at_crossings = streets.nodes.iloc[at].reset_index(drop=True)
    u, v = streets.ends
    length = streets.edges["length"].to_numpy()
    start = perf_counter()
    nearest_from_nodes(hs.snap(at_crossings, streets), streets)
    first = perf_counter() - start

    def ours():
        return nearest_from_nodes(hs.snap(at_crossings, streets), streets)[0]

    seconds, metres = best(ours)
    n = len(metres)
    print(f"nearest of {len(places)} places from {n:,} crossings, {name}")
    print(f"  {'hotspots, snapping included':<44} {seconds:9.4f} s   (first time {first:.2f} s)")
    graph = nx.MultiDiGraph()
    graph.add_weighted_edges_from(zip(v, u, length, strict=True), weight="length")

    def theirs():
        found = nx.multi_source_dijkstra_path_length(graph, set(at), weight="length")
        return np.array([found.get(node, np.inf) for node in range(n)])

    start = perf_counter()
    expected = theirs()
    compare("networkx, search only", seconds, perf_counter() - start, metres, expected)
    with tempfile.TemporaryDirectory() as folder:
        xy = shapely.get_coordinates(streets.nodes.geometry.to_numpy())
        np.savez(f"{folder}/graph.npz", u=u, v=v, length=length, xy=xy, at=at)
        pd.DataFrame({"u": u + 1, "v": v + 1, "m": length}).to_csv(f"{folder}/e.csv", index=False)
        pd.DataFrame({"at": at + 1}).to_csv(f"{folder}/at.csv", index=False)
        for command, script, label in peers:
            for line in answers([*command, script, folder], label):
                found = json.loads(line)
                values = np.fromfile(f"{folder}/{found['file']}")
                what = f"{found['peer']}, search only (builds in {found['build']:.2f} s)"
                compare(what, seconds, found["seconds"], metres, values)


def answers(command, label):
    """Run a script with peers; give the lines in which they answer."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        said, trouble = done.stdout, done.stderr.decode().strip().splitlines()[-1:]
        trouble = trouble if done.returncode else []
    except subprocess.TimeoutExpired as error:
        said, trouble = error.stdout or b"", [f"no further answer within {PATIENCE} s"]
    if trouble:
        print(f"  {label:<44} {trouble[0]}")
    return [line for line in said.decode().splitlines() if line.startswith('{"peer')]


def compare(what, ours, theirs, metres, expected):
    """Print a peer's time; drawn lines may end within centimetres of their crossings."""
    if not np.allclose(metres, expected, rtol=0, atol=1.0):
        raise SystemExit(f"{what}: the distances differ")
    print(f"  {what:<44} {theirs:9.4f} s   {theirs / ours:8.1f} times as long")


PYTHON_PEERS = """
import json, sys, time
import numpy as np, pandas as pd
folder = sys.argv[1]
g = np.load(folder + "/graph.npz")
u, v, length, xy, at = (g[k] for k in ("u", "v", "length", "xy", "at"))

def say(peer, build, seconds, values):
    np.asarray(values, dtype=float).tofile(f"{folder}/{peer}.bin")
    told = {"peer": peer, "build": build, "seconds": seconds, "file": peer + ".bin"}
    print(json.dumps(told), flush=True)

import igraph
t = time.perf_counter()
n = len(xy)
graph = igraph.Graph(n=n + 1, directed=True,
    edges=np.column_stack([np.r_[v, np.full(len(at), n)], np.r_[u, at]]))
weights = np.r_[length, np.zeros(len(at))].tolist()
build = time.perf_counter() - t
t = time.perf_counter()
found = graph.distances(source=[n], weights=weights, mode="out")[0][:n]
say("igraph", build, time.perf_counter() - t, found)

import contextlib, io, pandana
with contextlib.redirect_stdout(io.StringIO()):
    t = time.perf_counter()
    one = u < v
    net = pandana.Network(pd.Series(xy[:, 0]), pd.Series(xy[:, 1]), pd.Series(u[one]),
        pd.Series(v[one]), pd.DataFrame({"length": length[one]}), twoway=True)
    net.set_pois("place", 1e7, 1, pd.Series(xy[at, 0]), pd.Series(xy[at, 1]))
    build = time.perf_counter() - t
    t = time.perf_counter()
    found = net.nearest_pois(1e7, "place", num_pois=1)[1].to_numpy()
    seconds = time.perf_counter() - t
say("pandana", build, seconds, found)
"""
R_PEER = """
suppressMessages(library(igraph))
folder <- commandArgs(TRUE)[1]
e <- read.csv(file.path(folder, "e.csv")); at <- read.csv(file.path(folder, "at.csv"))$at
t <- proc.time()[3]
g <- make_empty_graph(n = max(e$u, e$v) + 1)
g <- add_edges(g, rbind(c(e$v, rep(vcount(g), length(at))), c(e$u, at)))
w <- c(e$m, rep(0, length(at)))
build <- proc.time()[3] - t
t <- proc.time()[3]
d <- as.numeric(distances(g, v = vcount(g), mode = "out", weights = w))[-vcount(g)]
seconds <- proc.time()[3] - t
writeBin(d, file.path(folder, "r.bin"))
cat(sprintf('{"peer": "R igraph", "build": %f, "seconds": %f, "file": "r.bin"}\\n', build, seconds))
"""


def installed_peers(python, folder):
    """Write a script for each peer that is there; give how to start it."""
    peers = []
    for command, text, label in (
        ([python] if python else None, PYTHON_PEERS, "pandana and igraph"),
        ([shutil.which("Rscript")] if shutil.which("Rscript") else None, R_PEER, "R igraph"),
    ):
        if command:
            script = Path(folder) / f"peer{len(peers)}"
            script.write_text(text, encoding="utf-8")
            peers.append((command, str(script), label))
    return peers


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[316, 1000], help="sides of lattices"
    )
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter with pandana and igraph")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        peers = installed_peers(chosen.peers, folder)
        nearest_place_of_every_crossing("Milwaukee", *milwaukee(), peers)
        for side in chosen.sizes:
            nearest_place_of_every_crossing("a lattice", *lattice(side), peers)
    reading_streets()
    if chosen.points:
        counting(chosen.points)


if __name__ == "__main__":
    sys.exit(main())
