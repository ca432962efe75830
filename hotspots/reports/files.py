"""Writing a file so that readers see the old one or the whole new one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
"""First characters that make a spreadsheet compute the cell."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; what was written there replaces it at the end.

    Parameters
    ----------
    path : path-like
        Where the finished file goes. Its ending is kept, which some drivers look at.

    Yields
    ------
    Path
    """
    target = Path(path)
    draft = target.with_name(f".{target.stem}.part{target.suffix}")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def write_text(text: str, path: str | Path) -> None:
    """Write UTF-8 text with line feeds on every system."""
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table as CSV that a spreadsheet shows and does not run.

    Parameters
    ----------
    table : DataFrame
        Written without its index. Whole numbers that became floats because one is missing are
        written whole again.
    path : path-like
        Where to.
    """
    safe = table.copy()
    for position, name in enumerate(table.columns):
        column = table.iloc[:, position]
        if column.dtype.kind == "f" and (column.dropna() % 1 == 0).all():
            safe[name] = column.astype("Int64")
        elif column.dtype.kind not in "iufbM":
            safe[name] = column.map(guarded)
    safe.columns = [guarded(name) for name in table.columns]
    write_text(safe.to_csv(index=False, lineterminator="\n"), path)


def guarded(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("North End"), guarded(-3), guarded("  @here")
    ("'=1+1", 'North End', -3, "'  @here")
    """
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value
