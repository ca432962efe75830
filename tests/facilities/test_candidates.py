"""Sites along streets: where they stand, what they stand for, and control sets drawn from them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.errors import InputError, StreetError
from hotspots.facilities.candidates import street_sites
from hotspots.facilities.controls import draw_controls
from hotspots.geography.streets import Streets

UTM = "EPSG:32616"


def parallel(*lengths, kinds=None, stretch=1.0):
    """Two-way streets side by side, 100 m apart, `stretch` times as long as they are drawn."""
    u, v = (
        [(0.0, 100.0 * i) for i in range(len(lengths))],
        [(float(x), 100.0 * i) for i, x in enumerate(lengths)],
    )
    n = len(lengths)
    lines = shapely.linestrings(list(zip(u, v, strict=True)))
    edges = {
        "u": [*range(n), *range(n, 2 * n)],
        "v": [*range(n, 2 * n), *range(n)],
        "length": np.tile(lengths, 2) * stretch,
    }
    if kinds is not None:
        edges["highway"] = [*kinds, *kinds]
    return Streets(
        gpd.GeoDataFrame(geometry=shapely.points(u + v), crs=UTM),
        gpd.GeoDataFrame(edges, geometry=[*lines, *shapely.reverse(lines)], crs=UTM),
    )


def test_sites_stand_in_the_middle_of_equal_pieces_along_streets_of_the_kind():
    """By hand: 100 m in four pieces of 25, none on the arterial, 30 m in two of 15."""
    streets = parallel(100, 100, 30, kinds=["residential", "primary", "living_street"])
    sites = street_sites(streets)
    assert sites.geometry.x.tolist() == [12.5, 37.5, 62.5, 87.5, 7.5, 22.5]
    assert sites.geometry.y.tolist() == [0, 0, 0, 0, 200, 200]
    assert sites["length_m"].tolist() == [25, 25, 25, 25, 15, 15]
    assert sites["edge"].tolist() == [0, 0, 0, 0, 2, 2]
    assert sites["highway"].tolist() == ["residential"] * 4 + ["living_street"] * 2
    assert (sites.crs, sites.index.name) == (streets.crs, "site")


@settings(max_examples=25)
@given(
    st.lists(st.floats(0.01, 3000), min_size=1, max_size=8),
    st.floats(0.9, 1.1),
    st.floats(10, 500),
)
def test_all_metres_are_kept_and_no_site_stands_for_more_than_the_spacing(
    lengths, stretch, spacing
):
    sites = street_sites(parallel(*lengths, stretch=stretch), kinds=None, spacing=spacing)
    of_street = sites.groupby("edge")["length_m"]
    np.testing.assert_allclose(of_street.sum(), np.array(lengths) * stretch, rtol=1e-9)
    assert sites["length_m"].max() <= spacing * (1 + 1e-12)
    np.testing.assert_allclose(of_street.count(), np.ceil(np.array(lengths) * stretch / spacing))


def test_a_one_way_street_and_one_without_length_are_streets_too():
    streets = parallel(50, 1)
    edges = streets.edges.iloc[[0, 1]].assign(length=[50.0, 0.0])
    edges.geometry = shapely.linestrings([[(0, 0), (50, 0)], [(0, 100), (0, 100)]])
    nodes = gpd.GeoDataFrame(
        geometry=shapely.points([(0, 0), (0, 100), (50, 0), (0, 100)]), crs=UTM
    )
    assert street_sites(Streets(nodes, edges), kinds=None)["length_m"].tolist() == [25, 25]


def test_control_sets_take_streets_by_their_length():
    streets = parallel(300, 100, kinds=["residential"] * 2)
    sites = street_sites(streets, spacing=20)
    place = gpd.GeoDataFrame(geometry=[shapely.Point(10, 0)], index=["H"], crs=UTM)
    controls = draw_controls(place, sites, weight="length_m", n_sets=20_000, streets=streets, rng=1)
    assert len(controls.frame) == 20  # the place stands at a site
    y = controls.frame.geometry.y.to_numpy()[controls.drawn]
    assert (y == 0).mean() == pytest.approx(0.75, abs=0.01)
    assert (controls.choice["Chance"], controls.notes) == ("by length_m", ())


@pytest.mark.parametrize(
    ("streets", "options", "error", "message"),
    [
        (parallel(9), {}, StreetError, "no 'highway' of edges, so which are residential or living"),
        (parallel(9, kinds=["primary"]), {}, StreetError,
         r"none is residential or living_street, and edges are primary \(2\); give other kinds"),
        (parallel(9), {"kinds": None, "spacing": 0}, InputError, "spacing 0 m: give more than 0"),
        (parallel(9), {"kinds": None, "spacing": np.nan}, InputError, "spacing nan m"),
    ],
)  # fmt: skip
def test_what_has_no_sites_is_refused(streets, options, error, message):
    with pytest.raises(error, match=message):
        street_sites(streets, **options)


def test_inputs_stay_as_they_are():
    streets = parallel(80, kinds=["residential"])
    before = streets.edges.copy()
    street_sites(streets)
    pd.testing.assert_frame_equal(streets.edges, before)
