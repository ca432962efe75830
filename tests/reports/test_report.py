"""The report: what it says, what it never says, and that nothing in it runs."""

from __future__ import annotations

import ast
import base64
import hashlib
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources

import geopandas as gpd
import pytest

from hotspots.errors import DisclosureError
from hotspots.presentation.overall import NAMES
from hotspots.reports.report import report_html, write_report
from hotspots.schema import TestResult

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</style></script><script>window.ran=1</script>",
    "${window.ran=1}`'\"",
    "{{7*7}}",
    "{% raise 'x' %}{# c #}",
    "\u202egnp.exe",
    "ends with \\",
    '" onmouseover="window.ran=1',
    "y" * 10_000,
]
VOID = {"meta", "link", "br", "img", "path", "use", "rect"}
NEVER = re.compile(
    r"\b(prostitut\w*|sex workers?|johns?|clients?|runaways?|awol|trap houses?"
    r"|hotels? known for|victim hot ?spots?)\b",
    re.IGNORECASE,
)


class Page(HTMLParser):
    """Tags, attributes and text of a page, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.words, self.open = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def test_internal_report_says_it_all(make_internal):
    page = Page(report_html(make_internal()))
    assert page.open == []
    for said in (
        "CONFIDENTIAL – do not forward, publish or leave open. Reason: a review of licences.",
        "In 2013–2016, 3 of 30 areas lie in neighbourhoods (the area and those touching it) with "
        "more recorded incidents than chance would explain; they form one group, around Harbour.",
        "60 recorded incidents lie in the areas; 6 of 30 areas hold none.",
        "5 no coordinate; 5 period",
        "counts of neighbouring areas are more alike than chance would explain",
        "Where: Getis-Ord Gi*",
        "Where: Local Moran's I",
        "Groups of touching areas in neighbourhoods with more recorded incidents",
        "Groups of touching areas below the average, as are their neighbours",
        "How near are facilities?",
        "The nearest hotel is at most 3.2 km away over streets for the one group home that "
        "reaches one; 1 of 2 reaches none.",
        "far from a street",
        "Recorded is not occurred",
        "doi:10.1111/j.1538-4632.1995.tb00912.x",
        "SHA-256 of incidents.csv",
        "ab" * 32,
    ):
        assert said in page.text


def test_global_tests_are_one_table_and_say_what_was_drawn(make_internal):
    shown = make_internal()
    rates = TestResult(
        "moran_rate", 0.04051, -0.0000928, 1, 5.0, 0.002, 0, "two-sided", 1908, 999
    )  # fmt: skip
    g = TestResult("general_g", 0.005049, 0.0017258, 1, 61.348, 0.002, 0, "two-sided", 30, 999)
    html = report_html(replace(shown, tests={**shown.tests, "g": g, "rates": rates}))
    cells = re.findall(
        r'<th scope="row">(Moran|General)([^<]*)</th>((?:\s*<td[^>]*>[^<]*</td>)+)', html
    )
    assert [re.findall(r">([^<]*)</td>", row[2]) for row in cells] == [
        ["0.41", "−0.03", "4.4", "0.002"],
        ["0.00505", "0.00173", "61.3", "0.002"],
        ["0.0405", "−0.00009", "5.0", "0.002"],
    ]
    assert Page(html).text.count("Tests of the whole study area, for analysts") == 1
    assert (
        "p-values from: 999 permutations, 30 areas, two-sided (Moran's I and General G); "
        "999 simulated maps, 1,908 areas, two-sided (Moran's I of rates)."
    ) in Page(html).text


def test_group_rows_are_those_of_the_map(make_internal):
    html = report_html(make_internal())
    cells = re.findall(r"<th scope=\"row\">1</th>\s*((?:<td[^>]*>[^<]*</td>\s*)+)", html)
    # three squares with 0, 1 and 2 incidents; 60 in 30 squares is 2 for each
    assert re.findall(r">([^<]*)</td>", cells[0]) == ["Harbour", "3", "3", "6.0", "3.00"]


def test_groups_of_rates_stand_beside_the_same_rate(make_internal):
    units = make_internal().table.rename(columns=lambda name: name.replace("star_", "star_rate_"))
    known = Page(report_html(make_internal(units=units.assign(expected_count=0.5)))).text
    assert "Group Around Areas Recorded At the same rate km² 1 Harbour 3 3 1.5 3.00" in known
    unknown = Page(report_html(make_internal(units=units))).text
    assert "Group Around Areas Recorded km² 1 Harbour 3 3 3.00" in unknown


def test_public_report_says_parameters_and_published_numbers_only(make_public):
    page = Page(report_html(make_public()))
    assert page.open == []
    for said in (
        "1 of 6 areas has more recorded incidents than its share of residents would explain",
        "2 areas are withheld",
        "600 incidents were recorded in the areas shown with a number.",
        "The numbers of 2 of 6 areas are withheld to protect persons.",
        "fewer than 11 persons",
        "1 January 2018",
    ):
        assert said in page.text
    for kept in ("CONFIDENTIAL", "SHA-256", "rows read", "set aside", "Moran", "facilities",
                 "Nearest", "G001", "numpy"):  # fmt: skip
        assert kept not in page.text


def test_open_data_says_so_and_shows_no_facility(make_open):
    text = Page(report_html(make_open())).text
    assert "Published records: Toyville open data; suppression is off." in text
    assert "CONFIDENTIAL" not in text
    assert "Group home" not in text


def test_public_report_is_the_same_bytes_whatever_the_facilities(make_public, tmp_path):
    files = []
    for name in ("a", "b"):
        write_report(make_public(), tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]
    assert b"\r" not in files[0]
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["a", "b"]


def test_the_clock_is_the_day_of_the_context(make_public):
    shown = make_public()
    later = replace(shown, context=replace(shown.context, made=shown.context.made.replace(hour=23)))
    assert report_html(shown) == report_html(later)


@pytest.mark.parametrize("profile", ["internal", "public"])
def test_nothing_runs_and_nothing_is_asked_for(make_internal, make_public, profile):
    html = report_html(make_internal() if profile == "internal" else make_public())
    page = Page(html)
    assert not {"script", "iframe", "object", "form", "base"} & set(page.tags)
    assert not [a for a in page.attributes if a[1].startswith("on") or a[1] == "style"]
    for _, name, value in page.attributes:
        if name in ("src", "href", "xlink:href"):
            assert value.startswith(("#", "data:"))
    assert not re.search(r"https?:|url\((?!#)|@import", html)
    (policy,) = [v for tag, name, v in page.attributes if tag == "meta" and "default-src" in str(v)]
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def test_page_is_readable_without_eyes(make_internal):
    html = report_html(make_internal())
    page = Page(html)
    assert ("html", "lang", "en") in page.attributes
    assert page.tags.count("h1") == page.tags.count("main") == 1
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert page.tags.count("caption") == page.tags.count("table") > 3
    heads = [value for tag, name, value in page.attributes if (tag, name) == ("th", "scope")]
    assert set(heads) == {"row", "col"}
    assert page.tags.count("th") == len(heads)
    images = re.findall(r'role="img" aria-label="([^"]*)"', html)
    assert len(images) == 2
    assert all(label.startswith("Map. In 2013–2016,") for label in images)


def hostile_release(make_internal, facilities, proximity, text):
    homes = proximity.assign(facility_id=text, nearest_id=text, note=text)
    places = facilities.set_index(gpd.pd.Index([text] * 3, name="facility_id"))
    shown = make_internal(title=text, place=text, reason=text, facilities=places, proximity=homes)
    method = {"Units": text, text: text, "Neighbours": text, "Sources": text}
    return replace(
        shown,
        context=replace(shown.context, method=method),
        record={"rows": {text: {"read": 1, "located": 1, "used": 0, "set_aside": {text: 1}}},
                "inputs": {text: text}},
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_data(make_internal, facilities, proximity, text):
    plain = Page(report_html(hostile_release(make_internal, facilities, proximity, "harmless")))
    page = Page(report_html(hostile_release(make_internal, facilities, proximity, text)))
    assert page.open == []
    outside = [
        tag for tag in plain.tags if tag not in ("g", "path", "defs", "clippath", "text", "use")
    ]
    assert [tag for tag in page.tags if tag in set(outside)] == outside
    assert {(tag, name) for tag, name, _ in page.attributes} == {
        (tag, name) for tag, name, _ in plain.attributes
    }
    shown = text if len(text) < 100 else text[:50]
    assert shown in page.text


def test_only_a_release_is_reported(make_internal):
    with pytest.raises(DisclosureError, match="made of a release, not of a GeoDataFrame"):
        report_html(make_internal().table)


def test_a_release_without_results_is_still_a_report(make_internal):
    units = make_internal().table[["count", "geometry"]]
    text = Page(report_html(make_internal(units=units))).text
    assert "30 areas are shown, untested" in text
    assert "References" not in text


def test_words_that_hurt_stand_nowhere(
    make_internal, make_public, make_open, facilities, proximity
):
    near = proximity.assign(to_kind="trap_house", note=["no other trap_house", "unreachable"])
    places = facilities.assign(kind=["group_home", "trap_house", "control"])
    releases = [
        make_internal(facilities=places, proximity=near, synthetic=True),
        make_public(),
        make_public(counts=(5, 5)),
        make_open(),
    ]
    for shown in releases:
        assert not NEVER.findall(Page(report_html(shown)).text)
        assert "trap_house" not in report_html(shown)


def test_words_that_hurt_are_in_no_string_of_the_rooms(root):
    for room in ("presentation", "reports"):
        files = sorted((root / "hotspots" / room).iterdir())
        assert files
        for file in files:
            if file.suffix == ".py":
                strings = spoken(ast.parse(file.read_text(encoding="utf-8")))
            elif file.suffix in (".j2", ".css"):
                strings = [file.read_text(encoding="utf-8")]
            else:
                continue
            assert not [text for text in strings if NEVER.search(text)], file.name
    assert NEVER.search("A Trap House")  # the net has no hole


def spoken(tree):
    """Every string constant that is not a docstring."""
    quiet = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet
    ]


@pytest.mark.parametrize("profile", ["internal", "public", "hostile"])
def test_in_a_browser(
    make_internal, make_public, facilities, proximity, offline_page, tmp_path, profile
):
    shown = {
        "internal": make_internal,
        "public": make_public,
        "hostile": lambda: hostile_release(make_internal, facilities, proximity, HOSTILE[1]),
    }[profile]()
    write_report(shown, tmp_path / "report.html")
    offline_page.goto((tmp_path / "report.html").as_uri())
    assert offline_page.outgoing == []
    assert offline_page.complaints == []
    assert offline_page.evaluate("window.ran") is None
    assert offline_page.locator("h1").inner_text().strip()
    box = offline_page.locator("svg").first.bounding_box()
    assert box["width"] > 400
    assert box["height"] > 100
    wide = offline_page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    banner = offline_page.locator(".banner")
    red = banner.evaluate("element => getComputedStyle(element).backgroundColor")
    assert (red == "rgb(138, 18, 18)") == (profile != "public")
    offline_page.emulate_media(media="print")
    assert banner.is_visible()
    assert len(offline_page.pdf(format="A4", prefer_css_page_size=True)) > 10_000


def test_the_synthetic_banner_has_the_colour_of_the_map():
    room = resources.files("hotspots")
    page = room.joinpath("maps", "assets", "page.css").read_text(encoding="utf-8")
    report = room.joinpath("reports", "report.css").read_text(encoding="utf-8")
    colour = re.search(r"--synthetic: (#\w{6});", page)[1]
    assert f".synthetic .banner {{ background: {colour} }}" in report


def test_narrow_screens_need_no_sideways_scrolling(make_internal, offline_page, tmp_path):
    write_report(make_internal(), tmp_path / "report.html")
    offline_page.set_viewport_size({"width": 360, "height": 740})
    offline_page.goto((tmp_path / "report.html").as_uri())
    assert offline_page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


PAPERS = (680, 700)  # pixels within the margins of A4 and Letter


def test_the_global_tests_fit_small_screens_and_paper(make_internal, offline_page, tmp_path):
    shown = make_internal()
    tests = {
        name: TestResult(name, 0.005049, -0.0000928, 1, -57.441, 0.002, 0, "two-sided", 99_999, 999)
        for name in NAMES
    }
    write_report(replace(shown, tests=tests), tmp_path / "report.html")
    offline_page.goto((tmp_path / "report.html").as_uri())
    table = offline_page.get_by_role("region", name="Tests of the whole study area")
    for width, media in ((320, "screen"), *((width, "print") for width in PAPERS)):
        offline_page.set_viewport_size({"width": width, "height": 740})
        offline_page.emulate_media(media=media)
        assert table.evaluate("region => region.scrollWidth - region.clientWidth") <= 0, width
        tops = table.locator("thead th").evaluate_all("all => all.map(h => h.offsetTop)")
        assert len(tops) == 5
        assert len(set(tops)) == 1
    assert table.evaluate("region => getComputedStyle(region).breakInside") == "avoid"


def test_a_test_that_was_not_computed_has_no_p_value_from_anywhere(make_internal):
    shown = make_internal()
    none = TestResult("geary", *[float("nan")] * 6, "two-sided", 0, 0)
    text = Page(report_html(replace(shown, tests={**shown.tests, "geary": none}))).text
    assert "Geary's c could not be computed." in text
    assert "p-values from: 999 permutations, 30 areas, two-sided (Moran's I)." in text
    alone = Page(report_html(replace(shown, tests={"geary": none}))).text
    assert "Geary's c could not be computed." in alone
    assert "p-values from" not in alone
