"""OpenStreetMap extracts: rules by hand, and the whole against osmnx."""

from __future__ import annotations

import gzip

import numpy as np
import osmium
import osmnx
import pytest
import shapely
from pyproj import Geod

from hotspots.errors import StreetError
from hotspots.geography.openstreetmap import KM_PER_HOUR
from hotspots.geography.streets import read_streets

STEP = 0.001  # degrees


def places(**columns_rows):
    return {
        int(name[1:]): (-87.9 + column * STEP, 43.04 + row * STEP)
        for name, (column, row) in columns_rows.items()
    }


def way(tags="", *nodes):
    """Read 'highway=residential oneway=yes' as tags."""
    return dict(tag.split("=") for tag in tags.split()), nodes


@pytest.fixture
def extract(tmp_path):
    """Write nodes and ways as osmium does; give the streets read from it."""

    def write(nodes, *ways, name="a.osm.pbf", ways_first=False):
        path = tmp_path / name
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:

            def write_nodes():
                for i, lonlat in nodes.items():
                    writer.add_node(osmium.osm.mutable.Node(id=i, location=lonlat))

            if not ways_first:
                write_nodes()
            for i, (tags, refs) in enumerate(ways, start=100):
                writer.add_way(osmium.osm.mutable.Way(id=i, tags=tags, nodes=refs))
            if ways_first:
                write_nodes()
        return path

    return write


def arcs(streets):
    return sorted(zip(streets.edges["u"], streets.edges["v"], strict=True))


T = places(n1=(0, 0), n2=(1, 0), n3=(2, 0), n4=(1, 1), n5=(3, 0))
RESIDENTIAL = "highway=residential"
BASE = way(RESIDENTIAL, 1, 2), way(RESIDENTIAL, 2, 4)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("", [(2, 3), (3, 2)]),
        ("oneway=no", [(2, 3), (3, 2)]),
        ("oneway=yes", [(2, 3)]),
        ("oneway=true", [(2, 3)]),
        ("oneway=1", [(2, 3)]),
        ("oneway=-1", [(3, 2)]),
        ("oneway=reverse", [(3, 2)]),
        ("oneway=reversible", [(2, 3), (3, 2)]),
        ("junction=roundabout", [(2, 3)]),
        ("junction=roundabout oneway=no", [(2, 3), (3, 2)]),
        ("highway=motorway", [(2, 3)]),
        ("highway=motorway oneway=no", [(2, 3), (3, 2)]),
        ("highway=motorway_link", [(2, 3), (3, 2)]),
        ("highway=service", []),
        ("highway=footway", []),
        ("access=private", []),
        ("access=no", []),
        ("access=permissive", [(2, 3), (3, 2)]),
        ("motor_vehicle=no", []),
        ("motorcar=no", []),
        ("area=yes", []),
    ],
)
def test_which_ways_are_taken_and_which_way_they_lead(extract, tags, expected):
    path = extract(T, *BASE, way(f"highway=tertiary {tags}", 2, 3))
    found = [arc for arc in arcs(read_streets(path)) if 3 in arc]
    assert found == expected


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm", "a.osm.gz", "a.osm.bz2"])
@pytest.mark.parametrize("ways_first", [False, True])
def test_every_form_and_order_gives_the_same(extract, name, ways_first):
    streets = read_streets(
        extract(T, *BASE, way(RESIDENTIAL, 2, 3), ways_first=ways_first, name=name)
    )
    assert arcs(streets) == [(1, 2), (2, 1), (2, 3), (2, 4), (3, 2), (4, 2)]
    assert streets.notes == ()


def test_the_form_is_told_by_content(extract, tmp_path):
    extract(T, *BASE).rename(tmp_path / "streets.dat")
    assert len(read_streets(tmp_path / "streets.dat").edges) == 2


def test_pieces_are_joined_to_streets(extract):
    """Two ways and a bend between 1 and 3 are one street; where a one-way begins is an end."""
    line = way(RESIDENTIAL, 1, 2, 4), way("highway=tertiary", 4, 3)
    joined = read_streets(extract(T, *line))
    assert arcs(joined) == [(1, 3), (3, 1)]
    geod = Geod(ellps="WGS84")
    expected = geod.line_length(*zip(*(T[i] for i in (1, 2, 4, 3)), strict=True))
    assert joined.edges["length"].to_list() == pytest.approx([expected] * 2, abs=1e-3)
    there, back = shapely.get_coordinates(joined.edges.geometry.to_numpy()).reshape(2, 4, 2)
    assert there == pytest.approx(back[::-1])
    assert len(joined.segments.edge) == 1
    one_way = read_streets(extract(T, *line, way("highway=tertiary oneway=yes", 3, 5)))
    assert arcs(one_way) == [(1, 3), (3, 1), (3, 5)]


def test_one_way_streets_that_meet_head_on_end_there(extract):
    head_on = way("highway=primary oneway=yes", 1, 2), way("highway=primary oneway=yes", 3, 2)
    assert arcs(read_streets(extract(T, *head_on))) == [(1, 2), (3, 2)]
    onward = way("highway=primary oneway=yes", 1, 2), way("highway=primary oneway=-1", 3, 2)
    assert arcs(read_streets(extract(T, *onward))) == [(1, 3)]


def test_rings(extract):
    """A cul-de-sac with a loop, and a ring with no crossing at all."""
    loop = read_streets(extract(T, way(RESIDENTIAL, 1, 2, 3, 4, 2)))
    assert arcs(loop) == [(1, 2), (2, 1), (2, 2), (2, 2)]
    ring = read_streets(extract(T, way("highway=residential oneway=yes", 2, 3, 4, 2)))
    ((u, v),) = arcs(ring)
    assert u == v
    assert ring.edges.length.sum() == pytest.approx(ring.edges["length"].sum(), rel=0.002)


def test_what_is_apart_is_left_out_and_told(extract):
    far = places(n8=(30, 0), n9=(31, 0))
    streets = read_streets(extract(T | far, *BASE, way(RESIDENTIAL, 8, 9)))
    assert arcs(streets) == [(1, 4), (4, 1)]
    assert streets.notes == ("81 m of streets not connected with the rest were left out",)


def test_ways_that_leave_the_extract_are_cut(extract):
    streets = read_streets(extract(T, *BASE, way(RESIDENTIAL, 2, 3, 77, 5)))
    assert arcs(streets) == [(1, 2), (2, 1), (2, 3), (2, 4), (3, 2), (4, 2)]


def test_repeated_pieces_are_one_street(extract):
    streets = read_streets(
        extract(
            T, way("highway=primary oneway=yes", 1, 2, 2), way("highway=primary oneway=-1", 1, 2)
        )
    )
    assert arcs(streets) == [(1, 2), (2, 1)]


@pytest.mark.parametrize(
    ("tags", "speed"),
    [
        ("maxspeed=30_mph", 30 * 1.609344),
        ("maxspeed=30mph", 30 * 1.609344),
        ("maxspeed=50", 50),
        ("maxspeed=50_km/h", 50),
        ("", KM_PER_HOUR["tertiary"]),
        ("maxspeed=signals", KM_PER_HOUR["tertiary"]),
        ("maxspeed=0", KM_PER_HOUR["tertiary"]),
        ("maxspeed=US:urban", KM_PER_HOUR["tertiary"]),
    ],
)
def test_travel_times(extract, tags, speed):
    tags = f"highway=tertiary {tags}".split()
    posted = {key: value.replace("_", " ") for key, value in (tag.split("=") for tag in tags)}
    streets = read_streets(extract(T, (posted, (1, 2)), way(RESIDENTIAL, 2, 3)))
    metres = Geod(ellps="WGS84").inv(*T[1], *T[2])[2]
    seconds = metres / speed * 3.6 + metres / KM_PER_HOUR["residential"] * 3.6
    assert streets.edges["travel_time"].to_list() == pytest.approx([seconds] * 2, rel=1e-4)


@pytest.mark.parametrize("name", ["a.osm.pbf", "a.osm.gz"])
def test_files_cut_short(extract, name):
    path = extract(T | {i: (-87.9, 43 + i / 1e4) for i in range(200, 2000)}, *BASE, name=name)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StreetError, match=r"cannot be read as a street network.*Error\)$"):
        read_streets(path)


def test_no_streets_in_it(extract):
    with pytest.raises(StreetError, match=r"a\.osm\.pbf: no streets in it"):
        read_streets(extract(T, way("highway=footway", 1, 2)))
    with pytest.raises(StreetError, match=r"a\.osm\.pbf: no streets in it"):
        read_streets(extract(T))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("baltimore.osm.pbf", marks=pytest.mark.slow),
        "beatty.osm.gz",
        "West-Oakland.osm.bz2",
    ],
    ids=lambda n: n[:4],
)
def test_against_osmnx(shared_data, tmp_path, name):
    """The same nodes, and between them the same streets, but for lengths on a sphere."""
    source = shared_data / "osm" / name
    plain = tmp_path / "plain.osm"
    with osmium.SimpleWriter(str(plain)) as writer:
        for one in osmium.FileProcessor(str(source)):
            writer.add(one)
    graph = osmnx.graph_from_xml(plain, simplify=False, retain_all=True)
    graph.remove_edges_from(
        [
            (u, v, key)
            for u, v, key, tags in graph.edges(keys=True, data=True)
            if tags.get("highway") not in KM_PER_HOUR
            or tags.get("area") == "yes"
            or tags.get("access") in ("private", "no")
        ]
    )
    graph = osmnx.simplify_graph(osmnx.truncate.largest_component(graph, strongly=False))
    expected = np.array(sorted((u, v, tags["length"]) for u, v, tags in graph.edges(data=True)))
    for path in (source, plain):
        edges = read_streets(path).edges.sort_values(["u", "v", "length"])
        assert edges[["u", "v"]].to_numpy() == pytest.approx(expected[:, :2], abs=0)
        assert edges["length"].to_numpy() == pytest.approx(expected[:, 2], rel=0.004)


def test_packed_as_it_says_or_not(extract, tmp_path):
    path = extract(T, *BASE, name="a.osm")
    (tmp_path / "b.osm").write_bytes(gzip.compress(path.read_bytes()))
    assert len(read_streets(tmp_path / "b.osm").edges) == 2
