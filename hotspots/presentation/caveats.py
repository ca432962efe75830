"""What must be said beside every result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.disclosure.release import InternalRelease, PublicRelease
from hotspots.presentation.families import (
    DEALT,
    LOOKED_AT,
    PAIRS,
    RATES,
    UNTESTED_RATES,
    family,
)
from hotspots.presentation.formats import listed
from hotspots.presentation.methods import method
from hotspots.presentation.subjects import PERSONS, PLACES, beside, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotspots.disclosure.release import Release
    from hotspots.presentation.families import Family

ALWAYS = tuple(
    " ".join(text.split())
    for text in """
    Recorded is not occurred: these are incidents that came to the notice of those who keep the
    records, not all that happened.

    Enforcement and detection shape the record: where people look more, more is found.

    Small numbers vary by chance: a few incidents more or less can move an area from one class to
    another.

    Not for dispatch: this is for planning and prevention, not for sending officers, and not for
    judging a person or an address.

    Areas do not describe people: what is found in an area says nothing about the persons who live
    or stay there.
    """.strip().split("\n\n")
)
"""What stands beside every result, on every page."""

_ALIKE: frozenset[Family] = frozenset(
    {"gi_star", "gi", "local_moran", "local_geary", *PAIRS, *LOOKED_AT}
)
"""Statistics whose chance puts the same anywhere."""


def caveats(release: Release) -> tuple[str, ...]:
    """List what must be said beside every result; pages offer no way to remove it.

    Parameters
    ----------
    release : Release
        What is shown.

    Returns
    -------
    tuple of str
        The five that stand on every page, then those of the statistics shown.
    """
    kinds = {family(name) for name in release.statistics}
    return (*ALWAYS, *_of_statistics(release, kinds), *_of_release(release, kinds))


def _of_statistics(release: Release, kinds: set[Family]) -> Iterator[str]:
    words = release.context.method
    of = subject(words)
    if kinds & _ALIKE:
        alike = [method(name).name for name in release.statistics if family(name) in _ALIKE]
        which = f"For {listed(alike)} chance" if kinds & RATES else "Chance"
        yield (
            f"{which} means that every area is alike: whether an area has more residents, visitors "
            "or streets than another is not taken into account."
        )
    if of.counted == PERSONS:
        yield (
            "A person with records in several areas counts once in each: a sum over areas can "
            "count a person more than once."
        )
    if kinds & (RATES | UNTESTED_RATES):
        of_each = "every person" if of.counted == PERSONS else "every incident"
        has_several = (
            "a person is recorded in several areas"
            if of.counted == PERSONS
            else ("one person or place has several")
        )
        people = words.get("Rates", "").removeprefix("of ") or "residents, or other contacts"
        yield (
            f"A rate compares with {people}, and takes {of_each} as "
            f"independent: where {has_several}, evidence is weaker than it looks."
        )
    if kinds & UNTESTED_RATES:
        yield (
            "Rates without a test are no evidence: looked at one by one, up to 1 area in 20 stands "
            "out by chance alone. Areas are not to be ranked by them: where "
            "few people live, one case more or less moves a rate most."
        )
    if kinds & {"gi_star", "gi_star_rate"}:
        yield (
            "An area is marked for its whole neighbourhood: "
            f"it may itself hold few {of.counted.many.removeprefix('recorded ')} or none."
        )
    if kinds & PAIRS:
        yield of.write(
            "Side by side is not cause: {counted} and {other} may both follow where people and "
            "streets are, and where records are made."
        )
    if kinds & DEALT:
        yield of.write(
            "Numbers dealt to areas at random do not cluster: {counted} and {other} that each do "
            "so for reasons of their own stand out from them too. It does not show that they are "
            "related."
        )
    if kinds & PAIRS and beside(words) in PLACES:
        yield of.write(
            "Only {other} that are listed are counted, each as one, whatever its size: an area "
            "without a listed one may have others."
        )


def _of_release(release: Release, kinds: set[Family]) -> Iterator[str]:
    public = isinstance(release, PublicRelease)
    if "excess" in kinds:
        yield (
            "Compared with residents only: people who work in an area or visit it are not counted."
        )
    if "excess" in kinds and isinstance(release, PublicRelease) and release.design_effect is None:
        yield (
            "Every incident is taken as independent: where one person or place has several, the "
            "evidence is weaker than it looks."
        )
    if public and not release.context.open_data:
        yield (
            "Withheld areas look alike whether they hold no incident, few or many; they are no "
            "evidence of either."
        )
    if isinstance(release, InternalRelease) and release.proximity is not None:
        yield "Near is not connected: a distance says nothing about what happens at either place."
    if isinstance(release, InternalRelease) and release.comparison is not None:
        yield (
            "Nearer than control sites is no cause: both places may follow where rents, zoning and "
            "streets put them, as far as control sites are not matched on that."
        )
        yield (
            "Where a place stands among its control sites is about its site, not about the place, "
            "those who live there or who runs it; places are not to be ranked by it."
        )
