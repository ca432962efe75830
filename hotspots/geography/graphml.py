"""GraphML as osmnx writes it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from xml.parsers import expat

import numpy as np
import pandas as pd
import shapely

from hotspots.geography.streettable import StreetTable, split_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

WANTED = frozenset({"x", "y", "length", "travel_time", "highway", "geometry", "crs"})


def read_graphml(file: IO[bytes]) -> StreetTable:
    """Take from GraphML the attributes that distances need, and skip the others.

    osmnx's own reader needs twenty times as long, most of it for what is skipped here.

    Parameters
    ----------
    file : binary file
        Nodes with ``x`` and ``y``; edges with ``length``, and perhaps ``travel_time``, ``highway``
        and ``geometry``; the graph's ``crs``.

    Returns
    -------
    StreetTable
    """
    found = _GraphML()
    found.parser.ParseFile(file)
    both_ways = found.about.get("edgedefault") == "undirected"
    return _street_table(found.nodes, found.edges, found.about.get("crs"), both_ways=both_ways)


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


def _street_table(
    nodes: dict[str, dict[str, str]],
    edges: list[dict[str, str]],
    crs: str | None,
    *,
    both_ways: bool = False,
) -> StreetTable:
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
        geometry=_lines([edge.get("geometry", "") for edge in edges]),
    )  # fmt: skip
    if any("travel_time" in edge for edge in edges):
        edge_table["travel_time"] = _numbers(edge.get("travel_time") for edge in edges)
    if any("highway" in edge for edge in edges):
        edge_table["highway"] = _kinds([edge.get("highway", "") for edge in edges])
    if both_ways:
        back = edge_table.rename(columns={"u": "v", "v": "u"})[edge_table.columns]
        edge_table = pd.concat([edge_table, back], ignore_index=True)
    return StreetTable(node_table, edge_table, crs)


def _ids(found: list[str]) -> pd.Index:
    """Read node ids as the whole numbers they usually are."""
    try:
        ids = pd.Index(np.array(found).astype("int64"))
    except ValueError:
        ids = pd.Index([])
    return ids if len(ids) == len(found) and ids.is_unique else pd.Index(found)


def _numbers(values: Iterable[str | None]) -> NDArray[np.float64]:
    found = pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce")
    return found.to_numpy(dtype="float64")


def _kinds(values: list[str]) -> pd.api.extensions.ExtensionArray:
    """Write the kinds of every street alike."""
    code, written = pd.factorize(np.array(values, dtype=object))
    return pd.array([";".join(split_kinds(text)) for text in written], dtype="str").take(code)


def _lines(values: list[str]) -> NDArray[np.object_]:
    lines = np.full(len(values), None, dtype=object)
    written = np.array([value != "" for value in values], dtype=bool)
    lines[written] = shapely.from_wkt([value for value in values if value])
    return lines
