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

from hotspots.crs import parse_crs
from hotspots.intake.columns import plan_columns
from hotspots.intake.coordinates import read_coordinates
from hotspots.intake.placement import place, require_possible
from hotspots.intake.projection import possible, source_crs
from hotspots.intake.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hotspots.intake.coordinates import Coordinates
    from hotspots.intake.source import Source
    from hotspots.schema import Table, TableSchema

IMPOSSIBLE = "coordinate is not in its crs"
OUTSIDE_BOUNDARY = "outside the boundary by over 1 km"


class Draft(Rows):
    """The records of one file on their way to a table of points."""

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
        self._crs = source_crs(source, plan.place, given)
        raw = source.records(plan.columns.values())
        super().__init__(source, schema, plan.columns, raw)
        if source.shapes and not plan.place:
            self.frame["geometry"] = raw["geometry"]
        self._place = plan.place

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
        self.require_some()
        alive = self.alive
        x, y = found.x[alive], found.y[alive]
        points, far = place(
            self.source.title, x, y, crs=self._crs, boundary=boundary, to_crs=to_crs
        )
        self.set_aside_among(alive, outside, far)
        points.index = self.frame.index[alive]
        self.drop_duplicates()
        self.require_some()
        frame = self.kept()
        points = points.loc[frame.index]
        return self.table(gpd.GeoDataFrame(frame, geometry=points, crs=points.crs), located=located)

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
