"""Weights that fall with distance, and neighbours of higher order."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from shapely import Point, Polygon, box

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.geography.grids import hexagons, squares
from hotspots.geography.neighbours import contiguity, distance_band, nearest_neighbours
from hotspots.geography.weights import KERNELS, inverse_distance, kernel_weights

UTM = "EPSG:32616"
ENDING = ("triangular", "epanechnikov", "quartic")
PYSAL = {
    "uniform": "boxcar",
    "triangular": "triangular",
    "epanechnikov": "parabolic",
    "quartic": "bisquare",
    "gaussian": "gaussian",
}
CONSTANT = {  # what makes each kernel integrate to 1, which libpysal leaves in
    "uniform": 1.0,
    "triangular": 1.0,
    "epanechnikov": 3 / 4,
    "quartic": 15 / 16,
    "gaussian": (2 * np.pi) ** -0.5,
}

kernels = st.sampled_from(KERNELS)
seeds = st.integers(0, 10**6)


def places(coordinates, ids=None):
    return gpd.GeoDataFrame(
        geometry=[Point(xy) for xy in coordinates],
        index=pd.Index(ids or range(len(coordinates)), name="unit_id"),
        crs=UTM,
    )


def scattered(seed, n=30, *, size=1000.0):
    rng = np.random.default_rng(seed)
    ids = (rng.permutation(n) + 100).tolist()
    return places(rng.uniform(0, size, (n, 2)), ids)


def apart(units):
    x, y = shapely.get_coordinates(units.centroid.to_numpy()).T
    return np.hypot(x[:, None] - x, y[:, None] - y)


def dense(graph):
    return graph.sparse.toarray()


def shape(kernel, z):
    """Give each kernel once more, value by value."""
    if kernel == "uniform":
        return 1.0
    if kernel == "gaussian":
        return float(np.e ** (-0.5 * z * z))
    return {"triangular": 1 - z, "epanechnikov": 1 - z * z, "quartic": 1 - 2 * z**2 + z**4}[kernel]


def check_form(graph, units):
    assert graph.unique_ids.equals(units.index)
    assert (graph.sparse.diagonal() == 0).all()
    kept = graph.adjacency[graph.adjacency != 0]
    assert (kept > 0).all()
    assert np.isfinite(kept).all()
    assert (kept.index.get_level_values(0) != kept.index.get_level_values(1)).all()
    rebuilt = Graph(graph.adjacency.sample(frac=1, random_state=1), is_sorted=False)
    assert rebuilt.adjacency.sort_index().equals(graph.adjacency.sort_index())


# Kernels


@pytest.mark.parametrize(
    ("kernel", "weights"),
    [
        ("uniform", [1, 1, 1]),
        ("triangular", [0.75, 0.5]),
        ("epanechnikov", [0.9375, 0.75]),
        ("quartic", [0.87890625, 0.5625]),
        ("gaussian", [0.96923323447634, 0.88249690258460, 0.60653065971263]),
    ],
)
def test_kernels_at_a_quarter_half_and_end_of_the_bandwidth(kernel, weights):
    units = places([(0, 0), (100, 0), (0, 200), (400, 0), (0, 500)], list("abcde"))
    graph = kernel_weights(units, kernel=kernel, bandwidth=400)
    assert graph["a"].to_list() == pytest.approx(weights, abs=1e-14)
    assert graph["a"].index.to_list() == list("bcd")[: len(weights)]
    check_form(graph, units)


@settings(max_examples=40)
@given(seed=seeds, kernel=kernels, bandwidth=st.sampled_from([150.0, 400.0, 5000.0]))
def test_fixed_kernels_beside_every_pair(seed, kernel, bandwidth):
    units = scattered(seed)
    z = apart(units) / bandwidth
    expected = [
        [shape(kernel, z[i, j]) if i != j and z[i, j] <= 1 else 0 for j in range(len(units))]
        for i in range(len(units))
    ]
    graph = kernel_weights(units, kernel=kernel, bandwidth=bandwidth)
    np.testing.assert_allclose(dense(graph), expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(dense(graph), dense(graph).T)
    check_form(graph, units)


@pytest.mark.parametrize("kernel", KERNELS)
def test_fixed_kernels_beside_libpysal(kernel):
    units = scattered(3, 60)
    theirs = dense(Graph.build_kernel(units, kernel=PYSAL[kernel], bandwidth=300))
    theirs = np.where(apart(units) <= 300, theirs / CONSTANT[kernel], 0)  # its Gaussian has no end
    ours = dense(kernel_weights(units, kernel=kernel, bandwidth=300))
    assert np.count_nonzero(ours) > 200
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


@settings(max_examples=40)
@given(seed=seeds, kernel=kernels, k=st.integers(1, 8))
def test_adaptive_kernels_beside_every_pair(seed, kernel, k):
    units = scattered(seed)
    graph = kernel_weights(units, kernel=kernel, k=k)
    for i, row in enumerate(apart(units)):
        order = [j for j in np.argsort(row) if j != i]
        expected = np.zeros(len(units))
        for j in order[:k]:
            expected[j] = shape(kernel, row[j] / row[order[k]])
        np.testing.assert_allclose(dense(graph)[i], expected, rtol=1e-9, atol=1e-14)
    assert set(graph.cardinalities) == {k}
    check_form(graph, units)


def test_ties_with_the_last_of_the_nearest_are_neighbours_too(table):
    """In a grid of squares 4 are 100 m away and 4 are 141 m away, then 4 are 200 m away."""
    units = squares(table(box(0, 0, 1000, 1000)), size=100)
    middle = units.index[units.within(box(200, 200, 800, 800))]
    for k, sides, corners in ((1, 1 - 0.5**0.5, 0), (4, 1 - 0.5**0.5, 0), (5, 0.5, 1 - 0.5**0.5)):
        graph = kernel_weights(units, k=k)
        expected = sorted(w for w in [sides, corners] * 4 if w)
        assert len(middle) == 36
        for unit in middle:
            assert sorted(graph[unit]) == pytest.approx(expected, abs=1e-9)


def test_uniform_is_the_band_and_the_nearest(table):
    units = hexagons(table(box(0, 0, 1000, 1000)), size=100)
    band = distance_band(units, distance=200)
    np.testing.assert_array_equal(
        dense(kernel_weights(units, kernel="uniform", bandwidth=200)), dense(band)
    )
    units = scattered(8)
    np.testing.assert_array_equal(
        dense(kernel_weights(units, kernel="uniform", k=5)), dense(nearest_neighbours(units, k=5))
    )


@pytest.mark.parametrize("kernel", ENDING)
def test_a_kernel_that_ends_has_no_neighbour_at_its_end(kernel, table):
    units = squares(table(box(424_000, 4_760_000, 426_000, 4_762_000)), size=250)
    graph = kernel_weights(units, kernel=kernel, bandwidth=500)
    nearer = distance_band(units, distance=499)
    np.testing.assert_array_equal(dense(graph) > 0, dense(nearer) > 0)


def test_units_at_one_place_weigh_one():
    units = places([(0, 0), (0, 0), (0, 0), (0, 0), (300, 0), (400, 0)], list("abcdef"))
    fixed = kernel_weights(units, bandwidth=1000)
    assert fixed["a"].to_dict() == pytest.approx({"b": 1, "c": 1, "d": 1, "e": 0.7, "f": 0.6})
    assert fixed["a"]["b"] == 1
    adaptive = kernel_weights(units, k=1)
    assert adaptive["a"].to_dict() == {"b": 1, "c": 1, "d": 1}
    assert adaptive["e"].to_dict() == pytest.approx({"f": 1 - 100 / 300})
    assert adaptive["f"].to_dict() == pytest.approx({"e": 1 - 100 / 400})
    check_form(adaptive, units)


def test_many_at_one_place_do_not_hide_what_is_beyond():
    units = places([(0, 0)] * 40 + [(10, 0), (30, 0), (100, 0)])
    graph = kernel_weights(units, k=2)
    assert graph[0].to_dict() == dict.fromkeys(range(1, 40), 1.0)
    assert graph[40].to_dict() == pytest.approx(dict.fromkeys(range(40), 0.5))
    assert graph[41].to_dict() == pytest.approx({**dict.fromkeys(range(40), 4 / 7), 40: 5 / 7})
    assert graph[42].to_dict() == pytest.approx({40: 0.1, 41: 0.3})


# Inverse distances


@settings(max_examples=40)
@given(
    seed=seeds,
    distance=st.sampled_from([150.0, 400.0, float("inf")]),
    power=st.sampled_from([0.5, 1, 2, 3.5]),
)
def test_inverse_distances_beside_every_pair(seed, distance, power):
    units = scattered(seed)
    d = apart(units)
    np.fill_diagonal(d, np.inf)
    graph = inverse_distance(units, distance=distance, power=power)
    np.testing.assert_allclose(dense(graph), np.where(d <= distance, 1 / d**power, 0), rtol=1e-12)
    np.testing.assert_array_equal(dense(graph), dense(graph).T)
    check_form(graph, units)


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.parametrize("power", [1, 2])
def test_inverse_distances_beside_libpysal(power):
    units = scattered(4, 60)
    theirs = Graph.build_distance_band(units, 150, binary=False, alpha=-power)
    ours = inverse_distance(units, distance=150, power=power)
    np.testing.assert_allclose(dense(ours), dense(theirs), rtol=1e-12)
    assert set(ours.isolates) == set(theirs.isolates)


def test_an_inverse_distance_includes_its_distance(table):
    units = squares(table(box(424_000, 4_760_000, 426_000, 4_762_000)), size=250)
    graph = inverse_distance(units, distance=250)
    np.testing.assert_array_equal(dense(graph) > 0, dense(contiguity(units, rook=True)) > 0)
    assert graph.adjacency.to_numpy() == pytest.approx(0.004, abs=1e-12)


# What holds for all of them


def building(kind, units, scale=1.0):
    """Build one kind of weights, with lengths that grow with the map."""
    if kind == "inverse":
        return inverse_distance(units, distance=300 * scale).transform("r")
    name, reach = kind.split()
    options = {"k": 4} if reach == "adaptive" else {"bandwidth": 300 * scale}
    return kernel_weights(units, kernel=name, **options)


KINDS = ["inverse", *(f"{name} {reach}" for name in KERNELS for reach in ("fixed", "adaptive"))]
kinds = st.sampled_from(KINDS)


@settings(max_examples=40)
@given(
    seed=seeds,
    kind=kinds,
    scale=st.sampled_from([0.01, 3.0, 1000.0]),
    shift=st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)),
)
def test_where_and_how_large_the_map_is_does_not_matter(seed, kind, scale, shift):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(900, 30, replace=False)  # of a lattice, so that ties stay ties
    xy = np.column_stack([chosen % 30, chosen // 30]) * 100.0
    here = building(kind, places(xy))
    there = building(kind, places(xy * scale + shift), scale)
    np.testing.assert_allclose(dense(there), dense(here), rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(dense(there) > 0, dense(here) > 0)


@settings(max_examples=40)
@given(seed=seeds, kind=kinds)
def test_the_order_of_units_does_not_matter(seed, kind):
    units = scattered(seed)
    other = units.sample(frac=1, random_state=seed)
    here, there = building(kind, units), building(kind, other)
    assert there.unique_ids.equals(other.index)
    np.testing.assert_allclose(
        pd.DataFrame(dense(there), other.index, other.index).loc[units.index, units.index],
        dense(here),
        rtol=1e-12,
        atol=1e-15,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_rows_sum_to_one_when_standardised(kind):
    units = scattered(6)
    sums = dense(building(kind, units).transform("r")).sum(axis=1)
    assert sums == pytest.approx(1)


@pytest.mark.parametrize(
    "build",
    [
        lambda units: kernel_weights(units, bandwidth=100),
        lambda units: inverse_distance(units, distance=100),
    ],
)
def test_isolates_are_kept_without_a_word(build):
    units = places([(0, 0), (60, 0), (5000, 0), (0, 7000)], ["b", "a", "d", "c"])
    graph = build(units)
    assert set(graph.isolates) == {"d", "c"}
    assert graph.cardinalities.to_list() == [1, 1, 0, 0]
    check_form(graph, units)
    assert len(build(units.iloc[2:]).isolates) == 2
    assert len(build(units.iloc[:1]).isolates) == 1


def test_nothing_is_changed():
    units = scattered(1)
    before = units.copy()
    kernel_weights(units, bandwidth=300)
    kernel_weights(units, k=3)
    inverse_distance(units, distance=300)
    pd.testing.assert_frame_equal(units, before)


# Contiguity of higher order


@pytest.mark.parametrize("rook", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_steps_over_touching_units(nasty, table, rook, order):
    import networkx as nx

    units = hexagons(table(nasty), size=100)
    network = nx.from_scipy_sparse_array(contiguity(units, rook=rook).sparse)
    expected = np.zeros((len(units), len(units)))
    for start, lengths in nx.all_pairs_shortest_path_length(network, cutoff=order):
        expected[start, list(lengths)] = 1
    np.fill_diagonal(expected, 0)
    graph = contiguity(units, rook=rook, order=order)
    np.testing.assert_array_equal(dense(graph), expected)
    check_form(graph, units)


def test_order_two_beside_libpysal(table):
    units = squares(table(box(0, 0, 600, 500)), size=100)
    first = contiguity(units)
    theirs = first.higher_order(2, lower_order=True)
    np.testing.assert_array_equal(dense(contiguity(units, order=2)), dense(theirs))
    ring = dense(contiguity(units, order=2)) - dense(first)
    np.testing.assert_array_equal(ring, dense(first.higher_order(2)))


def test_a_cell_has_24_others_within_two_steps(table):
    units = squares(table(box(0, 0, 1000, 1000)), size=100)
    middle = units.index[units.within(box(200, 200, 800, 800))]
    assert set(contiguity(units, order=2).cardinalities[middle]) == {24}
    assert set(contiguity(units, rook=True, order=2).cardinalities[middle]) == {12}


def test_isolates_of_any_order_stay_alone():
    units = gpd.GeoDataFrame(
        geometry=[box(0, 0, 1, 1), box(50, 50, 51, 51), box(1, 0, 2, 1), box(2, 0, 3, 1)],
        index=list("abcd"),
        crs=UTM,
    )
    graph = contiguity(units, order=3)
    assert set(graph.isolates) == {"b"}
    assert graph["a"].to_dict() == {"c": 1, "d": 1}
    check_form(graph, units)


# Faults

FOUR = [(0, 0), (9, 0), (0, 9), (9, 9)]


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda units: kernel_weights(units, kernel="cosine", bandwidth=5),
            "kernel 'cosine' is not known: use one of uniform, triangular, epanechnikov, quartic, "
            "gaussian",
        ),
        (
            kernel_weights,
            "bandwidth and k: neither given; give one of them",
        ),
        (
            lambda units: kernel_weights(units, bandwidth=5, k=1),
            "bandwidth and k: both given; give one of them",
        ),
        (
            lambda units: kernel_weights(units, bandwidth=0),
            "bandwidth: 0 m is no distance; give more than 0",
        ),
        (
            lambda units: kernel_weights(units, bandwidth=float("inf")),
            "bandwidth: inf m is no distance; give more than 0",
        ),
        (
            lambda units: kernel_weights(units, bandwidth=float("nan")),
            "bandwidth: nan m is no distance; give more than 0",
        ),
        (
            lambda units: kernel_weights(units, k=0),
            "k: the 0 nearest and one beyond, among 4 units; give 1 to 2",
        ),
        (
            lambda units: kernel_weights(units, k=3),
            "k: the 3 nearest and one beyond, among 4 units; give 1 to 2",
        ),
        (
            lambda units: kernel_weights(
                units.set_geometry([Point(3, 3)] * 3 + [Point(1, 1)], crs=UTM), k=2
            ),
            "k: 1 units have no other beyond their 2 nearest, first id 13; give less, or a "
            "bandwidth",
        ),
        (
            lambda units: inverse_distance(units, distance=-1),
            "distance: -1 m holds no neighbour; give more than 0",
        ),
        (
            lambda units: inverse_distance(units, distance=5, power=0),
            "power: 0 does not fall with distance; give more than 0",
        ),
        (
            lambda units: inverse_distance(units, distance=5, power=float("inf")),
            "power: inf does not fall with distance; give more than 0",
        ),
        (
            lambda units: inverse_distance(units, distance=10, power=400),
            "power: 400 makes the weights of 8 links too large or too small, first id 10; give "
            "less",
        ),
        (
            lambda units: inverse_distance(
                units.set_geometry(gpd.points_from_xy([1, 5, 5, 9], [0, 5, 5, 0]), crs=UTM),
                distance=10,
            ),
            "units: 2 share their centre with another, first id 11; merge those, or use "
            "kernel_weights or distance_band, which allow a distance of 0",
        ),
        (
            lambda units: contiguity(units, order=0),
            "order: 0 steps reach no neighbour; give 1 or more",
        ),
    ],
)
def test_faults(build, message):
    with pytest.raises(InputError) as caught:
        build(places(FOUR, [10, 11, 12, 13]))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "build",
    [
        lambda units: kernel_weights(units, bandwidth=5),
        lambda units: kernel_weights(units, k=2),
        lambda units: inverse_distance(units, distance=5),
    ],
)
def test_units_are_checked(build):
    units = places(FOUR)
    with pytest.raises(CRSError, match="units: WGS 84 measures in degree"):
        build(units.set_crs(4326, allow_override=True))
    with pytest.raises(CRSError, match="units: no coordinate reference system"):
        build(units.set_crs(None, allow_override=True))
    with pytest.raises(SchemaError, match="2 have no geometry, first id 1"):
        build(units.set_geometry([Point(0, 0), None, Polygon(), Point(1, 1)], crs=UTM))
    with pytest.raises(SchemaError, match="1 ids stand twice, first 'b'"):
        build(units.set_axis(["a", "b", "b", "c"]))
