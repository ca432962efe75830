from __future__ import annotations

import bz2
import gzip

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point

from hotspots.errors import CRSError, StreetError
from hotspots.geography.streets import Streets, read_streets

# three nodes on a street in Milwaukee: 0.001 degrees of longitude there are 81.4 m
NODES = {1: (-87.9, 43.04), 2: (-87.899, 43.04), 3: (-87.898, 43.04)}
BEND = "LINESTRING (-87.899 43.04, -87.8985 43.0405, -87.898 43.04)"


def graph(**changes):
    """Make a graph as osmnx does: 1 and 2 joined both ways, 2 to 3 one-way and bent."""
    made = nx.MultiDiGraph(crs="epsg:4326")
    for node, (x, y) in NODES.items():
        made.add_node(node, x=str(x), y=str(y))
    made.add_edge(1, 2, length="81.5", name="First St")
    made.add_edge(2, 1, length="81.5", name="First St", reversed="True")
    made.add_edge(2, 3, length="139.0", geometry=BEND, oneway="True")
    for change, values in changes.items():
        for edge, value in zip(made.edges(keys=True), values, strict=True):
            if value is None:
                made.edges[edge].pop(change)
            else:
                made.edges[edge][change] = str(value)
    return made


@pytest.fixture
def written(tmp_path):
    """Write a graph, or text, and give its path."""

    def write(content, name="streets.graphml"):
        path = tmp_path / name
        if isinstance(content, nx.Graph):
            plain = tmp_path / "plain"
            nx.write_graphml_xml(content, plain)
            content = plain.read_bytes()
            plain.unlink()
        content = content.encode() if isinstance(content, str) else content
        opener = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)
        with opener(path, "wb") as file:
            file.write(content)
        return path

    return write


@pytest.mark.parametrize("name", ["a.graphml", "a.graphml.gz", "a.graphml.bz2", "a.xml"])
def test_graphml(written, name):
    streets = read_streets(written(graph(), name))
    assert repr(streets) == "Streets(3 nodes, 3 edges)"
    assert streets.crs == "EPSG:32616"
    assert streets.nodes.index.to_list() == [1, 2, 3]
    assert streets.edges[["u", "v", "length"]].to_numpy().tolist() == [
        [1, 2, 81.5], [2, 1, 81.5], [2, 3, 139.0],
    ]  # fmt: skip
    expected = gpd.GeoSeries(gpd.points_from_xy(*zip(*NODES.values(), strict=True), crs=4326))
    assert streets.nodes.geometry.reset_index(drop=True).geom_equals(expected.to_crs(32616)).all()
    assert len(streets.edges.geometry.iloc[2].coords) == 3
    segments = streets.segments
    assert segments.edge.tolist() == [0, 2]
    assert segments.ahead.tolist() == [81.5, 139.0]
    assert segments.back.tolist() == [81.5, float("inf")]


def test_the_projection_asked_for(written):
    path = written(graph())
    assert read_streets(path, to_crs="EPSG:3071").crs == "EPSG:3071"
    assert read_streets(path, to_crs=32616).edges["length"].sum() == 302.0
    with pytest.raises(CRSError, match="not metres"):
        read_streets(path, to_crs="EPSG:4326")
    with pytest.raises(CRSError, match="to_crs: 'nonsense'"):
        read_streets(path, to_crs="nonsense")


def test_lines_are_turned_to_run_from_u_to_v(written):
    backwards = graph(geometry=[None, None, None]) if False else graph()
    backwards.edges[2, 3, 0]["geometry"] = (
        "LINESTRING (-87.898 43.04, -87.8985 43.0405, -87.899 43.04)"
    )
    streets = read_streets(written(backwards))
    expected = read_streets(written(graph()))
    assert streets.edges.geom_equals(expected.edges.geometry).all()
    assert streets.edges.geometry.iloc[2].equals_exact(expected.edges.geometry.iloc[2], 1e-6)


def test_an_undirected_graph_is_two_way(written):
    streets = read_streets(written(nx.MultiGraph(graph())))
    assert len(streets.edges) == 2 * nx.MultiGraph(graph()).number_of_edges()
    assert np.isfinite(streets.segments.back).all()


def test_ids_that_are_not_numbers(written):
    streets = read_streets(written(nx.relabel_nodes(graph(), {1: "a", 2: "b", 3: "c"})))
    assert streets.edges["u"].to_list() == ["a", "b", "b"]


def test_osmnx_writes_what_is_read(tmp_path, monkeypatch):
    import osmnx

    monkeypatch.chdir(tmp_path)
    made = graph()
    for _, node in made.nodes(data=True):
        node |= {axis: float(node[axis]) for axis in "xy"}
    made.remove_edge(2, 3)
    made.add_edge(3, 2, length=81.4)
    for *_, edge in made.edges(data=True):
        edge["length"] = float(edge["length"])
    osmnx.save_graphml(made, tmp_path / "saved.graphml")
    streets = read_streets(tmp_path / "saved.graphml")
    assert streets.edges["length"].to_list() == [81.5, 81.5, 81.4]


OSM = """<?xml version="1.0"?>
<osm version="0.6" generator="by hand">
 <node id="1" lat="43.04" lon="-87.900"/>
 <node id="2" lat="43.04" lon="-87.899"/>
 <node id="3" lat="43.04" lon="-87.898"/>
 <node id="4" lat="43.041" lon="-87.899"/>
 <node id="5" lat="43.039" lon="-87.899"/>
 <node id="6" lat="43.05" lon="-87.899"/>
 <node id="7" lat="43.05" lon="-87.898"/>
 <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
 <way id="11"><nd ref="4"/><nd ref="2"/>
  <tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/></way>
 <way id="12"><nd ref="2"/><nd ref="5"/><tag k="highway" v="footway"/></way>
 <way id="13"><nd ref="1"/><nd ref="4"/><tag k="building" v="yes"/></way>
 <way id="14"><nd ref="3"/><nd ref="5"/>
  <tag k="highway" v="residential"/><tag k="access" v="private"/></way>
 <way id="15"><nd ref="6"/><nd ref="7"/><tag k="highway" v="residential"/></way>
</osm>
"""


@pytest.mark.parametrize("name", ["a.osm", "a.osm.gz", "a.osm.bz2"])
def test_osm_xml_keeps_connected_public_streets(written, name, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    streets = read_streets(written(OSM, name))
    ways = set(zip(streets.edges["u"], streets.edges["v"], strict=True))
    assert ways == {(1, 2), (2, 1), (2, 3), (3, 2), (4, 2)}
    drawn = streets.edges.length
    assert streets.edges["length"].to_numpy() == pytest.approx(drawn.to_numpy(), rel=0.005)
    assert [path.name for path in tmp_path.iterdir()] == [name]  # no cache, no logs
    assert capfd.readouterr() == ("", "")


CANNOT = (
    "cannot be read as a street network; give GraphML or OSM XML, plain, .gz or .bz2, OSM .pbf, "
    "or lines as .gpkg, .shp, .geojson or .parquet"
)
ADD = "osmnx.distance.add_edge_lengths adds lengths"
FEET = "lengths are 3.28 times the drawn lines: they look like feet; give metres (1 m is 3.28 feet)"
NO_CRS = "no crs in the graph; write the file with osmnx.save_graphml"
NO_STREETS = "no streets in it; check the file's extent, or how it was filtered"


LOST = "1 edges lead from or to a node that is not there, first 'back'; add it or drop them"


def in_metres():
    """Coordinates in metres under a CRS in degrees."""
    made = graph()
    for _, node in made.nodes(data=True):
        node |= {"x": "425000.5", "y": "4765000.5"}
    return made


def several(*faults):
    return "\n".join([f"{len(faults)} faults", *(f"  - {fault}" for fault in faults)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"{CANNOT} (ParseError)"),
        ("u,v,length\n1,2,80\n", f"{CANNOT} (ParseError)"),
        ("<graphml><graph><node id='1'>", f"{CANNOT} (ExpatError)"),
        ("<gpx></gpx>", f"{CANNOT} (it holds <gpx>)"),
        ("<graphml><graph><node/></graph></graphml>", f"{CANNOT} (KeyError)"),
        ("<osm version='0.6'></osm>", NO_STREETS),
        ("<osm version='0.6'><node id='1' lat='43' lon='-88'/></osm>", NO_STREETS),
        ("<osm version='0.6'><node id='1'", f"{CANNOT} (RuntimeError)"),
        ("<graphml><graph></graph></graphml>", several(NO_CRS, NO_STREETS)),
        (
            nx.karate_club_graph(),
            several(NO_CRS, "34 of 34 nodes have no x and y, first 0; is this a street network?"),
        ),
        (
            in_metres(),
            "3 nodes lie outside any degrees, though its crs says degrees; correct it",
        ),
        (graph(length=[None, None, None]), f"no edge has a length; {ADD}"),
        (graph(length=["nan", 81.5, "inf"]), f"2 edges have no length, first 0; {ADD}"),
        (
            graph(length=["eighty", 0, -139]),
            several(
                f"1 edges have no length, first 0; {ADD}",
                f"2 edges have a length that is not above 0, first 1; {ADD}",
            ),
        ),
        (
            graph(length=[267.4, 267.4, 456]),
            FEET,
        ),
        (
            graph(length=[0.0815, 0.0815, 0.139]),
            "lengths are 0.001 times the drawn lines; give metres",
        ),
        (
            graph(geometry=["LINESTRING (-87.9 43.05, -87.899 43.05)", "", BEND]),
            "1 edges are drawn over 100 m away from their nodes, first 0; draw them from u to v",
        ),
        (
            graph(geometry=["POINT (-87.9 43.05)", "", BEND]),
            "1 edges are not drawn as one line, first 0; draw or drop them",
        ),
        (graph(geometry=["LINESTRING (-87.9 43", "", BEND]), f"{CANNOT} (GEOSException)"),
    ],
)
def test_bad_street_files(written, content, message):
    path = written(content)
    with pytest.raises(StreetError) as error:
        read_streets(path)
    assert str(error.value).startswith(f"{path.name}: {message}")


def test_files_that_are_missing_or_cut_short(written, tmp_path):
    with pytest.raises(StreetError, match="no such file"):
        read_streets(tmp_path / "none.graphml")
    with pytest.raises(StreetError, match="no such file"):
        read_streets(tmp_path)
    whole = written(graph(), "whole.graphml.gz").read_bytes()
    cut = tmp_path / "cut.graphml.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StreetError, match="cannot be read as a street network"):
        read_streets(cut)
    text = written(graph()).read_bytes().replace(b'source="1"', b'source="99"')
    with pytest.raises(StreetError, match="1 edges lead to nodes that are not in the file"):
        read_streets(written(text))


def test_expanding_entities_are_stopped(written):
    layers = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
    bomb = (
        f'<!DOCTYPE graphml [<!ENTITY l0 "lol">{layers}]>'
        '<graphml><key id="k" attr.name="crs"/><graph><data key="k">&l9;</data></graph></graphml>'
    )
    with pytest.raises(StreetError, match="ExpatError"):
        read_streets(written(bomb))


UTM = "EPSG:32616"


def tables():
    nodes = gpd.GeoDataFrame(geometry=[Point(0, 0), Point(100, 0)], index=["a", "b"], crs=UTM)
    edges = gpd.GeoDataFrame(
        {"u": ["a", "b"], "v": ["b", "a"], "length": [100.0, 100.0]},
        geometry=[LineString([(0, 0), (100, 0)]), LineString([(100, 0), (0, 0)])],
        index=["there", "back"],
        crs=UTM,
    )
    return nodes, edges


def test_streets_from_tables():
    streets = Streets(*tables())
    assert streets.segments.edge.tolist() == [0]
    assert (streets.segments.ahead.tolist(), streets.segments.back.tolist()) == ([100], [100])


def test_a_line_nearly_the_same_is_the_same_street():
    nodes, edges = tables()
    edges.geometry = [LineString([(0, 0), (100, 0)]), LineString([(100, 0.0001), (0, 0)])]
    assert len(Streets(nodes, edges).segments.edge) == 1
    edges.geometry = [LineString([(0, 0), (100, 0)]), LineString([(100, 0), (50, 9), (0, 0)])]
    assert len(Streets(nodes, edges).segments.edge) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda nodes, edges: (nodes, edges.drop(columns="u")), "streets: no column 'u' in edges"),
        (lambda nodes, edges: (nodes, edges.iloc[:0]), "streets: no edges; give at least one"),
        (
            lambda nodes, edges: (nodes.set_axis(["a", "a"]), edges),
            "streets: node ids stand twice; make the index of nodes unique",
        ),
        (
            lambda nodes, edges: (nodes, edges.set_axis(["e", "e"])),
            "streets: edge ids stand twice; make the index of edges unique",
        ),
        (
            lambda nodes, edges: (nodes, edges.assign(v=["b", "c"], length=[1.0, -1.0])),
            f"streets: {LOST}",
        ),
    ],
)
def test_bad_tables(change, message):
    with pytest.raises(StreetError) as error:
        Streets(*change(*tables()))
    assert str(error.value) == message


def test_tables_in_degrees():
    nodes, edges = tables()
    with pytest.raises(CRSError, match="street nodes"):
        Streets(nodes.to_crs(4326), edges)
    with pytest.raises(CRSError, match="street edges"):
        Streets(nodes, edges.to_crs(4326))
    with pytest.raises(CRSError, match="street nodes and edges"):
        Streets(nodes, edges.to_crs(32617))


def test_milwaukee_is_what_osmnx_reads(shared_data, tmp_path):
    import osmnx

    packed = shared_data / "milwaukee/streets.graphml.gz"
    unpacked = tmp_path / "streets.graphml"
    unpacked.write_bytes(gzip.decompress(packed.read_bytes()))
    nodes, edges = osmnx.graph_to_gdfs(osmnx.load_graphml(unpacked))
    streets = read_streets(packed)
    edges = edges.to_crs(streets.crs).reset_index()
    assert streets.nodes.index.to_list() == nodes.index.to_list()
    for column in ("u", "v", "length"):
        assert np.array_equal(np.sort(streets.edges[column]), np.sort(edges[column]))
    ours, theirs = (
        pd.DataFrame({"u": t["u"], "v": t["v"], "m": t["length"], "d": t.length.round(6)})
        .sort_values(["u", "v", "m", "d"])
        .to_numpy()
        for t in (streets.edges, edges)
    )
    assert np.allclose(ours, theirs, rtol=0, atol=1e-5)
    assert len(streets.segments.edge) == len(edges) / 2
    assert np.isfinite(streets.segments.back).all()


@pytest.mark.parametrize(("name", "one_way"), [("beatty.osm.gz", 1), ("West-Oakland.osm.bz2", 7)])
def test_real_osm_extracts(shared_data, name, one_way):
    streets = read_streets(shared_data / "osm" / name)
    assert np.isinf(streets.segments.back).sum() == one_way
