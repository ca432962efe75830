"""The rules every record of a table goes through, wherever it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import InputError
from hotspots.intake.coordinates import numbers
from hotspots.intake.selection import OUTSIDE_PERIOD, WHERE
from hotspots.intake.source import records, texts
from hotspots.intake.times import read_times
from hotspots.schema import RowCounts, Table, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hotspots.intake.source import Source
    from hotspots.schema import TableSchema

    Mask = NDArray[np.bool_] | pd.Series

NO_ID = "no id"
DUPLICATE_ID = "duplicate id"
UNREADABLE_TIME = "unreadable time"
NO_WEIGHT = "no weight"
NOT_QUARANTINED = (WHERE, OUTSIDE_PERIOD, NO_WEIGHT)


class Rows:
    """The records of one file on their way to a table.

    Attributes
    ----------
    source : Source
        The file.
    schema : TableSchema
        What the table must become.
    frame : DataFrame
        Raw values, then read ones, under the schema's names.
    notes : list of str
        Choices made on the way.
    """

    def __init__(
        self, source: Source, schema: TableSchema, columns: Mapping[str, str], raw: pd.DataFrame
    ) -> None:
        self.source = source
        self.schema = schema
        self.frame = pd.DataFrame({new: raw[old] for new, old in columns.items()})
        self.notes = list(source.notes)
        self._fate = np.full(len(raw), "", dtype=object)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Where no reason speaks against a record."""
        return np.asarray(self._fate == "", dtype=bool)

    def set_aside(self, reason: str, where: Mask) -> None:
        """Give records a reason unless they have one."""
        self._fate[self.alive & np.asarray(where, dtype=bool)] = reason

    def set_aside_among(self, among: NDArray[np.bool_], reason: str, where: Mask) -> None:
        """Give a reason to some of the records `among` which it was looked for."""
        every = np.zeros(len(self.frame), dtype=bool)
        every[among] = where
        self.set_aside(reason, every)

    def read_ids(self) -> None:
        """Read the ids as text; none may be missing. Numbered rows without one have their own."""
        if self.schema.numbered and self.schema.index not in self.frame:
            self.frame[self.schema.index] = self.frame.index
        ids = texts(self.frame[self.schema.index])
        self.frame[self.schema.index] = ids
        self.set_aside(NO_ID, ids.isna())

    def read_texts(self, *others: str) -> None:
        """Read every column but `others` as text."""
        for column in self.schema.optional:
            if column in self.frame and column not in others:
                self.frame[column] = texts(self.frame[column])

    def read_times(self, *columns: str) -> None:
        """Read times; something that is no time sends a record to quarantine, a blank does not."""
        for column in columns:
            if column in self.frame:
                read = read_times(self.frame[column], what=f"{self.source.title}: {column}")
                self.frame[column] = read.times
                self.notes.extend(read.notes)
                self.set_aside(UNREADABLE_TIME, read.unreadable)

    def read_numbers(self, *columns: str) -> None:
        """Read numbers; what is no number is left missing, and noted."""
        for column in columns:
            if column in self.frame:
                found, missing = numbers(self.frame[column])
                bad = int((np.isnan(found) & ~missing).sum())
                self.frame[column] = found
                if bad:
                    self.notes.append(f"{column}: no number in {records(bad)}, left missing")

    def drop_duplicates(self) -> None:
        """Send to quarantine what repeats an id; the first usable record keeps it."""
        alive = self.alive
        ids = self.frame.loc[alive, self.schema.index]
        self.set_aside_among(alive, DUPLICATE_ID, ids.duplicated())

    def kept(self) -> pd.DataFrame:
        """Give the usable records, with the columns the schema knows."""
        known = [name for name in self.schema.columns if name in self.frame and name != "geometry"]
        return self.frame.loc[self.alive, known]

    def table(self, table: pd.DataFrame, *, located: int = 0) -> Table:
        """Index, check and describe a table made of the usable records."""
        table = table.set_index(self.schema.index)
        validate(table, self.schema)
        return Table(table, self._quarantine(), self._counts(located), tuple(self.notes))

    def require_some(self) -> None:
        """Refuse a file without a usable record.

        Raises
        ------
        InputError
            With the reasons, and how many records have each.
        """
        if not self.alive.any():
            why = ", ".join(f"{reason} in {size:,}" for reason, size in self._tally().items())
            found = [f"no usable record among {len(self.frame):,}: {why}", *self.notes]
            raise InputError(f"{self.source.title}: {'; '.join(found)}")

    def _quarantine(self) -> pd.DataFrame:
        bad = ~self.alive & ~np.isin(self._fate.astype(str), NOT_QUARANTINED)
        rows = self.frame.index.to_numpy()[bad]
        return pd.DataFrame({"row": rows, "reason": self._fate[bad].astype(str)})

    def _tally(self) -> dict[str, int]:
        reasons, sizes = np.unique(self._fate[~self.alive].astype(str), return_counts=True)
        return {str(reason): int(size) for reason, size in zip(reasons, sizes, strict=True)}

    def _counts(self, located: int) -> RowCounts:
        return RowCounts(len(self.frame), located, int(self.alive.sum()), self._tally())
