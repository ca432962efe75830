"""The page in a real browser with the network off: pictures, words, switches, keys and paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import folium
import pytest
from PIL import Image

from hotspots.maps.page import hotspot_map
from hotspots.presentation.sentences import headline, unit_sentences

HOSTILE = [
    "<img src=x onerror=window.ran=1>",
    "</script><script>window.ran=1</script>",
    "${window.ran=1}",
    "`quote`",
    "\"' onmouseover=window.ran=1 x='",
    "{{7*7}}",
    "{% for x in [1] %}ran{% endfor %}",
    "{# gone #}",
    "back\\",
    "\u202eright to left\u202c",
    "long " * 2000,
]


def sentence_of(shown, unit, statistic="gi_star"):
    said = unit_sentences(shown.table, statistic, words=shown.context.method)
    return dict(zip(shown.table.index, said, strict=True))[unit]


# --- what is seen ---------------------------------------------------------------------------------


def test_the_page_opens_from_the_disk_without_a_request_or_a_complaint(opened, town_release):
    page = opened(town_release)
    assert page.title() == "Small town"
    assert page.locator("#headline").inner_text() == headline(town_release, "gi_star")
    assert page.locator(".banner").inner_text().startswith("CONFIDENTIAL")
    metric, imperial = page.locator(".leaflet-control-scale-line").all_inner_texts()
    assert re.fullmatch(r"\d+ k?m", metric)
    assert re.fullmatch(r"\d+ (mi|ft)", imperial)


def test_the_public_page_too(opened, town_areas):
    page = opened(town_areas)
    assert page.locator("#facilities").count() == 0
    assert "Withheld" in page.locator("#key").inner_text()
    assert page.locator("fieldset legend").all_inner_texts() == ["Areas", "Background"]


def test_hot_cells_have_the_colour_of_the_key(opened, town_release):
    page = opened(town_release)
    found = page.evaluate(
        """() => {
          const canvas = document.querySelector(".leaflet-hotspots-evidence-pane canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const counts = {};
          for (let i = 0; i < data.length; i += 4) {
            if (data[i + 3] !== 255) continue;
            const hex = [data[i], data[i + 1], data[i + 2]]
              .map((value) => value.toString(16).padStart(2, "0")).join("");
            counts[hex] = (counts[hex] ?? 0) + 1;
          }
          return counts;
        }"""
    )
    # two cells of strong evidence and two of good evidence, one of weak
    assert found["7f1d00"] == pytest.approx(found["e0651a"], rel=0.03)
    assert found["7f1d00"] == pytest.approx(2 * found["fbb676"], rel=0.03)
    # cold cells are hatched, so that less than the whole cell has the plain colour
    assert 0.4 * found["fbb676"] < found["08306b"] < 0.95 * found["fbb676"]


def test_the_map_is_decoded_where_it_lies(opened, town_release):
    page = opened(town_release)
    found = page.evaluate(
        """() => hotspots.page.content.units.map(({ paths: [path] }) =>
          [...path.keys()].filter((i) => i % 2 === 0)
            .map((i) => hotspots.toLatLng([path[i], path[i + 1]])))"""
    )
    expected = town_release.table.sort_index().geometry.to_crs(4326)
    for corners, shape in zip(found, expected, strict=True):
        assert len(corners) == 4
        for corner in corners:
            assert min(
                abs(corner["lng"] - x) + abs(corner["lat"] - y) for x, y in shape.exterior.coords
            ) < 1.1e-5  # fmt: skip


# --- popups ---------------------------------------------------------------------------------------


def test_a_click_says_of_an_area_what_the_sentence_says(opened, town_release, click_at):
    page = opened(town_release)
    click_at(page, 2 * 250 + 40, 3 * 250 + 210)
    card = page.locator(".leaflet-popup .card")
    assert card.locator("h2").inner_text() == "Area x02y03"
    assert card.locator(".sentence").inner_text() == sentence_of(town_release, "x02y03")
    assert not card.locator("table").is_visible()
    card.locator("summary").click()
    assert card.locator("tr", has_text="p-value").inner_text().split("\t") == ["p-value", "0.004"]


def test_another_click_says_another_area_and_escape_closes(opened, town_release, click_at):
    page = opened(town_release)
    click_at(page, 30, 30)
    assert page.locator(".leaflet-popup h2").inner_text() == "Area x00y00"
    click_at(page, 2970, 2970)
    assert page.locator(".leaflet-popup h2").inner_text() == "Area x11y11"
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-popup").count() == 0


def test_facilities_at_one_place_are_listed_together(opened, town_release, click_at):
    page = opened(town_release)
    click_at(page, 1500, 1500)
    assert page.locator(".leaflet-popup h2").all_inner_texts() == [
        "Hotel inn-1",
        "Location with recorded reports report-3",
    ]
    assert page.locator(".together").inner_text() == "2 facilities at this place"
    page.get_by_label("Hotels (2)").uncheck()
    click_at(page, 1500, 1500)
    assert page.locator(".leaflet-popup h2").all_inner_texts() == [
        "Location with recorded reports report-3"
    ]


def test_a_home_says_what_is_near(opened, town_release, click_at):
    page = opened(town_release)
    click_at(page, 700, 2300)
    assert page.locator(".leaflet-popup .sentence").inner_text() == (
        "Nearest hotel inn-1: 1.5 km over streets (1.1 km in a straight line)."
    )


def test_a_home_stands_among_its_control_sites(opened, town_compared, click_at, picture):
    """Of 24 bars the home's line stands in the third, at 120 m; what it reaches can be drawn."""
    page = opened(town_compared)
    before = picture(page)
    switch = page.get_by_label("Within 800 m of group homes over streets")
    assert not switch.is_checked()
    switch.check()
    assert picture(page) != before
    assert page.locator("#key li").filter(has_text="Within 800 m of group homes").count() == 1
    click_at(page, 700, 2300)
    plot = page.locator(".leaflet-popup .plot svg")
    assert plot.locator("rect").count() == 24
    bar = plot.locator("rect").nth(2)
    left, width = (float(bar.get_attribute(name)) for name in ("x", "width"))
    line = float(plot.locator("line").nth(1).get_attribute("x1"))
    assert left < line < left + width
    said = page.locator(".leaflet-popup .sentence").inner_text()
    assert plot.get_attribute("aria-label") in said
    assert "88.0 % of its 99 control sites are farther from a hotel" in said


def test_hostile_text_is_shown_as_it_is(opened, town_with, click_at):
    names = [HOSTILE[i % len(HOSTILE)] for i in range(144)]
    words = {"name": names, "place": HOSTILE[1], "operator_id": HOSTILE[0]}
    page = opened(town_with(**words))
    for x, text in enumerate(HOSTILE):
        click_at(page, 250 * x + 30, 30)
        assert page.locator(".leaflet-popup h2").evaluate("(title) => title.textContent") == text
        page.keyboard.press("Escape")
    click_at(page, 700, 2300)
    page.locator(".leaflet-popup summary").click()
    assert page.locator(".leaflet-popup td").evaluate("(td) => td.textContent") == HOSTILE[0]
    heading = page.locator("#group-list strong").first
    assert heading.evaluate("(title) => title.textContent") == f"Group 1, around {HOSTILE[1]}"
    assert page.evaluate("window.ran") is None


# --- switches -------------------------------------------------------------------------------------


SWITCHES = (
    "Areas that do not stand out",
    "Group outlines and numbers",
    "Group homes (1)",
    "Hotels (2)",
    "Locations with recorded reports (1)",
    "Group home to nearest hotel",
    "Water",
    "Main roads",
    "Place names",
)


def test_every_switch_changes_the_picture_and_back(opened, town_release, picture):
    page = opened(town_release)
    assert page.get_by_role("checkbox").count() == len(SWITCHES)
    before = picture(page)
    page.get_by_label("Hotels (2)").uncheck()  # what lies below one of them shows then
    without = picture(page)
    for label in SWITCHES:
        switch = page.get_by_label(label, exact=True)
        switch.set_checked(not switch.is_checked())
        assert picture(page) != without, label
        switch.set_checked(not switch.is_checked())
        assert picture(page) == without, label
    page.get_by_label("Hotels (2)").check()
    assert picture(page) == before


def test_the_key_follows_the_switches(opened, town_release):
    page = opened(town_release)
    key = page.locator("#key")
    for switch, words in (
        ("Areas that do not stand out", "No clear difference from chance"),
        ("Hotels (2)", "Hotel"),
        ("Water", "Water"),
        ("Group home to nearest hotel", "Group home to nearest hotel"),
    ):
        starts = re.compile(f"^{words}")
        assert key.get_by_role("listitem").filter(has_text=starts).count() == 1
        page.get_by_label(switch, exact=True).uncheck()
        assert key.get_by_role("listitem").filter(has_text=starts).count() == 0


def test_the_statistic_changes_headline_key_list_and_picture(opened, town_release, picture):
    page = opened(town_release)
    before = picture(page)
    page.get_by_label("Local Moran's I").check()
    assert page.locator("#headline").inner_text() == headline(town_release, "local_moran")
    assert "High among high" in page.locator("#key").inner_text()
    assert page.locator("#group-list li").count() == 2
    assert picture(page) != before
    page.get_by_label("Getis-Ord Gi*").check()
    assert page.locator("#headline").inner_text() == headline(town_release, "gi_star")
    assert picture(page) == before


def test_what_colours_mean_follows_the_statistic(opened, town_release):
    rates = {"raw": 0.002, "smoothed": 0.002, "mean": 0.002, "weight": 0.5,
             "label": "0.8 to 1.25 times"}  # fmt: skip
    columns = {f"eb_rates_{name}": value for name, value in rates.items()}
    page = opened(replace(town_release, table=town_release.table.assign(**columns)))
    means = page.locator("#key-means")
    assert means.inner_text().startswith("Colour is strength of evidence")
    page.get_by_label("Smoothed rates").check()
    assert means.inner_text().startswith("Colour is the smoothed rate beside the overall rate of 2")
    assert "about the overall rate" in page.locator("#key").inner_text()
    assert page.locator("#no-groups").inner_text().startswith("There are no groups")


# --- the list and the keyboard --------------------------------------------------------------------


def test_show_opens_the_group_on_the_map(opened, town_release):
    page = opened(town_release)
    first = page.locator("#group-list li").first
    said = first.locator("p").inner_text()
    first.get_by_role("button").click()
    assert page.locator(".leaflet-popup .sentence").inner_text() == said
    assert page.locator(".leaflet-popup h2").inner_text() == "Group 1, around Old Dock"
    assert page.locator(".leaflet-popup").bounding_box()["y"] > 0


def test_show_opens_a_facility_and_escape_leads_back(opened, town_release):
    page = opened(town_release)
    page.locator("#facility-lists summary", has_text="Hotels").click()
    button = page.get_by_role("button", name="Show: H Hotel inn-2")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup h2").inner_text() == "Hotel inn-2"
    assert page.evaluate("document.activeElement.className") == "cards"
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-popup").count() == 0
    assert button.evaluate("(button) => button === document.activeElement")


def test_the_keyboard_reaches_map_and_switches_in_reading_order(opened, town_release):
    page = opened(town_release)
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(({ id, textContent, type }) => id || textContent.trim() || type)"
                "(document.activeElement)"
            )
        )
    assert reached[:2] == ["Skip to the map", "Skip to the list of groups"]
    assert reached[2:7] == [
        "Read before use",
        "Groups of areas",
        "Facilities",
        "How this was made",
        "Sources",
    ]
    assert reached[7] == "map_hotspots"
    assert "radio" in reached


def test_the_skip_link_leads_to_the_map_and_enter_describes_its_middle(
    opened, town_release, becomes_true
):
    page = opened(town_release)
    page.keyboard.press("Tab")
    assert page.locator(".skip").first.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "map_hotspots"
    before = page.evaluate("hotspots.map.getCenter().lng")
    page.evaluate("hotspots.map.setView(hotspots.map.getCenter(), 14, { animate: false })")
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-popup h2").count() > 0
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "map_hotspots"
    page.keyboard.press("ArrowRight")
    becomes_true(page, f"hotspots.map.getCenter().lng > {before} + 1e-4")


def test_escape_leads_from_what_the_mouse_opened_back_to_the_map(opened, town_release, click_at):
    page = opened(town_release)
    click_at(page, 30, 30)
    page.locator(".leaflet-popup summary").click()
    page.keyboard.press("Escape")
    assert page.locator(".leaflet-popup").count() == 0
    assert page.evaluate("document.activeElement.id") == "map_hotspots"
    click_at(page, 30, 30)
    page.locator(".leaflet-popup-close-button").click()
    assert page.evaluate("document.activeElement.id") == "map_hotspots"


def test_the_cross_of_the_keyboard_shows_on_dark_areas(opened, town_release):
    page = opened(town_release)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shot = Image.open(io.BytesIO(page.locator(".cross").screenshot())).convert("L")
    across = [shot.getpixel((x, shot.height // 2 - 8)) for x in range(shot.width)]
    dark = across.index(min(across))
    assert across[dark] < 60
    assert across[dark - 2] == across[dark + 3] == 255


# --- paper and small windows ----------------------------------------------------------------------


PAPER = (262 / 25.4 * 96, 190 / 25.4 * 96)  # what A4 and Letter both leave within their margins
BOXES = """(parts) => parts.flatMap((part) => [...document.querySelectorAll(part)].map((found) => {
  const range = document.createRange();  // the contents, which may run out of their box
  range.selectNodeContents(found);
  const seen = part === ".stage" ? [found] : [found, range];
  const all = seen.map((it) => it.getBoundingClientRect());
  return [
    `${part} ${found.textContent.trim().slice(0, 30)}`,
    Math.min(...all.map(({ left }) => left)), Math.min(...all.map(({ top }) => top)),
    Math.max(...all.map(({ right }) => right)), Math.max(...all.map(({ bottom }) => bottom)),
  ];
}))"""


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_it_prints_on_one_page_with_banner_headline_and_key(opened, town_release, size):
    page = opened(town_release)
    pdf = page.pdf(format=size, landscape=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert not page.evaluate("document.documentElement.classList.contains('printing')")


def test_the_print_layout_keeps_what_must_be_said(opened, town_release):
    page = opened(town_release)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for words in ("CONFIDENTIAL", "Recorded is not occurred", "Near is not connected"):
        assert page.get_by_text(words).first.is_visible()
    assert page.locator("#headline").is_visible()
    assert page.locator("#key").is_visible()
    assert not page.locator("#layers").is_visible()
    assert not page.locator("#group-list").is_visible()
    bottom = page.locator("#sources").bounding_box()
    assert bottom["y"] + bottom["height"] <= 190 / 25.4 * 96 + 1
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#layers").is_visible()


def test_on_paper_nothing_lies_over_anything_else(opened, town_full):
    page = opened(town_full)
    for switch in page.get_by_role("checkbox").all():
        switch.check()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#key > li").count() == 2 + 1 + 1 + 3 + 2 + 3
    parts = [".banner", "header", ".stage", "#key-title", "#key > li"]
    parts += [".fixed:not([hidden])", "#caveats", "#sources"]
    boxes = page.evaluate(BOXES, parts)
    assert len(boxes) == len(parts) - 1 + 12
    for i, (name, left, top, right, bottom) in enumerate(boxes):
        assert 0 <= left < right <= PAPER[0] + 1, name
        assert 0 <= top < bottom <= PAPER[1] + 1, name
        for other, x0, y0, x1, y1 in boxes[:i]:
            apart = right <= x0 + 0.5 or x1 <= left + 0.5 or bottom <= y0 + 0.5 or y1 <= top + 0.5
            assert apart, f"{name} lies over {other}"
    for size in ("A4", "Letter"):
        pdf = page.pdf(format=size, landscape=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_on_paper_classes_stand_below_their_heading(opened, town_full):
    page = opened(town_full)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for words in ("More recorded incidents", "Fewer recorded incidents"):
        together = page.locator("#key > .shared", has_text=words)
        assert together.evaluate("item => getComputedStyle(item).breakInside") == "avoid"
        heading = together.locator(".heading").bounding_box()
        entries = together.locator("li").all()
        assert len(entries) == 3
        for entry in entries:
            box = entry.bounding_box()
            assert box["y"] > heading["y"]
            assert box["x"] == pytest.approx(heading["x"], abs=1)


def test_after_printing_the_map_is_as_before(opened, town_release, picture):
    page = opened(town_release)
    before = picture(page)
    page.pdf(format="A4", landscape=True)
    assert picture(page) == before


@pytest.mark.parametrize("width", [320, 640])  # 320: 1280 pixels at 400 %
def test_a_narrow_window_has_everything_below_each_other(opened, town_release, width):
    page = opened(town_release, width=width, height=700)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    stage = page.locator(".stage").bounding_box()
    assert stage["width"] == width
    assert page.locator(".panel").bounding_box()["y"] >= stage["y"] + stage["height"]
    page.mouse.wheel(0, 3000)
    settled = page.locator(".banner").bounding_box()
    assert settled["y"] == 0  # the handling banner stays


# --- in other places ------------------------------------------------------------------------------


def test_it_works_in_the_frame_of_a_notebook(opened, town_release, tmp_path):
    page = opened(town_release)
    frame = hotspot_map(town_release)._repr_html_()
    (tmp_path / "notebook.html").write_text(f"<!DOCTYPE html><body>{frame}", "utf-8")
    page.goto((tmp_path / "notebook.html").as_uri())
    inside = page.frame_locator("iframe")
    inside.locator("html[data-ready]").wait_for(state="attached")
    assert inside.locator("#headline").inner_text() == headline(town_release, "gi_star")


def test_layers_added_by_hand_are_drawn_over_ours(opened, town_release):
    def add(made):
        at = [made.location[0], made.location[1]]
        folium.CircleMarker(at, radius=30, color="#00ff00", fill=True, fill_opacity=1).add_to(made)
        folium.Marker(at, tooltip="here").add_to(made)
        folium.GeoJson(
            {"type": "Point", "coordinates": at[::-1]}, marker=folium.Circle(radius=5)
        ).add_to(made)
        folium.LayerControl().add_to(made)

    page = opened(town_release, prepare=add)
    assert page.locator(".leaflet-overlay-pane canvas").count() == 1
    assert page.locator(".leaflet-marker-icon.pin").count() == 1
    assert page.locator(".leaflet-control-layers").count() == 1


def test_nothing_significant_is_said(opened, town_release):
    town_release.table["gi_star_label"] = "not significant"
    page = opened(town_release)
    assert page.get_by_text("No area stands out from chance.").is_visible()
    assert page.locator("#group-list li").count() == 0


def test_nothing_is_said_of_groups_before_they_are_known(town_release):
    source = hotspot_map(town_release).page.render()
    assert "No area stands out" not in source


def test_names_of_groups_stand_before_others(opened, town_release):
    page = opened(town_release)
    drawn = page.evaluate(
        """() => {
          const { picture, content } = hotspots.page;
          const [layer] = content.base("place");
          const words = ["Elsewhere", content.statistic.groups[0].place, "Nowhere"];
          layer.names = words.map((words) => ({ ...layer.names[0], words }));
          const drawn = [];
          picture.paintNames = (ctx, names) => drawn.push(...names.map(({ words }) => words));
          picture.repaint();
          return drawn;
        }"""
    )
    assert drawn == ["Old Dock"]


def test_few_areas_are_told_apart_by_their_outlines(opened, town_areas, town_release):
    edges = []
    for shown, n in ((town_areas, 4), (town_release, 144), (town_release, 301)):
        page = opened(shown)
        edges.append(
            page.evaluate(
                """(n) => {
                  const { picture, content } = hotspots.page;
                  content.units.length = n;
                  return picture.quietEdge();
                }""",
                n,
            )
        )
    few, some, many = ([int(edge[i : i + 2], 16) for i in (1, 3, 5)] for edge in edges)
    land = 242
    assert few == some
    assert max(few) < land - 90
    assert min(many) > land - 30


def test_what_draws_could_not_show_follows_the_method(opened, town_release):
    """The smallest of 99 draws is 2 / 100: beyond 0.01 and within 0.05."""
    levels = {"99": 0.01, "95": 0.05}
    how = {"n_permutations": 99, "correction": "none", "label_levels": levels}
    table = town_release.table.assign(gi_star_p_value=0.5, gi_star_q_value=0.5)
    shown = replace(town_release, table=table, record={"inference": {"gi_star": how}})
    page = opened(shown)
    note = page.locator("#key-note")
    assert note.inner_text() == (
        "With 99 random draws no area could be marked as strong evidence: at least 199 draws are "
        "needed."
    )
    page.get_by_label("Local Moran's I").check()
    assert not note.is_visible()
