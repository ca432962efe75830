from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from hotspots.errors import CRSError, InputError, SchemaError
from hotspots.facilities.proximity import proximity

COLUMNS = [
    "facility_id", "kind", "to_kind", "nearest_id", "distance_m", "straight_m", "snap_m",
    "nearest_snap_m", "within_400m", "within_800m", "within_1600m", "note",
]  # fmt: skip


def row(table, facility, to_kind):
    (found,) = table[(table.facility_id == facility) & (table.to_kind == to_kind)].index
    return table.loc[found]


def test_nearest_over_the_streets_is_not_the_nearest_in_a_straight_line(places, plus):
    homes = places("group_home", H1=(300, 10))
    hotels = places("hotel", M1=(10, 350), M2=(-400, 20), M3=(800, -30))
    found = proximity(homes, hotels, streets=plus)
    assert list(found.columns) == COLUMNS
    assert len(found) == 1
    home = found.loc[0]
    assert (home.facility_id, home.kind, home.to_kind, home.nearest_id) == (
        "H1", "group_home", "hotel", "M3",
    )  # fmt: skip
    assert home.distance_m == pytest.approx(500)
    assert home.straight_m == pytest.approx(np.hypot(500, 40))
    assert np.hypot(290, 340) < home.straight_m  # M1
    assert (home.snap_m, home.nearest_snap_m) == pytest.approx((10, 30))
    assert (home.within_400m, home.within_800m, home.within_1600m) == (0, 3, 3)
    assert home.note == ""


def test_one_row_for_each_origin_and_kind_in_the_tables_order(places, plus):
    homes = places("group_home", H2=(100, 0), H1=(200, 0))
    others = pd.concat(
        [places("trap_house", T1=(0, 500)), places("hotel", M1=(0, 100), T1=(-101, 0))]
    )
    found = proximity(homes, others, streets=plus, within=[250])
    assert found[["facility_id", "to_kind", "nearest_id", "within_250m"]].to_numpy().tolist() == [
        ["H2", "trap_house", "T1", 0],
        ["H2", "hotel", "M1", 2],
        ["H1", "trap_house", "T1", 0],
        ["H1", "hotel", "M1", 0],
    ]
    assert found["distance_m"].to_list() == pytest.approx([600, 200, 700, 300])
    assert found.index.to_list() == [0, 1, 2, 3]


def test_limits_are_included(places, plus):
    found = proximity(
        places("group_home", H1=(300, 0)),
        places("hotel", M1=(0, 100), M2=(0, 100.001), M3=(-500, 0)),
        streets=plus,
    )
    assert found[["within_400m", "within_800m"]].to_numpy().tolist() == [[1, 3]]


def test_never_its_own_neighbour_but_a_facility_at_the_same_place_is(places, plus):
    homes = places("group_home", H1=(300, 0), H2=(500, 0), H3=(500, 0))
    found = proximity(homes, homes, streets=plus)
    assert found["nearest_id"].to_list() == ["H2", "H3", "H2"]
    assert found["distance_m"].to_list() == pytest.approx([200, 0, 0], abs=1e-9)
    assert found["straight_m"].to_list() == pytest.approx([200, 0, 0])
    assert found["within_400m"].to_list() == [2, 2, 2]
    assert proximity(homes, homes)["nearest_id"].to_list() == ["H2", "H3", "H2"]


def test_the_same_id_of_another_kind_is_another_facility(places, plus):
    found = proximity(
        places("group_home", A=(300, 0)), places("hotel", A=(300, 0), B=(400, 0)), streets=plus
    )
    assert (found.nearest_id[0], found.distance_m[0], found.within_400m[0]) == ("A", 0.0, 2)


def test_no_other_of_the_kind(places, plus):
    homes = places("group_home", H1=(300, 0))
    for streets in (plus, None):
        found = proximity(homes, pd.concat([homes, places("hotel", M1=(0, 9))]), streets=streets)
        alone = row(found, "H1", "group_home")
        assert alone.note == "no other group_home"
        assert alone[["nearest_id", "distance_m", "straight_m", "within_400m"]].isna().all()
        assert row(found, "H1", "hotel").nearest_id == "M1"


def test_unreachable_is_said_and_never_0(places, plus):
    found = proximity(
        places("group_home", H1=(990, 0), H2=(5500, 0)),
        places("hotel", M1=(5100, 0)),
        streets=plus,
    )
    lost, fine = found.loc[0], found.loc[1]
    assert (lost.nearest_id, lost.note) == ("M1", "unreachable")
    assert lost.straight_m == pytest.approx(4110)
    assert lost[["distance_m", "within_400m", "within_1600m"]].isna().all()
    assert (fine.note, fine.distance_m, fine.within_400m) == ("", pytest.approx(400), 1)


def test_an_origin_far_from_a_street_has_no_distance(places, plus):
    homes = places("group_home", H1=(500, 250.5), H2=(500, 249.5))
    hotels = places("hotel", M1=(600, 0))
    found = proximity(homes, hotels, streets=plus)
    assert found["note"].to_list() == ["far from a street", ""]
    assert found["distance_m"].isna().to_list() == [True, False]
    assert found["within_1600m"].isna().to_list() == [True, False]
    assert found["snap_m"].to_list() == pytest.approx([250.5, 249.5])
    assert found["nearest_id"].to_list() == ["M1", "M1"]
    assert found.attrs["far_from_street"] == {"group_home": 1}
    assert proximity(homes, hotels, streets=plus, max_snap=251)["note"].to_list() == ["", ""]


def test_destinations_far_from_a_street_are_no_candidates(places, plus):
    homes = places("group_home", H1=(500, 0))
    found = proximity(
        homes, places("hotel", M1=(520, 400), M2=(900, 0), M3=(520, -500)), streets=plus
    )
    assert (found.nearest_id[0], found.distance_m[0]) == ("M2", pytest.approx(400))
    assert found.within_1600m[0] == 1
    assert found.attrs["far_from_street"] == {"hotel": 2}
    alone = proximity(homes, places("hotel", M1=(520, 400)), streets=plus).loc[0]
    assert (alone.note, alone.nearest_id) == ("far from a street", "M1")
    assert alone.nearest_snap_m == pytest.approx(400)
    assert pd.isna(alone.distance_m)
    # itself near a street, the only other of its kind not
    pair = pd.concat([homes, places("group_home", H2=(500, 700))])
    assert proximity(pair, pair, streets=plus)["note"].to_list() == ["far from a street"] * 2


def test_without_streets_only_straight_lines(places):
    homes = places("group_home", H1=(0, 0), H2=(100, 0))
    found = proximity(homes, places("hotel", M1=(30, 40), M2=(100, 1)))
    assert found["nearest_id"].to_list() == ["M1", "M2"]
    assert found["straight_m"].to_list() == pytest.approx([50, 1])
    assert found["note"].to_list() == ["no street network"] * 2
    columns = ["distance_m", "snap_m", "nearest_snap_m", "within_400m"]
    assert found[columns].isna().all(axis=None)
    assert list(found.columns) == COLUMNS
    assert found.attrs["far_from_street"] == {}


def test_many_straight_lines_are_measured_in_parts(places, monkeypatch):
    rng = np.random.default_rng(6)
    homes = places("group_home", **{f"H{i}": xy for i, xy in enumerate(rng.uniform(0, 9, (40, 2)))})
    hotels = places("hotel", **{f"M{i}": xy for i, xy in enumerate(rng.uniform(0, 9, (30, 2)))})
    expected = gpd.sjoin_nearest(homes, hotels, distance_col="metres")
    monkeypatch.setattr("hotspots.facilities.nearness.BLOCK", 100)
    found = proximity(homes, hotels).set_index("facility_id")
    assert found["straight_m"].to_numpy() == pytest.approx(expected["metres"].to_numpy())
    assert found["nearest_id"].to_list() == expected["facility_id_right"].to_list()


def test_empty_tables_keep_the_columns(places, plus):
    homes, none = places("group_home", H1=(0, 0)), places("hotel")
    for streets in (plus, None):
        for pair in ((homes, none), (none, homes), (none, none)):
            found = proximity(*pair, streets=streets)
            assert list(found.columns) == COLUMNS
            assert found.empty
    types = proximity(homes, homes, streets=plus).dtypes
    pd.testing.assert_series_equal(proximity(none, homes, streets=plus).dtypes, types)


def test_whole_number_ids_stay_whole_numbers(places, plus):
    homes = places("group_home", H1=(300, 0)).set_index(pd.Index([7], name="facility_id"))
    hotels = places("hotel", M1=(400, 0)).set_index(pd.Index([12], name="facility_id"))
    found = proximity(homes, hotels, streets=plus)
    assert (found.facility_id[0], found.nearest_id[0]) == (7, 12)
    assert pd.api.types.is_integer_dtype(found.nearest_id)


def test_tables_stay_as_they_are(places, plus):
    homes, hotels = places("group_home", H1=(300, 0)), places("hotel", M1=(400, 0))
    copies = homes.copy(), hotels.copy()
    proximity(homes, hotels, streets=plus)
    pd.testing.assert_frame_equal(homes, copies[0])
    pd.testing.assert_frame_equal(hotels, copies[1])


TWO_FAULTS = (
    "origins: 2 faults\n"
    "  - 1 ids stand twice within their kind, first 'H1'; make them unique\n"
    "  - 2 rows are not points, first id 'H1'; leave them out"
)
OTHER_CRS = (
    "origins and destinations: different coordinate reference systems (EPSG:32617 and "
    "EPSG:32616); project one with .to_crs(other.crs)"
)


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (
            lambda homes: homes.drop(columns="kind"),
            {},
            SchemaError,
            "origins: no column 'kind'; say what each facility is",
        ),
        (
            lambda homes: pd.concat([homes, homes]).set_geometry(
                [LineString([(0, 0), (1, 1)]), None], crs=homes.crs
            ),
            {},
            SchemaError,
            TWO_FAULTS,
        ),
        (
            lambda homes: homes.to_crs(32617),
            {},
            CRSError,
            OTHER_CRS,
        ),
        (
            lambda homes: homes,
            {"within": (400, 0)},
            InputError,
            "within: 400, 0 m; every distance must be above 0",
        ),
        (
            lambda homes: homes,
            {"within": (400, 400.0)},
            InputError,
            "within: 400, 400 m; give every distance once",
        ),
        (lambda homes: homes, {"max_snap": 0}, InputError, "max_snap: 0 m; give more than 0"),
    ],
)  # fmt: skip
def test_faults(change, options, error, message, places):
    with pytest.raises(error) as caught:
        proximity(change(places("group_home", H1=(0, 0))), places("hotel", M1=(9, 9)), **options)
    assert str(caught.value) == message


def test_streets_in_another_system(places, plus):
    homes, hotels = places("group_home", H1=(0, 0)), places("hotel", M1=(9, 9))
    with pytest.raises(CRSError, match="points and streets"):
        proximity(homes.to_crs(32617), hotels.to_crs(32617), streets=plus)
    with pytest.raises(CRSError, match="origins: WGS 84 measures in degree"):
        proximity(homes.to_crs(4326), hotels.to_crs(4326), streets=plus)


def test_whole_numbers_as_ids_stay_whole(places, plus):
    homes = places("group_home", a=(30, 0)).set_axis([1])
    hotels = places("hotel", a=(90, 0)).set_axis([7])
    found = proximity(homes, pd.concat([homes, hotels]), streets=plus)
    assert found["nearest_id"].dtype == "Int64"
    assert found["nearest_id"].isna().to_list() == [True, False]
    assert found["nearest_id"][1] == 7
