"""A file as a source of records: what it holds, and its rows as they stand."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from hotspots.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pyproj import CRS

GEOMETRY = "geometry"
MOST_NAMES = 12
LONGEST_NAME = 40


@dataclass(frozen=True, repr=False)
class Source:
    """A readable file, opened but with no record loaded yet.

    Attributes
    ----------
    path : Path
        The file.
    columns : tuple of str
        Names of the attributes in file order; the shapes of a GIS file are not among them.
    load : callable
        Takes the positions of the wanted attributes and gives one raw column each, plus
        ``geometry`` where the file has shapes.
    shapes : bool
        Whether each record carries a geometry of its own.
    crs : CRS or None
        What the file says about its coordinates.
    layer : str or None
        The layer or sheet.
    notes : tuple of str
        Choices made while opening, to be told to the user.
    """

    path: Path
    columns: tuple[str, ...]
    load: Callable[[Sequence[int]], pd.DataFrame]
    shapes: bool = False
    crs: CRS | None = None
    layer: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """How messages name the file."""
        return self.path.name if self.layer is None else f"{self.path.name}, layer {self.layer!r}"

    def records(self, columns: Iterable[str]) -> pd.DataFrame:
        """Load some attributes of every record.

        Parameters
        ----------
        columns : iterable of str
            Names in the file; nothing else is loaded.

        Returns
        -------
        DataFrame
            Raw values, index ``row`` counting the file's records from 1.

        Raises
        ------
        InputError
            If the file holds no record, or is damaged.
        """
        positions = sorted({self.columns.index(name) for name in columns})
        frame = self.load(positions)
        if len(frame) == 0:
            raise InputError(f"{self.title}: no records")
        shape = [GEOMETRY] if self.shapes else []
        frame.columns = pd.Index([*(self.columns[position] for position in positions), *shape])
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
        return frame


def texts(values: pd.Series) -> pd.Series:
    """Turn raw values into stripped text, with blanks as missing.

    Whole numbers lose a decimal point that only a missing neighbour gave them: 7.0 is "7".

    Parameters
    ----------
    values : Series
        Of any type.

    Returns
    -------
    Series
        Text or missing, same index.

    Examples
    --------
    >>> texts(pd.Series([7.0, None, 8.5])).tolist()
    ['7', nan, '8.5']
    >>> texts(pd.Series([" 007", ""])).tolist()
    ['007', nan]
    """
    if isinstance(values.dtype, pd.CategoricalDtype) or not pd.api.types.is_string_dtype(values):
        values = values.astype(object)
    if values.dtype == object:
        plain = [_text(value) for value in values]
        values = pd.Series(plain, index=values.index, name=values.name, dtype=text_type())
    stripped = values.str.strip()
    return stripped.mask(stripped == "")


def near(name: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name.

    Parameters
    ----------
    name : str
        What was asked for.
    known : iterable of str
        What there is.

    Returns
    -------
    str
        ``"did you mean 'offense'?"``, or an empty string where nothing is near.

    Examples
    --------
    >>> near("offence", ["offense", "id"])
    "did you mean 'offense'?"
    """
    plain = {str(one).casefold(): str(one) for one in known}
    found = difflib.get_close_matches(name.casefold(), plain, n=1)
    return f"did you mean {_short(plain[found[0]])!r}?" if found else ""


def records(n: int) -> str:
    """Count records for a message.

    Examples
    --------
    >>> records(1), records(2), records(12345)
    ('1 record', '2 records', '12,345 records')
    """
    return f"{n:,} record{'' if n == 1 else 's'}"


def listing(names: Iterable[str]) -> str:
    """List names for a message, a dozen at most, and none longer than 40 characters.

    Examples
    --------
    >>> listing(["id", "x", "y"])
    "'id', 'x', 'y'"
    """
    every = [repr(_short(name)) for name in names]
    more = len(every) - MOST_NAMES
    return ", ".join(every[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _text(value: object) -> str | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def text_type() -> Any:
    """Give the type of text in this pandas: ``str`` from 3 on, ``object`` before."""
    return pd.Series(["a"]).dtype
