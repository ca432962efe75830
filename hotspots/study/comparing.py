"""What ``[proximity]`` and ``[controls]`` need of each other, and of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.facilities.measures import measures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotspots.study.sections import ControlsSection, ProximitySection


def without_streets(
    proximity: ProximitySection | None, controls: ControlsSection | None
) -> Iterator[str]:
    """Say what cannot be done without a street network.

    Parameters
    ----------
    proximity, controls
        Sections of a study.

    Yields
    ------
    str
        The beginning of a sentence.
    """
    if proximity and proximity.catchment_m:
        yield "[proximity] catchment_m is what can be reached over streets"
    if controls and controls.path is None:
        yield "[controls] without path puts sites along residential streets"
    if controls and controls.match_arterial:
        yield "[controls] match_arterial is the distance to through streets"


def incomparable(
    proximity: ProximitySection | None, controls: ControlsSection | None
) -> Iterator[str]:
    """Say why places cannot be compared with control sites.

    Parameters
    ----------
    proximity, controls
        Sections of a study.

    Yields
    ------
    str
        What is wrong, and what to write.
    """
    if proximity is None:
        if controls:
            yield (
                "[controls] needs a section [proximity]: from which places, and to which, "
                "distances are compared"
            )
        return
    if controls is None:
        for name in sorted({"primary", "alternative"} & proximity.model_fields_set):
            yield f"[proximity] {name} is about a comparison; add a section [controls], or drop it"
        return
    if len(proximity.from_) > 1:
        yield (
            f"[controls] draws sites for one kind of place, and [proximity] from names "
            f"{len(proximity.from_)}: leave one"
        )
    kind, statistic = proximity.named
    if kind not in proximity.to:
        yield f"[proximity] primary is to {kind}, which stands not in to: {', '.join(proximity.to)}"
    known = [measure.name for measure in measures(proximity.within_m)]
    if statistic not in known:
        yield (
            f"[proximity] primary: statistic {statistic!r} is not known; use one of "
            f"{', '.join(known)}"
        )
