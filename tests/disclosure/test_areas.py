"""Public geography: population splits and given areas."""

from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from hotspots.disclosure.areas import public_areas
from hotspots.disclosure.release import Context, release
from hotspots.disclosure.rules import DEFAULT_RULES, Rules, passes
from hotspots.errors import CRSError, InputError

CRS = "EPSG:32616"


def city(width=4000, height=2000):
    return gpd.GeoDataFrame(geometry=[box(0, 0, width, height)], crs=CRS)


def blocks(residents=200):
    cells = [box(x, y, x + 200, y + 200) for x in range(0, 4000, 200) for y in range(0, 2000, 200)]
    return gpd.GeoDataFrame({"population": [residents] * len(cells)}, geometry=cells, crs=CRS)


def people(n, *, seed=1, box_=(0, 0, 4000, 2000)):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(box_[0], box_[2], n), rng.uniform(box_[1], box_[3], n)
    return gpd.GeoDataFrame(
        {"person_id": np.arange(n)},
        geometry=gpd.points_from_xy(x, y),
        index=pd.Index([f"i{i}" for i in range(n)], name="incident_id"),
        crs=CRS,
    )


def test_splits_tile_the_city_pass_every_rule_and_count_everyone_once():
    incidents, around = people(231), city()
    areas = public_areas(incidents, around, population=blocks())
    assert 8 <= len(areas) <= 21
    assert passes(areas, DEFAULT_RULES).all()
    assert areas["count"].sum() == 231
    assert areas["population"].sum() == 200 * 200
    assert areas.area.sum() == pytest.approx(around.area.sum())
    assert areas.union_all().equals(around.union_all())
    assert areas.attrs["whole"]["persons"] == 231


def test_splits_use_the_residents_not_the_incidents():
    """Moving incidents without changing any rule's outcome leaves the geometry as it is."""
    one = public_areas(people(231, seed=1), city(), population=blocks())
    moved = people(231, seed=1)
    moved.geometry = shapely.force_2d(moved.geometry.translate(0.25, 0.25))
    two = public_areas(moved, city(), population=blocks())
    assert one.geometry.geom_equals(two.geometry).all()


def test_the_longer_axis_is_cut_first_at_the_median_resident():
    """All residents in the west quarter: the cut halves them, not the land."""
    homes = blocks()
    homes["population"] = np.where(homes.geometry.bounds["maxx"] <= 1000, 400, 0)
    areas = public_areas(
        people(231, box_=(0, 0, 1000, 2000)), city(), population=homes, rules=Rules(k=80)
    )
    assert len(areas) == 2
    assert sorted(areas["population"]) == [8000, 12000]
    assert sorted(areas.bounds["minx"]) == [0, 400]


def test_the_other_axis_is_tried_where_the_first_fails():
    """Everyone lives in one column of blocks, so only the shorter axis can be cut."""
    homes = blocks()
    homes["population"] = np.where(homes.geometry.bounds["minx"] == 1000, 1000, 0)
    areas = public_areas(people(60), city(), population=homes)
    assert len(areas) > 1
    assert (areas.bounds["minx"] == 0).all()


def test_too_few_people_leave_the_whole_city():
    areas = public_areas(people(15), city(), population=blocks())
    assert len(areas) == 1
    assert areas["count"].tolist() == [15]


def test_one_address_with_more_than_half_stops_a_split():
    incidents = people(100)
    incidents.loc[incidents.index[:80], "geometry"] = shapely.Point(10, 10)
    assert len(public_areas(incidents, city(), population=blocks())) == 1


def test_without_population_only_the_whole_city_is_published():
    areas = public_areas(people(231), city())
    assert len(areas) == 1
    out = release(areas)
    assert out.table["population"].isna().all()
    assert out.table["count"].tolist() == [231]
    assert out.total == 231
    few = release(public_areas(people(10), city()))
    assert few.withheld.all()
    assert few.total is None


def test_given_areas_without_population_are_withheld_and_the_whole_is_published():
    districts = gpd.GeoDataFrame(
        geometry=[box(0, 0, 2000, 2000), box(2000, 0, 4000, 2000)],
        index=pd.Index(["w", "e"], name="unit_id"),
        crs=CRS,
    )
    out = release(public_areas(people(231), city(), areas=districts))
    assert out.withheld.all()
    assert out.total == 231


def test_given_areas_keep_their_ids_and_get_their_evidence():
    districts = gpd.GeoDataFrame(
        {"name": ["West", "East"]},
        geometry=[box(0, 0, 2000, 2000), box(2000, 0, 4000, 2000)],
        index=pd.Index(["w", "e"], name="unit_id"),
        crs=CRS,
    )
    incidents = people(40, box_=(0, 0, 1999, 2000))
    areas = public_areas(incidents, city(), population=blocks(), areas=districts)
    assert areas["count"].to_dict() == {"w": 40, "e": 0}
    assert areas["persons"].to_dict() == {"w": 40, "e": 0}
    assert areas["population"].to_dict() == {"w": 20000, "e": 20000}
    assert areas["name"].to_dict() == {"w": "West", "e": "East"}


def test_residents_that_lie_elsewhere_count_as_none():
    """A shifted or coarse census layer must not waive the rule."""
    far = blocks()
    far.geometry = far.translate(50_000, 0)
    assert release(public_areas(people(231), city(), population=far)).withheld.all()


def test_one_given_area_without_population_is_withheld():
    block = gpd.GeoDataFrame(
        geometry=[box(0, 0, 4000, 2000)], index=pd.Index(["x"], name="unit_id"), crs=CRS
    )
    assert release(public_areas(people(231), city(), areas=block)).withheld.all()


def test_census_areas_that_stand_twice_are_refused():
    """Two of four; where nobody lives, nothing is counted twice."""
    homes = blocks()[:4]
    twice = pd.concat([homes, homes[:2]], ignore_index=True)
    with pytest.raises(InputError, match="population: 2 pairs of areas overlap, first 0 and 4"):
        public_areas(people(231), city(), population=twice)
    twice.loc[4:, "population"] = 0
    assert public_areas(people(231), city(), population=twice)["population"].sum() == 800


def test_census_areas_may_differ_by_slivers():
    homes = blocks()
    homes.geometry = homes.buffer(0.2, join_style="mitre")
    assert public_areas(people(231), city(), population=homes)["population"].sum() == 40_000


def test_areas_that_overlap_are_refused():
    both = gpd.GeoDataFrame(
        geometry=[box(0, 0, 2500, 2000), box(2000, 0, 4000, 2000)],
        index=pd.Index(["w", "e"], name="unit_id"),
        crs=CRS,
    )
    with pytest.raises(InputError, match="1 pair of areas overlaps, first 'w' and 'e'"):
        public_areas(people(231), city(), population=blocks(), areas=both)


def test_incidents_outside_the_city_do_not_count():
    incidents = people(100, box_=(-4000, 0, 0, 2000))
    both = pd.concat([people(50), incidents.rename(lambda i: f"o{i}").rename_axis("incident_id")])
    assert public_areas(both, city(), population=blocks()).attrs["whole"]["count"] == 50


def test_given_areas_beyond_the_city_count_what_is_inside_it():
    wide = gpd.GeoDataFrame(
        geometry=[box(-4000, 0, 2000, 2000), box(2000, 0, 8000, 2000)],
        index=pd.Index(["w", "e"], name="unit_id"),
        crs=CRS,
    )
    incidents = people(300, box_=(-4000, 0, 8000, 2000))
    inside = incidents.geometry.x.between(0, 4000).sum()
    areas = public_areas(incidents, city(), population=blocks(), areas=wide)
    assert areas["count"].sum() == inside < 300
    assert areas.attrs["whole"]["count"] == inside


def test_feet_are_refused():
    feet = city().to_crs("EPSG:32054")
    with pytest.raises(CRSError, match="measures in US survey foot, not metres"):
        public_areas(people(5).to_crs(feet.crs), feet)


def test_the_order_and_the_ids_of_records_change_nothing():
    incidents = people(231)
    shuffled = incidents.sample(frac=1, random_state=3)
    shuffled.index = pd.Index([f"z{i}" for i in range(231)], name="incident_id")
    one = public_areas(incidents, city(), population=blocks())
    two = public_areas(shuffled, city(), population=blocks())
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))


def districts():
    """Three in a row; few incidents lie in the east, and the middle has the fewest residents."""
    return gpd.GeoDataFrame(
        geometry=[
            box(x, 0, x + width, 2000) for x, width in ((0, 2000), (2000, 800), (2800, 1200))
        ],
        index=pd.Index(["w", "m", "e"], name="unit_id"),
        crs=CRS,
    )


@pytest.mark.parametrize("withheld", ["m", "e"])
def test_who_repeats_in_a_withheld_area_changes_nothing(withheld):
    """Ten persons or one behind ten incidents, both too few: not even the design effect tells."""
    west, middle = people(200, box_=(0, 0, 1999, 2000)), people(60, box_=(2001, 0, 2799, 2000))
    east = people(10, box_=(2801, 0, 3999, 2000))
    incidents = pd.concat([west, middle, east], keys=list("wme"))
    incidents["person_id"] = [f"{area}{i}" for area, i in incidents.index]
    changed = incidents.copy()
    inside = changed.index.get_level_values(0) == withheld
    repeats = changed.loc[inside, "person_id"].iloc[0 if withheld == "e" else slice(11)]
    changed.loc[inside, "person_id"] = np.resize(repeats, inside.sum())
    one, two = (
        release(
            public_areas(table, city(), population=blocks(), areas=districts()),
            context=Context(made=datetime(2020, 1, 1, tzinfo=UTC)),
        )
        for table in (incidents, changed)
    )
    assert one.withheld.to_dict() == {"w": False, "m": True, "e": True}
    assert one.design_effect == two.design_effect == 1.0
    pd.testing.assert_frame_equal(pd.DataFrame(one.table), pd.DataFrame(two.table))


def test_who_repeats_in_a_published_area_does_change_the_design_effect():
    incidents = people(200, box_=(0, 0, 1999, 2000))
    incidents["person_id"] = incidents["person_id"] // 2
    shown = public_areas(incidents, city(), population=blocks(), areas=districts().loc[["w"]])
    assert release(shown).design_effect == 2.0
