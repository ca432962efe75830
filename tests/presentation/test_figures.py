"""Still pictures: what is drawn, from pixels and from the SVG."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely import LineString, Point, box, union_all

from hotspots.errors import InputError
from hotspots.presentation.figures import figure_svg, map_figure, plot
from hotspots.presentation.svg import cleaned

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</text></svg><script>alert(1)</script>",
    "${alert(1)}`'\"",
    "{{7*7}}{% for x in y %}{# c #}",
    r"$\frac{1}{0}$ \undefined",
    "\u202egnp.exe\x00\x1b\ufffe",
    "ends with \\",
    "x" * 10_000,
]


@pytest.fixture
def city(label, make_grid, make_context):
    """24 × 20 squares with hot, cold and withheld corners, and a context around them."""
    units = make_grid(24, 20)
    hot = {i + 24 * j: "hot 99" for i in range(4) for j in range(4)}
    cold = {i + 24 * j: "cold 99" for i in range(20, 24) for j in range(16, 20)}
    table = label(units, labels={**hot, **cold})
    boundary = gpd.GeoDataFrame(geometry=[union_all(units.geometry)], crs=units.crs)
    return table, make_context(boundary=boundary)


def pixels(figure):
    figure.set_dpi(50)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3)


def share(image, colour):
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return float((np.abs(image.astype(int) - wanted).max(axis=1) <= 3).mean())


def drawn(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    return pixels(figure)


def test_classes_have_their_colours_on_the_picture(internal, city):
    table, context = city
    image = drawn(map_figure(internal(table, context=context)))
    hot, plain = share(image, "#7f1d00"), share(image, "#f2f2f0")
    # 16 of 480 squares are hot, 448 plain; legend patches add little
    assert plain / hot == pytest.approx(448 / 16, rel=0.25)
    assert 0 < share(image, "#08306b") < hot  # hatching lightens the 16 cold squares


def test_the_picture_shows_the_study_area_and_no_more(internal, city, make_context):
    table, context = city
    lake = gpd.GeoDataFrame(geometry=[box(-9e5, 0, 0, 9e5)], crs=table.crs)
    wide = make_context(boundary=context.boundary, basemap={"water": lake})
    ax = plot(internal(table, context=wide))
    west, east = ax.get_xlim()
    assert (west, east) == (0 - 0.03 * 24000, 24000 + 0.03 * 24000)


def test_svg_is_the_same_twice_and_asks_for_nothing(internal, city):
    table, context = city
    first = figure_svg(internal(table, context=context))
    assert first == figure_svg(internal(table, context=context))
    root = ET.fromstring(first)  # noqa: S314
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    addresses = set(re.findall(r"https?://[^\"' ]+", first))
    assert addresses == {"http://www.w3.org/2000/svg"}
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not tags & {"script", "style", "metadata", "a", "foreignObject"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    for name in ("href", "{http://www.w3.org/1999/xlink}href"):
        assert all(e.get(name, "#").startswith(("#", "data:image/png")) for e in root.iter())


def test_equal_areas_are_joined_so_the_svg_stays_small(internal, label, make_grid):
    labels = {i: "hot 99" for i in range(5000) if (i // 500) % 2}
    text = figure_svg(internal(label(make_grid(100, 50), labels=labels)))
    assert len(text) < 60_000


def test_hot_groups_are_numbered_in_circles_and_cold_ones_in_squares(internal, city):
    from matplotlib.path import Path

    table, context = city
    ax = plot(internal(table, context=context))
    middles = {(2000.0, 2000.0): Path.unit_circle(), (22000.0, 18000.0): Path.unit_rectangle()}
    found = {tuple(dots.get_offsets()[0]): dots.get_paths()[0] for dots in ax.collections
             if len(dots.get_offsets()) == 1 and dots.get_sizes().size}  # fmt: skip
    for middle, shape in middles.items():
        assert found[middle].codes.tolist() == shape.codes.tolist()


def test_words_on_the_picture(internal, city, facilities):
    table, context = city
    text = figure_svg(internal(table, context=context, facilities=facilities))
    words = " ".join("".join(ET.fromstring(text).itertext()).split())  # noqa: S314
    for said in (
        "Toyville",
        "1",
        "C1",
        "strong evidence",
        "L: Location with recorded reports",
        "not a prediction",
        "CONFIDENTIAL",
        "km",
        "mi",
        "about 1 in 100 / 20 / 10",
    ):
        assert said in words
    assert "SYNTHETIC" not in words
    inside = figure_svg(internal(table, context=context), framed=False)
    assert "CONFIDENTIAL" not in inside
    assert "not a prediction" not in inside


@pytest.mark.parametrize("framed", [True, False])
def test_synthetic_is_watermarked_everywhere(
    internal, public, label, make_grid, make_context, framed
):
    context = make_context(synthetic=True)
    for shown in (internal(label(make_grid(3)), context=context), public(context=context)):
        assert ">SYNTHETIC<" in figure_svg(shown, framed=framed)


def test_facilities_never_reach_a_public_picture(public):
    assert "recorded reports" not in figure_svg(public())


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_text(internal, label, make_grid, make_context, text):
    table = label(make_grid(30, 20), labels={0: "hot 99"})
    places = gpd.GeoDataFrame({"name": [text]}, geometry=[Point(15000, 10000)], crs=table.crs)
    svg = figure_svg(internal(table, context=make_context(title=text, basemap={"place": places})))
    root = ET.fromstring(svg)  # noqa: S314
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}image"))
    assert "\x00" not in svg
    shown = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any(t and t.strip("…") and text.startswith(t.strip("…")[:8]) for t in shown)


def test_holes_stay_empty(internal, label, make_grid):
    ring = box(0, 0, 9000, 9000) - box(1500, 1500, 7500, 7500)
    table = label(make_grid(1).set_geometry([ring]), labels={0: "hot 99"})
    image = drawn(map_figure(internal(table)))
    solid = drawn(map_figure(internal(table.set_geometry([box(0, 0, 9000, 9000)]))))
    # the ring covers 81 - 36 of 81 parts; the rest is the white number's disc and the legend
    assert share(image, "#7f1d00") / share(solid, "#7f1d00") == pytest.approx(45 / 81, abs=0.05)


def test_heavy_layers_become_pixels(internal, label, make_grid, make_context):
    table = label(make_grid(3))
    zigzag = LineString([(6 * i % 3000, 900 * (i % 2)) for i in range(21_000)])
    rings = [zigzag]
    roads = gpd.GeoDataFrame(geometry=rings, crs=table.crs)
    text = figure_svg(internal(table, context=make_context(basemap={"road": roads})))
    assert "data:image/png" in text
    assert text == figure_svg(internal(table, context=make_context(basemap={"road": roads})))


def test_plot_takes_a_table_a_release_and_axes(internal, label, make_grid):
    from matplotlib.figure import Figure

    table = label(make_grid(3), labels={1: "hot 99"})
    before = table.copy()
    mine = Figure().add_subplot()
    assert plot(table, "gi_star", ax=mine) is mine
    assert_geodataframe_equal(table, before)
    assert plot(internal(table)).get_title(loc="left") == "Toyville"
    assert "CONFIDENTIAL" in " ".join(text.get_text() for text in plot(table).texts)
    assert plot(make_grid(3)).get_legend() is None
    with pytest.raises(InputError, match="no result 'gi'"):
        plot(table, "gi")


def test_style_attributes_become_plain_ones():
    given = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9pt"><metadata/><style>*{}</style>'
        '<text style="font: bold 12px \'DejaVu Sans\'; text-anchor: middle" x="1.23456">a</text>'
        "</svg>"
    )
    assert cleaned(given) == (
        '<svg xmlns="http://www.w3.org/2000/svg" stroke-linejoin="round" stroke-linecap="butt">'
        '<text x="1.23" font-size="12" font-family="sans-serif" font-weight="bold" '
        'text-anchor="middle">a</text></svg>'
    )
