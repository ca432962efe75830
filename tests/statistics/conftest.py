"""Grids of units with queen neighbours."""

import pytest
from libpysal.graph import Graph


@pytest.fixture(scope="session")
def grid():
    """Give a function making the binary queen graph of a grid, ids counted row by row."""

    def build(rows: int, columns: int) -> Graph:
        steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
        return Graph.from_dicts(
            {
                row * columns + column: [
                    (row + i) * columns + column + j
                    for i, j in steps
                    if 0 <= row + i < rows and 0 <= column + j < columns
                ]
                for row in range(rows)
                for column in range(columns)
            }
        )

    return build
