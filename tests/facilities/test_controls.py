"""Control sites: what belongs to the frame, how sets are drawn, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from hotspots.errors import CoverageWarning, CRSError, InputError, SchemaError
from hotspots.facilities.controls import draw_controls

CRS = "EPSG:32616"


def points(*xy, **columns):
    index = pd.Index([f"P{i}" for i in range(len(xy))])
    return gpd.GeoDataFrame(columns, geometry=[Point(p) for p in xy], index=index, crs=CRS)


def row(n, **columns):
    return points(*[(100.0 * i, 0.0) for i in range(n)], **columns)


def test_a_place_at_a_candidate_is_that_candidate():
    controls = draw_controls(points((200.4, 0)), row(5), n_sets=9, rng=1)
    assert len(controls.frame) == 5
    assert controls.own.tolist() == [2]


def test_a_place_elsewhere_joins_the_frame_with_what_its_nearest_candidate_has():
    candidates = row(4, homes=[1, 2, 3, 4], side=["a", "a", "b", "b"])
    place = points((310.0, 0))
    controls = draw_controls(place, candidates, weight="homes", match=["side"], n_sets=500, rng=1)
    assert len(controls.frame) == 5
    assert controls.frame["weight"].tolist() == [1, 2, 3, 4, 4]
    assert controls.own.tolist() == [4]
    assert set(np.unique(controls.drawn)) == {2, 3, 4}  # its side only, its own site among them


def test_sites_are_drawn_by_weight():
    candidates = row(3, dwellings=[1, 2, 5])
    drawn = draw_controls(
        points((0, 0)), candidates, weight="dwellings", n_sets=40_000, rng=2
    ).drawn
    shares = np.bincount(drawn.ravel()) / drawn.size
    assert shares == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.01)


def test_two_sites_of_a_set_follow_successive_sampling():
    """By hand: weights 1, 1, 2; the pair {0, 1} has chance 1/4·1/3 twice = 1/6, others 5/12."""
    candidates = row(3, w=[1, 1, 2])
    places = points((0, 0), (100, 0))
    drawn = draw_controls(places, candidates, weight="w", n_sets=40_000, rng=3).drawn
    assert (drawn[:, 0] != drawn[:, 1]).all()
    pair = 3 - drawn.sum(axis=1)  # the site left out: 2, 1 or 0
    assert np.bincount(pair) / len(pair) == pytest.approx([5 / 12, 5 / 12, 1 / 6], abs=0.01)
    first = np.bincount(drawn[:, 0]) / len(drawn)  # neither place is drawn before the other
    assert first == pytest.approx(np.bincount(drawn[:, 1]) / len(drawn), abs=0.01)


def test_places_at_one_site_share_their_controls():
    drawn = draw_controls(points((0, 0), (0, 0), (300, 0)), row(6), n_sets=50, rng=1).drawn
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert (drawn[:, 0] != drawn[:, 2]).all()


def test_every_set_keeps_the_spacing():
    places = points((0, 0), (500, 0), (1000, 0))
    controls = draw_controls(places, row(20), spacing=300, n_sets=400, rng=1)
    x = controls.frame.geometry.x.to_numpy()[controls.drawn]
    apart = np.abs(x[:, :, None] - x[:, None])[:, *np.triu_indices(3, 1)]
    assert apart.min() == 300.0  # attained, so the rule takes no more than it says
    assert controls.choice["Spacing"] == "300 m in every set"


def test_numbers_are_matched_in_four_bands_of_candidates():
    candidates = row(40, arterial_m=np.arange(40.0))
    drawn = draw_controls(points((0, 0)), candidates, match=["arterial_m"], n_sets=500, rng=1).drawn
    assert set(np.unique(drawn)) == set(range(10))


def test_bands_are_as_many_as_asked_for_and_named():
    candidates = row(40, arterial_m=np.arange(40.0), side=["a", "b"] * 20)
    controls = draw_controls(
        points((0, 0)), candidates, match=["side", "arterial_m"], n_bands=2, n_sets=500, rng=1
    )
    assert set(np.unique(controls.drawn)) == set(range(0, 20, 2))
    assert controls.choice["Matched on"] == "side, arterial_m in 2 bands"


def test_candidates_far_from_any_street_are_left_out_and_counted(plus):
    """Of sites every 100 m north of a street's end, three lie within 250 m."""
    candidates = points(*[(0.0, 1000.0 + 100 * i) for i in range(5)], side=list("aabbb"))
    homes = points((0, 1000), (0, 1600))
    controls = draw_controls(homes, candidates, streets=plus, n_sets=99, rng=1)
    assert controls.frame.geometry.y.tolist() == [1000, 1100, 1200, 1600]
    assert controls.notes == (
        "2 of 5 candidate sites lie over 250 m from any street, and were left out",
        "1 of 2 places lie over 250 m from any street, where no control site stands",
    )
    near = draw_controls(homes[:1], candidates, streets=plus, max_snap=500, n_sets=9, rng=1)
    assert (len(near.frame), near.notes) == (5, ())


def test_streets_of_another_place_are_pointed_out(plus):
    away = points(*[(0.0, 5000.0 * i) for i in range(4)])
    with pytest.warns(CoverageWarning, match="candidates: 3 of 4 points lie over 250 m"):
        draw_controls(points((9, 0)), away, streets=plus, n_sets=9, rng=1)
    with pytest.raises(InputError, match="candidates: all 3 lie over 250 m from any street; give"):
        draw_controls(points((9, 0)), away[1:], streets=plus, n_sets=9, rng=1)


def test_a_missing_value_is_matched_with_missing_values():
    candidates = row(4, use=["home", None, None, "shop"])
    drawn = draw_controls(points((100, 0)), candidates, match=["use"], n_sets=99, rng=1).drawn
    assert set(np.unique(drawn)) == {1, 2}


def test_the_same_seed_gives_the_same_sets_and_inputs_stay_as_they_are():
    candidates, places = row(30), points((0, 0), (100, 0))
    before = candidates.copy(), places.copy()
    first, second = (draw_controls(places, candidates, n_sets=20, rng=7).drawn for _ in range(2))
    assert (first == second).all()
    assert before[0].equals(candidates)
    assert before[1].equals(places)


def test_it_says_how_many_and_never_where():
    said = repr(draw_controls(points((123.4, 0)), row(3), n_sets=2, rng=1))
    assert said == "<2 control sets for 1 places, from 4 sites>"


@pytest.mark.parametrize(
    ("places", "candidates", "options", "error", "message"),
    [
        (points((0, 0)), row(3), {"n_sets": 0}, InputError, "n_sets 0: draw at least one set"),
        (points((0, 0)), row(0), {}, InputError, "candidates: none given; read residential"),
        (points((0, 0)), row(3), {"n_bands": 1}, InputError, "n_bands 1: cut numbers into 2"),
        (points((0, 0)), row(3), {"max_snap": 0}, InputError, "max_snap: 0 m; give more than 0"),
        (row(0), row(3), {}, InputError, "places: none given"),
        (points((0, 0)), row(3), {"match": ["use"]}, SchemaError, "candidates: no column 'use'"),
        (points((0, 0)), row(3), {"weight": "w"}, SchemaError, "candidates: no column 'w'"),
        (
            points((0, 0)), row(3, w=[1, 0, -1]), {"weight": "w"}, InputError,
            "candidates: 2 weights in 'w' are not above 0, first id 'P1'",
        ),
        (
            points((0, 0)), row(3, use=["home", "shop", "shop"]), {"match": ["use"]}, InputError,
            "1 places stand in 1 strata without another site",
        ),
        (points((0, 0), (100, 0)), row(2), {}, InputError, "2 places stand in 1 strata"),
        (
            points((0, 0), (100, 0)), row(9), {"spacing": 150}, InputError,
            "1 pairs of places stand nearer, so they were not placed by this rule, first id 'P0'",
        ),
        (points((0, 0)), row(3), {"spacing": -1}, InputError, "give more than 0"),
        (
            points((0, 0), (600, 0)), row(7).iloc[[0, 1, 5, 6]], {"spacing": 560}, InputError,
            "no room for 2 sites",
        ),
        (points((0, 0)).to_crs(4326), row(3), {}, CRSError, "places"),
        (points((0, 0)).to_crs(32615), row(3), {}, CRSError, "places and candidates"),
        (points((0, 0)).buffer(1).to_frame("geometry"), row(3), {}, SchemaError, "not points"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(places, candidates, options, error, message):
    with pytest.raises(error, match=message):
        draw_controls(places, candidates, **{"n_sets": 200, "rng": 1, **options})
