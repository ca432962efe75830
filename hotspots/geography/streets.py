"""Streets: a network of directed edges with lengths, checked before anything is measured on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hotspots.crs import parse_crs, require_metric, require_same_crs, utm_crs
from hotspots.errors import StreetError, faults
from hotspots.geography.segments import MILLIMETRES, Segments, join_edges, travel_costs
from hotspots.geography.streetfiles import read_street_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from numpy.typing import NDArray
    from pyproj import CRS

    from hotspots.geography.segments import Costs
    from hotspots.geography.streettable import StreetTable

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

FEET_PER_METRE = 3.28084
AWAY_M = 100.0
METRES_PER_SECOND = (0.5, 50.0)

Weight = Literal["length", "travel_time"]
"""What is kept short: metres, or seconds."""


@dataclass(frozen=True, eq=False)
class Streets:
    """A street network to measure distances on.

    Attributes
    ----------
    nodes : GeoDataFrame of Point
        Crossings and ends of streets, in a metric CRS.
    edges : GeoDataFrame of LineString
        One row per direction of travel: ``u`` and ``v``, the nodes it leads from and to;
        ``length``, metres along the street; optionally ``travel_time``, seconds along it, and
        ``highway``, the kind of street in OpenStreetMap's words or others, several with ``;``
        between; the line as it is drawn, from `u` to `v`. A two-way street is two rows with the
        same line in opposite directions.
    notes : tuple of str
        What reading left out, or saw and left as it is.

    Raises
    ------
    CRSError
        If the CRS is missing, geographic or not in metres.
    StreetError
        With every fault of the network: no edges, ends that are no nodes, lengths that are missing,
        not above 0, or not metres, and travel times that are missing or not seconds.

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
    notes: tuple[str, ...] = ()

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
    def segments(self) -> Segments:
        """The streets as they lie on the ground, each once whatever its directions."""
        length = self.edges["length"].to_numpy(dtype="float64")
        return join_edges(*self.ends, np.asarray(self.edges.geometry), length)

    @cached_property
    def _costs(self) -> dict[str, Costs]:
        return {}

    def costs(self, weight: Weight = "length") -> Costs:
        """Return what it costs to travel, arranged for searching; worked out once.

        Parameters
        ----------
        weight : {"length", "travel_time"}
            Metres, or seconds.

        Returns
        -------
        Costs

        Raises
        ------
        StreetError
            If the streets have no travel times.
        """
        if weight not in self.edges.columns:
            raise StreetError(
                f"streets: no {weight!r} of edges; read an OpenStreetMap extract, or add it with "
                "osmnx.routing.add_edge_travel_times before writing GraphML"
            )
        if weight not in self._costs:
            cost = self.edges[weight].to_numpy(dtype="float64")
            n = len(self.nodes)
            self._costs[weight] = travel_costs(self.ends, cost, self.segments, n_nodes=n)
        return self._costs[weight]


def read_streets(
    path: str | PathLike[str],
    *,
    layer: str | None = None,
    oneway: str | None = None,
    highway: str | None = None,
    crs: object = None,
    to_crs: object = "auto",
) -> Streets:
    """Read a street network from a file.

    Parameters
    ----------
    path : str or path
        One of these:

        - GraphML as osmnx and ``hotspots streets`` write it: nodes with ``x`` and ``y``, edges with
          ``length`` in metres and optionally ``travel_time`` in seconds, ``highway`` and
          ``geometry``, a graph with ``crs``; plain, ``.gz`` or ``.bz2``.
        - An OpenStreetMap extract: XML (plain, ``.gz`` or ``.bz2``) or PBF. The public streets that
          cars may use are taken, without service roads, and of these the largest connected part.
          Travel times are at the posted speed or one usual for the kind of street, without waiting;
          a street that changes its kind between crossings has all of them in ``highway``.
        - Lines: GeoPackage, shapefile, GeoJSON or GeoParquet. Streets meet where their ends meet,
          to the millimetre; where lines cross or touch along their way they do not, for one may be
          a bridge.
    layer : str, optional
        Of lines: which layer, where several hold lines.
    oneway : str, optional
        Of lines: the column with the direction of travel; ``yes``, ``true``, ``1`` or ``FT`` along
        the line, ``-1``, ``reverse`` or ``TF`` against it, ``no``, ``false``, ``0`` or nothing for
        both ways. Without it every street is two-way.
    highway : str, optional
        Of lines: the column with the kind of street, in any words.
    crs : object
        Of lines: their coordinate system, where the file does not say.
    to_crs : object
        A metric CRS for the result, such as ``"EPSG:32616"``; ``"auto"`` takes the UTM zone.

    Returns
    -------
    Streets
        One-way streets stay one-way. Lengths are those of GraphML, and otherwise measured over the
        ground (WGS 84 ellipsoid): a projection stretches the drawn lines but not the lengths.
        ``notes`` says what was left out, not connected, or nearly meets.

    Raises
    ------
    StreetError
        With every fault found: no such file, not a street file, no CRS, nodes without coordinates,
        or what :class:`Streets` refuses.
    InputError
        If a file of lines cannot be read, or holds something else.
    CRSError
        If `to_crs` is unknown or not metric, or lines do not say their coordinate system.
    """
    path = Path(path)
    content = read_street_file(path, layer=layer, oneway=oneway, highway=highway, crs=crs)
    found = list(_file_faults(content))
    if found:
        raise StreetError(faults(path.name, found))
    try:
        return _project(content, to_crs)
    except StreetError as error:
        raise StreetError(f"{path.name}{str(error).removeprefix('streets')}") from None


def _file_faults(content: StreetTable) -> Iterator[str]:
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


def _project(content: StreetTable, to_crs: object) -> Streets:
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
    measured = content.edges.drop(columns=["u", "v", "geometry"])
    edges = gpd.GeoDataFrame(
        {"u": nodes.index.take(u), "v": nodes.index.take(v), **measured},
        geometry=_oriented(np.asarray(lines), places[u], places[v]),
        crs=target,
    )
    notes = (*content.notes, *_apart_notes(u, v, len(nodes)))
    return Streets(nodes, edges.rename_axis("edge"), notes)


def _apart_notes(u: Integers, v: Integers, n: int) -> Iterator[str]:
    """Say how much of the network cannot be reached from its largest part."""
    graph = coo_array((np.ones(len(u)), (u, v)), shape=(n, n))
    part = connected_components(graph, directed=False)[1]
    streets = np.bincount(part[u])
    away = int(streets.sum() - streets.max())
    if away:
        yield (
            f"not connected with the largest part, so without a way to or from it: {away:,} of "
            f"{len(u):,} edges"
        )


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
    elif not edges.index.is_unique:
        yield "edge ids stand twice; make the index of edges unique"
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
    if "travel_time" in streets.edges:
        yield from _time_faults(streets.edges)


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


def _time_faults(edges: gpd.GeoDataFrame) -> Iterator[str]:
    seconds, length = (edges[name].astype("float64") for name in ("travel_time", "length"))
    advice = "osmnx.routing.add_edge_travel_times adds seconds"
    wrong = ~np.isfinite(seconds) | (seconds < 0) | ((seconds == 0) & (length > 0))
    yield from _counted(wrong, "have no travel_time above 0", advice)
    usable = ~wrong & (seconds > 0)
    speed = float(np.median(length[usable] / seconds[usable])) if usable.any() else 1.0
    if not METRES_PER_SECOND[0] < speed < METRES_PER_SECOND[1]:
        yield f"travel times mean {speed * 3.6:,.3g} km/h for half of the edges; give seconds"


def _counted(wrong: pd.Series[Any], what: str, advice: str) -> Iterator[str]:
    if wrong.any():
        first = wrong.index[np.asarray(wrong)].tolist()[0]
        yield f"{int(wrong.sum())} edges {what}, first {first!r}; {advice}"
