"""Downloading against a server on this machine that answers as Nominatim and Overpass do."""

from __future__ import annotations

import copy
import gzip
import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import osmium
import osmnx
import pytest
import shapely

from hotspots.cli import main
from hotspots.errors import StreetError
from hotspots.geography.openstreetmap import KM_PER_HOUR
from hotspots.geography.streetdownload import Servers, download_streets
from hotspots.geography.streets import read_streets

PLACES = {
    1: (-87.900, 43.040), 2: (-87.899, 43.040), 3: (-87.898, 43.040), 4: (-87.899, 43.041),
    8: (-87.8985, 43.0402),
}  # fmt: skip
WAYS = {
    10: ([1, 2, 8, 3], {"highway": "residential", "maxspeed": "30 mph"}),
    11: ([4, 2], {"highway": "tertiary", "oneway": "yes"}),
}


def area(west, south, east, north):
    return [
        {
            "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "0", "lon": "0",
            "class": "boundary", "type": "administrative", "place_rank": 16, "importance": 0.5,
            "addresstype": "city", "name": "Town", "display_name": "Town",
            "boundingbox": [str(south), str(north), str(west), str(east)],
            "geojson": json.loads(shapely.to_geojson(shapely.box(west, south, east, north))),
        }
    ]  # fmt: skip


def elements(places, ways):
    nodes = [{"type": "node", "id": i, "lon": x, "lat": y} for i, (x, y) in places.items()]
    lines = [
        {"type": "way", "id": i, "nodes": nodes, "tags": tags} for i, (nodes, tags) in ways.items()
    ]
    return {"version": 0.6, "elements": nodes + lines}


TOWN = area(-87.91, 43.03, -87.89, 43.05)


class Server(ThreadingHTTPServer):
    """Answers every question about a place, or about streets, in one way."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {"search": (200, TOWN), "interpreter": (200, elements(PLACES, WAYS))}
        self.asked = []
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(urlparse(self.path).query)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def answer(self, question):
        name = urlparse(self.path).path.rsplit("/", 1)[-1]
        self.server.asked.append((name, parse_qs(question), self.headers["User-Agent"]))
        status, content = self.server.answers[name]
        if status is None:  # never
            self.server.closing.wait(20)
            return
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)  # a second per question
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def run(server, tmp_path, monkeypatch):
    """Run the command in an empty folder; give its exit code."""
    monkeypatch.chdir(tmp_path)

    def go(*options, place="Town", out="town.graphml.gz", overpass=f"{server.url}/api"):
        return main(
            ["streets", place, "-o", out, "--nominatim", server.url, "--overpass", overpass,
             "--cache", "kept", *options]
        )  # fmt: skip

    return go


def test_streets_of_a_place(run, server, tmp_path, capsys):
    settings, resolve = copy.copy(vars(osmnx.settings)), socket.getaddrinfo
    assert run() == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert [line.partition(" for ")[0] for line in said.out.splitlines()[:2]] == [
        f"asking 127.0.0.1:{server.server_port} where 'Town' is",
        f"asking 127.0.0.1:{server.server_port}",
    ]
    assert said.out.splitlines()[2:] == [
        "answers are kept in kept; delete it to ask anew",
        "town.graphml.gz: Streets(4 nodes, 5 edges); (c) OpenStreetMap contributors, ODbL",
    ]
    assert gzip.decompress((tmp_path / "town.graphml.gz").read_bytes()).startswith(b"<?xml")
    streets = read_streets(tmp_path / "town.graphml.gz")
    ways = set(zip(streets.edges["u"], streets.edges["v"], strict=True))
    assert ways == {(1, 2), (2, 1), (2, 3), (3, 2), (4, 2)}
    assert len(streets.edges.set_index(["u", "v"]).geometry[2, 3].coords) == 3  # bends at node 8
    seconds = streets.edges.set_index(["u", "v"])[["length", "travel_time"]]
    metres_per_second = seconds["length"] / seconds["travel_time"]
    assert metres_per_second[1, 2] == pytest.approx(30 * 1609.344 / 3600, rel=0.01)
    assert metres_per_second[4, 2] == pytest.approx(KM_PER_HOUR["tertiary"] / 3.6, rel=0.01)
    assert vars(osmnx.settings) == settings
    assert socket.getaddrinfo is resolve
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "town.graphml.gz"]


def test_what_is_sent(run, server):
    assert run() == 0
    (place, streets) = server.asked
    assert (place[0], place[1]["q"]) == ("search", ["Town"])
    assert streets[0] == "interpreter"
    assert '["access"!~"^(private|no)$"]' in streets[1]["data"][0]
    assert {place[2], streets[2]} == {"hotspots (OSMnx)"}


def test_the_same_question_is_asked_once(run, server, tmp_path):
    assert run() == 0
    first = (tmp_path / "town.graphml.gz").read_bytes()
    assert run("--force") == 0
    assert len(server.asked) == 2
    assert (
        gzip.decompress((tmp_path / "town.graphml.gz").read_bytes())[:50]
        == (gzip.decompress(first)[:50])
    )
    for path in (tmp_path / "kept").iterdir():
        path.unlink()
    assert run("--force") == 0
    assert len(server.asked) == 4


def test_walking_goes_both_ways_on_every_street(run, tmp_path):
    assert run("--network", "walk", out="town.graphml") == 0
    streets = read_streets(tmp_path / "town.graphml")
    ways = set(zip(streets.edges["u"], streets.edges["v"], strict=True))
    assert {(4, 2), (2, 4)} <= ways
    assert "travel_time" not in streets.edges
    with pytest.raises(StreetError, match="no 'travel_time' of edges"):
        streets.costs("travel_time")


POINT = [{**TOWN[0], "geojson": {"type": "Point", "coordinates": [-87.9, 43.04]}}]
BROKEN_OFF = {"elements": [], "remark": 'runtime error: Query timed out in "query" at line 1'}
HOST = r"127\.0\.0\.1:\d+"


@pytest.mark.parametrize(
    ("name", "status", "content", "message"),
    [
        ("search", 200, [], f"{HOST} knows no place 'Town'; write it as 'City, State, Country'"),
        ("search", 200, POINT, "'Town' is not an area but a point or a line; name the city or "),
        ("search", 429, "slow down", rf"{HOST} has had too many .* \(HTTP 429\); wait a minute"),
        ("search", 403, "", rf"{HOST} refused the question \(HTTP 403\)$"),
        ("search", 200, "<html>", f"{HOST} answered with something else than data; try later"),
        ("search", None, "", f"{HOST} gave no answer within 1 s; try again later, or wait longer"),
        ("interpreter", 429, {}, rf"{HOST} has had too many .* \(HTTP 429\); wait a minute"),
        ("interpreter", 504, "", rf"{HOST} is overloaded \(HTTP 504\); wait some minutes"),
        ("interpreter", 500, "{}", rf"{HOST} refused the question \(HTTP 500\)$"),
        ("interpreter", 200, BROKEN_OFF, f"{HOST} broke off its answer, out of time or memory"),
        ("interpreter", 200, {"elements": []}, "no streets found in 'Town'; is it the right place"),
        ("interpreter", 200, elements(PLACES, {}), "no streets found in 'Town'"),
        ("interpreter", None, "", f"{HOST} gave no answer within 1 s; .* --timeout$"),
    ],
)
def test_answers_that_are_of_no_use(run, server, tmp_path, capsys, name, status, content, message):
    server.answers[name] = (status, content)
    settings = copy.copy(vars(osmnx.settings))
    (tmp_path / "town.graphml.gz").write_bytes(b"the old file")
    assert run("--force", "--timeout", "1") == 2
    said = capsys.readouterr().err
    assert re.search(rf"^hotspots: {message}", said)
    assert said.count("\n") == 1
    assert vars(osmnx.settings) == settings
    left = {path.name for path in tmp_path.iterdir()} - {"kept"}
    assert left == {"town.graphml.gz"}
    assert (tmp_path / "town.graphml.gz").read_bytes() == b"the old file"


def test_a_server_that_is_not_there(run, capsys):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert run(overpass=f"http://127.0.0.1:{port}/api") == 2
    assert capsys.readouterr().err == (
        f"hotspots: 127.0.0.1:{port} cannot be reached (ConnectionError); is there a network, and "
        "is the server's address right?\n"
    )
    assert run(overpass="overpass") == 2
    assert "cannot be reached (MissingSchema); is there a network" in capsys.readouterr().err


def test_nothing_is_replaced_or_asked_by_mistake(run, server, tmp_path, capsys):
    (tmp_path / "town.graphml.gz").write_bytes(b"the old file")
    for options, out, message in [
        ((), "town.graphml.gz", "is there already; add --force to replace it"),
        ((), "town.osm", "streets are written as GraphML; end it in .graphml.gz"),
        ((), "no/town.graphml", "the folder 'no' is not there; make it first"),
        (("--timeout", "0"), "new.graphml", "--timeout: 0 s; wait at least 1"),
    ]:
        assert run(*options, out=out) == 2
        assert message in capsys.readouterr().err
    assert server.asked == []
    assert (tmp_path / "town.graphml.gz").read_bytes() == b"the old file"


def test_a_damaged_answer_in_the_cache(run, tmp_path, capsys):
    assert run() == 0
    for path in (tmp_path / "kept").iterdir():
        path.write_text("[{", encoding="utf-8")
    assert run("--force") == 2
    assert "an answer kept in kept is damaged; delete it" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "kept").write_text("a file, not a folder", encoding="utf-8")
    servers = Servers(server.url, f"{server.url}/api", cache=tmp_path / "kept")
    with pytest.raises(StreetError, match=r"cannot be written \((FileExists|NotADirectory)Error\)"):
        download_streets("Town", tmp_path / "town.graphml", servers=servers, say=lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_the_users_own_cache(monkeypatch, tmp_path):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert Servers().folder.parts[-2:] == ("hotspots", "streets")
    assert tmp_path in Servers().folder.parents


def passes(tags):
    """Tell what Overpass leaves when asked for streets to drive on."""
    denied = {"access": ("private", "no"), "motor_vehicle": "no", "motorcar": "no", "area": "yes"}
    return tags.get("highway") in KM_PER_HOUR and not any(
        key in tags and tags[key] in values for key, values in denied.items()
    )


def test_baltimore(run, server, shared_data, tmp_path):
    """What is downloaded is what reading the extract gives."""
    extract = shared_data / "osm" / "baltimore.osm.pbf"
    places, ways = {}, {}
    for one in osmium.FileProcessor(str(extract)):
        tags = {tag.k: tag.v for tag in one.tags}
        if isinstance(one, osmium.osm.Node):
            places[one.id] = (one.lon, one.lat)
        elif passes(tags):
            ways[one.id] = ([node.ref for node in one.nodes], tags)
    west, east = (pick(x for x, _ in places.values()) for pick in (min, max))
    south, north = (pick(y for _, y in places.values()) for pick in (min, max))
    server.answers["search"] = (200, area(west - 0.01, south - 0.01, east + 0.01, north + 0.01))
    server.answers["interpreter"] = (200, elements(places, ways))
    assert run(place="Baltimore") == 0
    got, expected = read_streets(tmp_path / "town.graphml.gz"), read_streets(extract)
    assert got.nodes.index.sort_values().equals(expected.nodes.index.sort_values())
    ours, theirs = (
        one.edges.sort_values(["u", "v", "length"])[["u", "v", "length", "travel_time"]].to_numpy()
        for one in (got, expected)
    )
    assert (ours[:, :2] == theirs[:, :2]).all()
    assert ours[:, 2] == pytest.approx(theirs[:, 2], rel=0.004)  # a sphere, an ellipsoid
