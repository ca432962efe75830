"""Which labels so few random draws could not give, and how many draws could."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hotspots.disclosure.release import InternalRelease
from hotspots.inference.multiple import penalty, permutations_needed
from hotspots.presentation.formats import least_p, listed, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.disclosure.release import Release

_STRENGTH = {"99": "strong", "95": "good", "90": "weak"}


@dataclass(frozen=True)
class Reach:
    """What random draws could show.

    Attributes
    ----------
    draws : int
        How many there were; 0 where p-values are not drawn.
    beyond : mapping of str to int
        Levels that no area could be labelled at, strictest first, to the draws they need.
    nothing : bool
        Whether that is every level.
    most : int
        The draws that a study takes at most; 0 where no study limits them.
    """

    draws: int = 0
    beyond: Mapping[str, int] = field(default_factory=dict)
    nothing: bool = False
    most: int = 0

    def sentence(self) -> str:
        """Say that nothing could be found; ``""`` where something could.

        Examples
        --------
        >>> Reach(999, {"95": 3827}, nothing=True).sentence()
        'With only 999 random draws no area could be marked: that none is marked does not mean
        that none stands out. At least 3,827 draws are needed.'
        """
        if not self.nothing:
            return ""
        needed = min(self.beyond.values())
        return (
            f"With only {number(self.draws)} random draws no area could be marked: that none is "
            f"marked does not mean that none stands out. At least {number(needed)} draws are "
            f"needed{self._instead(needed)}."
        )

    def note(self) -> str:
        """Say that some strengths of evidence were out of reach; ``""`` where none was, or all.

        Examples
        --------
        >>> Reach(9999, {"99": 21719}).note()
        'With 9,999 random draws no area could be marked as strong evidence: at least 21,719 draws
        are needed.'
        """
        if self.nothing or not self.beyond:
            return ""
        names = listed([_STRENGTH.get(name, name) for name in self.beyond]).replace(" and ", " or ")
        needed = listed([number(n) for n in self.beyond.values()])
        each = " in turn" if len(self.beyond) > 1 else ""
        return (
            f"With {number(self.draws)} random draws no area could be marked as {names} evidence: "
            f"at least {needed} draws are needed{each}{self._instead(max(self.beyond.values()))}."
        )

    def _instead(self, needed: int) -> str:
        """Say what to do where a study takes no more draws."""
        if not self.most or needed <= self.most:
            return ""
        return (
            f", where a study takes at most {number(self.most)} with this statistic and these "
            "neighbours: use fewer and larger areas, or another statistic, or test from Python"
        )


def tested(release: Release, statistic: str) -> Mapping[str, Any]:
    """Find how a local result was tested, its ``attrs["inference"]``; empty where not known.

    Parameters
    ----------
    release : Release
        An internal one says it in ``record["inference"]``, one of open data in its context.
    statistic : str
        Name of the local result.
    """
    if isinstance(release, InternalRelease):
        found = release.record.get("inference")
    else:
        found = release.context.inference if release.context.open_data else None
    details = found.get(statistic) if isinstance(found, dict) else None
    return details if isinstance(details, dict) else {}


def reach(release: Release, statistic: str) -> Reach:
    """Find which labels of a local result its random draws could not give.

    Parameters
    ----------
    release : Release
        With p- and q-values in its table.
    statistic : str
        Name of the local result.

    Returns
    -------
    Reach
        As the notes of the result say it: out of reach is a level that no area has reached, and
        that as many areas as share the smallest p-value could not reach.
    """
    details, table = tested(release, statistic), release.table
    draws, levels = int(details.get("n_permutations", 0)), details.get("label_levels", {})
    names = [f"{statistic}_p_value", f"{statistic}_q_value"]
    if not draws or not levels or not set(names) <= set(table.columns):
        return Reach(draws)
    p, q = (table[name].astype("Float64").dropna().to_numpy(np.float64) for name in names)
    if not len(p):
        return Reach(draws)
    alternative = details.get("alternative", "two-sided")
    smallest, corrected = least_p(draws, alternative), details.get("label_from") != "p_value"
    alike = max(1, int(np.count_nonzero(p <= smallest * (1 + 1e-9))))
    factor = penalty(len(p), alike, details.get("correction", "fdr_bh")) if corrected else 1.0
    reached = min(q if corrected else p)
    tails = 2 if alternative == "two-sided" else 1
    beyond = {
        str(name): permutations_needed(level, factor, n_tails=tails)
        for name, level in levels.items()
        if reached > level and smallest * factor > level
    }
    most = int(details.get("most_draws", 0))
    return Reach(draws, beyond, nothing=len(beyond) == len(levels), most=most)
