"""Downloading streets from OpenStreetMap: the only thing here that uses a network."""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlparse

from hotspots.errors import StreetError
from hotspots.geography.openstreetmap import KM_PER_HOUR
from hotspots.geography.streets import read_streets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from requests import PreparedRequest, Response
    from shapely import Geometry

    from hotspots.geography.streets import Streets

Network = Literal["drive", "walk"]
NOMINATIM = "https://nominatim.openstreetmap.org"
OVERPASS = "https://overpass-api.de/api"
TIMEOUT_S = 180
ENDINGS = (".graphml", ".graphml.gz")
TOO_MANY, TOO_LONG = 429, 504


@dataclass(frozen=True)
class Servers:
    """Whom to ask, and how.

    Attributes
    ----------
    nominatim, overpass : str
        Addresses of the servers that know where a place is, and which streets lie in it.
    timeout : int
        Seconds to wait for an answer.
    cache : Path
        Folder in which answers are kept, so that the same question is asked once.
    """

    nominatim: str = NOMINATIM
    overpass: str = OVERPASS
    timeout: int = TIMEOUT_S
    cache: Path | None = None

    @property
    def folder(self) -> Path:
        """The cache folder, the user's own by default."""
        return self.cache or _user_cache() / "hotspots" / "streets"


def download_streets(
    place: str,
    path: str | os.PathLike[str],
    *,
    network: Network = "drive",
    servers: Servers | None = None,
    force: bool = False,
    say: Callable[[str], None] = print,
) -> Streets:
    """Download the streets of a place and write them as GraphML.

    The place's name is sent to one server and its outline to another; nothing else is.

    Parameters
    ----------
    place : str
        As one would look for it on a map, such as ``"Milwaukee, Wisconsin, USA"``.
    path : path-like
        Ends in ``.graphml`` or ``.graphml.gz``.
    network : {"drive", "walk"}
        Public streets for cars, one-way streets respected, with travel times; or all public ways
        for walking, in both directions.
    servers : Servers, optional
        OpenStreetMap's public ones by default.
    force : bool
        Whether to replace a file that is there.
    say : callable
        Takes a line about what is going on.

    Returns
    -------
    Streets
        What was written, as :func:`hotspots.read_streets` reads it.

    Raises
    ------
    StreetError
        If the file cannot be written or is there already, a server cannot be reached, is busy or
        answers late, or the place is not found, no area, or without streets. Nothing is left then,
        and nothing replaced.
    """
    path, servers = Path(path), servers or Servers()
    _require_writable(path, force=force)
    if servers.timeout < 1:
        raise StreetError(f"--timeout: {servers.timeout} s; wait at least 1")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".streets-") as folder:
            draft = Path(folder) / path.name
            with _asking(servers) as osmnx:
                say(f"asking {_host(servers.nominatim)} where {place!r} is")
                outline = _outline(osmnx, place, servers)
                say(f"asking {_host(servers.overpass)} for its streets; this may take minutes")
                graph = _streets(osmnx, place, outline, network)
                _write(osmnx, graph, draft)
            streets = read_streets(draft)
            draft.replace(path)
    except OSError as error:
        raise StreetError(
            f"{path} or {servers.folder} cannot be written ({type(error).__name__})"
        ) from None
    say(f"answers are kept in {servers.folder}; delete it to ask anew")
    say(f"{path}: {streets!r}; (c) OpenStreetMap contributors, ODbL")
    return streets


def _user_cache() -> Path:
    """Find the folder for what a program can always get again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _require_writable(path: Path, *, force: bool) -> None:
    if not path.name.endswith(ENDINGS):
        raise StreetError(f"{path}: streets are written as GraphML; end it in {ENDINGS[1]}")
    if not path.parent.is_dir():
        raise StreetError(f"{path}: the folder {str(path.parent)!r} is not there; make it first")
    if path.exists() and not force:
        raise StreetError(f"{path}: is there already; add --force to replace it")


@contextmanager
def _asking(servers: Servers) -> Iterator[Any]:
    """Let osmnx ask these servers, and leave no trace of that in its settings."""
    import osmnx  # takes seconds to import
    import requests

    wanted = {
        "nominatim_url": servers.nominatim,
        "overpass_url": servers.overpass,
        "overpass_rate_limit": False,  # a busy server says so, and the user is told to wait
        "requests_timeout": servers.timeout,
        "requests_kwargs": {"hooks": {"response": _require_answer}},
        "default_access": '["access"!~"^(private|no)$"]',  # as of an extract
        "doh_url_template": None,  # ask nobody else where the servers are
        "use_cache": True,
        "cache_folder": servers.folder,
        "http_user_agent": "hotspots (OSMnx)",
    }
    before = {name: getattr(osmnx.settings, name) for name in wanted}
    resolve = socket.getaddrinfo  # osmnx replaces it
    try:
        for name, value in wanted.items():
            setattr(osmnx.settings, name, value)
        yield osmnx
    except requests.exceptions.Timeout as error:
        raise StreetError(
            f"{_asked(error.request)} gave no answer within {servers.timeout} s; "
            "try again later, or wait longer with --timeout"
        ) from None
    except requests.exceptions.RequestException as error:
        raise StreetError(
            f"{_asked(error.request)} cannot be reached ({type(error).__name__}); is there a "
            "network, and is the server's address right?"
        ) from None
    except JSONDecodeError:
        raise StreetError(f"an answer kept in {servers.folder} is damaged; delete it") from None
    finally:
        socket.getaddrinfo = resolve
        for name, value in before.items():
            setattr(osmnx.settings, name, value)


def _require_answer(response: Response, *_: object, **__: object) -> None:
    """Refuse anything but a whole answer, before osmnx waits and asks again without end."""
    host = _host(response.url)
    if response.status_code == TOO_MANY:
        raise StreetError(
            f"{host} has had too many questions from here (HTTP {TOO_MANY}); "
            "wait a minute and try again"
        )
    if response.status_code == TOO_LONG:
        raise StreetError(
            f"{host} is overloaded (HTTP {TOO_LONG}); wait some minutes and try again"
        )
    if not response.ok:
        raise StreetError(f"{host} refused the question (HTTP {response.status_code})")
    try:
        answer = response.json()
    except ValueError:
        raise StreetError(f"{host} answered with something else than data; try later") from None
    if isinstance(answer, dict) and "error" in str(answer.get("remark", "")):
        raise StreetError(
            f"{host} broke off its answer, out of time or memory; wait longer with --timeout, "
            "or ask for a smaller place"
        )


def _outline(osmnx: Any, place: str, servers: Servers) -> Geometry:
    unknown = (
        f"{_host(servers.nominatim)} knows no place {place!r}; write it as 'City, State, Country'"
    )
    try:
        with _nothing_found(unknown):
            found = osmnx.geocode_to_gdf(place)
    except TypeError:
        raise StreetError(
            f"{place!r} is not an area but a point or a line; name the city or county it is in"
        ) from None
    outline: Geometry = found.union_all()
    return outline


@contextmanager
def _nothing_found(message: str) -> Iterator[None]:
    """Say so where osmnx is disappointed by an answer, which it says with a ValueError."""
    from requests.exceptions import RequestException

    try:
        yield
    except (JSONDecodeError, RequestException):
        raise
    except ValueError:
        raise StreetError(message) from None


def _streets(osmnx: Any, place: str, outline: Geometry, network: Network) -> Any:
    """Get the streets as a graph of networkx."""
    nothing = f"no streets found in {place!r}; is it the right place?"
    with _nothing_found(nothing):
        graph = osmnx.graph_from_polygon(outline, network_type=network, truncate_by_edge=True)
    if not graph.number_of_edges():
        raise StreetError(nothing)
    if network == "drive":
        graph = osmnx.add_edge_speeds(graph, hwy_speeds=KM_PER_HOUR, fallback=KM_PER_HOUR["road"])
        graph = osmnx.add_edge_travel_times(graph)
    return graph


def _write(osmnx: Any, graph: Any, draft: Path) -> None:
    plain = draft.with_name("plain.xml")
    osmnx.save_graphml(graph, plain)
    if draft.suffix == ".gz":
        with plain.open("rb") as source, gzip.open(draft, "wb") as target:
            shutil.copyfileobj(source, target)
    else:
        plain.replace(draft)


def _host(url: str) -> str:
    return urlparse(url).netloc or url


def _asked(request: PreparedRequest | Any) -> str:
    return _host(request.url) if request is not None and request.url else "the server"
