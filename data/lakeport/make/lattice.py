"""Local streets: one warped and thinned lattice in each patch between the main roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import networkx as nx
import numpy as np
import shapely

from make import frame

if TYPE_CHECKING:
    from shapely.geometry import Polygon

    from make.naming import Names

XY = tuple[float, float]
Key = tuple[int, int]
ARTERIAL_EVERY = 8
MARGIN_M = 48.0


@dataclass
class Segment:
    """A piece of street; one-way pieces run from the first point to the last."""

    xy: list[XY]
    name: str
    highway: str = "residential"
    oneway: bool = False


class Hit(NamedTuple):
    """A local street that meets the border of its patch."""

    inside: XY
    border: XY
    name: str
    highway: str


class Style(NamedTuple):
    """How a patch is laid out: spacing in metres, rotation, and what is left out."""

    kind: str
    angle: float
    along: float
    across: float


class Local(NamedTuple):
    """The streets of a patch and where they meet its border."""

    segments: list[Segment]
    hits: list[Hit]


def style_of(patch: Polygon, rng: np.random.Generator) -> Style:
    """Choose the layout of a patch from where it lies.

    Parameters
    ----------
    patch : Polygon
        A face between main roads.
    rng : numpy.random.Generator

    Returns
    -------
    Style
    """
    at = patch.representative_point()
    centre = np.hypot(at.x - 8400, at.y - 6900)
    angle = float(rng.choice([0, 0, 3, -5, 9, -12, 19, 26, 38, -33]))
    if centre < 1900:
        return Style("grid", 24.0, 93, 109)
    if (
        at.x < 2500
        or at.y > 12_200
        or (at.y < 2900 and at.x < 7000)
        or (at.x < 4500 and at.y > 9000)
    ):
        return Style("suburb", angle, 97, 112)
    if rng.random() < 0.5:
        return Style("brick", angle, 79, 112)
    return Style("grid", angle, 94, 125)


def _positions(patch: Polygon, style: Style, rng: np.random.Generator) -> dict[Key, XY]:
    centre = np.array(patch.centroid.coords[0])
    reach = float(np.hypot(*(np.array(patch.bounds[2:]) - patch.bounds[:2]))) / 2 + 400
    columns = np.arange(-int(reach // style.along) - 1, int(reach // style.along) + 2)
    rows = np.arange(-int(reach // style.across) - 1, int(reach // style.across) + 2)
    i, j = (part.ravel() for part in np.meshgrid(columns, rows, indexing="ij"))
    u, v = i * style.along, j * style.across
    bend, wave = (64.0, 950.0) if style.kind == "suburb" else (9.0, 1500.0)
    phase = rng.uniform(0, 2 * np.pi, 4)
    du = bend * np.sin(2 * np.pi * v / wave + phase[0]) + 0.5 * bend * np.sin(
        2 * np.pi * (u + v) / (0.61 * wave) + phase[1]
    )
    dv = bend * np.sin(2 * np.pi * u / wave + phase[2]) + 0.5 * bend * np.sin(
        2 * np.pi * (u - v) / (0.67 * wave) + phase[3]
    )
    jitter = rng.normal(0, 7 if style.kind == "suburb" else 2.5, (2, len(u)))
    angle = np.deg2rad(style.angle)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    xy = (turn @ np.vstack([u + du + jitter[0], v + dv + jitter[1]])).T + centre
    keep = shapely.contains_xy(patch.buffer(300), xy)
    return {
        (int(a), int(b)): (float(x), float(y))
        for a, b, (x, y) in zip(i[keep], j[keep], np.round(xy[keep], 1), strict=True)
    }


def _line_of(edge: tuple[Key, Key]) -> tuple[str, int]:
    (a, b), (c, _) = edge
    return ("column", a) if a == c else ("row", b)


def is_arterial(edge: tuple[Key, Key]) -> bool:
    """Say whether an edge of a lattice belongs to one of its wider streets."""
    return _line_of(edge)[1] % ARTERIAL_EVERY == 0


def _barred(
    edges: list[tuple[Key, Key]], at: dict[Key, XY], rng: np.random.Generator
) -> np.ndarray:
    """Mark the edges that parks, works and freeways leave no room for."""
    lines = shapely.linestrings([[at[p], at[q]] for p, q in edges])
    holes = [shapely.Point(x, y).buffer(r) for x, y, r in frame.PARKS.values()]
    green = shapely.intersects(shapely.union_all(holes), shapely.centroid(lines))
    corridor = shapely.union_all(list(frame.FREEWAYS.values())).buffer(55)
    cut = shapely.intersects(corridor, lines)
    wide = np.array([is_arterial(edge) for edge in edges], dtype=bool)
    works = shapely.intersects(shapely.union_all(frame.WORKS), shapely.centroid(lines))
    yard = works & ~wide & (rng.random(len(edges)) < 0.7)
    return green | yard | (cut & ~wide & (rng.random(len(edges)) < 0.9))


def _thinned(
    edges: list[tuple[Key, Key]], style: Style, rng: np.random.Generator
) -> set[tuple[Key, Key]]:
    """Choose the edges of a lattice that are built."""
    wide = np.array([is_arterial(edge) for edge in edges], dtype=bool)
    draw = rng.random(len(edges))
    if style.kind == "suburb":
        graph = nx.Graph()
        for (p, q), weight, arterial in zip(edges, draw, wide, strict=True):
            graph.add_edge(p, q, weight=float(weight) - 2 * bool(arterial))
        tree = {frozenset(e) for e in nx.minimum_spanning_edges(graph, data=False)}
        extra = rng.random(len(edges)) < 0.21
        return {
            edge
            for edge, arterial, more in zip(edges, wide, extra, strict=True)
            if arterial or more or frozenset(edge) in tree
        }
    keep = wide | (draw > (0.05 if style.kind == "brick" else 0.17))
    if style.kind == "brick":
        column = np.array([_line_of(edge)[0] == "column" for edge in edges], dtype=bool)
        odd = np.array([(p[0] + min(p[1], q[1])) % 2 == 1 for p, q in edges], dtype=bool)
        keep &= ~(column & odd & ~wide)
    return {edge for edge, kept in zip(edges, keep, strict=True) if kept}


def _name_lines(
    edges: set[tuple[Key, Key]], style: Style, names: Names
) -> dict[tuple[str, int], str]:
    kinds = {
        "row": ("Street", "Place") if style.kind != "suburb" else ("Lane", "Drive", "Way"),
        "column": ("Avenue",) if style.kind != "suburb" else ("Road", "Drive", "Circle"),
    }
    lines = sorted({_line_of(edge) for edge in edges})
    return {
        line: names.street(
            ("Boulevard", "Avenue") if line[1] % ARTERIAL_EVERY == 0 else kinds[line[0]]
        )
        for line in lines
    }


def _meet_border(patch: Polygon, inside: XY, outside: XY) -> XY | None:
    """Follow a street out of its patch to the border, at most about two blocks."""
    far = tuple(a + 2.4 * (b - a) for a, b in zip(inside, outside, strict=True))
    met = shapely.LineString([inside, far]).intersection(patch.exterior)
    if met.is_empty:
        return None
    points = [shapely.Point(c) for g in shapely.get_parts(met) for c in g.coords]
    nearest = min(points, key=lambda point: point.distance(shapely.Point(inside)))
    return (nearest.x, nearest.y)


def lay_out(patch: Polygon, style: Style, names: Names, rng: np.random.Generator) -> Local:
    """Lay out the local streets of one patch.

    Parameters
    ----------
    patch : Polygon
        A face between main roads.
    style : Style
        From :func:`style_of`.
    names : Names
    rng : numpy.random.Generator

    Returns
    -------
    Local
    """
    at = _positions(patch, style, rng)
    core = patch.buffer(-MARGIN_M)
    keys = list(at)
    within = dict(
        zip(keys, shapely.contains_xy(core, np.array([at[k] for k in keys])), strict=True)
    )
    steps = [(key, (key[0] + d, key[1] + 1 - d)) for key in keys for d in (0, 1)]
    edges = [(p, q) for p, q in steps if q in at and (within[p] or within[q])]
    if not edges:
        return Local([], [])
    barred = _barred(edges, at, rng)
    free = [edge for edge, no in zip(edges, barred, strict=True) if not no]
    inner = _thinned([e for e in free if within[e[0]] and within[e[1]]], style, rng)
    label = _name_lines(set(free), style, names)
    segments, hits = [], []
    join = {"grid": 0.85, "brick": 0.8, "suburb": 0.3}[style.kind]
    for edge in free:
        p, q = edge
        highway = "secondary" if is_arterial(edge) else "residential"
        if within[p] and within[q]:
            if edge in inner:
                segments.append(Segment([at[p], at[q]], label[_line_of(edge)], highway))
            continue
        if not is_arterial(edge) and rng.random() > join:
            continue
        start, end = (p, q) if within[p] else (q, p)
        border = _meet_border(patch, at[start], at[end])
        if border is not None:
            hits.append(Hit(at[start], border, label[_line_of(edge)], highway))
    return Local(segments, hits)
