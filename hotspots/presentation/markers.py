"""How facilities are drawn and called."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Marker:
    """How one kind of facility is drawn and called.

    Attributes
    ----------
    kind : str
        The value in the table.
    letter : str
        Drawn inside the shape.
    shape : {"circle", "square", "diamond", "triangle", "hexagon"}
        Outline, so that kinds are told apart without colour.
    colour : str
        Fill, as ``#rrggbb``; the letter is white.
    words, plural : str
        What the kind is called on a page.
    """

    kind: str
    letter: str
    shape: str
    colour: str
    words: str
    plural: str


MARKERS: Mapping[str, Marker] = MappingProxyType(
    {
        "group_home": Marker("group_home", "G", "circle", "#4a2a7a", "Group home", "Group homes"),
        "hotel": Marker("hotel", "H", "square", "#0b5d57", "Hotel", "Hotels"),
        "trap_house": Marker(
            "trap_house",
            "L",
            "diamond",
            "#222222",
            "Location with recorded reports",
            "Locations with recorded reports",
        ),
        "control": Marker(
            "control", "S", "triangle", "#5b5b5b", "Comparison site", "Comparison sites"
        ),
        "incident": Marker(
            "incident", "R", "circle", "#8a1212", "Recorded incident", "Recorded incidents"
        ),
        "other": Marker("other", "O", "hexagon", "#7a3b5e", "Other place", "Other places"),
    }
)


def marker(kind: str) -> Marker:
    """Find how a kind of facility is drawn; unknown kinds are drawn as other places.

    Examples
    --------
    >>> marker("trap_house").words
    'Location with recorded reports'
    """
    return MARKERS.get(kind, MARKERS["other"])
