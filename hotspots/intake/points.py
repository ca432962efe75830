"""The rules every record of a table of points goes through.

A record that is not used has one reason, the first that applies in this order: left out by
``where``; ``no id``; ``unreadable time``; outside the ``period``; no coordinate, one that is not a
number or (0, 0); outside the boundary by over 1 km; ``duplicate id`` (the first usable record keeps
the id). Without a boundary, degrees beyond ±180 and ±90 are ``coordinate is not in its crs``.
Records outside ``where`` and ``period`` are set aside; the others go to quarantine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspots.crs import parse_crs
from hotspots.errors import InputError
from hotspots.intake.columns import plan_columns
from hotspots.intake.coordinates import numbers, read_coordinates
from hotspots.intake.placement import place, require_possible
from hotspots.intake.projection import possible, source_crs
from hotspots.intake.selection import OUTSIDE_PERIOD, WHERE
from hotspots.intake.source import records, texts
from hotspots.intake.times import read_times
from hotspots.schema import RowCounts, Table, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hotspots.intake.coordinates import Coordinates
    from hotspots.intake.source import Source
    from hotspots.schema import TableSchema

    Mask = NDArray[np.bool_] | pd.Series

NO_ID = "no id"
DUPLICATE_ID = "duplicate id"
UNREADABLE_TIME = "unreadable time"
IMPOSSIBLE = "coordinate is not in its crs"
OUTSIDE_BOUNDARY = "outside the boundary by over 1 km"
NOT_QUARANTINED = (WHERE, OUTSIDE_PERIOD)


class Draft:
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
        self,
        source: Source,
        schema: TableSchema,
        *,
        crs: object | None,
        columns: Mapping[str, str] | None,
        needed: Mapping[str, str] | None = None,
    ) -> None:
        given = None if crs is None else parse_crs(crs, what=f"{source.title}: crs")
        projected = None if given is None else given.is_projected
        plan = plan_columns(source, schema, columns=columns, given_crs=projected, needed=needed)
        self.source = source
        self.schema = schema
        self._crs = source_crs(source, plan.place, given)
        raw = source.records(plan.columns.values())
        self.frame = pd.DataFrame({new: raw[old] for new, old in plan.columns.items()})
        if source.shapes and not plan.place:
            self.frame["geometry"] = raw["geometry"]
        self.notes = list(source.notes)
        self._place = plan.place
        self._fate = np.full(len(raw), "", dtype=object)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Where no reason speaks against a record."""
        return np.asarray(self._fate == "", dtype=bool)

    def set_aside(self, reason: str, where: Mask) -> None:
        """Give records a reason unless they have one."""
        self._fate[self.alive & np.asarray(where, dtype=bool)] = reason

    def read_ids(self) -> None:
        """Read the ids as text; none may be missing."""
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

    def finish(self, *, boundary: gpd.GeoDataFrame | None, to_crs: object) -> Table:
        """Place the records, and give the table with what became of each.

        Parameters
        ----------
        boundary : GeoDataFrame or None
            Points over 1 km outside it go to quarantine.
        to_crs : object
            The metric system to work in.

        Returns
        -------
        Table

        Raises
        ------
        InputError
            If no record is usable.
        CRSError
            If the coordinates cannot be in their CRS, or none is near the boundary.
        """
        outside = IMPOSSIBLE if boundary is None else OUTSIDE_BOUNDARY
        found, located = self._read_coordinates(outside)
        self._require_some()
        alive = self.alive
        x, y = found.x[alive], found.y[alive]
        points, far = place(
            self.source.title, x, y, crs=self._crs, boundary=boundary, to_crs=to_crs
        )
        self._set_aside_among(alive, outside, far)
        points.index = self.frame.index[alive]
        ids = self.frame.loc[self.alive, self.schema.index]
        self._set_aside_among(self.alive, DUPLICATE_ID, ids.duplicated())
        self._require_some()
        return self._table(points, located)

    def _read_coordinates(self, outside: str) -> tuple[Coordinates, int]:
        """Set aside what has no usable coordinate, and count what has."""
        found = read_coordinates(self.source, self.frame, self._place)
        self.notes.extend(found.notes)
        for reason, bad in found.bad.items():
            self.set_aside(reason, bad)
        usable = ~np.logical_or.reduce(list(found.bad.values()))
        can_be = possible(found.x, found.y, self._crs)
        require_possible(self.source.title, found.x[usable], found.y[usable], crs=self._crs)
        self.set_aside(outside, usable & ~can_be)
        return found, int((usable & can_be).sum())

    def _set_aside_among(self, among: NDArray[np.bool_], reason: str, where: Mask) -> None:
        every = np.zeros(len(self.frame), dtype=bool)
        every[among] = where
        self.set_aside(reason, every)

    def _table(self, points: gpd.GeoSeries, located: int) -> Table:
        kept = [name for name in self.schema.columns if name in self.frame and name != "geometry"]
        frame = self.frame.loc[self.alive, kept]
        table = gpd.GeoDataFrame(frame, geometry=points.loc[frame.index], crs=points.crs)
        table = table.set_index(self.schema.index)
        validate(table, self.schema)
        return Table(table, self._quarantine(), self._counts(located), tuple(self.notes))

    def _quarantine(self) -> pd.DataFrame:
        bad = ~self.alive & ~np.isin(self._fate.astype(str), NOT_QUARANTINED)
        rows = self.frame.index.to_numpy()[bad]
        return pd.DataFrame({"row": rows, "reason": self._fate[bad].astype(str)})

    def _tally(self) -> dict[str, int]:
        reasons, sizes = np.unique(self._fate[~self.alive].astype(str), return_counts=True)
        return {str(reason): int(size) for reason, size in zip(reasons, sizes, strict=True)}

    def _counts(self, located: int) -> RowCounts:
        return RowCounts(len(self.frame), located, int(self.alive.sum()), self._tally())

    def _require_some(self) -> None:
        if not self.alive.any():
            why = ", ".join(f"{reason} in {size:,}" for reason, size in self._tally().items())
            found = [f"no usable record among {len(self.frame):,}: {why}", *self.notes]
            raise InputError(f"{self.source.title}: {'; '.join(found)}")
