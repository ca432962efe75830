"""Places beside their controls: by hand, against proximity and loops, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from shapely import LineString, Point

from hotspots.errors import FewDataWarning, InputError, SchemaError
from hotspots.facilities.comparison import compare_with_controls
from hotspots.facilities.controls import ControlSets, draw_controls
from hotspots.facilities.measures import cluster_samples, measures, ratio_interval
from hotspots.facilities.proximity import proximity
from hotspots.geography.streets import Streets

CRS = "EPSG:32616"
pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def table(xy, kind, **columns):
    index = pd.Index([f"{kind}{i}" for i in range(len(xy))], name="facility_id")
    points = [Point(p) for p in xy]
    return gpd.GeoDataFrame({"kind": kind, **columns}, geometry=points, index=index, crs=CRS)


def lattice(side=8, step=100.0):
    """Give a square of two-way streets."""
    places = {(i, j): Point(i * step, j * step) for i in range(side) for j in range(side)}
    pairs = [
        (a, b)
        for a in places
        for b in [(a[0] + 1, a[1]), (a[0], a[1] + 1), (a[0] - 1, a[1]), (a[0], a[1] - 1)]
        if b in places
    ]
    nodes = gpd.GeoDataFrame(
        geometry=list(places.values()), index=[str(p) for p in places], crs=CRS
    )
    edges = gpd.GeoDataFrame(
        {"u": [str(a) for a, _ in pairs], "v": [str(b) for _, b in pairs], "length": step},
        geometry=[LineString([places[a], places[b]]) for a, b in pairs],
        crs=CRS,
    )
    return Streets(nodes, edges)


@pytest.fixture
def town():
    """Give streets, homes, destinations of two kinds and candidates, at random."""
    rng = np.random.default_rng(11)
    spots = rng.uniform(0, 700, (90, 2))
    homes = table(spots[:12], "group_home", operator_id=["a", "a", "b"] * 4)
    goals = pd.concat([table(spots[12:20], "hotel"), table(spots[20:35], "trap_house")])
    return lattice(), homes, goals, table(spots[35:], "candidate")


def test_on_a_line_by_hand():
    """A hotel at 0; homes at 10 and 30, two sets with homes at 20 and 50, and at 10 and 90."""
    frame = table([(x, 0) for x in (10, 30, 20, 50, 90)], "site")
    homes, hotel = table([(10, 0), (30, 0)], "group_home"), table([(0, 0)], "hotel")
    sets = ControlSets(frame, homes.index, np.array([0, 1]), np.array([[2, 3], [0, 4]]))
    found = compare_with_controls(homes, hotel, sets, within=[25], alternative="closer", rng=1)
    rows = found.statistics.set_index("statistic")
    assert rows["observed"].to_dict() == {
        "median_distance_m": 20, "mean_distance_m": 20,
        "share_within_25m": 0.5, "mean_within_25m": 0.5,
    }  # fmt: skip
    assert rows["expected"].tolist() == [42.5, 42.5, 0.5, 0.5]  # of 35 and 50
    assert rows.loc["median_distance_m", "ratio"] == 20 / 42.5
    assert found.p_value == 1 / 3
    assert found.primary == ("hotel", "median_distance_m")
    places = found.places.set_index("facility_id")
    # of home 0: 10 beside 20 and 10, of home 1: 30 beside 50 and 90; ties count half
    assert places["share_farther"].tolist() == [0.75, 1.0]
    assert places["within_25m"].tolist() == [1, 0]
    assert places["expected_within_25m"].tolist() == [1, 0]
    tail = beta.ppf(0.025, 1, 2)  # one farther of two, or both
    assert places.loc["group_home0", ["share_lower", "share_upper"]].tolist() == [
        pytest.approx(tail), 1.0,
    ]  # fmt: skip


def test_observed_numbers_are_those_of_proximity(town):
    streets, homes, goals, candidates = town
    controls = draw_controls(homes, candidates, n_sets=19, rng=1)
    found = compare_with_controls(
        homes, goals, controls, streets=streets, within=[150, 400], rng=1
    ).places
    expected = proximity(homes, goals, streets=streets, within=[150, 400])
    keys = ["facility_id", "to_kind"]
    both = found.merge(expected, on=keys, suffixes=("", "_expected"), validate="1:1")
    assert len(both) == 24
    assert both["distance_m"].to_numpy() == pytest.approx(both["distance_m_expected"], abs=1e-6)
    for limit in ("150m", "400m"):
        assert (both[f"within_{limit}"] == both[f"within_{limit}_expected"]).all()


@pytest.mark.parametrize("over_streets", [True, False])
def test_each_set_is_measured_as_if_it_were_the_places(town, over_streets):
    streets, homes, goals, candidates = town
    controls = draw_controls(homes, candidates, n_sets=9, rng=2)
    streets = streets if over_streets else None
    found = compare_with_controls(homes, goals, controls, streets=streets, within=[300], rng=1)
    distance = "distance_m" if over_streets else "straight_m"
    expected = []
    for drawn in controls.drawn:
        moved = homes.set_geometry(gpd.GeoSeries(controls.frame.geometry.iloc[drawn].to_numpy(),
                                                 index=homes.index, crs=CRS))  # fmt: skip
        expected.append(proximity(moved, goals, streets=streets, within=[300]))
    medians = [rows.groupby("to_kind")[distance].median() for rows in expected]
    means = [rows.groupby("to_kind")[distance].mean() for rows in expected]
    of = found.statistics.set_index(["to_kind", "statistic"])["expected"]
    for kind in ("hotel", "trap_house"):
        assert of[kind, "median_distance_m"] == pytest.approx(np.mean([m[kind] for m in medians]))
        assert of[kind, "mean_distance_m"] == pytest.approx(np.mean([m[kind] for m in means]))
        if over_streets:
            counts = [r.loc[r["to_kind"] == kind, "within_300m"].mean() for r in expected]
            assert of[kind, "mean_within_300m"] == pytest.approx(np.mean(counts))


def test_only_what_was_open_at_the_same_time_counts(town):
    _, homes, goals, candidates = town
    homes = homes.assign(opened="2015-01-01", closed="2015-06-30")
    early = goals.assign(opened="2014-01-01", closed=None)
    early.loc[goals["kind"] == "hotel", "closed"] = "2014-12-31"
    controls = draw_controls(homes, candidates, n_sets=19, rng=1)
    found = compare_with_controls(homes, early, controls, rng=1)
    assert set(found.statistics["to_kind"]) == {"trap_house"}
    assert found.notes[0] == "12 of 12 places were never open while a hotel was, and left out"
    assert found.places.loc[found.places["to_kind"] == "hotel", "distance_m"].isna().all()
    with pytest.raises(InputError, match="none was open while a place was"):
        compare_with_controls(homes, early, controls, period=("2016-01-01", "2016-12-31"))


def test_controls_have_the_dates_of_their_place():
    """One hotel closes before the second home opens: its controls do not see it either."""
    frame = table([(0, 0), (50, 0), (10, 0), (20, 0)], "site")
    homes = table([(0, 0), (50, 0)], "group_home", opened=[None, "2016-01-01"])
    hotels = table([(0, 0), (1000, 0)], "hotel", closed=["2015-12-31", None])
    sets = ControlSets(frame, homes.index, np.array([0, 1]), np.array([[2, 3], [3, 2]]))
    found = compare_with_controls(homes, hotels, sets, within=[10], rng=1)
    mean = found.statistics.set_index("statistic").loc["mean_distance_m"]
    assert mean["observed"] == (0 + 950) / 2
    assert mean["expected"] == np.mean([(10 + 980) / 2, (20 + 990) / 2])


def test_a_home_is_never_its_own_destination_nor_that_of_its_controls(town):
    _, homes, _, candidates = town
    controls = draw_controls(homes, candidates, n_sets=9, rng=1)
    found = compare_with_controls(homes, homes, controls, rng=1).places
    expected = proximity(homes, homes)["straight_m"]
    assert found["distance_m"].to_numpy() == pytest.approx(expected.to_numpy())


def test_incidents_at_one_place_count_each(town):
    _, homes, goals, candidates = town
    controls = draw_controls(homes, candidates, n_sets=9, rng=1)
    twice = pd.concat([goals, goals.set_axis([f"{i}b" for i in goals.index])])
    one, two = (
        compare_with_controls(homes, t, controls, within=[300], rng=1).statistics.set_index(
            ["to_kind", "statistic"]
        )
        for t in (goals, twice)
    )
    same, counted = ("hotel", "median_distance_m"), ("hotel", "mean_within_300m")
    assert one.loc[same, "observed"] == two.loc[same, "observed"]
    for column in ("observed", "expected"):
        assert 2 * one.loc[counted, column] == pytest.approx(two.loc[counted, column])


def reports(xs, **columns):
    index = pd.Index([f"R{i}" for i in range(len(xs))], name="incident_id")
    return gpd.GeoDataFrame(columns, geometry=[Point(x, 0) for x in xs], index=index, crs=CRS)


def test_incidents_by_hand():
    """Homes at 10 and 30, a set at 20 and 50; what is at a site does not count for that site."""
    frame = table([(x, 0) for x in (10, 30, 20, 50)], "site")
    homes = table([(10, 0), (30, 0)], "group_home", opened=["2015-01-01", "2016-01-01"])
    sets = ControlSets(frame, homes.index, np.array([0, 1]), np.array([[2, 3]]))
    incidents = reports(
        [10, 20.5, 34, 33],
        time=pd.to_datetime(["2017-01-01", "2017-01-02", "2015-06-01", "2017-02-01"]),
        facility_id=[None, None, None, "group_home1"],
    )
    found = compare_with_controls(homes, None, sets, incidents=incidents, within=[15], rng=1)
    places = found.places.set_index("facility_id")
    assert found.primary == ("incident", "median_distance_m")
    # home 0 and its control at 20, whose own is at 20.5; home 1 and its control at 50: the third
    # came before it opened, the fourth names it
    assert places["distance_m"].tolist() == [10.5, 9.5]
    assert places["within_15m"].tolist() == [1, 1]
    assert places["expected_within_15m"].tolist() == [4 - 1, 0]
    assert places["share_farther"].tolist() == [0.0, 1.0]  # 10 of 10.5, and 29.5 of 9.5


def test_incidents_are_one_more_kind(town):
    streets, homes, goals, candidates = town
    controls = draw_controls(homes, candidates, n_sets=19, rng=1)
    incidents = reports([80.0, 310.0, 555.0])
    options = {"streets": streets, "within": [150], "rng": 1}
    alone = compare_with_controls(homes, goals, controls, **options).places
    found = compare_with_controls(homes, goals, controls, incidents=incidents, **options)
    assert set(found.curves["to_kind"]) == {"hotel", "trap_house", "incident"}
    pd.testing.assert_frame_equal(found.places.query("to_kind != 'incident'"), alone)


def test_the_sides_are_those_of_closeness(town):
    _, homes, goals, candidates = town
    controls = draw_controls(homes, candidates, n_sets=99, rng=1)
    options = {"primary": ("trap_house", "share_within_400m"), "rng": 1}
    p = {
        side: compare_with_controls(homes, goals, controls, alternative=side, **options).p_value
        for side in ("closer", "farther", "two-sided")
    }
    assert p["closer"] + p["farther"] >= 1  # ties in both
    assert p["two-sided"] == min(1, 2 * min(p["closer"], p["farther"]))


def test_only_the_primary_statistic_has_its_own_p_value(town):
    _, homes, goals, candidates = town
    controls = draw_controls(homes, candidates, n_sets=99, rng=1)
    found = compare_with_controls(homes, goals, controls, rng=1)
    alone = found.statistics["p_value"].notna()
    assert alone.sum() == 1
    assert found.statistics.loc[~alone, ["lower", "upper"]].notna().all(axis=None)
    outside = [
        ((t["observed"] < t["lower"]) | (t["observed"] > t["upper"])).any()
        for t in (found.statistics[~alone], found.curves)
    ]
    assert any(outside) == (found.p_value_others <= 0.05)


def test_operators_are_resampled_whole():
    """With one operator every sample is the places themselves; by place it is not."""
    values = np.array([[1.0, 2.0, 4.0], [2.0, 2.0, 2.0]])
    mean, rng = measures([])[1], np.random.default_rng(1)
    one, each = (cluster_samples(np.array(c), 99, rng) for c in ([0, 0, 0], [0, 1, 2]))
    assert ratio_interval(mean, values, one) == (7 / 6, 7 / 6)
    low, high = ratio_interval(mean, values, each)
    assert low < 7 / 6 < high
    pairs = cluster_samples(np.array([0, 1, 0]), 500, rng)
    assert (pairs[:, 0] == pairs[:, 2]).all()
    assert set(pairs[:, 0]) == {0, 1, 2}
    assert (pairs[:, 0] + pairs[:, 1] == 2).all()


@pytest.mark.parametrize("name", ["median_distance_m", "mean_distance_m"])
def test_a_sample_counts_places_as_often_as_they_stand_in_it(name):
    rng = np.random.default_rng(3)
    values = rng.integers(0, 9, (5, 7)).astype(float)
    values[2, 1] = np.inf
    measure = next(m for m in measures([]) if m.name == name)
    times = rng.multinomial(7, np.full(7, 1 / 7), size=20)
    found = measure.of(values, times.astype(float))
    for b, row in enumerate(times):
        again = np.repeat(values, row, axis=1)
        if name == "mean_distance_m":
            again = np.where(np.isfinite(again), again, np.nan)
            assert found[b] == pytest.approx(np.nanmean(again, axis=1))
        else:
            assert found[b] == pytest.approx(np.median(again, axis=1))
    assert measure.of(values)[0] == pytest.approx(measure.of(values, np.ones((1, 7)))[0])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"primary": ("hotel", "mode")}, InputError, r"primary \('hotel', 'mode'\) is not known"),
        ({"primary": ("shop", "median_distance_m")}, InputError, "give one of hotel, trap_house"),
        ({"alternative": "less"}, InputError, "alternative 'less' is not known: use one of"),
        ({"destinations": lambda d: d.drop(columns="kind")}, SchemaError, "no column 'kind'"),
        ({"destinations": lambda d: d.iloc[:0]}, InputError, "destinations: none given"),
        ({"places": lambda h: h.iloc[1:]}, InputError, "controls: drawn for other places"),
    ],
)
def test_what_cannot_be_compared_is_refused(town, change, error, message):
    _, homes, goals, candidates = town
    given = {"places": homes, "destinations": goals}
    controls = draw_controls(homes, candidates, n_sets=9, rng=1)
    options = {k: v for k, v in change.items() if k not in given}
    given = {k: change.get(k, lambda t: t)(v) for k, v in given.items()}
    with pytest.raises(error, match=message):
        compare_with_controls(*given.values(), controls, **options)


def test_sets_that_reach_nothing_are_ties(plus, places):
    """All on one street, the hotel on another: no set is nearer than any."""
    homes = places("group_home", a=(100, 0), b=(200, 0), c=(300, 0))
    candidates = places("site", **{f"s{i}": (10.0 * i, 0) for i in range(1, 60)})
    controls = draw_controls(homes, candidates, n_sets=99, rng=1)
    far = places("hotel", h=(5500, 0))
    found = compare_with_controls(homes, far, controls, streets=plus, rng=1)
    assert found.p_value == 1
    assert found.p_value_others == 1
    assert found.notes[0] == "3 of 3 places reach no hotel over the streets"


@pytest.mark.filterwarnings("default")
def test_few_places_are_said():
    frame = table([(float(x), 0) for x in range(9)], "site")
    homes, hotel = frame.iloc[:2].assign(kind="group_home"), table([(0, 5)], "hotel")
    controls = draw_controls(homes, frame, n_sets=9, rng=1)
    with pytest.warns(FewDataWarning, match="2 places, below 10: only a very large difference"):
        found = compare_with_controls(homes, hotel, controls, rng=1)
    assert "2 places, below 10" in found.notes[-1]


def test_what_lies_far_from_a_street_is_said_once(plus, places):
    """The end of the northern street is at (0, 1000); beyond it by 300 m or more is too far."""
    homes = places("group_home", a=(0, 500), b=(0, 1300))
    sites = places("site", s=(0, 600), t=(0, 700), u=(0, 1400), v=(0, 1500))
    hotel = places("hotel", h=(50, 0))
    moved = draw_controls(homes, sites, n_sets=99, rng=1)
    found = compare_with_controls(homes, hotel, moved, streets=plus, rng=1)
    assert found.notes[0] == (
        "1 of 2 places and 2 of 4 other control sites lie over 250 m from any street, and are "
        "measured from the nearest one; draw_controls(…, streets=…) leaves such sites out"
    )
    kept = draw_controls(homes, sites, streets=plus, n_sets=99, rng=1)
    found = compare_with_controls(homes, hotel, kept, streets=plus, rng=1)
    assert found.notes[:2] == kept.notes
    assert sum("from any street" in note for note in found.notes) == 2
    assert compare_with_controls(homes, hotel, moved, rng=1).notes[0].startswith("2 places, below")
