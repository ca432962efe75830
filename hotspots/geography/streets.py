"""Streets: a network of directed edges with lengths, checked before anything is measured on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array

from hotspots.crs import parse_crs, require_metric, require_same_crs, utm_crs
from hotspots.errors import StreetError, faults
from hotspots.geography.streetfiles import read_street_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from numpy.typing import NDArray
    from pyproj import CRS

    from hotspots.geography.streetfiles import StreetFile

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

FEET_PER_METRE = 3.28084
AWAY_M = 100.0
MILLIMETRES = 3


@dataclass(frozen=True, eq=False)
class Streets:
    """A street network to measure distances on.

    Attributes
    ----------
    nodes : GeoDataFrame of Point
        Crossings and ends of streets, in a metric CRS.
    edges : GeoDataFrame of LineString
        One row per direction of travel: ``u`` and ``v``, the nodes it leads from and to;
        ``length``, metres along the street; the line as it is drawn, from `u` to `v`. A two-way
        street is two rows with the same line in opposite directions.

    Raises
    ------
    CRSError
        If the CRS is missing, geographic or not in metres.
    StreetError
        With every fault of the network: no edges, ends that are no nodes, lengths that are missing,
        not above 0, or not metres.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> nodes = gpd.GeoDataFrame(geometry=[Point(0, 0), Point(100, 0)], index=["a", "b"], crs=32616)
    >>> edges = gpd.GeoDataFrame(
    ...     {"u": ["a"], "v": ["b"], "length": [100.0]},
    ...     geometry=[LineString([(0, 0), (100, 0)])],
    ...     crs=32616,
    ... )
    >>> Streets(nodes, edges)  # a one-way street
    Streets(2 nodes, 1 edges)
    """

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame

    def __post_init__(self) -> None:
        require_metric(self.nodes, what="street nodes")
        require_metric(self.edges, what="street edges")
        require_same_crs(self.nodes, self.edges, what="street nodes and edges")
        found = list(_faults(self))
        if found:
            raise StreetError(faults("streets", found))

    def __repr__(self) -> str:
        return f"Streets({len(self.nodes):,} nodes, {len(self.edges):,} edges)"

    @property
    def crs(self) -> CRS:
        """The coordinate reference system of nodes and edges."""
        crs: CRS = self.edges.crs
        return crs

    @cached_property
    def ends(self) -> tuple[Integers, Integers]:
        """Where each edge leads from and to: positions in `nodes`, -1 for none."""
        u, v = (self.nodes.index.get_indexer(self.edges[end]) for end in ("u", "v"))
        return u, v

    @cached_property
    def onward(self) -> csr_array[np.float64]:
        """Metres from node (row) to node (column) by the shortest edge; a stored 0 is an edge."""
        return _matrix(*self.ends, self.edges["length"].to_numpy(dtype="float64"), len(self.nodes))

    @cached_property
    def reverse(self) -> csr_array[np.float64]:
        """The same, from column to row: for searching backwards from a destination."""
        u, v = self.ends
        return _matrix(v, u, self.edges["length"].to_numpy(dtype="float64"), len(self.nodes))

    @cached_property
    def segments(self) -> Segments:
        """The streets as they lie on the ground, each once whatever its directions."""
        return _segments(self)


@dataclass(frozen=True, eq=False)
class Segments:
    """Streets on the ground: edges with the same line, whichever way they lead, are one.

    Attributes
    ----------
    edge : array of int, shape (n,)
        The first edge along the line, by position; `line` and `ahead` follow it.
    start, end : array of int, shape (n,)
        Nodes at either end, by position.
    ahead, back : array of float, shape (n,)
        Metres along the street from start to end and the other way; infinite where one-way.
    line : array of LineString, shape (n,)
    tree : STRtree
        Over `line`.
    """

    edge: Integers
    start: Integers
    end: Integers
    ahead: Floats
    back: Floats
    line: Shapes
    tree: shapely.STRtree


def read_streets(path: str | PathLike[str], *, to_crs: object = "auto") -> Streets:
    """Read a street network from a file.

    Parameters
    ----------
    path : str or path
        GraphML as osmnx writes it (nodes with ``x`` and ``y``, edges with ``length`` in metres and
        optionally ``geometry``, a graph with ``crs``), or OSM XML; plain, ``.gz`` or ``.bz2``. Of
        OSM XML the public streets that cars may use are taken, without service roads, and of these
        the largest connected part.
    to_crs : object
        A metric CRS for the result, such as ``"EPSG:32616"``; ``"auto"`` takes the UTM zone.

    Returns
    -------
    Streets
        One-way streets stay one-way. Lengths are those of the file; projecting changes only the
        drawn lines.

    Raises
    ------
    StreetError
        With every fault found: no such file, not a street file, no CRS, nodes without coordinates,
        or what :class:`Streets` refuses.
    CRSError
        If `to_crs` is unknown or not metric.
    """
    path = Path(path)
    content = read_street_file(path)
    found = list(_file_faults(content))
    if found:
        raise StreetError(faults(path.name, found))
    try:
        return _project(content, to_crs)
    except StreetError as error:
        raise StreetError(f"{path.name}{str(error).removeprefix('streets')}") from None


def _file_faults(content: StreetFile) -> Iterator[str]:
    if not content.crs:
        yield "no crs in the graph; write the file with osmnx.save_graphml"
    nowhere = content.nodes.isna().any(axis=1)
    if nowhere.any():
        first = content.nodes.index[nowhere].tolist()[0]
        yield (
            f"{int(nowhere.sum())} of {len(nowhere)} nodes have no x and y, first {first!r}; "
            "is this a street network?"
        )
    elif content.crs and parse_crs(content.crs, what="streets").is_geographic:
        strays = int(((content.nodes["x"].abs() > 180) | (content.nodes["y"].abs() > 90)).sum())
        if strays:
            yield f"{strays} nodes lie outside any degrees, though its crs says degrees; correct it"
    if not len(content.edges):
        yield "no streets in it; check the file's extent, or how it was filtered"
        return
    lost = (content.edges[["u", "v"]] < 0).any(axis=1)
    if lost.any():
        yield f"{int(lost.sum())} edges lead to nodes that are not in the file; write it anew"


def _project(content: StreetFile, to_crs: object) -> Streets:
    """Draw nodes and edges in the CRS asked for; straight lines where none are given."""
    crs = parse_crs(content.crs, what="streets")
    nodes = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(content.nodes["x"], content.nodes["y"], crs=crs),
        index=content.nodes.index.rename("node"),
    )
    target = utm_crs(nodes) if to_crs == "auto" else parse_crs(to_crs, what="to_crs")
    nodes = nodes.to_crs(target)
    lines = gpd.GeoSeries(content.edges["geometry"], crs=crs).to_crs(target)
    places = shapely.get_coordinates(np.asarray(nodes.geometry))
    u, v = content.edges["u"].to_numpy(), content.edges["v"].to_numpy()
    edges = gpd.GeoDataFrame(
        {"u": nodes.index.take(u), "v": nodes.index.take(v), "length": content.edges["length"]},
        geometry=_oriented(np.asarray(lines), places[u], places[v]),
        crs=target,
    )
    return Streets(nodes, edges.rename_axis("edge"))


def _oriented(lines: Shapes, u: Floats, v: Floats) -> Shapes:
    """Let every line run from u to v, and draw those that are missing."""
    lines = lines.copy()
    straight = shapely.is_missing(lines) | shapely.is_empty(lines)
    lines[straight] = shapely.linestrings(np.stack([u, v], axis=1)[straight])
    first, last = _tips(lines)
    wrong_way = _apart(first, v) + _apart(last, u) < _apart(first, u) + _apart(last, v)
    lines[wrong_way] = shapely.reverse(lines[wrong_way])
    return lines


def _tips(lines: Shapes) -> tuple[Floats, Floats]:
    places, line = shapely.get_coordinates(lines, return_index=True)
    each = np.arange(len(lines))
    return places[np.searchsorted(line, each)], places[np.searchsorted(line, each, "right") - 1]


def _apart(first: Floats, second: Floats) -> Floats:
    apart: Floats = np.hypot(*(first - second).T)
    return apart


def _faults(streets: Streets) -> Iterator[str]:
    nodes, edges = streets.nodes, streets.edges
    missing = [column for column in ("u", "v", "length") if column not in edges.columns]
    if missing or not len(edges):
        yield f"no column {missing[0]!r} in edges" if missing else "no edges; give at least one"
    elif not nodes.index.is_unique:
        yield "node ids stand twice; make the index of nodes unique"
    else:
        yield from _edge_faults(streets, np.asarray(edges.geometry))


def _edge_faults(streets: Streets, lines: Shapes) -> Iterator[str]:
    index, (u, v) = streets.edges.index, streets.ends
    lost = pd.Series((u < 0) | (v < 0), index=index)
    yield from _counted(lost, "lead from or to a node that is not there", "add it or drop them")
    undrawn = pd.Series((shapely.get_type_id(lines) != 1) | shapely.is_empty(lines), index=index)
    yield from _counted(undrawn, "are not drawn as one line", "draw or drop them")
    if lost.any() or undrawn.any():
        return
    places, (first, last) = (
        shapely.get_coordinates(np.asarray(streets.nodes.geometry)),
        _tips(lines),
    )
    away = np.maximum(_apart(first, places[u]), _apart(last, places[v])) > AWAY_M
    yield from _counted(
        pd.Series(away, index=index),
        f"are drawn over {AWAY_M:g} m away from their nodes",
        "draw them from u to v",
    )
    yield from _length_faults(streets.edges, shapely.length(lines))


def _length_faults(edges: gpd.GeoDataFrame, drawn: Floats) -> Iterator[str]:
    length = edges["length"].astype("float64")
    advice = "osmnx.distance.add_edge_lengths adds lengths"
    if length.isna().all():
        yield f"no edge has a length; {advice}"
        return
    yield from _counted(~np.isfinite(length), "have no length", advice)
    short = (length < 0) | ((length == 0) & (drawn >= 10**-MILLIMETRES))
    yield from _counted(short, "have a length that is not above 0", advice)
    usable = np.isfinite(length) & (length > 0) & (drawn > 1)
    if usable.any():
        yield from _unit_faults(float(np.median(length[usable] / drawn[usable])))


def _unit_faults(ratio: float) -> Iterator[str]:
    if abs(ratio / FEET_PER_METRE - 1) < 0.05:
        yield (
            f"lengths are {ratio:.2f} times the drawn lines: they look like feet; "
            "give metres (1 m is 3.28 feet)"
        )
    elif not 0.5 < ratio < 2:
        yield f"lengths are {ratio:.3g} times the drawn lines; give metres"


def _counted(wrong: pd.Series[Any], what: str, advice: str) -> Iterator[str]:
    if wrong.any():
        first = wrong.index[np.asarray(wrong)].tolist()[0]
        yield f"{int(wrong.sum())} edges {what}, first {first!r}; {advice}"


def _segments(streets: Streets) -> Segments:
    """Join edges whose lines agree to the millimetre in either direction."""
    (u, v), lines = streets.ends, np.asarray(streets.edges.geometry)
    rounded = shapely.transform(lines, lambda xy: np.round(xy, MILLIMETRES))
    along, against = shapely.to_wkb(rounded), shapely.to_wkb(shapely.reverse(rounded))
    turned = np.asarray(along > against)
    keys = pd.DataFrame(
        {
            "low": np.where(turned, v, u),
            "high": np.where(turned, u, v),
            "line": np.where(turned, against, along),
        }
    )
    number = keys.groupby(["low", "high", "line"], sort=False).ngroup().to_numpy()
    first = np.flatnonzero(~pd.Series(number).duplicated())
    same_way = turned == turned[first][number]
    length = streets.edges["length"].to_numpy(dtype="float64")
    ahead, back = (np.full(len(first), np.inf) for _ in range(2))
    np.minimum.at(ahead, number[same_way], length[same_way])
    np.minimum.at(back, number[~same_way], length[~same_way])
    return Segments(
        edge=first,
        start=u[first],
        end=v[first],
        ahead=ahead,
        back=back,
        line=lines[first],
        tree=shapely.STRtree(lines[first]),
    )


def _matrix(tail: Integers, head: Integers, metres: Floats, n: int) -> csr_array[np.float64]:
    order = np.lexsort([metres, head, tail])
    tail, head, metres = tail[order], head[order], metres[order]
    shortest = np.ones(len(tail), dtype=bool)
    shortest[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    rows = np.concatenate([[0], np.cumsum(np.bincount(tail[shortest], minlength=n))])
    return csr_array((metres[shortest], head[shortest], rows), shape=(n, n))
