"""Placement bands: counts by hand over the streets and straight, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.facilities.placement import placement_bands
from hotspots.facilities.proximity import proximity

BANDS = ["to_150m", "150_to_300m", "300_to_600m", "600_to_1200m", "over_1200m"]


@pytest.fixture(scope="module")
def sites(places):
    """Give hotels and trap houses on the arms of the plus, and one on the street apart."""
    hotels = places("hotel", M1=(150, 0), M2=(0, 300))
    traps = places("trap_house", T1=(-900, 0), T2=(5500, 0), T3=(0, -700))
    return pd.concat([hotels, traps]).assign(
        opened=[None, None, "2015-01-01", None, "2014-01-01"],
        closed=[None, None, "2015-03-31", None, "2014-12-31"],
    )


def at(found, candidate, kind):
    chosen = (found["candidate_id"] == candidate) & (found["to_kind"] == kind)
    (row,) = found[chosen].to_dict("records")
    return row


def test_bands_over_the_streets_and_straight(places, plus, sites):
    candidates = places("group_home", A=(0, 0), B=(300, 0))
    found = placement_bands(candidates, sites, streets=plus)
    assert found["to_kind"].tolist() == ["hotel", "trap_house", "all"] * 2
    a = at(found, "A", "hotel")
    assert (a["nearest_id"], a["distance_m"], a["band"]) == ("M1", 150, "to 150 m")  # ends included
    assert [a[name] for name in BANDS] == [1, 1, 0, 0, 0]
    b = at(found, "B", "hotel")
    assert (b["nearest_id"], b["band"]) == ("M1", "to 150 m")
    assert [b[name] for name in BANDS] == [1, 0, 1, 0, 0]  # M2 after 600 m over the streets
    assert [b[f"straight_{name}"] for name in BANDS] == [1, 0, 1, 0, 0]  # and 424 m straight
    traps = at(found, "B", "trap_house")
    assert [traps[name] for name in BANDS] == [0, 0, 0, 2, 1]  # T2 cannot be reached
    assert (traps["nearest_id"], traps["distance_m"]) == ("T3", 1000)
    assert traps["straight_m"] == pytest.approx(np.hypot(300, 700))
    every = at(found, "B", "all")
    assert [every[name] for name in BANDS] == [1, 0, 1, 2, 1]
    assert (every["sites"], every["nearest_id"]) == (5, "M1")
    assert found.attrs == {"far_from_street": {}, "undated": 3}
    nearest = proximity(candidates, sites, streets=plus, within=[600])
    kinds = found[found["to_kind"] != "all"].reset_index(drop=True)
    assert kinds["distance_m"].tolist() == nearest["distance_m"].tolist()
    assert kinds[BANDS[:3]].sum(axis=1).tolist() == nearest["within_600m"].tolist()


def test_only_sites_current_on_the_day(places, sites):
    candidates = places("group_home", A=(0, 0)).assign(opened="2020-01-01")  # not yet: it may be
    for day, n in (("2014-12-31", 1), ("2015-01-01", 1), ("2015-04-01", 0)):
        found = placement_bands(candidates, sites.iloc[[2, 4]], as_of=day)
        row = found.loc[0]
        assert (row["sites"], row["600_to_1200m"]) == (n, n)
        assert row["note"] == ("" if n else "no trap_house at the same time")
        assert pd.isna(row["band"]) == (n == 0)
    assert placement_bands(candidates, sites.iloc[[2, 4]])["sites"].tolist() == [2]


def test_reasons_for_no_distance(places, plus, sites):
    candidates = places("x", A=(500, 400), B=(5100, 0))
    found = placement_bands(candidates, sites, streets=plus)
    far, apart = at(found, "A", "hotel"), at(found, "B", "hotel")
    assert (far["note"], apart["note"]) == ("far from a street", "unreachable")
    for row in (far, apart):
        assert pd.isna([row["distance_m"], row["band"], *(row[name] for name in BANDS)]).all()
    assert far["straight_300_to_600m"] == 2  # 531 and 510 m
    assert (apart["sites"], apart["straight_over_1200m"]) == (2, 2)
    assert found.attrs["far_from_street"] == {"candidate": 1}


def test_points_of_any_table_will_do(places):
    candidates = places("group_home", A=(0, 0)).drop(columns="kind")
    incidents = places("", r1=(0, 0), r2=(400, 0)).drop(columns="kind").rename_axis("incident_id")
    incidents["time"] = "2015-01-01"
    copy = incidents.copy()
    found = placement_bands(candidates, incidents, bands=[200])
    assert found.loc[0, ["to_kind", "to_200m", "over_200m"]].tolist() == ["site", 1, 1]
    assert (found["band"][0], found["nearest_id"][0]) == ("to 200 m", "r1")
    pd.testing.assert_frame_equal(incidents, copy)


BAD = {
    "negative": ({"bands": [-1, 5]}, None, InputError, "every distance must be above 0"),
    "order": ({"bands": [300, 150]}, None, InputError, "bands: give one distance or more"),
    "none": ({"bands": []}, None, InputError, "bands: give one distance or more"),
    "twice": ({"bands": [5, 5]}, None, InputError, "give every distance once"),
    "day": ({"as_of": "soon"}, None, InputError, "as_of: no date"),
    "empty": ({}, lambda t: t.iloc[:0], InputError, "sites: none given"),
    "crs": ({}, lambda t: t.to_crs(32617), CRSError, "different coordinate reference systems"),
    "ids": ({}, lambda t: pd.concat([t, t]), SchemaError, "sites: 5 ids stand twice"),
    "shape": (
        {},
        lambda t: t.set_geometry(t.buffer(1)),
        SchemaError,
        "sites: 5 rows are not points",
    ),
    "dates": (
        {},
        lambda t: t.assign(opened="2015-02-01", closed="2015-01-01"),
        SchemaError,
        "sites: 5 close before they open",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_faults(case, places, sites):
    options, change, error, message = BAD[case]
    candidates = places("group_home", A=(0, 0))
    with pytest.raises(error) as caught:
        placement_bands(candidates, change(sites) if change else sites, **options)
    assert message in str(caught.value)


def test_candidates_stand_once(places, sites):
    twice = pd.concat([places("group_home", A=(0, 0))] * 2)
    with pytest.raises(SchemaError, match="candidates: 1 ids stand twice, first 'A'"):
        placement_bands(twice, sites)
