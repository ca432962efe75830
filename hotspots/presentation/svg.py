"""Make Matplotlib's SVG fit to stand inside a page with a strict content security policy."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d+\.\d{3,}")


def drawn(make: Callable[[], Figure]) -> str:
    """Draw a figure as SVG to stand inside a page.

    Parameters
    ----------
    make : callable
        Makes the Matplotlib figure, under the settings that all figures of a page share.

    Returns
    -------
    str
        As :func:`cleaned` gives it; the same figure gives the same text.
    """
    from matplotlib import rc_context

    settings: dict[Any, Any] = {
        "svg.hashsalt": "hotspots",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "hatch.linewidth": 0.7,
    }
    with rc_context(settings), warnings.catch_warnings():
        # The reader's browser has fonts of its own; only the width of a word is guessed here.
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        out = io.StringIO()
        make().savefig(out, format="svg", dpi=150)
    return cleaned(out.getvalue())


def cleaned(text: str) -> str:
    """Strip what a page does not need and turn style attributes into plain ones.

    Parameters
    ----------
    text : str
        A whole SVG file as Matplotlib writes it.

    Returns
    -------
    str
        One ``<svg>`` element without prolog, metadata, comments, style sheets or style attributes.
        Its size is left to the page. Coordinates keep two decimals, a fiftieth of a pixel.
    """
    root = ET.fromstring(text)  # noqa: S314 - written by Matplotlib a moment ago
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _plain_attributes(element)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")
    ET.register_namespace("", SVG)
    return ET.tostring(root, encoding="unicode")


def _plain_attributes(element: ET.Element) -> None:
    if XLINK_HREF in element.attrib:
        element.set("href", element.attrib.pop(XLINK_HREF))
    for declaration in element.attrib.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() == "font":
            _font(element, value.strip())
        elif value:
            element.set(name.strip(), value.strip())
    for name in ("d", "x", "y", "transform"):
        if name in element.attrib:
            element.set(name, NUMBER.sub(_shorter, element.attrib[name]))
    if element.tag == f"{{{SVG}}}path" and "d" in element.attrib:
        element.set("d", " ".join(element.attrib["d"].split()))


def _shorter(found: re.Match[str]) -> str:
    text = f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _font(element: ET.Element, value: str) -> None:
    """Take Matplotlib's font shorthand apart: ``[style] [weight] 12px 'DejaVu Sans', …``."""
    size = re.search(r"(\d+(?:\.\d+)?)px\s+(.*)", value)
    if size is None:
        return
    element.set("font-size", size[1])
    element.set("font-family", "sans-serif")
    before = value[: size.start()].split()
    if any(word in ("bold", "700") for word in before):
        element.set("font-weight", "bold")
