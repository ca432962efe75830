"""What a page draws and says is what the release holds, and no more."""

from __future__ import annotations

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from hotspots.disclosure.release import release
from hotspots.errors import DisclosureError, SchemaError
from hotspots.facilities.comparison import ControlComparison
from hotspots.maps.content import page_content, view
from hotspots.presentation.sentences import facility_sentences, headline, unit_sentences


def test_every_area_carries_its_label_sentence_and_figures(internal):
    content = page_content(internal, ["gi_star", "local_moran"])
    first = content["statistics"][0]
    table = internal.table.sort_index()
    words = [entry["words"] for entry in first["classes"]]
    shown = [words[label] for label in first["label"]]
    assert [word.endswith("strong evidence") for word in shown] == list(
        table["gi_star_label"] == "hot 99"
    )
    assert first["sentence"] == unit_sentences(table, "gi_star", words=internal.context.method)
    assert first["headline"] == headline(internal, "gi_star")
    figures = dict(zip(first["figures"]["names"], first["figures"]["values"][0], strict=True))
    assert figures["Recorded incidents"] == "9"
    assert figures["p-value"] == "0.001"
    assert content["units"]["heading"][0] == "Area r0c0"


def test_the_key_of_numbers_says_what_the_labels_say(internal):
    first, second = page_content(internal, ["gi_star", "local_moran"])["statistics"]
    assert first["group_key"] == "Number of a group: round more, square fewer"
    assert second["group_key"] == (
        "Number of a group: round “High among high”, square “Low among low”"
    )
    for found in (first, second):  # what the key calls them is in the legend
        words = " ".join(entry["words"].casefold() for entry in found["classes"])
        named = found["group_key"].casefold().removeprefix("number of a group: round ")
        assert all(name.strip("“”") in words for name in named.split(", square "))


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["not significant"] * 9, "No area stands out from chance."),
        (["not testable"] * 9, "No area could be tested."),
        (
            ["high-low", *["not significant"] * 8],
            "Groups are of areas “High among high” or “Low among low”, and there are none.",
        ),
    ],
)
def test_an_empty_list_of_groups_says_why(table, labels, said):
    one = table.assign(local_moran_label=labels)
    out = release(one, profile="internal", reason="x", recipient="y")
    content = page_content(out, ["local_moran"])["statistics"][0]
    assert content["groups"] == []
    assert content["no_groups"] == said


def test_only_the_asked_statistics_are_sent(internal):
    assert [s["title"] for s in page_content(internal, ["local_moran"])["statistics"]] == [
        "Local Moran's I"
    ]


def test_two_results_of_one_method_are_told_apart(table):
    both = table.assign(gi_star_2016_label=table["gi_star_label"])
    out = release(both, profile="internal", reason="x", recipient="y")
    titles = [s["title"] for s in page_content(out, ["gi_star", "gi_star_2016"])["statistics"]]
    assert titles == ["Getis-Ord Gi* (gi_star)", "Getis-Ord Gi* (gi_star_2016)"]


def test_the_key_of_an_internal_page_lists_the_classes_present(internal):
    classes = page_content(internal, ["gi_star"])["statistics"][0]["classes"]
    assert len(classes) == 6  # strong to weak, no difference, and two of cold
    assert [entry["hatched"] for entry in classes] == [False] * 4 + [True] * 2
    assert [entry["quiet"] for entry in classes].count(True) == 1


def test_the_key_of_a_public_page_lists_every_class_whatever_is_there(public, areas):
    every = page_content(public, ["excess"])["statistics"][0]["classes"]
    alike = areas.assign(count=100)
    even = release(alike, context=public.context)
    words = [entry["words"] for entry in page_content(even, ["excess"])["statistics"][0]["classes"]]
    assert words == [entry["words"] for entry in every]
    assert len(words) == 8


def test_areas_come_in_the_order_of_their_ids(internal):
    backwards = dataclasses.replace(internal, table=internal.table.iloc[::-1])
    assert page_content(backwards, ["gi_star"]) == page_content(internal, ["gi_star"])


def test_squares_lie_where_they_were_to_the_metre(internal, decode):
    shapes = decode(page_content(internal, ["gi_star"])["units"]["shapes"])
    expected = internal.table.sort_index().geometry.to_crs(4326)
    for (ring,), square in zip(shapes, expected, strict=True):
        corners = set(square.exterior.coords)
        assert len(ring) == 4
        for x, y in ring:
            assert min(abs(x - a) + abs(y - b) for a, b in corners) < 1.01e-5


def test_public_coordinates_have_four_decimals(public):
    text = page_content(public, ["excess"])
    assert text["units"]["shapes"]["decimals"] == 4
    assert text["boundary"]["decimals"] == 4
    for layer in text["basemap"]:
        for name in layer["names"]:
            assert [round(value, 4) for value in name["at"]] == name["at"]
    assert all(value == round(value, 4) for value in view(public).values())


def test_a_public_page_shows_withheld_areas_alike_and_names_no_facility(public):
    content = page_content(public, ["excess"])
    first = content["statistics"][0]
    withheld = [i for i, missing in enumerate(public.withheld) if missing]
    assert len(withheld) == 2
    assert len({first["label"][i] for i in withheld}) == 1
    assert len({first["sentence"][i] for i in withheld}) == 1
    assert not first["classes"][first["label"][withheld[0]]]["quiet"]
    assert content["kinds"] == content["facilities"] == content["links"] == []
    assert content["catchments"] == []


def test_facilities_carry_the_sentences_of_their_distances(internal, facilities):
    content = page_content(internal, ["gi_star"])
    home, inn, *_ = content["facilities"]
    assert home["heading"] == "Group home home-7"
    assert home["sentence"] == " ".join(
        facility_sentences(internal)["group_home", "home-7"].values()
    )
    assert home["figures"] == [["Capacity", "8"]]
    assert inn["figures"] == []
    assert [(kind["letter"], kind["n"]) for kind in content["kinds"]] == [
        ("G", 1),
        ("H", 2),
        ("L", 1),
    ]
    lonlat = facilities.geometry.to_crs(4326).iloc[0]
    assert home["at"] == [round(lonlat.x, 5), round(lonlat.y, 5)]


def test_lines_run_from_the_home_to_its_nearest_place_and_say_the_way(internal, decode):
    hotel, reported = page_content(internal, ["gi_star"])["links"]
    assert hotel["title"] == "Group home to nearest hotel"
    assert hotel["label"] == ["810 m"]
    assert reported["label"] == ["not known"]
    content = page_content(internal, ["gi_star"])
    ((line,),) = decode(hotel["shapes"])
    assert [list(point) for point in line] == [
        content["facilities"][0]["at"],
        content["facilities"][3]["at"],
    ]


def test_ids_are_told_apart_by_kind(table, context, facilities, proximity, decode):
    """Homes, hotels and places of reports that are each numbered from 1 do not mix."""
    kinds = ["group_home", "hotel", "trap_house"]
    east, north = [10, 20, 30, 110, 120, 130, 210, 220, 230], 9 * [40]
    numbered = gpd.GeoDataFrame(
        {"kind": [kind for kind in kinds for _ in range(3)], "capacity": range(9)},
        geometry=gpd.points_from_xy([425_000 + x for x in east], [4_765_000 + y for y in north]),
        index=pd.Index(["1", "2", "3"] * 3, name="facility_id"),
        crs=table.crs,
    )
    near = pd.DataFrame(
        {
            "facility_id": ["1", "2", "3", "1"],
            "kind": ["group_home"] * 3 + ["hotel"],
            "to_kind": ["hotel"] * 3 + ["trap_house"],
            "nearest_id": ["3", "1", "2", "1"],
            "distance_m": [120.0, 90.0, 90.0, 100.0],
            "straight_m": [120.0, 90.0, 90.0, 100.0],
        }
    )
    stated = {"profile": "internal", "reason": "x", "recipient": "y", "context": context}
    content = page_content(
        release(table, facilities=numbered, proximity=near, **stated), ["gi_star"]
    )
    found = content["facilities"]
    assert [kind["n"] for kind in content["kinds"]] == [3, 3, 3]
    assert [entry["kind"] for entry in found] == [0] * 3 + [1] * 3 + [2] * 3
    assert len({entry["heading"] for entry in found}) == 9
    assert [entry["figures"][0][1] for entry in found] == [str(n) for n in range(9)]
    assert [entry["sentence"][:28] for entry in found[:4]] == [
        "Nearest hotel 3: 120 m over ",
        "Nearest hotel 1: 90 m over s",
        "Nearest hotel 2: 90 m over s",
        "Nearest location with record",
    ]
    assert {entry["sentence"] for entry in found[4:]} == {""}
    ends = [
        [path for shape in decode(link["shapes"]) for path in shape] for link in content["links"]
    ]
    at = [tuple(entry["at"]) for entry in found]
    expected = [[(at[0], at[5]), (at[1], at[3]), (at[2], at[4])], [(at[3], at[6])]]
    for lines, pairs in zip(ends, expected, strict=True):
        assert np.allclose(lines, pairs, atol=1.1e-5)


def test_an_id_that_stands_twice_within_a_kind_is_refused(internal, facilities):
    twice = facilities.set_axis(pd.Index(["1", "2", "1", "2"], name="facility_id"))
    shown = dataclasses.replace(internal, facilities=twice)
    with pytest.raises(SchemaError, match=r"1 ids stand more than once within a kind, .* '2'"):
        page_content(shown, ["gi_star"])


def test_a_compared_place_has_its_plot_and_catchments_are_drawn(internal, decode):
    """Ninety-nine control sites 10 m apart: bins of 50 m, and the home at 120 m in the third."""
    metres = np.r_[120.0, np.arange(1, 100) * 10.0][:, None]
    places = pd.DataFrame(
        {
            "facility_id": ["home-7"],
            "to_kind": ["hotel"],
            "distance_m": [120.0],
            "share_farther": [0.88],
            "share_lower": [0.8],
            "share_upper": [0.94],
        }
    )
    empty = pd.DataFrame()
    found = ControlComparison(
        empty, empty, places, ("hotel", "median_distance_m"), 0.02, 0.5, 99,
        nearest={"hotel": metres},
    )  # fmt: skip
    home = internal.facilities.iloc[[0]]
    reach = gpd.GeoDataFrame(
        {"origin": ["home-7"], "kind": ["group_home"], "distance_m": [800.0]},
        geometry=home.buffer(800).array,
        crs=home.crs,
    )
    shown = dataclasses.replace(
        internal, comparison=found, catchments=reach, record={"controls": {"of": "group_home"}}
    )
    content = page_content(shown, ["gi_star"])
    hotel, other = content["facilities"][0]["parts"]
    assert hotel["plot"]["bins"] == [4, *[5] * 19, *[0] * 4]
    assert hotel["plot"]["own"] == 2.4
    assert hotel["plot"]["upto"] == "over 1,150 m"
    assert hotel["plot"]["sentence"] in hotel["sentence"]
    assert other["plot"] is None
    drawn = content["catchments"][0]
    assert drawn["title"] == "Within 800 m of group homes over streets"
    assert len(decode(drawn["shapes"])[0]) == 1


def test_facilities_without_distances_have_no_lines(internal):
    alone = dataclasses.replace(internal, proximity=None)
    content = page_content(alone, ["gi_star"])
    assert content["links"] == []
    assert {facility["sentence"] for facility in content["facilities"]} == {""}


def test_a_nearest_place_that_is_not_shown_gets_no_line(internal):
    homes = internal.facilities[internal.facilities["kind"] == "group_home"]
    content = page_content(dataclasses.replace(internal, facilities=homes), ["gi_star"])
    assert [link["label"] for link in content["links"]] == [[], []]


def test_groups_are_numbered_and_lie_inside_their_outline(internal, decode):
    first = page_content(internal, ["gi_star"])["statistics"][0]
    assert [group["number"] for group in first["groups"]] == ["1", "C1"]
    assert first["groups"][0]["sentence"].startswith("3 areas, 0.19 km²: 21 recorded incidents")
    assert first["groups"][0]["heading"] == "Group 1, around Old Dock"
    (ring,) = decode(first["outlines"])[0]
    longitudes, latitudes = zip(*ring, strict=True)
    x, y = first["groups"][0]["at"]
    assert min(longitudes) <= x <= max(longitudes)
    assert min(latitudes) <= y <= max(latitudes)


def test_the_larger_place_is_named_first(internal):
    places = gpd.GeoDataFrame(
        {"name": ["Small", None, "Large"]},
        geometry=internal.table.geometry.iloc[:3].tolist(),
        crs=internal.table.crs,
    )
    places.loc[2, "geometry"] = internal.table.union_all()
    context = dataclasses.replace(internal.context, basemap={"place": places})
    content = page_content(dataclasses.replace(internal, context=context), ["gi_star"])
    assert [name["words"] for name in content["basemap"][0]["names"]] == ["Large", "Small"]


def test_street_segments_are_drawn_as_lines(table):
    lines = table.set_geometry([LineString(shape.exterior.coords[:2]) for shape in table.geometry])
    out = release(
        lines.set_crs(table.crs, allow_override=True),
        profile="internal",
        reason="x",
        recipient="y",
    )
    units = page_content(out, ["local_moran"])["units"]
    assert units["lines"] is True
    assert units["shapes"]["paths"] == [2] * 9


def test_an_unknown_label_is_refused_by_the_id_of_its_area(table):
    table.loc["r1c1", "gi_star_label"] = "boiling"
    with pytest.raises(DisclosureError, match=r"1 words that are no label .* 'r1c1'") as caught:
        release(table, profile="internal", reason="x", recipient="y")
    assert "boiling" not in str(caught.value)


def test_the_view_is_the_study_area_wherever_the_data_lies(internal):
    few = dataclasses.replace(internal, table=internal.table.iloc[:1])
    assert view(few) == view(internal)
    nowhere = dataclasses.replace(few, context=dataclasses.replace(few.context, boundary=None))
    assert view(nowhere)["east"] < view(internal)["east"]


def test_columns_that_passed_no_door_are_not_in_the_page(internal):
    assert "4711" not in json.dumps(page_content(internal, ["gi_star", "local_moran"]))
