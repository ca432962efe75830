"""Tallies: records that belong to homes, and their rate per resident-year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hotspots.inference.intervals import poisson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]


def person_numbers(records: pd.DataFrame) -> tuple[Integers, bool]:
    """Give every person of a table a number; a record that names none has a person of its own.

    Parameters
    ----------
    records : DataFrame
        With ``person_id`` where known.

    Returns
    -------
    numbers : ndarray of int, shape (n,)
        From 0.
    known : bool
        Whether there is such a column.

    Examples
    --------
    >>> person_numbers(pd.DataFrame({"person_id": ["b", None, "b"]}))
    (array([0, 2, 0]), True)
    """
    n = np.arange(len(records))
    if "person_id" not in records:
        return n, False
    codes, names = pd.factorize(records["person_id"])
    return np.asarray(np.where(codes < 0, len(names) + n, codes), dtype=np.int64), True


@dataclass(frozen=True, eq=False)
class Tally:
    """Which records belong to which homes.

    Attributes
    ----------
    home : ndarray of int, shape (n,)
        Position of a home.
    person : ndarray of int, shape (n,)
        Whose record it is.
    persons_known : bool
        Whether persons are told apart at all.
    """

    home: Integers
    person: Integers
    persons_known: bool

    def columns(
        self,
        name: str,
        group: Integers,
        n_groups: int,
        *,
        years: Floats,
        confidence: float,
    ) -> dict[str, Any]:
        """Count records and persons of groups of homes, with the rate per resident-year.

        Parameters
        ----------
        name : str
            What is counted, as columns begin.
        group : ndarray of int, shape (n_homes,)
            Group of each home; -1 for none.
        n_groups : int
            Groups.
        years : ndarray of float, shape (n_homes,)
            Resident-years; NaN for a home that has no rate, whose records are counted and not in
            the rate of its group.
        confidence : float
            Of the interval of the rate.

        Returns
        -------
        dict of str to array of shape (n_groups,)
            ``<name>, <name>_persons, <name>_per_resident_year`` with ``_lower, _upper``.
        """
        rated = np.isfinite(years)
        inside = group >= 0
        counts, _, _, persons = self._sums(group, n_groups, inside)
        y, squares, largest, _ = self._sums(group, n_groups, rated & inside)
        lower, upper = poisson_interval(y, squares=squares, largest=largest, confidence=confidence)
        some = rated & inside
        total = np.bincount(group[some], years[some], minlength=n_groups)
        total = np.where(np.bincount(group[some], minlength=n_groups) > 0, total, np.nan)
        known = np.full(n_groups, not self.persons_known)
        return {
            name: counts,
            f"{name}_persons": pd.arrays.IntegerArray(persons, known),
            f"{name}_per_resident_year": y / total,
            f"{name}_per_resident_year_lower": lower / total,
            f"{name}_per_resident_year_upper": upper / total,
        }

    def _sums(
        self, group: Integers, n_groups: int, homes: Flags
    ) -> tuple[Integers, Floats, Floats, Integers]:
        """Give records, the sum of squares and the most of one person, and persons, by group."""
        chosen = homes[self.home]
        pairs = pd.DataFrame({"group": group[self.home[chosen]], "person": self.person[chosen]})
        each = pairs.groupby(["group", "person"]).size().rename("n").reset_index("person")
        n = each["n"].astype("float64")
        sums = (
            pd.DataFrame({"n": n, "squares": n**2, "persons": 1})
            .groupby(level="group")
            .sum()
            .reindex(range(n_groups), fill_value=0)
        )
        largest = n.groupby(level="group").max().reindex(range(n_groups), fill_value=1)
        whole, real = np.int64, np.float64
        return (
            np.asarray(sums["n"], dtype=whole),
            np.asarray(sums["squares"], dtype=real),
            np.asarray(largest, dtype=real),
            np.asarray(sums["persons"], dtype=whole),
        )
