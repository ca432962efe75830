"""The document: one file, the same bytes, nothing loaded, nothing executed."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import io
import re
import warnings
from html.parser import HTMLParser

import folium
import pytest

from hotspots.disclosure.release import release
from hotspots.errors import DisclosureError, InputError
from hotspots.maps.page import hotspot_map
from hotspots.schema import TestResult

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "${alert(1)}",
    "`",
    "\"'>&amp;",
    "{{7*7}}",
    "{% for x in [1] %}ran{% endfor %}",
    "{# gone #}",
    "-->",
    "]]>",
    "back\\",
    "\u202eright to left",
    "one\u2028two\u2029three",
]


class Outline(HTMLParser):
    """What a browser would build: tags with attributes, and text by tag."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.open.append(tag)

    def handle_data(self, data):
        self.text.setdefault(self.open[-1] if self.open else "", []).append(data)


def test_it_is_a_folium_map_with_the_variable_that_layers_expect(internal):
    made = hotspot_map(internal)
    assert isinstance(made, folium.Map)
    folium.CircleMarker([43.0, -87.9]).add_to(made)
    page = made.get_root().render()
    assert f"var {made.get_name()} = " in page
    assert f".addTo({made.get_name()})" in page


def test_the_same_release_gives_the_same_bytes(internal, page_of):
    assert page_of(hotspot_map(internal)) == page_of(hotspot_map(internal))
    made = hotspot_map(internal)
    assert page_of(made) == page_of(made)


def test_row_order_changes_nothing(internal, page_of):
    backwards = dataclasses.replace(internal, table=internal.table.iloc[::-1])
    assert page_of(hotspot_map(backwards)) == page_of(hotspot_map(internal))


def test_the_page_loads_nothing(internal, public, page_of):
    for shown in (internal, public):
        found = Outline(page_of(hotspot_map(shown)))
        for tag, attributes in found.tags:
            assert "src" not in attributes, tag
            assert attributes.get("href", "data:,").startswith(("data:,", "#"))
        assert not re.search(r"url\((?!#default)", "".join(found.text["style"]))
        assert "@import" not in "".join(found.text["style"])


def test_the_policy_lets_only_what_is_in_the_page_run(internal, page_of):
    page = page_of(hotspot_map(internal))
    found = Outline(page)
    policy = next(
        attributes["content"]
        for _, attributes in found.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    for name, texts in (("script-src", scripts), ("style-src", styles)):
        digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts]
        assert rules[name].split() == [f"'sha256-{digest}'" for digest in digests]


def test_the_licence_travels_in_the_page(public, page_of):
    page = page_of(hotspot_map(public))
    assert "Copyright (c) 2010-2023, Volodymyr Agafonkin" in page
    assert "THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS" in page


def test_banner_headline_caveats_and_how_it_was_made_stand_in_the_document(internal, page_of):
    page = html.unescape(page_of(hotspot_map(internal)))
    for text in (
        "CONFIDENTIAL",
        "Reason: licensing review",
        "For: the planning desk",
        "In 2016, 3 of 9 areas lie in neighbourhoods",
        "Recorded is not occurred",
        "Colour is strength of evidence, not the number of incidents, and not a prediction.",
        "WGS 84 / UTM zone 16N",
    ):
        assert text in page
    assert 'lang="en"' in page
    assert "user-scalable" not in page


def test_synthetic_data_is_watermarked(internal, page_of):
    assert 'class="watermark"' not in page_of(hotspot_map(internal))
    context = dataclasses.replace(internal.context, synthetic=True)
    page = page_of(hotspot_map(dataclasses.replace(internal, context=context)))
    assert page.count("<span>SYNTHETIC</span>") == 3


def test_a_public_page_knows_no_facility(public, page_of, unpack):
    page = page_of(hotspot_map(public))
    assert 'id="facilities"' not in page
    assert 'href="#facilities"' not in page
    content = unpack(page)
    assert content["kinds"] == content["facilities"] == content["links"] == []


def test_public_bytes_ignore_what_the_rules_hold_back(areas, context, page_of):
    before = page_of(hotspot_map(release(areas, context=context)))
    areas.loc["A04", ["count", "persons", "premises"]] = [7, 5, 4]  # another number below k
    areas.loc["A02", "count"] = 177  # fewest residents, so withheld with it
    assert page_of(hotspot_map(release(areas, context=context))) == before
    areas.loc["A01", "count"] += 1  # published: it must show
    assert page_of(hotspot_map(release(areas, context=context))) != before


@pytest.mark.parametrize("thing", [None, "map.html", 3])
def test_only_a_release_is_drawn(thing):
    with pytest.raises(TypeError, match=r"draws a release, not a \w+; .*hs\.release.*hs\.explore"):
        hotspot_map(thing)


def test_a_table_is_refused_with_what_to_do(table):
    with pytest.raises(TypeError, match=r"not a GeoDataFrame; pass the table through hs\.release"):
        hotspot_map(table)


def test_an_unknown_statistic_is_refused_with_those_there_are(internal):
    with pytest.raises(InputError, match=r"no result 'gi'.*gi_star, local_moran"):
        hotspot_map(internal, "gi")


def test_one_statistic_can_be_asked_for(internal, page_of, unpack):
    made = hotspot_map(internal, "local_moran")
    assert made.statistics == ("local_moran",)
    assert len(unpack(page_of(made))["statistics"]) == 1


def test_a_table_without_results_or_areas_has_no_map(table):
    bare = table[["count", "geometry"]]
    with pytest.raises(InputError, match=r"no result to draw.*add_prefix"):
        hotspot_map(release(bare, profile="internal", reason="x", recipient="y"))
    with pytest.raises(InputError, match="no areas"):
        hotspot_map(release(table.iloc[:0], profile="internal", reason="x", recipient="y"))


# --- files --------------------------------------------------------------------------------------


def test_a_file_is_written_whole_and_folders_are_made(internal, tmp_path, page_of):
    made = hotspot_map(internal)
    made.save(tmp_path / "maps" / "a.html")
    made.save(str(tmp_path / "maps" / "b.html"))
    written = sorted((tmp_path / "maps").iterdir())
    assert [path.name for path in written] == ["a.html", "b.html"]
    assert {path.read_bytes() for path in written} == {page_of(made).encode()}


def test_a_failed_write_leaves_the_old_file_and_nothing_else(internal, tmp_path, monkeypatch):
    target = tmp_path / "a.html"
    target.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        hotspot_map(internal).save(target)
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    assert target.read_text() == "old"


def test_a_file_object_is_filled_and_closed_as_folium_does(internal):
    buffer = io.BytesIO()
    hotspot_map(internal).save(buffer, close_file=False)
    assert buffer.getvalue().startswith(b"<!DOCTYPE html>")
    hotspot_map(internal).save(buffer)
    assert buffer.closed


def test_a_notebook_shows_the_page_in_a_frame(internal, page_of):
    made = hotspot_map(internal)
    frame = made._repr_html_()
    (tag, attributes), *others = Outline(frame).tags
    assert tag == "iframe"
    assert not others
    assert attributes["srcdoc"] == page_of(made)
    assert "allow-same-origin" not in attributes["sandbox"]


# --- layers added by hand -----------------------------------------------------------------------


def test_a_layer_that_loads_nothing_is_saved_without_a_word(internal, tmp_path):
    made = hotspot_map(internal)
    folium.CircleMarker([43.0, -87.9], tooltip="here").add_to(made)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made.save(tmp_path / "a.html")


@pytest.mark.parametrize(
    ("layer", "host"),
    [
        (folium.TileLayer("OpenStreetMap"), "tile.openstreetmap.org"),
        (folium.Marker([43.0, -87.9], popup="hello"), "code.jquery.com"),
        (folium.Marker([43.0, -87.9], icon=folium.Icon()), "cdnjs.cloudflare.com"),
    ],
)
def test_a_layer_that_asks_other_machines_is_said(internal, tmp_path, layer, host):
    made = hotspot_map(internal)
    layer.add_to(made)
    with pytest.warns(UserWarning, match="will not work offline, and they learn who reads it"):
        made.save(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text()
    assert host in page
    assert f"https://{host}" in re.search(r'Policy" content="([^"]*)"', page)[1]


def test_nothing_can_be_added_to_a_public_page(public, tmp_path):
    made = hotspot_map(public)
    folium.CircleMarker([43.0, -87.9]).add_to(made)
    with pytest.raises(DisclosureError, match=r"added to a public map \(first: circle_marker\)"):
        made.save(tmp_path / "a.html")
    assert not list(tmp_path.iterdir())
    with pytest.raises(DisclosureError):
        made._repr_html_()


# --- text is data -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_nothing_but_text(table, context, facilities, text, unpack):
    plain = {"title": "Plain", "method": {"Neighbours": "areas that touch", "Plain": "plain"}}
    hostile = {"title": text, "method": {"Neighbours": "areas that touch", text: text}}
    pages = []
    for words, name in ((plain, "plain"), (hostile, text)):
        place = context.basemap["place"].assign(name=name)
        around = dataclasses.replace(context, **words, basemap={"place": place})
        shown = release(
            table.assign(name=name),
            profile="internal",
            reason=f"r{name}",
            recipient=f"f{name}",
            context=around,
            facilities=facilities.assign(operator_id=name).rename(index={"inn-1": name}),
        )
        pages.append(hotspot_map(shown))
    before, after = (made.get_root().render() for made in pages)
    shape = [(tag, sorted(attributes)) for tag, attributes in Outline(before).tags]
    assert [(tag, sorted(attributes)) for tag, attributes in Outline(after).tags] == shape
    content = unpack(after)
    assert content["units"]["heading"][0] == text
    assert content["facilities"][1]["heading"] == f"Hotel {text}"
    assert content["facilities"][0]["figures"][0] == ["Operator", text]


def test_ten_thousand_characters_are_kept(table, context, unpack, page_of):
    long = "word " * 2000
    shown = release(
        table.assign(name=long), profile="internal", reason="x", recipient="y", context=context
    )
    assert unpack(page_of(hotspot_map(shown)))["units"]["heading"][0] == long


def test_the_internal_page_says_what_the_tests_of_the_whole_area_found(internal, public):
    options = {"alternative": "two-sided", "n": 9, "n_permutations": 999}
    moran = TestResult("moran", 0.4, 0.0, 0.01, 4.0, 0.004, 0.001, **options)
    geary = TestResult("geary", 1.0, 1.0, 0.01, 0.1, 0.9, 0.9, **options)
    assert "any concentration at all" not in hotspot_map(internal).get_root().render()
    shown = dataclasses.replace(internal, tests={"moran": moran, "geary": geary})
    said = Outline(hotspot_map(shown).get_root().render()).text["p"]
    for sentence in (
        "Over the whole study area, counts of neighbouring areas are more alike than chance would "
        "explain: chance alone would give this about 1 time in 250.",
        "Over the whole study area, how much counts of neighbouring areas differ shows no clear "
        "difference from chance: chance alone would give this about 9 times in 10.",
        "Each of these 2 tests is read by itself, at 1 time in 20: of several side by side, one "
        "may stand out by chance alone.",
    ):
        assert said.count(sentence) == 1
    assert "any concentration at all" not in hotspot_map(public).get_root().render()


def test_one_test_of_the_whole_area_is_not_read_side_by_side(internal):
    options = {"alternative": "two-sided", "n": 9, "n_permutations": 999}
    moran = TestResult("moran", 0.4, 0.0, 0.01, 4.0, 0.004, 0.001, **options)
    none = TestResult("geary", *[float("nan")] * 6, **options)
    shown = dataclasses.replace(internal, tests={"moran": moran, "geary": none})
    assert "side by side" not in hotspot_map(shown).get_root().render()
