"""Excel workbooks (.xlsx)."""

from __future__ import annotations

import functools
import warnings
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from hotspots.errors import InputError
from hotspots.intake.delimited import check_header
from hotspots.intake.source import Source
from hotspots.intake.vector import choose_layer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def open_workbook(path: Path, layer: str | None) -> Source:
    """Open one sheet of a workbook; its first row holds the column names.

    Parameters
    ----------
    path : Path
        An .xlsx file.
    layer : str or None
        The sheet; may be left out where there is only one.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the file is damaged or empty, or the sheet unknown or not named among several.
    """
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and controls, which we do not read
            book = openpyxl.load_workbook(path, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise InputError(f"{path.name}: damaged, or not an .xlsx workbook; save it again") from None
    names = [sheet.title for sheet in book.worksheets]
    sheet = book[choose_layer(path, names, layer, what="sheet")]
    rows = list(sheet.iter_rows(values_only=True))
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise InputError(f"{path.name}: the sheet {sheet.title!r} is empty")
    columns = tuple("" if cell is None else str(cell).strip() for cell in rows[0])
    check_header(path, columns)
    load = functools.partial(_load, rows[1:])
    return Source(path, columns, load, layer=sheet.title if len(names) > 1 else None)


def _load(rows: Sequence[tuple[object, ...]], positions: Sequence[int]) -> pd.DataFrame:
    columns = {str(at): pd.Series([row[at] for row in rows], dtype=object) for at in positions}
    return pd.DataFrame(columns, index=range(len(rows)))
