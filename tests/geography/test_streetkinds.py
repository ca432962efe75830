"""Kinds of streets: what readers keep of them, and distances to streets of a kind."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely

from hotspots.errors import CRSError, SchemaError, StreetError
from hotspots.geography.streetkinds import distance_to_streets
from hotspots.geography.streets import Streets, read_streets

UTM = "EPSG:32616"
LADDER = {f"{side}{i}": (100.0 * i, 50.0 * row) for row, side in enumerate("ab") for i in range(3)}


@pytest.fixture
def ladder(network, two_way):
    """Give two streets 50 m apart, two edges each, with kinds put to their rows in order."""

    def make(*kinds):
        pairs = [("a0", "a1"), ("a1", "a2"), ("b0", "b1"), ("b1", "b2")]
        plain = network(LADDER, *two_way(*pairs))
        return Streets(plain.nodes, plain.edges.assign(highway=np.repeat(kinds, 2)))

    return make


def test_the_nearest_of_a_kind_is_measured_to_its_line(ladder, points):
    streets = ladder("residential", "primary", "residential", "residential")
    places = points([(20, 30), (150, 30), (230, -40)]).set_axis(["x", "y", "z"])
    found = distance_to_streets(places, streets)
    assert found.to_dict() == pytest.approx({"x": np.hypot(80, 30), "y": 30, "z": 50})
    assert found.name == "street_m"
    assert distance_to_streets(places, streets, kinds=None).tolist() == pytest.approx([20, 20, 50])


def test_one_of_several_kinds_or_of_two_directions_is_enough(ladder, points):
    streets = ladder("service", "tertiary;primary", "service", "service")
    assert distance_to_streets(points([(0, 0)]), streets, kinds="primary").tolist() == [100]
    edges = streets.edges.assign(highway=["service", "trunk", *["service"] * 6])
    one_side = Streets(streets.nodes, edges)
    assert distance_to_streets(points([(0, 30)]), one_side).tolist() == [30]
    edges["highway"] = pd.Series([["service", "trunk"], *[None] * 7], dtype=object)  # as osmnx has
    assert distance_to_streets(points([(0, 30)]), Streets(streets.nodes, edges)).tolist() == [30]


def test_distances_are_the_smallest_to_any_such_line(network):
    rng = np.random.default_rng(2018)
    at = {f"{end}{i}": tuple(rng.uniform(0, 2000, 2)) for i in range(40) for end in "uv"}
    plain = network(at, *[(f"u{i}", f"v{i}") for i in range(40)])
    kinds = rng.choice(["primary", "residential", "road;trunk"], 40)
    streets = Streets(plain.nodes, plain.edges.assign(highway=kinds))
    xy = rng.uniform(-500, 2500, (60, 2))
    found = distance_to_streets(gpd.GeoDataFrame(geometry=shapely.points(xy), crs=UTM), streets)
    lines = np.asarray(plain.edges.geometry)[kinds != "residential"]
    brute = shapely.distance(shapely.points(xy)[:, None], lines).min(axis=1)
    np.testing.assert_allclose(found, brute, rtol=1e-12)


@pytest.mark.parametrize(
    ("kinds", "message"),
    [
        (("primary", "trunk"), r"^streets: none is primary or trunk, and edges are service \(6\), "
                               r"road \(2\); give other kinds$"),
        ((), r"^streets: none is of no kind, and"),
    ],
)  # fmt: skip
def test_kinds_that_are_not_there(ladder, points, kinds, message):
    streets = ladder("service", "service", "road", "service")
    with pytest.raises(StreetError, match=message):
        distance_to_streets(points([(0, 0)]), streets, kinds=kinds)


def test_streets_without_kinds(network, points, ladder):
    plain = network(LADDER, ("a0", "a1"))
    with pytest.raises(StreetError, match=r"no 'highway' of edges, so which are trunk or primary"):
        distance_to_streets(points([(0, 0)]), plain)
    unknown = ladder(None, None, None, None)
    with pytest.raises(StreetError, match="and no edge has a kind; give"):
        distance_to_streets(points([(0, 0)]), unknown)


def test_other_shapes_and_systems_are_refused(ladder, points):
    streets = ladder(*["primary"] * 4)
    with pytest.raises(SchemaError, match="points: 1 rows are not points"):
        distance_to_streets(points([(0, 0)]).buffer(1).to_frame("geometry"), streets)
    with pytest.raises(CRSError, match="points and streets"):
        distance_to_streets(points([(0, 0)]).to_crs(32615), streets)


# What readers keep


GRAPHML = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="a" for="graph" attr.name="crs"/><key id="b" for="node" attr.name="x"/>
<key id="c" for="node" attr.name="y"/><key id="d" for="edge" attr.name="length"/>
<key id="e" for="edge" attr.name="highway"/>
<graph edgedefault="directed"><data key="a">EPSG:32616</data>
<node id="1"><data key="b">424000</data><data key="c">4760000</data></node>
<node id="2"><data key="b">424100</data><data key="c">4760000</data></node>
<edge source="1" target="2"><data key="d">100</data><data key="e">KIND</data></edge>
<edge source="2" target="1"><data key="d">100</data></edge></graph></graphml>"""


@pytest.mark.parametrize(
    ("written", "kept"),
    [("residential", "residential"), ("['residential', 'tertiary']", "residential;tertiary")],
)
def test_graphml_keeps_the_kind(tmp_path, written, kept):
    path = tmp_path / "a.graphml"
    path.write_text(GRAPHML.replace("KIND", written), encoding="utf-8")
    assert read_streets(path).edges["highway"].tolist() == [kept, ""]


def test_openstreetmap_keeps_every_kind_of_a_street_that_changes_it(tmp_path):
    path = tmp_path / "a.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for i in range(1, 5):
            place = (-87.9 + i / 1000, 43.04)
            writer.add_node(osmium.osm.mutable.Node(id=i, location=place))
        writer.add_node(osmium.osm.mutable.Node(id=5, location=(-87.897, 43.05)))
        for i, (kind, refs) in enumerate(
            [("residential", (1, 2)), ("tertiary", (2, 3)), ("road", (3, 4)), ("trunk", (3, 5))]
        ):
            tags = {"highway": kind}
            writer.add_way(osmium.osm.mutable.Way(id=i + 9, tags=tags, nodes=refs))
    edges = read_streets(path).edges
    found = dict(zip(zip(edges["u"], edges["v"], strict=True), edges["highway"], strict=True))
    joined = "tertiary;residential"
    assert found == {
        (1, 3): joined, (3, 1): joined, (3, 4): "road", (4, 3): "road",
        (3, 5): "trunk", (5, 3): "trunk",
    }  # fmt: skip


def test_lines_keep_the_column_named(tmp_path):
    path = tmp_path / "a.gpkg"
    lines = shapely.linestrings([[(424000, 4760000 + y), (424100, 4760000 + y)] for y in (0, 50)])
    table = gpd.GeoDataFrame({"class": ["Local road", None]}, geometry=lines, crs=UTM)
    table.to_file(path)
    streets = read_streets(path, highway="class")
    assert streets.edges["highway"].tolist() == ["Local road", "", "Local road", ""]
    assert "highway" not in read_streets(path).edges
    graphml = tmp_path / "a.graphml"
    graphml.write_text(GRAPHML, encoding="utf-8")
    with pytest.raises(StreetError, match="highway belongs to files of lines"):
        read_streets(graphml, highway="class")
