"""Streets from lines: where they meet, which way they lead, how long they are."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from pyproj import Geod
from shapely import LineString, MultiLineString, Point, box, transform

from hotspots.errors import CRSError, InputError, StreetError
from hotspots.geography.streets import read_streets

UTM = "EPSG:32616"
EAST, NORTH = 424_000.0, 4_760_000.0
A, B, C, D = (0, 0), (100, 0), (200, 0), (100, 100)
GAP = "within 1 m of another street but not joined to it, for the ends do not meet"


def placed(shape):
    return transform(shape, lambda xy: xy + np.array([EAST, NORTH]))


@pytest.fixture
def lines(tmp_path):
    """Write lines from corners, in metres from a place in Milwaukee; give the path."""

    def write(*corners, name="streets.gpkg", crs=UTM, **columns):
        shapes = [placed(one if hasattr(one, "geom_type") else LineString(one)) for one in corners]
        table = gpd.GeoDataFrame(columns, geometry=shapes, crs=UTM)
        table.to_crs(crs).to_file(tmp_path / name)
        return tmp_path / name

    return write


def arcs(streets):
    """Say from where to where the edges lead, in metres from the place."""
    at = {
        node: (round(x - EAST), round(y - NORTH))
        for node, x, y in zip(
            streets.nodes.index, streets.nodes.geometry.x, streets.nodes.geometry.y, strict=True
        )
    }
    return sorted(
        (at[u], at[v]) for u, v in zip(streets.edges["u"], streets.edges["v"], strict=True)
    )


def both(*pairs):
    return sorted(pair for u, v in pairs for pair in ((u, v), (v, u)))


@pytest.mark.parametrize(
    ("name", "crs"),
    [("s.gpkg", UTM), ("s.gpkg", "EPSG:32054"), ("s.shp", "EPSG:3071"), ("s.geojson", "EPSG:4326")],
)
def test_lines_meet_at_their_ends(lines, name, crs):
    streets = read_streets(lines([A, B], [B, C], [D, B], name=name, crs=crs), to_crs=UTM)
    assert arcs(streets) == both((A, B), (B, C), (B, D))
    assert streets.crs == UTM
    assert streets.notes == ()
    assert len(streets.segments.edge) == 3


def test_lines_that_cross_or_touch_on_their_way_do_not_meet(lines):
    bridge = lines([A, C], [(150, -50), (150, 50)])
    streets = read_streets(bridge)
    assert arcs(streets) == both((A, C), ((150, -50), (150, 50)))
    assert streets.notes == (
        "not connected with the largest part, so without a way to or from it: 2 of 4 edges",
    )
    touching = read_streets(lines([A, B, C], [D, B]))
    assert arcs(touching) == both((A, C), (B, D))
    assert touching.notes[0] == f"{GAP}: 1 of 4 dead ends; correct the file if they should"


def test_small_gaps_are_told_and_never_closed(lines):
    ends = [(100.9, 0), (100, 50)], [(100.0001, 50), (100, 70)], [(102.1, 50), (102.1, 80)]
    streets = read_streets(lines([A, B], *ends))
    assert len(streets.nodes) == 7  # a tenth of a millimetre is no gap, 90 cm and 2.1 m are
    assert streets.notes[0].startswith(f"{GAP}: 2 of ")
    assert streets.edges["length"].max() < 101


def test_lengths_are_those_over_the_ground(lines):
    """Not those of the drawing: at the edge of a UTM zone a drawn metre is 0.999 m."""
    path = lines([A, D, B], name="s.gpkg")
    streets = read_streets(path, to_crs="EPSG:32615")
    degrees = gpd.read_file(path).to_crs(4326).geometry.iloc[0]
    expected = Geod(ellps="WGS84").geometry_length(degrees)
    assert streets.edges["length"].to_list() == pytest.approx([expected] * 2, abs=1e-6)
    assert expected == pytest.approx((100 * 2**0.5 + 100) / 0.99967, rel=1e-5)
    assert streets.edges.length.iloc[0] > expected * 1.0005


def test_a_length_column_is_not_read(lines):
    feet = read_streets(lines([A, B], length=[328.084]))
    assert feet.edges["length"].to_list() == pytest.approx([100.03] * 2, abs=0.01)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["yes", "no"], [(A, B), *both((B, C))]),
        (["TRUE", "false"], [(A, B), *both((B, C))]),
        ([1, 0], [(A, B), *both((B, C))]),
        ([True, False], [(A, B), *both((B, C))]),
        ([-1, 1], [(B, A), (B, C)]),
        (["FT", "TF"], [(A, B), (C, B)]),
        (["reverse", None], [(B, A), *both((B, C))]),
        (["T", "F"], [(A, B), *both((B, C))]),
    ],
)
def test_one_way_streets(lines, values, expected):
    path = lines([A, B], [B, C], direction=values)
    assert arcs(read_streets(path, oneway="direction")) == sorted(expected)
    assert arcs(read_streets(path)) == both((A, B), (B, C))


def test_forward_and_backward_as_extracts_of_openstreetmap_write_them(lines):
    path = lines([A, B], [B, C], [D, B], oneway=["F", "T", "B"])
    assert arcs(read_streets(path, oneway="oneway")) == sorted([(A, B), (C, B), *both((B, D))])


def test_lines_in_several_parts_and_without_a_shape(lines, tmp_path):
    several = MultiLineString([[A, B], [B, D]])
    streets = read_streets(lines(several, [B, C], way=["no", "yes"]), oneway="way")
    assert arcs(streets) == sorted([*both((A, B), (B, D)), (B, C)])
    table = gpd.read_file(tmp_path / "streets.gpkg")
    table.loc[0, "geometry"] = None
    table.to_file(tmp_path / "gap.gpkg")
    assert arcs(read_streets(tmp_path / "gap.gpkg")) == both((B, C))


def test_layers(lines, tmp_path):
    path = lines([A, B])
    crossings = gpd.GeoDataFrame(geometry=[placed(Point(A))], crs=UTM)
    crossings.to_file(path, layer="crossings")
    assert arcs(read_streets(path)) == both((A, B))  # the one layer of lines
    with pytest.raises(StreetError, match="1 records are not lines, the first is record 1; give"):
        read_streets(path, layer="crossings")
    gpd.read_file(path, layer="streets").to_file(path, layer="again")
    with pytest.raises(InputError, match="3 layers; name one"):
        read_streets(path)
    assert arcs(read_streets(path, layer="again")) == both((A, B))


def test_lines_that_cannot_be_used(lines, tmp_path):
    path = lines([A, B], [B, C], box(0, 0, 9, 9), oneway=["maybe", "yes", "no"])
    with pytest.raises(StreetError) as error:
        read_streets(path, oneway="oneway")
    assert str(error.value) == (
        "streets.gpkg: 2 faults\n"
        "  - 1 records are not lines, the first is record 3; give centre lines\n"
        "  - 'oneway' says no known direction in 1 records, the first is record 1; write yes, no "
        "or -1 (against the line)"
    )
    with pytest.raises(InputError, match="no column 'direction'"):
        read_streets(path, oneway="direction")
    with pytest.raises(InputError, match="no layer 'roads'"):
        read_streets(path, layer="roads")
    (tmp_path / "broken.gpkg").write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"broken\.gpkg: damaged"):
        read_streets(tmp_path / "broken.gpkg")
    with pytest.raises(StreetError, match="no such file"):
        read_streets(tmp_path / "none.gpkg")


def test_what_they_are_measured_in_must_be_known(lines, tmp_path):
    table = gpd.read_file(lines([A, B])).set_crs(None, allow_override=True)
    table.to_parquet(tmp_path / "bare.parquet")
    with pytest.raises(CRSError, match="crs"):
        read_streets(tmp_path / "bare.parquet")
    assert arcs(read_streets(tmp_path / "bare.parquet", crs=UTM)) == both((A, B))


def test_options_of_lines_do_not_go_with_a_network(tmp_path):
    (tmp_path / "a.graphml").write_text("<graphml/>", encoding="utf-8")
    with pytest.raises(StreetError, match=r"layer, oneway belongs to files of lines \(\.geojson"):
        read_streets(tmp_path / "a.graphml", layer="roads", oneway="oneway")


def test_milwaukee(shared_data):
    """Street centre lines of the city: its own count of nodes, its own lengths in feet."""
    path = shared_data / "milwaukee" / "streets.gpkg"
    streets = read_streets(path, to_crs=UTM)
    segments = gpd.read_file(path, layer="segments", ignore_geometry=True)
    assert len(streets.nodes) == 13_223
    assert len(streets.edges) == 2 * len(segments)
    metres = segments["length_ft"].sum() * 1200 / 3937
    assert streets.edges["length"].sum() / 2 == pytest.approx(metres, rel=1e-4)
    assert streets.notes == (
        "not connected with the largest part, so without a way to or from it: 326 of 41,578 edges",
    )
