"""Sheets: tallies of records laid out by home and by operator."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.facilities.exposure import NOT_OPEN
from hotspots.geography.journeys import FAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hotspots.facilities.tallies import Tally

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

AT, AROUND, MISSING = "records_at", "records_around", "missing_reports"
OPERATOR = "operator_id"
NO_CAPACITY = "no capacity"
YEAR = 365.25
FEW_RECORDS = 5


@dataclass(frozen=True, eq=False)
class Sheet:
    """Homes and what was counted for them.

    Attributes
    ----------
    table : DataFrame
        The n homes, by id.
    capacity, days : ndarray of float, shape (n,)
        Persons a home holds, NaN where not known; days it was open.
    near : ndarray of bool, shape (n,)
        Whether it is near enough to a street to know what is around it.
    tallies : mapping of str to Tally
        What was counted.
    min_days : float
        Days a home must have been open to have a rate.
    confidence : float
        Of the intervals.
    """

    table: pd.DataFrame
    capacity: Floats
    days: Floats
    near: Flags
    tallies: Mapping[str, Tally]
    min_days: float
    confidence: float

    @cached_property
    def years(self) -> Floats:
        """Resident-years of each home, shape (n,)."""
        years: Floats = self.capacity * self.days / YEAR
        return years

    @cached_property
    def note(self) -> NDArray[np.object_]:
        """Why a home has no rate, or an empty text, shape (n,)."""
        return np.select(
            [self.days == 0, ~(self.capacity > 0), self.days < self.min_days, ~self.near],
            [NOT_OPEN, NO_CAPACITY, f"open for fewer than {self.min_days:g} days", FAR],
            default="",
        ).astype(object)

    @cached_property
    def operator(self) -> pd.Series[str]:
        """The operator of each home, missing where not known."""
        if OPERATOR in self.table:
            return self.table[OPERATOR].astype("str")
        return pd.Series(np.nan, index=self.table.index, dtype="str")

    def rated(self, name: str) -> Floats:
        """Resident-years that rates of something are over, NaN where there is none, shape (n,)."""
        usable = np.isin(self.note.astype(str), ("", FAR))
        if name == AROUND:
            usable &= self.near
        return np.where(usable, self.years, np.nan)

    def homes(self) -> pd.DataFrame:
        """Lay out a row per home."""
        n = len(self.table)
        columns = {
            OPERATOR: self.operator.to_numpy(),
            "capacity": self.capacity,
            "days_open": self.days,
            "resident_years": self.years,
            **self._counted(np.arange(n), n, np.asarray(~self.near)),
            "note": pd.array(self.note, dtype="str"),
        }
        return pd.DataFrame(columns, index=self.table.index.rename("facility_id"))

    def operators(self) -> pd.DataFrame:
        """Lay out a row per operator, by id."""
        codes, names = pd.factorize(self.operator, sort=True)
        group, n = np.asarray(codes, dtype=np.int64), len(names)

        def added(values: Floats | Flags) -> Floats:
            some = (group >= 0) & np.isfinite(values)
            return np.bincount(group[some], values[some], minlength=n).astype(np.float64)

        rated = np.isfinite(self.rated(AT))
        homes, in_rates = added(group >= 0), added(rated)
        lacking = (homes - in_rates).astype(int)
        columns = {
            "homes": homes.astype(int),
            "homes_open": added(self.days > 0).astype(int),
            "homes_in_rates": in_rates.astype(int),
            "capacity": added(self.capacity),
            "days_open": added(self.days),
            "resident_years": added(np.where(rated, self.years, np.nan)),
            **self._counted(group, n, added(~self.near) == homes),
            "note": pd.array(
                [f"{k} of {m:g} homes not in its rates" if k else ""
                 for k, m in zip(lacking, homes, strict=True)], dtype="str",
            ),
        }  # fmt: skip
        return pd.DataFrame(columns, index=pd.Index(names, name=OPERATOR))

    def notes(self) -> list[str]:
        """Say where there is little to go on."""
        n, alone = len(self.table), int(self.operator.isna().sum())
        notes = [f"{alone} of {n} homes have no operator, and are in no operator's row"] * (
            alone > 0
        )
        for name, tally in self.tallies.items():
            few = int((np.bincount(tally.home, minlength=n) < FEW_RECORDS).sum())
            if few:
                notes.append(
                    f"{name}: fewer than {FEW_RECORDS} at {few} of {n} homes; read the interval, "
                    "not the rate"
                )
            if not tally.persons_known:
                notes.append(
                    f"{name}: no person_id, so each is taken to be of another person, and "
                    "intervals are too narrow where one has several"
                )
        return notes

    def _counted(self, group: Integers, n: int, unplaced: Flags) -> dict[str, object]:
        """Count everything for n groups of homes; nothing is known around those not placed."""
        columns: dict[str, object] = {}
        for name, tally in self.tallies.items():
            found = tally.columns(
                name, group, n, years=self.rated(name), confidence=self.confidence
            )
            if name == AROUND:
                found[name][unplaced] = 0
                found[name] = pd.arrays.IntegerArray(found[name], unplaced.copy())
                found[f"{name}_persons"][unplaced] = pd.NA
            columns |= found
        return columns


def by_operator(surroundings: pd.DataFrame, operator: pd.Series[str]) -> pd.DataFrame:
    """Sum up the surroundings of each operator's homes.

    Parameters
    ----------
    surroundings : DataFrame
        One row per home and kind.
    operator : Series of str
        Of each home, by its id.

    Returns
    -------
    DataFrame
        One row per operator and kind, by operator, the kinds as they come.
    """
    table = surroundings.assign(**{OPERATOR: surroundings["facility_id"].map(operator)})
    limits = table.columns[table.columns.str.contains("within_")]
    summed = {str(name): (name, "sum") for name in limits}
    groups = table.groupby([OPERATOR, "to_kind"], sort=False, dropna=True)
    found = groups.agg(
        homes=("distance_m", "count"),
        median_distance_m=("distance_m", "median"),
        median_share_farther=("share_farther", "median"),
        **summed,
    )
    return found.reset_index().sort_values(OPERATOR, kind="stable", ignore_index=True)
