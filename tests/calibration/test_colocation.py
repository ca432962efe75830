"""False positives of co-location when labels, or homes, are where they are by chance."""

import geopandas as gpd
import numpy as np
import pytest

from hotspots.facilities.colocation import colocation_quotient
from hotspots.facilities.colocation_controls import colocation_with_controls
from hotspots.facilities.colocation_local import local_colocation_quotient
from hotspots.facilities.controls import draw_controls

MAPS, PERSONS = 1_000, 60
MOST = 0.064  # 0.05 and two standard errors of a share of 1,000
CRS = "EPSG:32616"
pytestmark = pytest.mark.slow


def reports(rng, *, mixed=False):
    """Give persons in six quarters with one to four records near their home, labelled by chance.

    All records of a person have one label, or where `mixed`, mostly one.
    """
    middles = rng.uniform(0, 5000, (6, 2))
    homes = middles[rng.integers(6, size=PERSONS)] + rng.normal(0, 500, (PERSONS, 2))
    person = np.repeat(np.arange(PERSONS), rng.choice([1, 1, 1, 2, 3, 4], PERSONS))
    xy = homes[person] + rng.normal(0, 100, (len(person), 2))
    adult = rng.permutation(PERSONS)[person] < PERSONS // 3
    if mixed:
        adult ^= rng.random(len(person)) < 0.2
    return gpd.GeoDataFrame(
        {"age_group": np.where(adult, "adult", "juvenile"), "person_id": person},
        geometry=gpd.points_from_xy(*xy.T),
        crs=CRS,
    )


@pytest.mark.parametrize(("k", "mixed"), [(1, False), (4, True)], ids=["one label", "mixed"])
def test_labels_dealt_by_person_are_rarely_called_together(say, k, mixed):
    rng = np.random.default_rng(1)
    found = np.empty((MAPS, 2))
    for i in range(MAPS):
        points = reports(rng, mixed=mixed)
        result = colocation_quotient(points, "age_group", k=k, n_permutations=199, rng=rng)
        found[i] = result.p_value, result.pairs["q_value"].min()
    shares = (found <= 0.05).mean(axis=0)
    say(f"co-location by person, k {k}, mixed {mixed}: p <= 0.05 {shares[0]}, any q {shares[1]}")
    assert (shares <= MOST).all()


def test_labels_dealt_record_by_record_are_called_together_too_often(say):
    rng = np.random.default_rng(2)
    p = [
        colocation_quotient(
            reports(rng), "age_group", persons=None, n_permutations=199, rng=rng
        ).p_value
        for _ in range(100)
    ]
    share = np.mean(np.array(p) <= 0.05)
    say(f"co-location without persons: p <= 0.05 in {share:.0%}")
    assert share > 0.5


def test_local_quotients_rarely_find_what_is_not_there(say):
    rng = np.random.default_rng(3)
    found, below = 0, []
    for _ in range(MAPS):
        table = local_colocation_quotient(
            reports(rng), "age_group", ("adult", "adult"), k=15, n_permutations=1_999, rng=rng
        )
        found += (table["q_value"] <= 0.05).any()
        below.append((table["p_value"].dropna() <= 0.05).mean())
    say(f"local co-location: any q <= 0.05 in {found / MAPS}, p in {np.mean(below):.3f}")
    assert found / MAPS <= MOST
    assert np.mean(below) <= MOST


@pytest.fixture(scope="module")
def city():
    """Give houses in forty quarters, and hotels and trap houses that have nothing to do with them.

    Hotels stand along two roads.
    """
    rng = np.random.default_rng(4)
    middles = rng.uniform(500, 5500, (40, 2))
    xy = (middles[:, None] + rng.normal(0, 150, (40, 50, 2))).reshape(-1, 2)
    along = rng.uniform(0, 6000, 40)
    road = np.where(np.arange(40) % 2, 1500.0, 4500.0)
    sites = np.concatenate([np.c_[along, road], rng.uniform(0, 6000, (30, 2))])
    return (
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS),
        gpd.GeoDataFrame(
            {"kind": ["hotel"] * 40 + ["trap_house"] * 30},
            geometry=gpd.points_from_xy(*sites.T),
            crs=CRS,
        ),
    )


def homes_of(houses, rng, n=40):
    chosen = rng.choice(len(houses), n, replace=False)
    return houses.iloc[chosen].set_axis([f"H{i}" for i in range(n)])


def test_homes_that_stand_like_controls_are_rarely_called_co_located(city, say):
    houses, sites = city
    rng = np.random.default_rng(5)
    p = []
    for _ in range(MAPS):
        homes = homes_of(houses, rng, 20)
        controls = draw_controls(homes, houses, n_sets=99, rng=rng)
        p.append(colocation_with_controls(homes, sites, controls)["p_value"].min())
    share = np.mean(np.array(p) <= 0.05)
    say(f"co-location with controls: p <= 0.05 in {share}")
    assert share <= MOST


def test_random_labelling_finds_independent_kinds_of_place_co_located(city, say):
    """Why labels of places are refused: under other names they are rejected nearly always."""
    houses, sites = city
    rng = np.random.default_rng(6)
    hotels, p = sites[sites["kind"] == "hotel"].geometry, []
    for _ in range(100):
        both = gpd.GeoDataFrame(
            {"what": ["one"] * 40 + ["other"] * 40},
            geometry=[*homes_of(houses, rng).geometry, *hotels],
            crs=CRS,
        )
        found = colocation_quotient(both, "what", persons=None, n_permutations=199, rng=rng)
        p.append(found.p_value)
    share = np.mean(np.array(p) <= 0.05)
    say(f"random labelling of independent kinds of place: p <= 0.05 in {share:.0%}")
    assert share >= 0.95
