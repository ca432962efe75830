"""False positives when homes do stand like their controls: 1,000 maps each, ≤ 6.4 % at 5 %."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots.facilities.candidates import street_sites
from hotspots.facilities.comparison import compare_with_controls
from hotspots.facilities.controls import draw_controls
from hotspots.geography.streetkinds import distance_to_streets
from hotspots.geography.streets import Streets

MAPS, SETS, HOMES = 1_000, 99, 20
MOST = 0.064  # 0.05 and two standard errors of a share of 1,000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city():
    """Give clustered houses in four quarters, and places that cluster in one of them."""
    rng = np.random.default_rng(1)
    middles = rng.uniform(500, 5500, (40, 2))
    xy = np.concatenate([m + rng.normal(0, 250, (50, 2)) for m in middles])
    houses = gpd.GeoDataFrame(
        {
            "dwellings": rng.integers(1, 9, len(xy)),
            "quarter": 2 * (xy[:, 0] > 3000) + (xy[:, 1] > 3000),
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs="EPSG:32616",
    )
    spots = middles[:6].repeat(5, axis=0) + rng.normal(0, 120, (30, 2))
    sites = gpd.GeoDataFrame(
        {"kind": ["hotel", "trap_house"] * 15},
        geometry=gpd.points_from_xy(*spots.T),
        crs="EPSG:32616",
    )
    return houses, sites


def homes_like(houses, rng, *, weighted, spaced):
    """Place homes one after another, by another way than the tested one."""
    chance = houses["dwellings"] / houses["dwellings"].sum() if weighted else None
    xy = houses.get_coordinates().to_numpy()
    chosen = []
    for one in rng.choice(len(houses), len(houses) // 2, replace=False, p=chance):
        if len(chosen) < HOMES and all(np.hypot(*(xy[one] - xy[two])) >= spaced for two in chosen):
            chosen.append(one)
    homes = houses.iloc[chosen].set_axis([f"H{i}" for i in range(HOMES)])
    return homes.drop(columns=["dwellings", "quarter"])


@pytest.mark.parametrize(
    ("options", "weighted", "spaced"),
    [
        pytest.param({}, False, 0, id="plain"),
        pytest.param(
            {"weight": "dwellings", "match": ["quarter"], "spacing": 300.0}, True, 300.0, id="ruled"
        ),
    ],
)
def test_homes_that_stand_like_controls_are_rarely_called_near(
    city, say, options, weighted, spaced
):
    houses, sites = city
    rng = np.random.default_rng(2)
    p = np.empty((MAPS, 2))
    for i in range(MAPS):
        homes = homes_like(houses, rng, weighted=weighted, spaced=spaced)
        controls = draw_controls(homes, houses, n_sets=SETS, rng=rng, **options)
        found = compare_with_controls(homes, sites, controls, within=[400, 800], n_bootstraps=0)
        p[i] = found.p_value, found.p_value_others
    shares = pd.DataFrame(p <= 0.05, columns=["primary", "others"]).mean()
    say(f"control sets {options or 'plain'}: p <= 0.05 in {shares.to_dict()}")
    assert (shares <= MOST).all()


def test_incidents_at_addresses_call_few_homes_near(city, say):
    """A home's own incidents are left out, and so are those of every control."""
    houses, _ = city
    rng = np.random.default_rng(3)
    at = houses.geometry.iloc[rng.integers(0, 400, 200)]  # near some of the middles
    incidents = gpd.GeoDataFrame(
        geometry=at.array, index=pd.RangeIndex(len(at), name="incident_id"), crs=houses.crs
    )
    p = np.empty((MAPS, 2))
    for i in range(MAPS):
        homes = homes_like(houses, rng, weighted=False, spaced=0)
        controls = draw_controls(homes, houses, n_sets=SETS, rng=rng)
        found = compare_with_controls(
            homes, None, controls, incidents=incidents, within=[400], n_bootstraps=0
        )
        p[i] = found.p_value, found.p_value_others
    shares = pd.DataFrame(p <= 0.05, columns=["primary", "others"]).mean()
    say(f"control sets, incidents: p <= 0.05 in {shares.to_dict()}")
    assert (shares <= MOST).all()


def test_homes_drawn_to_destinations_are_found(city, say):
    houses, sites = city
    rng = np.random.default_rng(3)
    apart = houses.geometry.apply(lambda house: sites.distance(house).min())
    pull = (1 + 6 * np.exp(-((apart / 300) ** 2))).to_numpy()
    found = 0
    for _ in range(100):
        chosen = rng.choice(len(houses), HOMES, replace=False, p=pull / pull.sum())
        homes = houses.iloc[chosen].set_axis([f"H{i}" for i in range(HOMES)])
        controls = draw_controls(homes, houses, n_sets=SETS, rng=rng)
        result = compare_with_controls(
            homes,
            sites.assign(kind="any"),
            controls,
            within=[400],
            alternative="closer",
            n_bootstraps=0,
        )
        found += result.p_value <= 0.05
    say(f"control sets, homes drawn 6 times as often to places: found in {found} of 100")
    assert found >= 70


@pytest.fixture(scope="module")
def town():
    """Give streets 150 m apart, every fourth an arterial, and places along the arterials."""
    side, step = 13, 150.0
    at = np.arange(side * side).reshape(side, side)
    across, along = at[:, :-1].ravel(), at[:-1].ravel()
    u, v = np.concatenate([across, along]), np.concatenate([across + 1, along + side])
    row = np.concatenate([across // side, along % side])
    xy = step * np.stack([at.ravel() % side, at.ravel() // side], axis=1)
    lines = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    kind = np.where(row % 4 == 2, "primary", "residential")
    streets = Streets(
        gpd.GeoDataFrame(geometry=shapely.points(xy), crs="EPSG:32616"),
        gpd.GeoDataFrame(
            {"u": [*u, *v], "v": [*v, *u], "length": step, "highway": [*kind, *kind]},
            geometry=[*lines, *shapely.reverse(lines)],
            crs="EPSG:32616",
        ),
    )
    rng = np.random.default_rng(4)
    busy = rng.choice(np.flatnonzero(kind == "primary")[:30], 25)
    spots = shapely.line_interpolate_point(lines[busy], rng.uniform(0, step, 25))
    sites = gpd.GeoDataFrame({"kind": ["hotel"] * 25}, geometry=spots, crs="EPSG:32616")
    return streets, lines[kind == "residential"], sites


def test_homes_anywhere_beside_streets_are_rarely_called_near(town, say):
    """They stand back from any point of a residential street, not where candidates are put."""
    streets, residential, sites = town
    candidates = street_sites(streets)
    candidates = candidates.join(distance_to_streets(candidates, streets))
    rng = np.random.default_rng(5)
    p = np.empty((MAPS, 2))
    for i in range(MAPS):
        lines = residential[rng.integers(len(residential), size=HOMES)]
        fronts = shapely.line_interpolate_point(lines, rng.uniform(0, 150, HOMES))
        homes = (
            gpd.GeoDataFrame(geometry=fronts, crs="EPSG:32616").translate(8, 8).to_frame("geometry")
        )
        controls = draw_controls(
            homes, candidates, weight="length_m", match=["street_m"], n_sets=SETS, rng=rng
        )
        found = compare_with_controls(
            homes, sites, controls, streets=streets, within=[400, 800], n_bootstraps=0
        )
        p[i] = found.p_value, found.p_value_others
    shares = pd.DataFrame(p <= 0.05, columns=["primary", "others"]).mean()
    say(f"controls along streets, as far from an arterial: p <= 0.05 in {shares.to_dict()}")
    assert (shares <= MOST).all()
