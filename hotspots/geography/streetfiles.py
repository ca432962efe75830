"""Street files of every kind, as bare tables."""

from __future__ import annotations

import bz2
import gzip
from typing import IO, TYPE_CHECKING, cast
from xml.etree.ElementTree import ParseError, iterparse
from xml.parsers import expat

import shapely

from hotspots.errors import StreetError
from hotspots.geography.graphml import read_graphml
from hotspots.geography.openstreetmap import read_openstreetmap
from hotspots.geography.streetlines import read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from hotspots.geography.streettable import StreetTable

LINES = frozenset({".gpkg", ".geojson", ".json", ".shp", ".parquet", ".geoparquet"})
READING_ERRORS = (
    ParseError, expat.ExpatError, EOFError, OSError, KeyError, ValueError, RuntimeError,
    StopIteration, shapely.errors.GEOSException,
)  # fmt: skip
UNREADABLE = (
    "cannot be read as a street network; give GraphML or OSM XML, plain, .gz or .bz2, OSM .pbf, "
    "or lines as .gpkg, .shp, .geojson or .parquet"
)
GZIP, BZIP2 = b"\x1f\x8b", b"BZh"
PBF = b"OSMHeader"


def read_street_file(
    path: Path,
    *,
    layer: str | None = None,
    oneway: str | None = None,
    highway: str | None = None,
    crs: object = None,
) -> StreetTable:
    """Read a street file of any known kind, told by its content, or lines by its ending.

    Parameters
    ----------
    path : Path
        GraphML as written by osmnx, or OSM XML, which may be compressed; OSM PBF; lines.
    layer, oneway, highway, crs
        Of lines; see :func:`hotspots.read_streets`.

    Returns
    -------
    StreetTable

    Raises
    ------
    InputError
        If the file is missing, cut short or something else, or an option does not belong to it.
    CRSError
        If lines do not say their coordinate system.
    """
    if not path.is_file():
        raise StreetError(f"{path}: no such file")
    if path.suffix.lower() in LINES:
        return read_lines(path, layer=layer, oneway=oneway, highway=highway, crs=crs)
    options = {"layer": layer, "oneway": oneway, "highway": highway, "crs": crs}
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise StreetError(
            f"{path.name}: {', '.join(given)} belongs to files of lines "
            f"({', '.join(sorted(LINES))}); leave it out"
        )
    try:
        return _read_network(path)
    except READING_ERRORS as error:
        message = f"{path.name}: {UNREADABLE} ({type(error).__name__})"
        raise StreetError(message) from None


def _read_network(path: Path) -> StreetTable:
    with path.open("rb") as file:
        start = file.read(64)
    if PBF in start:
        return read_openstreetmap(path, "pbf")
    with _open(path, start) as file:
        kind = _root(file)
    if kind == "osm":
        packing = ".gz" if start.startswith(GZIP) else ".bz2" if start.startswith(BZIP2) else ""
        return read_openstreetmap(path, f"osm{packing}")
    if kind == "graphml":
        with _open(path, start) as file:
            return read_graphml(file)
    raise StreetError(f"{path.name}: {UNREADABLE} (it holds <{kind}>)")


def _open(path: Path, start: bytes) -> IO[bytes]:
    if start.startswith(GZIP):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if start.startswith(BZIP2):
        return cast("IO[bytes]", bz2.open(path, "rb"))
    return path.open("rb")


def _root(file: IO[bytes]) -> str:
    """Return the outermost tag, without its namespace."""
    _, root = next(iterparse(file, events=("start",)))  # noqa: S314  # reads one tag
    return str(root.tag).rpartition("}")[2]
