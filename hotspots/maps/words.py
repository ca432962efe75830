"""What the page itself says: titles, buttons and hints. What it says of data is presentation's."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGE = "en"

DOCUMENT: Mapping[str, str] = MappingProxyType(
    {
        "skip_map": "Skip to the map",
        "skip_list": "Skip to the list of groups",
        "on_page": "On this page",
        "handling": "Handling",
        "stage": "Map",
        "map": (
            "Map. Arrow keys move it, plus and minus zoom, Enter describes the place in the "
            "middle. Everything on it is also in the lists below."
        ),
        "key": "Key",
        "layers": "Shown on the map",
        "gate": "Is there any concentration at all?",
        "groups": "Groups of areas",
        "groups_hint": "Areas that touch and lean the same way, numbered as on the map.",
        "facilities": "Facilities",
        "facilities_hint": "Facilities at the same place are listed together when shown.",
        "how": "How this was made",
        "caveats": "Read before use",
        "sources": "Sources",
        "leaflet": "Map drawn with Leaflet 1.9.4 (BSD-2-Clause).",
        "print": "Print",
        "whole": "Whole map",
        "north": "North is up",
        "synthetic": "SYNTHETIC",
        "failed": "This page could not be drawn: the browser is too old, or the file is damaged.",
        "no_script": "The map needs JavaScript, which is switched off in this browser.",
    }
)
"""Written into the document by its template."""

SCRIPT: Mapping[str, str] = MappingProxyType(
    {
        "statistic": "Method",
        "areas": "Areas",
        "facilities": "Facilities",
        "basemap": "Background",
        "quiet": "Areas that do not stand out",
        "group_numbers": "Group outlines and numbers",
        "figures": "Figures for analysts",
        "show": "Show",
        "more": "# more",
        "close": "Close",
        "together": "# facilities at this place",
    }
)
"""Used by the page's script."""

BASEMAP: Mapping[str, str] = MappingProxyType(
    {"water": "Water", "park": "Parks", "road": "Main roads", "place": "Place names"}
)
"""Layers behind, by kind, in the order of the panel."""

FACILITY_FIGURES: Mapping[str, str] = MappingProxyType(
    {
        "operator_id": "Operator",
        "capacity": "Capacity",
        "opened": "Opened",
        "closed": "Closed",
    }
)

FACILITY_FOLD = "Details"
CATCHMENT_DETAIL = "all streets that far, and 40 m to either side; darker where several overlap"
PLOT_FROM = "0 m"
LINE_DETAIL = "straight line; the number on it is the way over streets"


def line_title(start: str, end: str) -> str:
    """Name the lines between two kinds of facility.

    Examples
    --------
    >>> line_title("Group home", "Hotel")
    'Group home to nearest hotel'
    """
    return f"{start} to nearest {end[0].lower()}{end[1:]}"


def catchment_title(start: str, metres: str) -> str:
    """Name what can be reached from places of a kind.

    Examples
    --------
    >>> catchment_title("Group homes", "800 m")
    'Within 800 m of group homes over streets'
    """
    return f"Within {metres} of {start[0].lower()}{start[1:]} over streets"


def plot_end(metres: str) -> str:
    """Name the end of a plot's axis; its last bar holds all that is farther.

    Examples
    --------
    >>> plot_end("4,600")
    'over 4,600 m'
    """
    return f"over {metres} m"
