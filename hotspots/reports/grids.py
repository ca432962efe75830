"""Tables of a page, as plain values for its template."""

from __future__ import annotations

from dataclasses import dataclass

SHORT = 12
"""Tables of up to so many rows are not cut by the end of a page."""


@dataclass(frozen=True)
class Column:
    """The head of a table's column.

    Attributes
    ----------
    title : str
        What it says.
    numeric : bool
        Whether its values stand to the right.
    """

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Grid:
    """A table of a page; the first cell of each row is its head.

    Attributes
    ----------
    caption : str
        What it shows.
    columns : tuple of Column
        Heads.
    rows : list of tuple of str
        Cells, as many as columns.
    note : str
        What stands below, such as how much is left out.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: list[tuple[str, ...]]
    note: str = ""

    @property
    def is_short(self) -> bool:
        """Whether it is printed on one page, and not cut."""
        return len(self.rows) <= SHORT
