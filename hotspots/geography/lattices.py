"""Lattices: which cell of a regular grid a coordinate falls in, by arithmetic alone.

A lattice covers the whole plane from the origin of the coordinate system, so a cell keeps its
row, column and shape whatever the boundary that later cuts it. Corners are whole multiples of one
step in x and one in y, rounded to :data:`PRECISION`: cells that touch share their corners bit by
bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

PRECISION = 0.001
"""Metres. Shapes are written to it, and what is closer than it touches."""


@dataclass(frozen=True)
class Lattice(ABC):
    """A regular grid over the plane.

    Attributes
    ----------
    size : float
        Metres from one flat side of a cell to the opposite one.
    """

    size: float

    kind: ClassVar[str]
    outline: ClassVar[tuple[tuple[int, int], ...]]

    @property
    @abstractmethod
    def step(self) -> tuple[float, float]:
        """Metres in x and y that every corner is a whole multiple of."""

    @abstractmethod
    def anchors(self, rows: Integers, columns: Integers) -> tuple[Integers, Integers]:
        """Return where each cell's outline starts, in steps of x and y."""

    @abstractmethod
    def cells(self, x: Floats, y: Floats) -> tuple[Integers, Integers]:
        """Return the row and column of the cell around each coordinate."""

    @abstractmethod
    def clearance(self, x: Floats, y: Floats, rows: Integers, columns: Integers) -> Floats:
        """Return the metres from each coordinate to the nearest side of the cell it lies in."""

    def span(self, bounds: tuple[float, float, float, float]) -> tuple[range, range]:
        """Return the rows and columns that can touch ``(x_min, y_min, x_max, y_max)``."""
        (low_row, high_row), (low_column, high_column) = self.cells(
            np.array(bounds[0::2]), np.array(bounds[1::2])
        )
        return range(low_row - 1, high_row + 2), range(low_column - 1, high_column + 2)

    def polygons(self, rows: Integers, columns: Integers) -> NDArray[np.object_]:
        """Draw whole cells.

        Parameters
        ----------
        rows, columns : array of int, shape (n,)
            Which cells.

        Returns
        -------
        array of Polygon, shape (n,)
        """
        x, y = self.anchors(rows, columns)
        outline = np.array(self.outline)
        steps = np.stack([x[:, None] + outline[:, 0], y[:, None] + outline[:, 1]], axis=-1)
        corners = np.round(steps * np.array(self.step), 3)
        drawn: NDArray[np.object_] = shapely.polygons(corners)
        return drawn


@dataclass(frozen=True)
class SquareLattice(Lattice):
    """Squares; a cell holds its lower and left side."""

    kind: ClassVar[str] = "square"
    outline: ClassVar[tuple[tuple[int, int], ...]] = ((0, 0), (1, 0), (1, 1), (0, 1))

    @property
    def step(self) -> tuple[float, float]:
        """One side."""
        return self.size, self.size

    def anchors(self, rows: Integers, columns: Integers) -> tuple[Integers, Integers]:
        """Return lower left corners."""
        return columns, rows

    def cells(self, x: Floats, y: Floats) -> tuple[Integers, Integers]:
        """Divide and round down."""
        return _floor(y / self.size), _floor(x / self.size)

    def clearance(self, x: Floats, y: Floats, rows: Integers, columns: Integers) -> Floats:
        """Distance to the nearest grid line."""
        from_middle = np.maximum(
            np.abs(x - (columns + 0.5) * self.size), np.abs(y - (rows + 0.5) * self.size)
        )
        clear: Floats = self.size / 2 - from_middle
        return clear


@dataclass(frozen=True)
class HexagonLattice(Lattice):
    """Hexagons standing on a corner, in rows; odd rows are shifted by half a cell."""

    kind: ClassVar[str] = "hexagon"
    outline: ClassVar[tuple[tuple[int, int], ...]] = (
        (0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1),
    )  # fmt: skip

    @property
    def step(self) -> tuple[float, float]:
        """Half a width and half a side."""
        return self.size / 2, self.size / (2 * sqrt(3))

    def anchors(self, rows: Integers, columns: Integers) -> tuple[Integers, Integers]:
        """Return centres."""
        return 2 * columns + rows % 2, 3 * rows

    def cells(self, x: Floats, y: Floats) -> tuple[Integers, Integers]:
        """Find the nearer centre of the even and of the odd rows: cells are its Voronoi cells."""
        even, odd = (self._nearest_centre(x, y, parity=parity) for parity in (0, 1))
        first = even[2] <= odd[2]
        return np.where(first, even[0], odd[0]), np.where(first, even[1], odd[1])

    def _nearest_centre(
        self, x: Floats, y: Floats, *, parity: int
    ) -> tuple[Integers, Integers, Floats]:
        across, up = self.step
        pair = _floor((y / (3 * up) - parity) / 2 + 0.5)
        rows = 2 * pair + parity
        columns = _floor(x / self.size - parity / 2 + 0.5)
        squared = (x - (2 * columns + parity) * across) ** 2 + (y - 3 * rows * up) ** 2
        return rows, columns, squared

    def clearance(self, x: Floats, y: Floats, rows: Integers, columns: Integers) -> Floats:
        """Distance to the nearest of the six sides."""
        centre_x, centre_y = self.anchors(rows, columns)
        across, up = self.step
        dx, dy = np.abs(x - centre_x * across), np.abs(y - centre_y * up)
        outward = np.maximum(dx, dx / 2 + dy * (sqrt(3) / 2))
        clear: Floats = self.size / 2 - outward
        return clear


LATTICES: Mapping[str, type[Lattice]] = {
    lattice.kind: lattice for lattice in (SquareLattice, HexagonLattice)
}


def _floor(values: Floats) -> Integers:
    whole: Integers = np.floor(values).astype(np.int64)
    return whole
