"""Invented names: streets, neighbourhoods, operators, hotels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_FIRST = (
    "Alder", "Amber", "Ash", "Aspen", "Bay", "Bell", "Birch", "Blue", "Bram", "Briar", "Brook",
    "Bur", "Calder", "Cedar", "Clear", "Clover", "Cold", "Copper", "Corn", "Crane", "Dale",
    "Deer", "Dun", "Eagle", "Elder", "Elm", "Fair", "Fern", "Finch", "Flint", "Fox", "Gable",
    "Glen", "Gold", "Granite", "Green", "Hart", "Hawk", "Hazel", "Heather", "Heron", "High",
    "Holly", "Iron", "Ivy", "Juniper", "Kettle", "Lark", "Laurel", "Linden", "Long", "Maple",
    "Marsh", "Meadow", "Mill", "Moss", "North", "Oak", "Orchard", "Otter", "Pearl", "Pine",
    "Plum", "Poplar", "Quail", "Raven", "Red", "Reed", "Ridge", "River", "Robin", "Rose",
    "Rowan", "Rye", "Sand", "Shell", "Silver", "Slate", "South", "Spring", "Stone", "Sumac",
    "Summer", "Swan", "Tamarack", "Thorn", "Timber", "Vine", "Walnut", "Wheat", "White",
    "Willow", "Winter", "Wood", "Wren", "Yarrow",
)  # fmt: skip
_SECOND = (
    "bank", "bend", "borough", "bridge", "brook", "bury", "cliff", "combe", "cote", "croft",
    "dale", "den", "fall", "field", "ford", "gate", "glen", "grove", "ham", "haven", "hill",
    "holm", "hurst", "land", "lea", "ley", "march", "mere", "mont", "moor", "more", "pool",
    "port", "ridge", "shaw", "side", "stead", "stone", "thorpe", "ton", "vale", "view", "ville",
    "ward", "water", "way", "well", "wick", "wood", "worth",
)  # fmt: skip
_AREAS = (
    "Heights", "Park", "Village", "Corners", "Hill", "Gardens", "Grove", "Point", "Flats",
    "Bluff", "Crossing", "Green",
)  # fmt: skip
_HOTELS = ("Inn", "Motel", "Motor Lodge", "Hotel", "Suites", "Lodge", "House Hotel", "Budget Inn")


class Names:
    """A deck of invented words, each dealt once.

    Parameters
    ----------
    rng : numpy.random.Generator
        Shuffles the deck.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        words = [
            first + second
            for first in _FIRST
            for second in _SECOND
            if first[-1].lower() != second[0] and first.lower() != second
        ]
        self._words = [words[i] for i in rng.permutation(len(words))]
        self._rng = rng

    def word(self) -> str:
        """Deal the next word.

        Returns
        -------
        str
        """
        return self._words.pop()

    def street(self, kinds: tuple[str, ...]) -> str:
        """Name a street.

        Parameters
        ----------
        kinds : tuple of str
            Such as ``("Street", "Avenue")``.

        Returns
        -------
        str
        """
        return f"{self.word()} {kinds[int(self._rng.integers(len(kinds)))]}"

    def area(self) -> str:
        """Name a neighbourhood.

        Returns
        -------
        str
        """
        word = self.word()
        if self._rng.random() < 0.45:
            return word
        return f"{word} {_AREAS[int(self._rng.integers(len(_AREAS)))]}"

    def hotel(self) -> str:
        """Name a hotel.

        Returns
        -------
        str
        """
        return f"{self.word()} {_HOTELS[int(self._rng.integers(len(_HOTELS)))]}"
