"""Street distances by networkx, on the raw graph cut in two wherever a place is nearest to it."""

from __future__ import annotations

import gzip
import io
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer


def two_way_streets(path, crs):
    """Read each street of a two-way GraphML once: its ends, length in metres and line in `crs`."""
    with gzip.open(path) as file:
        graph = nx.read_graphml(io.BytesIO(file.read()), node_type=str)
    project = Transformer.from_crs(graph.graph["crs"], crs, always_xy=True).transform
    at = {node: (float(data["x"]), float(data["y"])) for node, data in graph.nodes(data=True)}
    streets = {}
    for u, v, data in graph.edges(data=True):
        line = (
            shapely.from_wkt(data["geometry"])
            if "geometry" in data
            else shapely.LineString([at[u], at[v]])
        )
        ends = shapely.points([line.coords[0], line.coords[-1]])
        if np.argmin(shapely.distance(ends, shapely.Point(at[u]))) == 1:
            line = line.reverse()
        corners = tuple(map(tuple, np.round(line.coords, 9)))
        key = min(corners, corners[::-1])
        length = float(data["length"])
        if key not in streets or length < streets[key][2]:
            streets[key] = (u, v, length, shapely.transform(line, project, interleaved=False))
    return list(streets.values())


def cut(streets, places):
    """Give the undirected graph with a node for each place, and those nodes."""
    lines = np.array([street[3] for street in streets])
    tree = shapely.STRtree(lines)
    nearest = tree.nearest(places)
    graph, on = nx.Graph(), {}
    for i, street in enumerate(nearest):
        fraction = shapely.line_locate_point(lines[street], places[i], normalized=True)
        on.setdefault(int(street), []).append((float(fraction), f"place {i}"))
    for i, (u, v, length, _) in enumerate(streets):
        stops = [(0.0, u), *sorted(on.get(i, [])), (1.0, v)]
        for (start, tail), (end, head) in pairwise(stops):
            metres = (end - start) * length
            if graph.get_edge_data(tail, head, {"metres": np.inf})["metres"] > metres:
                graph.add_edge(tail, head, metres=metres)
    return graph


@pytest.fixture(scope="session")
def split_distances():
    """Give a function from a street file and two tables of places to a matrix of distances."""

    def measure(path, origins, destinations):
        places = np.concatenate([origins.geometry.to_numpy(), destinations.geometry.to_numpy()])
        graph = cut(two_way_streets(path, origins.crs), places)
        goals = [f"place {i}" for i in range(len(origins), len(places))]
        rows = []
        for i in range(len(origins)):
            metres = nx.single_source_dijkstra_path_length(graph, f"place {i}", weight="metres")
            rows.append([metres.get(goal, np.inf) for goal in goals])
        return pd.DataFrame(rows, index=origins.index, columns=destinations.index)

    return measure
