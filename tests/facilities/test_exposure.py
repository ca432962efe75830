"""Exposure: counts, days and weights by hand, what is a place's own, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.facilities.decay import Decay
from hotspots.facilities.exposure import exposure

YEAR = ("2015-01-01", "2015-12-31")
COUNTS = ["within_400m", "within_800m", "within_1600m"]


@pytest.fixture(scope="module")
def incidents(places):
    """Make incidents from id=(x, y)."""

    def make(sites, **columns):
        table = places("", **sites).drop(columns="kind").rename_axis("incident_id")
        return table.assign(**columns)

    return make


def test_counts_and_weights_over_the_streets(places, plus):
    homes = places("group_home", H1=(300, 10))
    hotels = places("hotel", M1=(10, 350), M2=(-400, 20), M3=(800, -30))  # 650, 700 and 500 m
    options = {"streets": plus, "within": (400, 650, 700), "decay": Decay("gaussian", cutoff=650)}
    (found,) = exposure(homes, hotels, **options).itertuples()
    assert (found.to_kind, found.nearest_id, found.note) == ("hotel", "M3", "")
    assert (found.distance_m, found.snap_m, found.nearest_snap_m) == pytest.approx((500, 10, 30))
    assert (found.within_400m, found.within_650m, found.within_700m) == (0, 2, 3)
    assert found.decayed == pytest.approx(np.exp(-(1.25**2) / 2) + np.exp(-(1.625**2) / 2))
    assert np.isnan([found.days_open, found.days_within_700m, found.person_days_within_700m]).all()


def test_straight_lines_without_streets(places):
    homes = places("group_home", H1=(0, 0))
    found = exposure(homes, places("hotel", M1=(300, 400), M2=(0, 800)))
    assert found.loc[0, [*COUNTS, "nearest_id", "distance_m"]].to_list() == [0, 2, 2, "M1", 500]
    assert found.decayed[0] == pytest.approx(np.exp(-1.25) + np.exp(-2))
    assert found.attrs["distances"] == "straight"
    assert found.attrs["decay"] == "exponential, scale 400 m, 0 beyond 1600 m"
    assert exposure(homes, homes, decay=None)["decayed"].isna().all()


def test_the_shapes_of_decay():
    metres = np.array([0, 200, 400, 401, np.inf])
    expected = {
        "exponential": [1, np.exp(-1), np.exp(-2), 0, 0],
        "gaussian": [1, np.exp(-0.5), np.exp(-2), 0, 0],
        "linear": [1, 0, 0, 0, 0],
    }
    for shape, weights in expected.items():
        found = Decay(shape, scale=200, cutoff=400).weights(metres)
        assert found == pytest.approx(weights)
    assert Decay("linear", scale=400, cutoff=250).weights(metres).tolist() == [1, 0.5, 0, 0, 0]


def test_only_what_was_open_at_the_same_time_counts(places, plus):
    homes = places("group_home", H1=(300, 0), H2=(300, 0), H3=(300, 0)).assign(
        opened=["2014-06-01", "2015-12-30", "2016-01-01"], capacity=[8, np.nan, 4]
    )
    hotels = places("hotel", M1=(400, 0), M2=(0, 200), M3=(500, 0)).assign(
        opened=[None, "2015-12-22", "2016-02-01"], closed=["2015-01-10", None, None]
    )
    found = exposure(homes, hotels, streets=plus, period=YEAR, within=[400, 800])
    assert found["nearest_id"].to_list()[:2] == ["M1", "M2"]
    assert found["within_400m"].to_list() == [1, 0, pd.NA]
    assert found["within_800m"].to_list() == [2, 1, pd.NA]
    assert found["days_open"].to_list() == [365, 2, 0]
    assert found["days_within_800m"].to_list()[:2] == [10 + 10, 2]
    assert found["person_days_within_800m"].to_list()[0] == 8 * 20
    assert found["person_days_within_800m"].isna().to_list() == [False, True, True]
    assert found["note"].to_list() == ["", "", "not open"]
    assert found.loc[2, ["distance_m", "decayed", "days_within_800m"]].isna().all()
    # all that are listed, where no days are asked for
    assert exposure(homes, hotels, streets=plus)["within_800m"].to_list() == [3, 3, 3]


def test_on_one_day(places):
    homes = places("group_home", H1=(0, 0)).assign(capacity=5)
    hotels = places("hotel", M1=(9, 0)).assign(opened="2015-03-02", closed="2015-03-02")
    for day, n, note in (("2015-03-01", 0, "no hotel at the same time"), ("2015-03-02", 1, "")):
        found = exposure(homes, hotels, as_of=day).loc[0]
        assert (found["within_400m"], found["days_open"], found["note"]) == (n, 1, note)
        assert found["person_days_within_400m"] == 5 * n
        assert found["decayed"] == pytest.approx(n * np.exp(-9 / 400))


def test_never_its_own_neighbour_but_another_at_its_place_is(places, plus):
    homes = places("group_home", A=(300, 0), B=(500, 0), C=(500, 0))
    both = pd.concat([homes, places("hotel", A=(300, 0))])
    found = exposure(homes, both, streets=plus)
    assert found["to_kind"].to_list() == ["group_home", "hotel"] * 3
    assert found["nearest_id"].to_list() == ["B", "A", "C", "A", "B", "A"]
    assert found["distance_m"].to_list() == pytest.approx([200, 0, 0, 200, 0, 200], abs=1e-9)
    assert found["within_400m"].to_list() == [2, 1, 2, 1, 2, 1]
    alone = exposure(homes[:1], homes[:1], streets=plus).loc[0]
    assert (alone["note"], alone["within_400m"], alone["decayed"]) == ("no other group_home", 0, 0)


def test_its_own_incidents_are_left_out_and_counted(places, incidents):
    homes = places("group_home", H1=(0, 0), H2=(100, 0))
    sites = {"a": (0, 0.5), "b": (50, 0), "c": (50, 0), "d": (100, 0), "e": (0, 90)}
    calls = incidents(sites, facility_id=["H1", "H2", None, "H1", "H9"])
    found = exposure(homes, calls).set_index("facility_id")
    assert (found["to_kind"] == "incident").all()
    # H1: a lies at it and names it, d names it; H2: b names it, d lies at it
    assert found["left_out"].to_dict() == {"H1": 2, "H2": 2}
    assert found["within_400m"].to_dict() == {"H1": 3, "H2": 3}
    assert found["nearest_id"].to_dict() == {"H1": "b", "H2": "c"}
    for options, left_out in (
        ({"own": None}, [1, 1]),
        ({"own_within": 0}, [2, 2]),
        ({"own_within": 0, "own": None}, [0, 1]),
        ({"own_within": 50}, [4, 3]),
    ):
        found = exposure(homes, calls, **options)
        assert found["left_out"].to_list() == left_out
        assert found["within_400m"].to_list() == [5 - n for n in left_out]


def test_ids_are_compared_as_text_and_within_every_kind(places, incidents):
    both = pd.concat([places("group_home", a=(0, 0)), places("hotel", a=(9, 0))]).set_axis([7, 7])
    calls = incidents({"a": (20, 0), "b": (30, 0)}, facility_id=[7.0, np.nan])
    found = exposure(both, calls)
    assert found["left_out"].to_list() == [1, 1]
    assert found["nearest_id"].to_list() == ["b", "b"]


def test_incidents_count_in_the_period_while_the_place_was_open(places, incidents):
    homes = places("group_home", H1=(0, 0), H2=(0, 0)).assign(closed=["2015-02-28", None])
    sites = {name: (0, 20 + i) for i, name in enumerate("abcdef")}
    times = ["2014-12-31 23:59", "2015-01-01", "2015-02-28 23:00", "2015-03-01", None, "2016-01-01"]
    calls = incidents(sites, time=pd.to_datetime(times, format="ISO8601"))
    found = exposure(homes, calls.assign(facility_id="H2"), period=YEAR)
    assert found["within_400m"].to_list() == [2, 0]
    assert found["left_out"].to_list() == [0, 3]
    assert found["note"].to_list() == ["", "no other incident"]
    assert found.attrs["without_time"] == 1
    assert found["days_open"].to_list() == [59, 365]
    assert found["days_within_400m"].isna().all()
    assert exposure(homes, calls)["within_400m"].to_list() == [6, 6]


def test_an_incident_between_two_times_may_have_happened_on_any_day_between(places, incidents):
    calls = incidents(
        {"a": (0, 20), "b": (0, 30), "c": (0, 40)},
        time_start=["2014-12-30", "2014-12-30", "2015-06-01"],
        time_end=["2015-01-01", "2014-12-31", None],
    )
    found = exposure(places("group_home", H1=(0, 0)), calls, period=YEAR)
    assert (found.within_400m[0], found.nearest_id[0]) == (2, "a")
    with pytest.raises(SchemaError, match="others: 1 end before they start, first id 'c'"):
        exposure(places("group_home"), calls.assign(time_end="2015-05-01"), as_of="2015-01-01")


def test_reasons_for_no_distance(places, plus):
    homes = places("group_home", H1=(990, 0), H2=(5500, 0), H3=(500, 300))
    found = exposure(homes, places("hotel", M1=(5100, 0)), streets=plus)
    assert found["note"].to_list() == ["unreachable", "", "far from a street"]
    assert found["within_800m"].to_list() == [pd.NA, 1, pd.NA]
    assert found["decayed"].isna().to_list() == [True, False, True]
    assert found.attrs["far_from_street"] == {"group_home": 1}
    away = exposure(homes[:1], places("hotel", M1=(900, 400)), streets=plus)
    assert (away.note[0], away.attrs["far_from_street"]) == ("far from a street", {"hotel": 1})


def test_beyond_all_limits_the_nearest_is_still_found(places, plus):
    homes = places("group_home", H1=(1000, 0), H2=(0, 1000))
    hotels = places("hotel", M1=(-900, 0), M2=(-1000, 0)).assign(opened=["2015-02-01", None])
    options = {"streets": plus, "within": [50], "decay": None}
    assert exposure(homes, hotels, **options)["distance_m"].to_list() == pytest.approx([1900] * 2)
    found = exposure(homes, hotels, **options, as_of="2015-01-01")
    assert found["nearest_id"].to_list() == ["M2", "M2"]
    assert found["distance_m"].to_list() == pytest.approx([2000, 2000])
    assert found["within_50m"].to_list() == [0, 0]


def test_blocks_do_not_show(places, incidents, plus, monkeypatch):
    rng = np.random.default_rng(4)
    xy = rng.uniform(-900, 900, (90, 2))
    homes = places("group_home", **{f"H{i}": at for i, at in enumerate(xy[:30])})
    calls = incidents(
        {f"c{i}": at for i, at in enumerate(xy[20:])},
        facility_id=[f"H{i}" for i in rng.integers(0, 40, 70)],
        time=pd.Timestamp("2014-10-01") + pd.to_timedelta(rng.integers(0, 300, 70), unit="D"),
    )
    for streets in (plus, None):
        whole = exposure(homes, calls, streets=streets, period=YEAR)
        with monkeypatch.context() as patch:
            patch.setattr("hotspots.facilities.nearness.BLOCK", 200)
            found = exposure(homes, calls, streets=streets, period=YEAR)
        pd.testing.assert_frame_equal(found, whole)
        assert whole["left_out"].sum() > 30


def test_empty_tables_keep_the_columns(places, incidents, plus):
    homes, hotels = places("group_home", H1=(0, 0)), places("hotel", M1=(0, 0))
    columns = list(exposure(homes, hotels).columns)
    for streets in (plus, None):
        for pair in ((homes, hotels[:0]), (homes[:0], hotels), (homes[:0], incidents({}))):
            found = exposure(*pair, streets=streets)
            assert (list(found.columns), len(found)) == (columns, 0)
        none = exposure(homes, incidents({}), streets=streets).loc[0]
        assert (none["note"], none["within_400m"]) == ("no other incident", 0)


def test_tables_stay_as_they_are(places, incidents):
    homes = places("group_home", H1=(0, 0)).assign(capacity="8", opened="2015-01-01")
    calls = incidents({"a": (9, 0)}, time="2015-03-01", facility_id="H1")
    copies = homes.copy(), calls.copy()
    exposure(homes, calls, period=YEAR)
    pd.testing.assert_frame_equal(homes, copies[0])
    pd.testing.assert_frame_equal(calls, copies[1])


BAD = {
    "no kind": ({}, lambda t: t.drop(columns="kind"), SchemaError, "others: neither facilities"),
    "two places": ({}, lambda t: pd.concat([t, t]), SchemaError, "others: 1 ids stand twice"),
    "a line": (
        {},
        lambda t: t.set_geometry([LineString([(0, 0), (1, 1)])], crs=t.crs),
        SchemaError,
        "others: 1 rows are not points, first id 'M1'",
    ),
    "other crs": ({}, lambda t: t.to_crs(32617), CRSError, "places and others: different"),
    "degrees": ({}, lambda t: t.to_crs(4326), CRSError, "others: WGS 84 measures in degree"),
    "closed first": (
        {},
        lambda t: t.assign(opened="2015-01-02", closed="2015-01-01"),
        SchemaError,
        "others: 1 close before they open, first id 'M1'; correct the dates",
    ),
    "no date": (
        {},
        lambda t: t.assign(opened="1.2.2015"),
        SchemaError,
        "others: opened: 1 are no dates such as 2015-03-01, first id 'M1'",
    ),
    "reversed": ({"period": YEAR[::-1]}, None, InputError, "period: the last day is before"),
    "half a period": ({"period": ("2015-01-01",)}, None, InputError, "or one is no date"),
    "no day": ({"as_of": "soon"}, None, InputError, "as_of: no date; write it as 2015-03-01"),
    "both": ({"as_of": "2015-01-01", "period": YEAR}, None, InputError, "as_of and period: both"),
    "limit": ({"within": [-400]}, None, InputError, "within: -400 m; every distance must be above"),
    "limits": ({"within": [400, 400]}, None, InputError, "give every distance once"),
    "max_snap": ({"max_snap": -1}, None, InputError, "max_snap: -1 m; give more than 0"),
    "own_within": ({"own_within": -1}, None, InputError, "own_within: -1 m; give 0 or more"),
    "no times": (
        {"as_of": "2015-01-01"},
        lambda t: t.rename_axis("incident_id"),
        SchemaError,
        "others: no column 'time' or 'time_start', and only those of some days are asked for",
    ),
    "no such column": (
        {"own": "reporter"},
        lambda t: t.rename_axis("incident_id"),
        SchemaError,
        "others: no column 'reporter'; name the one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_faults(case, places):
    options, change, error, message = BAD[case]
    hotels = places("hotel", M1=(9, 9))
    with pytest.raises(error) as caught:
        exposure(places("group_home", H1=(0, 0)), change(hotels) if change else hotels, **options)
    assert message in str(caught.value)


def test_other_things_than_tables_are_refused(places):
    homes = places("group_home", H1=(0, 0))
    for thing in ([1], "hotels.csv", pd.DataFrame({"kind": ["hotel"]})):
        with pytest.raises(InputError, match="others: a GeoDataFrame with a geometry is needed"):
            exposure(homes, thing)
    with pytest.raises(SchemaError, match="others: neither facilities nor incidents"):
        exposure(homes, homes.geometry)
    with pytest.raises(SchemaError, match="places: no column 'kind'"):
        exposure(homes.geometry, homes)


def test_a_capacity_below_0_and_decay_that_is_none(places):
    homes = places("group_home", H1=(0, 0), H2=(0, 0)).assign(capacity=["-2", "many"])
    with pytest.raises(SchemaError, match="places: 2 have a capacity that is below 0 or no number"):
        exposure(homes, homes)
    with pytest.raises(InputError, match="decay 'cubic' is not known: use one of exponential"):
        Decay("cubic")
    with pytest.raises(InputError, match="decay: scale of 0 m; give more than 0"):
        Decay(scale=0)
    with pytest.raises(InputError, match="decay: cutoff of nan m"):
        Decay(cutoff=float("nan"))
