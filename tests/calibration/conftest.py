"""Noise and planted clusters on a grid of 20 by 20 units."""

import sys

import pytest
from libpysal.graph import Graph

SIDE = 20


@pytest.fixture(scope="session")
def queen() -> Graph:
    """Give the queen graph of the grid."""
    steps = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    return Graph.from_dicts(
        {
            row * SIDE + column: [
                (row + i) * SIDE + column + j
                for i, j in steps
                if 0 <= row + i < SIDE and 0 <= column + j < SIDE
            ]
            for row in range(SIDE)
            for column in range(SIDE)
        }
    )


@pytest.fixture
def say(record_property, capsys):
    """Give a function that records a line of the table and prints it past pytest's capture."""

    def write(line: str) -> None:
        record_property("table", line)
        with capsys.disabled():
            sys.stdout.write(f"\n{line}")

    return write
