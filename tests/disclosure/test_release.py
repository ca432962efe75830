"""The door: what each profile holds, and what it refuses."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from hotspots.disclosure.release import (
    PUBLIC_COLUMNS,
    Context,
    InternalRelease,
    PublicRelease,
    release,
)
from hotspots.errors import DisclosureError
from hotspots.schema import RESULT_COLUMNS

CRS = "EPSG:32616"
STATED = {"profile": "internal", "reason": "test", "recipient": "tester"}


@pytest.fixture
def cells():
    result = {f"gi_star_{column}": [1.0, 2.0] for column in RESULT_COLUMNS}
    return gpd.GeoDataFrame(
        {"count": [3, 1], "narrative": ["CANARY"] * 2, **result, "gi_star_label": "hot 99"},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        index=pd.Index(["a", "b"], name="unit_id"),
        crs=CRS,
    )


@pytest.fixture
def homes():
    return gpd.GeoDataFrame(
        {"kind": ["group_home"], "manager": ["CANARY"]},
        geometry=[Point(0.5, 0.5)],
        index=pd.Index(["G1"], name="facility_id"),
        crs=CRS,
    )


def test_public_is_the_default_and_withholds_small_counts_and_their_complement(areas):
    out = release(areas)
    assert isinstance(out, PublicRelease)
    assert out.profile == "public"
    assert out.table["count"].astype(object).where(out.table["count"].notna(), None).to_dict() == {
        "a": 60,
        "b": None,
        "c": 40,
        "d": 50,
        "e": None,
    }
    assert set(out.table.columns) <= {*PUBLIC_COLUMNS, "geometry"}
    assert out.total == 187


def test_withheld_areas_look_alike(areas):
    out = release(areas).table.drop(columns=["geometry", "population"])
    assert out.loc["b"].astype(str).tolist() == out.loc["e"].astype(str).tolist()


def test_zero_and_ten_look_alike(areas):
    texts = set()
    for count in (0, 1, 10):
        changed = areas.copy()
        changed.loc["b", ["count", "persons"]] = count
        changed.attrs["whole"] = areas.attrs["whole"]
        changed.loc["e", "count"] = 37 - count
        changed.loc["b", "largest_premises"] = min(count, 1)
        texts.add(release(changed).table.to_json())
    assert len(texts) == 1


def test_without_evidence_for_the_whole_no_total_is_published(areas):
    areas.attrs = {}
    assert release(areas).total is None


def test_a_total_that_fails_the_rules_is_withheld(areas):
    areas["persons"] = 3
    areas.attrs["whole"] = areas.attrs["whole"] | {"persons": 8.0}
    out = release(areas)
    assert out.total is None
    assert out.withheld.all()


def test_units_without_evidence_cannot_be_public(cells):
    with pytest.raises(DisclosureError, match="needs the columns premises"):
        release(cells)


def test_open_data_shows_the_units_but_only_known_columns(cells):
    out = release(cells, context=Context(open_data="City portal"))
    assert out.table["count"].tolist() == [3, 1]
    assert "gi_star_z" in out.table
    assert "narrative" not in out.table
    assert out.total == 4


def test_open_data_with_given_areas_shows_every_area(areas):
    out = release(areas, context=Context(open_data="City portal"))
    assert out.table["count"].tolist() == [60, 7, 40, 50, 30]
    assert set(out.table.columns) <= {*PUBLIC_COLUMNS, "geometry"}


def test_internal_holds_everything_known_and_nothing_else(cells, homes):
    out = release(cells, **STATED, facilities=homes)
    assert isinstance(out, InternalRelease)
    assert "narrative" not in out.table
    assert list(out.facilities.columns) == ["kind", "geometry"]
    assert out.statistics == ("gi_star",)


@pytest.mark.parametrize("missing", ["reason", "recipient"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_internal_needs_a_reason_and_a_recipient(cells, missing, value):
    with pytest.raises(DisclosureError, match=f"an internal release needs a {missing}"):
        release(cells, **{**STATED, missing: value})


def test_points_never_pass(homes):
    for profile in ({}, STATED):
        with pytest.raises(DisclosureError, match="single places"):
            release(homes, **profile)
        with pytest.raises(DisclosureError, match="a table of points"):
            release(homes.rename_axis("unit_id"), **profile)


def test_public_takes_no_facilities_even_where_data_is_open(areas, homes):
    for context in (None, Context(open_data="City portal")):
        with pytest.raises(DisclosureError, match="a public release holds no facilities"):
            release(areas, facilities=homes, context=context)


def test_an_unknown_profile_is_refused(areas):
    with pytest.raises(DisclosureError, match="profile 'police' is not known"):
        release(areas, profile="police")


def test_the_input_is_not_changed(areas):
    before = areas.copy(deep=True)
    release(areas)
    pd.testing.assert_frame_equal(pd.DataFrame(areas), pd.DataFrame(before))


def test_repr_shows_no_record(areas, cells, homes):
    assert "POINT" not in repr(release(cells, **STATED, facilities=homes))
    assert "POLYGON" not in repr(release(areas))
