"""OpenStreetMap extracts, XML or PBF: the public streets cars may use, joined at crossings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hotspots.geography.streettable import StreetTable, ground_lengths

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

KM_PER_HOUR = {
    "motorway": 90, "motorway_link": 45, "trunk": 85, "trunk_link": 40, "primary": 65,
    "primary_link": 30, "secondary": 55, "secondary_link": 25, "tertiary": 40,
    "tertiary_link": 20, "unclassified": 25, "residential": 25, "living_street": 10, "road": 25,
}  # fmt: skip
"""Kinds of streets that are taken, and the speed on them where none is posted."""

KINDS = tuple(KM_PER_HOUR)

FORBIDDEN = {"private", "no"}
POSTED = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?")
KM_PER_MILE = 1.609344
BOTH_WAYS, ONE_WAY, BACKWARDS = 0, 1, -1


def read_openstreetmap(path: Path, packing: str) -> StreetTable:
    """Read public streets that cars may use, of these the largest connected part.

    Service roads, paths and streets closed to the public or to cars are left out. Nodes that only
    give a street its shape become corners of its line: what is left are crossings, dead ends, and
    the places where a one-way street begins or ends.

    Parameters
    ----------
    path : Path
        The extract; its ways and nodes may stand in any order.
    packing : {"osm", "osm.gz", "osm.bz2", "pbf"}
        How it is written.

    Returns
    -------
    StreetTable
        With travel times at the posted speed, or at one usual for the kind of street; lengths over
        the ground.
    """
    ways = _read_ways(path, packing)
    places = _read_places(path, packing, {node for way in ways for node in way.nodes})
    ids = np.fromiter(places, dtype=np.int64, count=len(places))
    degrees = np.array(list(places.values()), dtype="float64").reshape(-1, 2)
    pieces, notes = _largest_part(_pieces(ways, ids, degrees), len(ids))
    edges = _joined(pieces, degrees)
    used = np.unique(edges[["u", "v"]])
    edges[["u", "v"]] = np.searchsorted(used, edges[["u", "v"]])
    nodes = pd.DataFrame(degrees[used], columns=["x", "y"], index=pd.Index(ids[used]))
    return StreetTable(nodes, edges, "EPSG:4326", notes)


@dataclass(frozen=True)
class _Way:
    """A street as OpenStreetMap has it: ids of its nodes, its direction, speed in km/h and kind."""

    nodes: list[int]
    direction: int
    speed: float
    kind: int


@dataclass(frozen=True)
class _Pieces:
    """Straight pieces of street between two places, each once.

    Every piece stands for two ways to go: from `low` to `high`, numbered as the piece, and back,
    numbered n further on.

    Attributes
    ----------
    low, high : array of int, shape (n,)
        Places, by position.
    allowed : array of bool, shape (2 n,)
        Whether one may go that way.
    metres, seconds : array of float, shape (n,)
    kind : array of int, shape (n,)
        Position in `KINDS`.
    """

    low: Integers
    high: Integers
    allowed: Flags
    metres: Floats
    seconds: Floats
    kind: Integers

    @property
    def tail(self) -> Integers:
        return np.concatenate([self.low, self.high])

    @property
    def head(self) -> Integers:
        return np.concatenate([self.high, self.low])


def _read_ways(path: Path, packing: str) -> list[_Way]:
    import osmium

    found = osmium.FileProcessor(osmium.io.File(str(path), packing), osmium.osm.WAY)
    ways = []
    for way in found.with_filter(osmium.filter.KeyFilter("highway")):
        tags = {tag.k: tag.v for tag in way.tags}
        if isinstance(way, osmium.osm.Way) and _is_street(tags):
            refs = [node.ref for node in way.nodes]
            kind = KINDS.index(tags["highway"])
            ways.append(_Way(refs, _direction(tags), _speed(tags), kind))
    return ways


def _read_places(path: Path, packing: str, wanted: set[int]) -> dict[int, tuple[float, float]]:
    import osmium

    found = osmium.FileProcessor(osmium.io.File(str(path), packing), osmium.osm.NODE)
    if not wanted:
        return {}
    found = found.with_filter(osmium.filter.IdFilter(wanted))
    return {
        node.id: (node.lon, node.lat)
        for node in found
        if isinstance(node, osmium.osm.Node) and node.location.valid()
    }


def _is_street(tags: dict[str, str]) -> bool:
    return (
        tags.get("highway") in KM_PER_HOUR
        and tags.get("area") != "yes"
        and tags.get("access") not in FORBIDDEN
        and tags.get("motor_vehicle") != "no"
        and tags.get("motorcar") != "no"
    )


def _direction(tags: dict[str, str]) -> int:
    """Say which way cars may go; roundabouts and motorways are one-way unless they deny it."""
    match tags.get("oneway"):
        case "yes" | "true" | "1":
            return ONE_WAY
        case "-1" | "reverse":
            return BACKWARDS
        case None if tags.get("junction") == "roundabout" or tags["highway"] == "motorway":
            return ONE_WAY
    return BOTH_WAYS


def _speed(tags: dict[str, str]) -> float:
    posted = POSTED.fullmatch(tags.get("maxspeed", ""))
    if posted is None or not float(posted[1]):
        return KM_PER_HOUR[tags["highway"]]
    return float(posted[1]) * (KM_PER_MILE if posted[2] == "mph" else 1)


def _pieces(ways: list[_Way], ids: Integers, degrees: Floats) -> _Pieces:
    """Cut ways at every node; where two ways share a piece, either's direction will do."""
    sizes = [len(way.nodes) for way in ways]
    way = np.repeat(np.arange(len(ways)), sizes)
    refs = np.fromiter((node for one in ways for node in one.nodes), np.int64, sum(sizes))
    place = pd.Index(ids).get_indexer(
        pd.Index(refs)
    )  # -1 where the extract ends before the way does
    tail, head = place[:-1], place[1:]
    kept = (way[1:] == way[:-1]) & (tail >= 0) & (head >= 0) & (tail != head)
    tail, head, way = tail[kept], head[kept], way[:-1][kept]
    direction = np.array([one.direction for one in ways], dtype=int)[way]
    turned = tail > head
    table = pd.DataFrame(
        {
            "low": np.where(turned, head, tail),
            "high": np.where(turned, tail, head),
            "up": (direction == BOTH_WAYS) | ((direction == BACKWARDS) == turned),
            "down": (direction == BOTH_WAYS) | ((direction == BACKWARDS) != turned),
            "speed": np.array([one.speed for one in ways], dtype=float)[way],
            "kind": np.array([one.kind for one in ways], dtype=np.int64)[way],
        }
    )
    table = table.groupby(["low", "high"], as_index=False).max()
    low, high = table["low"].to_numpy(), table["high"].to_numpy()
    each = np.arange(len(table))
    ends = np.stack([degrees[low], degrees[high]], axis=1).reshape(-1, 2)
    metres = ground_lengths(ends, np.repeat(each, 2), len(each))
    allowed = np.concatenate([table["up"], table["down"]])
    seconds = metres * 3.6 / table["speed"].to_numpy()
    return _Pieces(low, high, allowed, metres, seconds, table["kind"].to_numpy())


def _largest_part(pieces: _Pieces, n_places: int) -> tuple[_Pieces, tuple[str, ...]]:
    """Keep the part with most places; one-way streets connect like any other."""
    n = len(pieces.low)
    graph = coo_array((np.ones(n), (pieces.low, pieces.high)), shape=(n_places, n_places))
    part = connected_components(graph, directed=False)[1]
    kept = part[pieces.low] == np.bincount(part).argmax() if n else np.zeros(0, dtype=bool)
    lost = pieces.metres[~kept].sum()
    notes = (f"{lost:,.0f} m of streets not connected with the rest were left out",)
    largest = _Pieces(
        pieces.low[kept],
        pieces.high[kept],
        pieces.allowed[np.concatenate([kept, kept])],
        pieces.metres[kept],
        pieces.seconds[kept],
        pieces.kind[kept],
    )
    return largest, notes if lost else ()


def _joined(pieces: _Pieces, degrees: Floats) -> pd.DataFrame:
    """Join pieces to streets: every way to go is followed from one crossing to the next."""
    tail, head = pieces.tail, pieces.head
    onward = _onward(pieces, len(degrees))
    reached = np.isin(np.arange(len(tail)), onward)
    current = np.flatnonzero(pieces.allowed & ~reached)
    street, steps = np.arange(len(current)), []
    while len(current):
        steps.append(pd.DataFrame({"street": street, "way": current}))
        street, current = street[onward[current] >= 0], onward[current]
        current = current[current >= 0]
    route = pd.concat(steps or [pd.DataFrame({"street": [], "way": []}, dtype=int)])
    route = route.sort_values("street", kind="stable")
    street, way = route["street"].to_numpy(), route["way"].to_numpy()
    first, last = ~pd.Series(street).duplicated(), ~pd.Series(street).duplicated(keep="last")
    n = int(first.sum())
    corner = np.insert(head[way], np.flatnonzero(first), tail[way[first]])
    drawn = np.repeat(np.arange(n), np.bincount(street, minlength=n) + 1)
    piece = way % max(1, len(pieces.low))
    return pd.DataFrame(
        {
            "u": tail[way[first]],
            "v": head[way[last]],
            "length": np.bincount(street, weights=pieces.metres[piece], minlength=n),
            "travel_time": np.bincount(street, weights=pieces.seconds[piece], minlength=n),
            "highway": _kinds(pieces.kind[piece], np.flatnonzero(first)),
            "geometry": shapely.linestrings(degrees[corner], indices=drawn) if n else [],
        }
    )


def _kinds(kind: Integers, first: Integers) -> pd.api.extensions.ExtensionArray:
    """Name the kinds of every street, whose pieces begin at `first`; in one order either way."""
    joined = np.bitwise_or.reduceat(1 << kind, first) if len(first) else first
    code, found = pd.factorize(joined)
    names = [";".join(name for i, name in enumerate(KINDS) if bits >> i & 1) for bits in found]
    return pd.array(names, dtype="str").take(code)


def _onward(pieces: _Pieces, n_places: int) -> Integers:
    """Say for every way to go which one continues it, or -1 where a crossing or an end is reached.

    A street goes on through a place with two pieces where both are two-way, or where one leads in
    and the other out.
    """
    tail, head, n = pieces.tail, pieces.head, len(pieces.low)
    n_pieces = np.bincount(tail, minlength=n_places)
    n_out = np.bincount(tail[pieces.allowed], minlength=n_places)
    n_in = np.bincount(head[pieces.allowed], minlength=n_places)
    through = (n_pieces == 2) & (n_out == n_in)
    if n and through[tail].all():
        through[tail[0]] = False  # a ring without a crossing begins somewhere
    way = np.arange(2 * n)
    back = (way + n) % (2 * n) if n else way
    leaving = np.bincount(tail, weights=way, minlength=n_places).astype(np.int64)
    onward = leaving[head] - back  # of the two that leave a place, the one that does not go back
    return np.where(through[head] & pieces.allowed, onward, -1)
