"""What an area must show before a number about it may be published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Rules:
    """The thresholds of the public profile.

    Attributes
    ----------
    k : int
        Least number of distinct persons behind a published number. Numbers about 1 to ``k - 1``
        persons, and 0, are withheld alike.
    max_incidents_per_person : int
        Where persons are unknown, ``k * max_incidents_per_person`` incidents are asked for.
    min_premises : int
        Least number of distinct coordinates.
    max_premises_share : float
        No one coordinate may hold more than this share of the incidents.
    min_residents : int
        Least number of residents of an area.

    Examples
    --------
    >>> DEFAULT_RULES.min_incidents
    88
    """

    k: int = 11
    max_incidents_per_person: int = 8
    min_premises: int = 2
    max_premises_share: float = 0.5
    min_residents: int = 1000

    def weaker_than(self, other: Rules) -> bool:
        """Say whether any threshold lets through what `other` withholds."""
        return (
            self.k < other.k
            or self.min_incidents < other.min_incidents
            or self.min_premises < other.min_premises
            or self.max_premises_share > other.max_premises_share
            or self.min_residents < other.min_residents
        )

    @property
    def min_incidents(self) -> int:
        """Least number of incidents where persons are unknown."""
        return self.k * self.max_incidents_per_person


DEFAULT_RULES = Rules()

EVIDENCE = ("count", "persons", "premises", "largest_premises", "population")
"""Columns the rules look at; all but ``count`` and ``population`` stay behind the door."""


def evidence(points: pd.DataFrame) -> dict[str, float]:
    """Sum up what the rules need to know about the incidents of one area.

    Parameters
    ----------
    points : DataFrame, shape (n, 2) or (n, 3)
        Columns ``x``, ``y`` and, where persons are known, ``person_id``. A missing
        ``person_id`` is no person.

    Returns
    -------
    dict of str to float
        ``count``; ``persons`` and ``person_squares`` (the sum over persons of the square of their
        incidents, a missing one counting as a person each time), both NaN where unknown;
        ``premises`` (distinct coordinates) and ``largest_premises`` (incidents at the fullest
        one).

    Examples
    --------
    >>> found = evidence(
    ...     pd.DataFrame({"x": [0.0, 0, 5], "y": [0.0, 0, 5], "person_id": ["a", "b", "b"]}))
    >>> found["count"], found["persons"], found["person_squares"]
    (3.0, 2.0, 5.0)
    >>> found["premises"], found["largest_premises"]
    (2.0, 2.0)
    """
    premises = np.unique(points["x"] + 1j * points["y"], return_counts=True)[1]
    persons, squares = np.nan, np.nan
    if "person_id" in points:
        each = points["person_id"].value_counts().to_numpy()
        persons, squares = len(each), (each**2).sum() + len(points) - each.sum()
    return {
        "count": float(len(points)),
        "persons": float(persons),
        "person_squares": float(squares),
        "premises": float(len(premises)),
        "largest_premises": float(premises.max(initial=0)),
    }


def design_effect(areas: pd.DataFrame) -> float:
    """Find how much several incidents of one person in one area inflate the variance of counts.

    Parameters
    ----------
    areas : DataFrame, shape (n, m)
        ``count`` and ``person_squares`` of :func:`evidence`. Give the published areas only: what
        follows is printed, and must not tell of the others.

    Returns
    -------
    float
        ``sum(k**2) / sum(k)`` over persons and areas with `k` incidents of the person in the
        area, rounded up to one decimal; 1 where no person has two incidents in one area, NaN
        where an area does not know.

    References
    ----------
    .. [1] Rao, J. N. K. & Scott, A. J. (1992). A simple method for the analysis of clustered
       binary data. Biometrics 48, 577-585. https://doi.org/10.2307/2532311

    Examples
    --------
    One person with three incidents in one area and one elsewhere: (9 + 1) / 4.

    >>> design_effect(pd.DataFrame({"count": [3, 1], "person_squares": [9, 1]}))
    2.5
    """
    n = float(areas["count"].sum())
    squares = float(areas["person_squares"].sum(skipna=False))
    return float(np.ceil(10 * squares / n) / 10) if n else 1.0


def passes(areas: pd.DataFrame, rules: Rules) -> pd.Series:
    """Say of each area whether every rule holds.

    Parameters
    ----------
    areas : DataFrame, shape (n, m)
        With the columns of :data:`EVIDENCE`; ``persons`` may be missing or NaN where unknown.
        ``population`` is infinite for a whole study area whose residents are not known, which
        needs none; in any other area NaN fails.
    rules : Rules
        The thresholds.

    Returns
    -------
    Series of bool, shape (n,)

    Raises
    ------
    DisclosureError
        If a column is missing: a rule that cannot be checked has failed for the whole table.

    Examples
    --------
    >>> areas = pd.DataFrame({"count": [40, 40], "persons": [11, 10], "premises": [9, 9],
    ...                       "largest_premises": [20, 20], "population": [5000, 5000]})
    >>> passes(areas, DEFAULT_RULES).tolist()
    [True, False]
    """
    missing = [name for name in EVIDENCE if name != "persons" and name not in areas.columns]
    if missing:
        raise DisclosureError(
            f"the public profile needs the columns {', '.join(missing)} to check its rules; "
            "make the areas with public_areas(incidents, boundary, population=…), "
            "or release with profile='internal'"
        )
    rows = areas.reindex(columns=list(EVIDENCE)).astype(float).to_numpy()
    passing = [row_passes(dict(zip(EVIDENCE, row, strict=True)), rules) for row in rows]
    return pd.Series(np.array(passing, dtype=bool), index=areas.index)


def row_passes(row: Mapping[str, float], rules: Rules) -> bool:
    """Check one area given as a mapping; see :func:`passes`.

    Parameters
    ----------
    row : mapping of str to float
        The columns of :data:`EVIDENCE`.
    rules : Rules
        The thresholds.

    Returns
    -------
    bool
    """
    persons = row.get("persons", np.nan)
    enough = row["count"] >= rules.min_incidents if np.isnan(persons) else persons >= rules.k
    several = row["premises"] >= rules.min_premises
    spread = row["largest_premises"] <= rules.max_premises_share * row["count"]
    return bool(enough and several and spread and row["population"] >= rules.min_residents)
