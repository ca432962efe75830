"""The street network: main roads, local streets, freeways and ramps, joined into one graph."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
import shapely
from shapely.ops import linemerge, substring

from make import frame
from make.lattice import XY, Hit, Segment, lay_out, style_of
from make.naming import Names

if TYPE_CHECKING:
    from shapely.geometry import LineString, Polygon

SNAP_M = 42.0
CARRIAGEWAY_M = 15.0
INTERCHANGE_EVERY_M = 1500.0


class Network(NamedTuple):
    """The finished streets.

    Attributes
    ----------
    graph : networkx.MultiGraph
        Nodes are (x, y); edges carry ``xy, name, highway, oneway``; one-way edges run along ``xy``.
    stubs : list of LineString
        Where streets would go on beyond the city; they only help to cut blocks.
    """

    graph: nx.MultiGraph
    stubs: list[LineString]


def _rounded(x: float, y: float) -> XY:
    return (round(float(x), 1), round(float(y), 1))


def _main_lines(extent: Polygon) -> list[tuple[LineString, str]]:
    water = frame.river()
    inland = frame.LAND.buffer(80).difference(frame.SHORE.buffer(230))
    strip = water.buffer(70).intersection(inland)
    lines = [(line, name) for name, line in frame.MAINS.items()]
    for i, part in enumerate(shapely.get_parts(strip.boundary.intersection(inland.buffer(-1)))):
        lines.append(
            (part, ("Riverside Drive", "Canal Drive", "Towpath Drive", "Basin Drive")[i % 4])
        )
    lines += [(line.intersection(strip.buffer(3)), name) for name, line in frame.BRIDGES.items()]
    return [
        (part, name)
        for line, name in lines
        for part in shapely.get_parts(line.intersection(extent))
        if part.geom_type == "LineString" and part.length > 30
    ]


def main_roads() -> list[Segment]:
    """Cut the main roads at every crossing of one another.

    Returns
    -------
    list of Segment
    """
    lines = _main_lines(frame.LAND.buffer(-1))
    noded = linemerge(shapely.union_all([line for line, _ in lines], grid_size=0.1))
    pieces = _without_dangles(list(shapely.get_parts(noded)))
    tree = shapely.STRtree([line for line, _ in lines])
    found = []
    for piece in pieces:
        at = piece.interpolate(0.5, normalized=True)
        name = lines[int(tree.nearest(at))][1]
        found.append(Segment([_rounded(*c) for c in piece.coords], name, "primary"))
    return found


def _without_dangles(pieces: list[LineString]) -> list[LineString]:
    ends = defaultdict(int)
    for piece in pieces:
        for c in (piece.coords[0], piece.coords[-1]):
            ends[_rounded(*c)] += 1
    return [
        piece
        for piece in pieces
        if piece.length > 450
        or all(ends[_rounded(*c)] > 1 for c in (piece.coords[0], piece.coords[-1]))
    ]


def patches() -> list[Polygon]:
    """Find the faces between main roads that hold local streets.

    Returns
    -------
    list of Polygon
    """
    lines = [line for line, _ in _main_lines(frame.LAND.buffer(60))] + [frame.LAND.exterior]
    lake_drive = frame.MAINS["Lakeshore Drive"]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=0.1)]))
    banks = frame.river().buffer(60)
    kept = []
    for face in faces:
        at = face.representative_point()
        lakefront = face.intersection(lake_drive.buffer(300)).area > 0.9 * face.area
        if not lakefront and not banks.intersects(face.buffer(-25)) and frame.LAND.contains(at):
            kept.append(face)
    return sorted(kept, key=lambda face: (round(face.centroid.x), round(face.centroid.y)))


def _join(mains: list[Segment], hits: list[Hit]) -> tuple[list[Segment], list[LineString]]:
    """Cut the main roads where local streets meet them, sharing corners that lie close together."""
    lines = [shapely.LineString(m.xy) for m in mains]
    tree = shapely.STRtree(lines)
    on = defaultdict(list)
    stubs = []
    for hit in hits:
        point = shapely.Point(hit.border)
        nearest = int(tree.nearest(point))
        if lines[nearest].distance(point) > 1.0:
            stubs.append(shapely.LineString([hit.inside, hit.border]))
        else:
            on[nearest].append((lines[nearest].project(point), hit))
    segments = []
    for index, main in enumerate(mains):
        line = lines[index]
        corners = _corners([at for at, _ in on[index]], line.length)
        for start, end in pairwise(corners):
            xy = [_rounded(*c) for c in substring(line, start, end).coords]
            segments.append(Segment(xy, main.name, main.highway))
        for at, hit in on[index]:
            corner = min(corners, key=lambda c, at=at: abs(c - at))
            end = _rounded(*substring(line, corner, corner).coords[0])
            if end != hit.inside:
                segments.append(Segment([hit.inside, end], hit.name, hit.highway))
    return segments, stubs


def _corners(positions: list[float], length: float) -> list[float]:
    groups: list[list[float]] = []
    for at in sorted(p for p in positions if SNAP_M < p < length - SNAP_M):
        if groups and at - groups[-1][0] < SNAP_M:
            groups[-1].append(at)
        else:
            groups.append([at])
    return [0.0, *(float(np.mean(group)) for group in groups), length]


def _graph(segments: list[Segment]) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    for s in segments:
        if s.xy[0] != s.xy[-1] and not graph.has_edge(s.xy[0], s.xy[-1]):
            graph.add_edge(
                s.xy[0], s.xy[-1], xy=s.xy, name=s.name, highway=s.highway, oneway=s.oneway
            )
    return graph


def _dissolve(graph: nx.MultiGraph) -> None:
    """Replace every corner that joins just two streets by one longer street."""
    for node in list(graph.nodes):
        if graph.degree(node) != 2:
            continue
        around = list(graph.edges(node, keys=True))
        if len(around) != 2 or around[0][1] == around[1][1]:
            continue
        first, second = (graph.edges[e] for e in around)
        if first["oneway"] or second["oneway"]:
            continue
        head = first["xy"] if first["xy"][-1] == node else first["xy"][::-1]
        tail = second["xy"] if second["xy"][0] == node else second["xy"][::-1]
        major = max(
            (first, second), key=lambda e: (e["highway"] != "residential", _length(e["xy"]))
        )
        ends = around[0][1], around[1][1]
        graph.remove_node(node)
        graph.add_edge(*ends, **{**major, "xy": [*head, *tail[1:]]})


def _length(xy: list[XY]) -> float:
    return float(np.hypot(*np.diff(np.asarray(xy), axis=0).T).sum())


def _prune(graph: nx.MultiGraph, rng: np.random.Generator) -> None:
    """Take away short dead ends and some of the others; turn the rest into courts."""
    for node in [n for n in graph.nodes if graph.degree(n) == 1]:
        if graph.degree(node) != 1:
            continue
        ((other, key),) = [(v, k) for _, v, k in graph.edges(node, keys=True)]
        edge = graph.edges[node, other, key]
        if edge["highway"] == "residential" and (_length(edge["xy"]) < 45 or rng.random() < 0.06):
            graph.remove_node(node)


def _courts(graph: nx.MultiGraph, names: Names) -> None:
    """Shorten straight dead ends and give each its own name."""
    for node in [n for n in graph.nodes if graph.degree(n) == 1]:
        ((_, other, key),) = list(graph.edges(node, keys=True))
        edge = dict(graph.edges[node, other, key])
        if edge["highway"] != "residential":
            continue
        xy = edge["xy"] if edge["xy"][-1] == node else edge["xy"][::-1]
        line = shapely.LineString(xy)
        cut = substring(line, 0, max(40.0, 0.72 * line.length))
        xy = [_rounded(*c) for c in cut.coords]
        if xy[-1] in graph or len(xy) < 2:
            continue
        graph.remove_node(node)
        graph.add_edge(
            other, xy[-1], **{**edge, "xy": xy, "name": names.street(("Court", "Close"))}
        )


def _rounded_corners(graph: nx.MultiGraph) -> None:
    """Cut the corners of local streets, so that they curve."""
    for *_, edge in graph.edges(data=True):
        if len(edge["xy"]) > 2 and edge["highway"] != "primary":
            xy = np.asarray(edge["xy"])
            left, right = xy[:-1], xy[1:]
            cut = np.stack([0.72 * left + 0.28 * right, 0.28 * left + 0.72 * right], axis=1)
            middle = cut.reshape(-1, 2)[1:-1]
            edge["xy"] = [_rounded(*c) for c in np.vstack([xy[:1], middle, xy[-1:]])]


def _one_way(graph: nx.MultiGraph) -> None:
    """Make every other downtown street one-way, alternating by name."""
    turns: dict[str, int] = {}
    centre = shapely.Point(8400, 6500).buffer(1000)
    for u, v, key, edge in sorted(graph.edges(keys=True, data=True), key=lambda e: e[3]["xy"]):
        line = shapely.LineString(edge["xy"])
        if edge["highway"] != "residential" or not centre.contains(line):
            continue
        if graph.degree(u) < 3 or graph.degree(v) < 3:
            continue
        turn = turns.setdefault(edge["name"], len(turns) % 4)
        if turn in (0, 2):
            dx, dy = np.subtract(edge["xy"][-1], edge["xy"][0])
            forward = (dx + 0.9 * dy > 0) == (turn == 0)
            graph.edges[u, v, key]["xy"] = edge["xy"] if forward else edge["xy"][::-1]
            graph.edges[u, v, key]["oneway"] = True


def _interchanges(line: LineString, graph: nx.MultiGraph) -> list[float]:
    """Find where a freeway meets wider streets, well apart from one another."""
    edges = [e for *_, e in graph.edges(data=True) if e["highway"] in ("primary", "secondary")]
    found: list[tuple[float, int]] = []
    for edge in edges:
        met = shapely.LineString(edge["xy"]).intersection(line)
        rank = 0 if edge["highway"] == "primary" else 1
        found += [(line.project(part), rank) for part in shapely.get_parts(met)]
    chosen: list[float] = []
    for at, _ in sorted(found, key=lambda f: (f[1], f[0])):
        inside = 500 < at < line.length - 500
        if inside and all(abs(at - other) > INTERCHANGE_EVERY_M for other in chosen):
            chosen.append(at)
    return sorted(chosen)


def _carriageway(
    line: LineString, crossings: list[float], sites: dict[str, object], name: str
) -> list[Segment]:
    """Draw one direction of a freeway with an exit before and an entry after each crossing."""
    tree, nodes = sites["tree"], sites["nodes"]
    marks, ramps = [], []
    for at in crossings:
        a, b, c = (line.interpolate(at + d) for d in (-20, 0, 20))
        along = np.array([c.x - a.x, c.y - a.y]) / 40
        right = np.array([along[1], -along[0]])
        target = shapely.Point(np.array([b.x, b.y]) + 110 * right)
        street = nodes[int(tree.nearest(target))]
        for d, out in ((-260.0, True), (260.0, False)):
            point = _rounded(*line.interpolate(at + d).coords[0])
            marks.append(at + d)
            ends = [point, street] if out else [street, point]
            ramps.append(Segment(ends, f"{name} Ramp", "motorway_link", oneway=True))
    segments = list(ramps)
    for start, end in pairwise(sorted(marks)):
        xy = [_rounded(*c) for c in substring(line, start, end).coords]
        segments.append(Segment(xy, name, "motorway", oneway=True))
    return segments


def _freeways(graph: nx.MultiGraph) -> list[Segment]:
    wide = sorted(
        {
            n
            for u, v, e in graph.edges(data=True)
            if e["highway"] in ("primary", "secondary")
            for n in (u, v)
        }
    )
    sites = {"nodes": wide, "tree": shapely.STRtree(shapely.points(wide))}
    segments = []
    for name, middle in frame.FREEWAYS.items():
        crossings = _interchanges(middle, graph)
        for line in (
            middle.offset_curve(-CARRIAGEWAY_M),
            middle.offset_curve(CARRIAGEWAY_M).reverse(),
        ):
            own = sorted(line.project(middle.interpolate(at)) for at in crossings)
            segments += _carriageway(line, own, sites, name)
    return segments


def _largest(graph: nx.MultiGraph) -> nx.MultiGraph:
    """Keep the part in which every place reaches every other, one-way streets obeyed."""
    directed = nx.DiGraph()
    for u, v, edge in graph.edges(data=True):
        first, last = edge["xy"][0], edge["xy"][-1]
        directed.add_edge(first, last)
        if not edge["oneway"]:
            directed.add_edge(last, first)
        assert {u, v} == {first, last}  # noqa: S101 - an edge's line ends at its nodes
    return graph.subgraph(max(nx.strongly_connected_components(directed), key=len)).copy()


def build() -> Network:
    """Build all streets.

    Returns
    -------
    Network
    """
    rng = frame.stream("streets")
    names = Names(frame.stream("street names"))
    mains = main_roads()
    segments, hits = [], []
    for patch in patches():
        local = lay_out(patch, style_of(patch, rng), names, rng)
        segments += local.segments
        hits += local.hits
    joined, stubs = _join(mains, hits)
    graph = _largest(_graph([*joined, *segments]))
    for _ in range(3):
        _dissolve(graph)
        _prune(graph, rng)
    _dissolve(graph)
    _courts(graph, names)
    _rounded_corners(graph)
    _one_way(graph)
    for segment in _freeways(graph):
        graph.add_edge(
            segment.xy[0], segment.xy[-1], xy=segment.xy, name=segment.name,
            highway=segment.highway, oneway=True,
        )  # fmt: skip
    graph = _largest(graph)
    return Network(graph, [s for s in stubs if _rounded(*s.coords[0]) in graph])
