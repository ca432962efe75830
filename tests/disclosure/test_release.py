"""The door: what each profile holds, and what it refuses."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import GeometryCollection, LineString, Point, box

from hotspots.disclosure.allowed import PUBLIC_COLUMNS
from hotspots.disclosure.release import (
    Context,
    InternalRelease,
    PublicRelease,
    release,
)
from hotspots.disclosure.rules import Rules
from hotspots.errors import DisclosureError
from hotspots.geography.catchments import catchments, reached_streets
from hotspots.geography.streets import Streets
from hotspots.maps.page import hotspot_map
from hotspots.reports.report import write_report
from hotspots.reports.tables import write_public_areas
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
    assert out.total is None


def test_no_total_where_an_area_is_withheld_beside_published_ones(areas):
    """Who knows the rules knows which of two withheld areas passes: the sum would bound the other.

    With 100 + 90 published of 201, the smaller of the withheld ones holds at least 11, so that the
    other would hold exactly none.
    """
    areas["count"] = areas["persons"] = [100, 0, 90, 90, 11]
    areas["population"] = [9000.0, 7500.0, 7500.0, 7500.0, 6000.0]
    out = release(areas)
    assert out.table["count"].isna().tolist() == [False, True, False, False, True]
    assert out.total is None


def test_the_total_stands_where_every_area_is_published_or_none(areas):
    assert release(areas.drop("b")).total == 180
    areas["persons"] = 10
    assert release(areas).withheld.all()
    assert release(areas).total == 187


def test_withheld_areas_look_alike(areas):
    out = release(areas).table.drop(columns=["geometry", "population"])
    assert out.loc["b"].astype(str).tolist() == out.loc["e"].astype(str).tolist()


def test_zero_and_ten_look_alike(areas):
    texts = set()
    for count in (0, 1, 10):
        changed = areas.copy()
        changed.loc["b", ["count", "persons"]] = count
        changed.attrs["whole"] = areas.attrs["whole"]
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


def test_open_data_shows_the_incidents_and_nothing_else(cells):
    cells["baseline_count"], cells["persons"] = 4, 3
    out = release(cells, context=Context(open_data="City portal"))
    assert {"baseline_count", "persons"}.isdisjoint(out.table.columns)
    assert out.table["count"].tolist() == [3, 1]
    assert "gi_star_z" in out.table
    assert "narrative" not in out.table
    assert out.total == 4


def test_rates_without_a_test_are_internal(cells):
    """They may be of contacts, which no table of units says: not even open data shows them."""
    cells = cells.assign(eb_rates_raw=0.5, eb_rates_label="2 times or more",
                         excess_risk_expected=2.0, excess_risk_label="above 1")  # fmt: skip
    shown = set(release(cells, context=Context(open_data="City portal")).table)
    assert not any(name.startswith(("eb_rates", "excess_risk")) for name in shown)
    assert release(cells, **STATED).statistics == ("gi_star", "eb_rates", "excess_risk")


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


def test_no_evidence_is_left_in_the_attributes(areas):
    assert release(areas).table.attrs == {}


def test_repeat_persons_divide_the_counts_and_lost_evidence_supposes_the_most(areas):
    areas["person_squares"] = [60, 49, 40 + 60, 50, 30]
    assert release(areas).design_effect == 1.4  # 210 / 150, of the three published ones
    assert release(areas.drop(columns="person_squares")).design_effect == 8
    assert release(areas.drop(columns="persons").assign(count=900)).design_effect is None


@pytest.mark.parametrize(
    "weak",
    [
        {"k": 10},
        {"max_incidents_per_person": 7},
        {"min_premises": 1},
        {"max_premises_share": 0.6},
        {"min_residents": 999},
    ],
)
def test_public_rules_may_only_be_stricter(areas, weak):
    with pytest.raises(DisclosureError, match="stricter than DEFAULT_RULES, not weaker"):
        release(areas, rules=Rules(**weak))
    assert release(areas, rules=Rules(k=30)).withheld.sum() > 2


def test_facilities_are_no_base_map(homes):
    bare = homes.drop(columns="kind")
    for layer in (homes, homes.rename_axis(None), bare, bare.reset_index()):
        with pytest.raises(DisclosureError, match="no background"):
            Context(basemap={"place": layer})


def test_catchments_are_no_base_map_for_they_lie_around_places(homes):
    west, south, east, north = homes.total_bounds
    line = LineString([(west, south), (east + 500, north)])
    nodes = gpd.GeoDataFrame(geometry=list(map(Point, line.coords)), crs=homes.crs)
    edge = {"u": [0], "v": [1], "length": [line.length]}
    streets = Streets(nodes, gpd.GeoDataFrame(edge, geometry=[line], crs=homes.crs))
    for reach in (catchments, reached_streets):
        with pytest.raises(DisclosureError, match="no background"):
            Context(basemap={"road": reach(homes, streets, max_snap=99_999)})


@pytest.mark.parametrize("kind", ["water", "park", "road"])
def test_points_are_no_base_map_but_for_names_of_places(homes, cells, kind):
    bare = homes[["geometry"]].reset_index(drop=True)
    mixed = pd.concat([cells[["geometry"]], bare], ignore_index=True)
    with pytest.raises(DisclosureError, match=f"{kind}: 1 of 1 shapes are points"):
        Context(basemap={kind: bare})
    with pytest.raises(DisclosureError, match=f"{kind}: 1 of 3 shapes are points"):
        Context(basemap={kind: mixed})
    with pytest.raises(DisclosureError, match="boundary: 1 of 1 shapes are points"):
        Context(boundary=bare)
    assert len(Context(basemap={"place": bare}).basemap["place"]) == 1


def test_a_base_map_keeps_names_and_shapes_only(cells):
    layer = cells.reset_index(drop=True).assign(name="Lake")
    kept = Context(basemap={"water": layer}, boundary=layer)
    assert list(kept.basemap["water"].columns) == ["name", "geometry"]
    assert "narrative" not in kept.boundary


def test_a_column_added_after_release_is_noticed(areas):
    out = release(areas)
    out.table["narrative"] = "CANARY"
    with pytest.raises(DisclosureError, match="add columns before release") as caught:
        out.require_allowed()
    assert "CANARY" not in str(caught.value)


def test_a_release_made_by_hand_keeps_the_rules_of_its_profile(cells, homes):
    with pytest.raises(DisclosureError, match="points"):
        PublicRelease(table=homes.rename_axis("unit_id"))
    with pytest.raises(DisclosureError, match="may not be in a release with profile='public'"):
        PublicRelease(table=cells)


def test_a_release_that_release_did_not_make_is_refused(areas):
    shown = release(areas)
    with pytest.raises(DisclosureError, match="made by hand"):
        PublicRelease(table=shown.table, total=5)
    with pytest.raises(DisclosureError, match="made by hand"):
        replace(shown, total=187)
    with pytest.raises(DisclosureError, match="made by hand"):
        replace(shown, table=shown.table.fillna({"count": 7}))


@pytest.mark.parametrize("column", ["count", "population", "geometry", "excess_label"])
def test_a_number_written_into_a_release_is_noticed(areas, column, tmp_path):
    shown = release(areas)
    page = hotspot_map(shown)
    shown.table[column] = shown.table[column].iloc[::-1].to_numpy()
    writers = {
        "map": lambda: hotspot_map(shown),
        "page": lambda: page.save(tmp_path / "map.html"),
        "report": lambda: write_report(shown, tmp_path / "report.html"),
        "areas": lambda: write_public_areas(shown, tmp_path / "a.csv", tmp_path / "a.geojson"),
    }
    for write in writers.values():
        with pytest.raises(DisclosureError, match="changed since"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_a_withheld_number_written_into_open_data_is_noticed(cells):
    shown = release(cells, context=Context(open_data="City portal"))
    shown.table.loc["a", "count"] = 4
    with pytest.raises(DisclosureError, match="changed since"):
        shown.require_allowed()


def test_the_order_of_rows_and_the_words_around_may_change(areas):
    shown = release(areas)
    around = replace(shown.context, title="Another title")
    replace(shown, table=shown.table.iloc[::-1], context=around).require_allowed()


def test_labels_that_are_no_labels_are_refused(cells):
    cells["gi_star_label"] = "CANARY"
    with pytest.raises(DisclosureError, match="2 words that are no label") as caught:
        release(cells, **STATED)
    assert "CANARY" not in str(caught.value)


def test_words_among_the_figures_of_a_result_are_dropped(cells):
    cells["gi_star_statistic"] = "CANARY"
    assert "gi_star_statistic" not in release(cells, **STATED).table


def test_a_second_geometry_stays_behind(cells):
    cells["homes"] = cells.geometry.centroid
    shown = cells.rename_geometry("shape").set_geometry("shape").assign(geometry=cells["homes"])
    out = release(shown, **STATED).table
    assert out.geometry.geom_type.eq("Polygon").all()
    assert [str(kind) for kind in out.dtypes].count("geometry") == 1


def test_points_in_a_collection_never_pass(cells):
    cells.geometry = [GeometryCollection([point]) for point in cells.geometry.centroid]
    with pytest.raises(DisclosureError, match="only areas and lines"):
        release(cells, **STATED)


def test_proximity_keeps_known_columns_only(cells):
    distances = pd.DataFrame({"facility_id": ["G1"], "within_400m": [1], "manager": ["CANARY"]})
    out = release(cells, **STATED, proximity=distances)
    assert list(out.proximity.columns) == ["facility_id", "within_400m"]
