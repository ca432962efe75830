"""Street files: GraphML and OSM XML, plain or compressed, as bare tables."""

from __future__ import annotations

import bz2
import gzip
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, cast
from xml.etree.ElementTree import ParseError, iterparse
from xml.parsers import expat
from xml.sax import SAXException

import numpy as np
import pandas as pd
import shapely

from hotspots.errors import StreetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

STREET_TYPES = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
     "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential",
     "living_street", "road"}
)  # fmt: skip
READING_ERRORS = (
    ParseError, expat.ExpatError, SAXException, EOFError, OSError, KeyError, ValueError,
    StopIteration, shapely.errors.GEOSException,
)  # fmt: skip
WANTED = frozenset({"x", "y", "length", "geometry", "crs"})
UNREADABLE = "cannot be read as a street network; give GraphML or OSM XML, plain, .gz or .bz2"


@dataclass(frozen=True)
class StreetFile:
    """What a street file says, as it says it.

    Attributes
    ----------
    nodes : DataFrame
        Columns ``x, y``, NaN where not given; index of node ids, int where all of them are.
    edges : DataFrame
        Columns ``u, v`` (position of the node it leads from and to, -1 if unknown), ``length``
        (metres, NaN where not given) and ``geometry`` (LineString, or None for a straight line);
        one row per direction of travel.
    crs : str or None
        Of all coordinates.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    crs: str | None


def read_street_file(path: Path) -> StreetFile:
    """Read a street file of any known kind, told by its content.

    Parameters
    ----------
    path : Path
        GraphML as written by osmnx, or OSM XML; may be compressed.

    Returns
    -------
    StreetFile

    Raises
    ------
    StreetError
        If the file is missing, cut short, or something else.
    """
    if not path.is_file():
        raise StreetError(f"{path}: no such file")
    try:
        with _open(path) as file:
            kind = _root(file)
        if kind == "osm":
            return _read_osm(path)
        if kind == "graphml":
            with _open(path) as file:
                return _read_graphml(file)
    except READING_ERRORS as error:
        message = f"{path.name}: {UNREADABLE} ({type(error).__name__})"
        raise StreetError(message) from None
    raise StreetError(f"{path.name}: {UNREADABLE} (it holds <{kind}>)")


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        start = file.read(3)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if start == b"BZh":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    return path.open("rb")


def _root(file: IO[bytes]) -> str:
    """Return the outermost tag, without its namespace."""
    _, root = next(iterparse(file, events=("start",)))  # noqa: S314  # reads one tag
    return str(root.tag).rpartition("}")[2]


def _read_graphml(file: IO[bytes]) -> StreetFile:
    """Take from GraphML the attributes that distances need, and skip the others.

    osmnx's own reader needs twenty times as long, most of it for what is skipped here.
    """
    found = _GraphML()
    found.parser.ParseFile(file)
    both_ways = found.about.get("edgedefault") == "undirected"
    return _street_file(found.nodes, found.edges, found.about.get("crs"), both_ways=both_ways)


class _GraphML:
    """What the parser has told so far; it is asked for text only where that is wanted."""

    def __init__(self) -> None:
        self.about: dict[str, str] = {}
        self.nodes: dict[str, dict[str, str]] = {}
        self.edges: list[dict[str, str]] = []
        self.parser = expat.ParserCreate()  # expat stops entities that grow without end
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._wanted: dict[str | None, str] = {}
        self._open = [self.about]
        self._name: str | None = None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "data":
                self._name = self._wanted.get(attributes.get("key"))
                if self._name:
                    self._open[-1][self._name] = ""
                    self.parser.CharacterDataHandler = self._text
            case "node":
                self._open.append(self.nodes.setdefault(attributes["id"], {}))
            case "edge":
                self.edges.append({"u": attributes["source"], "v": attributes["target"]})
                self._open.append(self.edges[-1])
            case "graph":
                self.about |= attributes
                self._open.append(self.about)
            case "key" if attributes.get("attr.name") in WANTED:
                self._wanted[attributes["id"]] = attributes["attr.name"]

    def _end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "data":
                self._name = self.parser.CharacterDataHandler = None
            case "node" | "edge" | "graph":
                self._open.pop()

    def _text(self, text: str) -> None:
        if self._name:
            self._open[-1][self._name] += text


def _street_file(
    nodes: dict[Any, dict[str, Any]],
    edges: list[dict[str, Any]],
    crs: str | None,
    *,
    both_ways: bool = False,
) -> StreetFile:
    node_table = pd.DataFrame(
        {axis: _numbers(node.get(axis) for node in nodes.values()) for axis in ("x", "y")},
        index=_ids(list(nodes)),
    )
    position = {node: i for i, node in enumerate(nodes)}
    edge_table = pd.DataFrame(
        {end: np.array([position.get(edge[end], -1) for edge in edges], dtype=np.int64)
         for end in ("u", "v")}
    ).assign(
        length=_numbers(edge.get("length") for edge in edges),
        geometry=_lines([edge.get("geometry") for edge in edges]),
    )  # fmt: skip
    if both_ways:
        back = edge_table.rename(columns={"u": "v", "v": "u"})[edge_table.columns]
        edge_table = pd.concat([edge_table, back], ignore_index=True)
    return StreetFile(node_table, edge_table, crs)


def _ids(found: list[Any]) -> pd.Index:
    """Read node ids as the whole numbers they usually are."""
    try:
        ids = pd.Index(np.array(found).astype("int64"))
    except ValueError:
        ids = pd.Index([])
    return ids if len(ids) == len(found) and ids.is_unique else pd.Index([str(i) for i in found])


def _numbers(values: Iterable[Any]) -> NDArray[np.float64]:
    found = pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce")
    return found.to_numpy(dtype="float64")


def _lines(values: list[Any]) -> NDArray[np.object_]:
    lines = np.array([None if isinstance(value, str) else value for value in values], dtype=object)
    written = np.array([isinstance(value, str) and value != "" for value in values], dtype=bool)
    lines[written] = shapely.from_wkt(
        [value for value in values if value and isinstance(value, str)]
    )
    return lines


def _read_osm(path: Path) -> StreetFile:
    """Keep public streets that cars may use, in one piece, and join their ways at crossings.

    Service roads, paths and private streets are left out, as in osmnx's network type ``drive``,
    and so is what is not connected with the largest part.
    """
    import osmnx  # takes seconds to import, and GraphML does without

    graph = osmnx.graph_from_xml(path, simplify=False, retain_all=True)
    other = [
        (u, v, key) for u, v, key, tags in graph.edges(keys=True, data=True) if not _street(tags)
    ]
    graph.remove_edges_from(other)
    if graph.number_of_edges():
        graph = osmnx.truncate.largest_component(graph, strongly=False)
        graph = osmnx.simplify_graph(graph)
    return _street_file(dict(graph.nodes(data=True)), list(_osm_edges(graph)), graph.graph["crs"])


def _street(tags: dict[str, Any]) -> bool:
    return (
        tags.get("highway") in STREET_TYPES
        and tags.get("area") != "yes"
        and tags.get("access") not in {"private", "no"}
    )


def _osm_edges(graph: Any) -> Iterator[dict[str, Any]]:
    for u, v, tags in graph.edges(data=True):
        yield {"u": u, "v": v, "length": tags.get("length"), "geometry": tags.get("geometry")}
