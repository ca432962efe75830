"""What a page speaks of: what was counted, and what that was set beside."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from hotspots.presentation.formats import number, plural
from hotspots.presentation.markers import MARKERS

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTED, BESIDE = "Counted", "Set beside"
"""The terms of ``context.method`` that say what was counted, and beside what."""

UNTESTED_TERM = "Without a test"
"""The term of ``context.method`` that names rates without a test."""


@dataclass(frozen=True)
class Noun:
    """A thing that can be counted.

    Attributes
    ----------
    one, many : str
        Its singular and its plural.
    """

    one: str
    many: str

    def counted(self, n: float) -> str:
        """Write a number with its noun.

        Examples
        --------
        >>> Noun("hotel", "hotels").counted(1), Noun("hotel", "hotels").counted(0.25)
        ('1 hotel', '0.25 hotels')
        """
        return f"{decimal(n)} {plural(n, self.one, self.many)}"


@dataclass(frozen=True)
class Subject:
    """What the sentences of a page speak of.

    Attributes
    ----------
    counted : Noun
        Recorded incidents, or recorded persons.
    column : {"count", "persons"}
        Where their number stands.
    other : Noun
        What they are set beside.
    other_column : str
        Where its number stands.
    """

    counted: Noun
    column: Literal["count", "persons"]
    other: Noun
    other_column: str = "beside_count"

    def write(self, template: str) -> str:
        """Put the nouns into a text.

        Examples
        --------
        >>> subject({"Set beside": "hotels"}).write("{counted} and {other}")
        'recorded incidents and hotels'
        """
        return template.format(counted=self.counted.many, other=self.other.many)


INCIDENTS = Noun("recorded incident", "recorded incidents")
PERSONS = Noun("recorded person", "recorded persons")
PERSONS_COUNTED = (
    f"{PERSONS.many}: each counts once in an area, and once in every area where there is a record "
    "of them"
)
"""What the method says of persons."""

PLACES = ("group_home", "hotel", "trap_house", "other")
"""Kinds of facilities that incidents may be set beside."""

OTHERS: Mapping[str, Noun] = MappingProxyType(
    {
        "population": Noun("resident", "residents"),
        "baseline": Noun("other recorded contact", "other recorded contacts"),
        **{
            kind: Noun(MARKERS[kind].words.lower(), MARKERS[kind].plural.lower()) for kind in PLACES
        },
    }
)
"""What incidents may be set beside, by its name in a study."""

UNNAMED = Noun("case of the second kind", "cases of the second kind")
"""What incidents are set beside where the method does not say."""

PEOPLE: Mapping[str, str] = MappingProxyType(
    {"population": "residents", "baseline": "other recorded contacts"}
)
"""What rates are taken of, by its name in a study."""

_COLUMNS = {"population": "population", "baseline": "baseline_count"}


def subject(words: Mapping[str, str]) -> Subject:
    """Find what a page speaks of, from the method's own words.

    Parameters
    ----------
    words : mapping of str to str
        ``context.method``.

    Returns
    -------
    Subject
        Recorded incidents where nothing is said.

    Examples
    --------
    >>> subject({}).counted.many, subject({"Counted": PERSONS_COUNTED}).counted.many
    ('recorded incidents', 'recorded persons')
    """
    persons = words.get(COUNTED, "").startswith(PERSONS.many)
    name = beside(words)
    return Subject(
        counted=PERSONS if persons else INCIDENTS,
        column="persons" if persons else "count",
        other=OTHERS.get(name, UNNAMED),
        other_column=_COLUMNS.get(name, "beside_count"),
    )


def people(words: Mapping[str, str]) -> tuple[Noun, str]:
    """Find what rates are taken of, and the column of its number, from the method's own words.

    Examples
    --------
    >>> people({"Rates": "of residents"})[0].many, people({})
    ('residents', (Noun(one='person at risk', many='people at risk'), ''))
    """
    said = words.get("Rates", "").removeprefix("of ")
    name = next((name for name, many in PEOPLE.items() if many == said), "")
    return (
        (OTHERS[name], _COLUMNS[name]) if name else (Noun("person at risk", "people at risk"), "")
    )


def beside(words: Mapping[str, str]) -> str:
    """Find what incidents are set beside, by its name in a study; ``""`` where it is not said."""
    said = words.get(BESIDE)
    return next((name for name, noun in OTHERS.items() if noun.many == said), "")


def decimal(value: float | None) -> str:
    """Write whole numbers as they are, others with the decimals that matter.

    Examples
    --------
    >>> decimal(3.0), decimal(21.34), decimal(0.256)
    ('3', '21.3', '0.26')
    """
    if value is None or float(value).is_integer():
        return number(value)
    return number(value, decimals=1 if abs(value) >= 1 else 2)
