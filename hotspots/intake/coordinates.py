"""The coordinates of every record, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from hotspots.errors import InputError
from hotspots.intake.columns import OWN, TEXT
from hotspots.intake.source import GEOMETRY, records, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from hotspots.intake.source import Source

NO_COORDINATE = "no coordinate"
NOT_A_NUMBER = "coordinate is not a number"
ZERO = "coordinate is (0, 0)"
_MISSING_WORDS = ("na", "n/a", "nan", "null", "none")
_MISSING, _POINT, _MULTIPOINT = -1, 0, 4


@dataclass(frozen=True, repr=False)
class Coordinates:
    """Coordinates as the file has them.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n,)
        In the file's CRS; NaN where there is none.
    bad : mapping of str to ndarray of bool, shape (n,)
        Reason to the records it holds for; at most one reason per record.
    notes : tuple of str
        What may be done about them.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    bad: Mapping[str, NDArray[np.bool_]]
    notes: tuple[str, ...] = ()


def read_coordinates(source: Source, frame: pd.DataFrame, place: tuple[str, ...]) -> Coordinates:
    """Read the coordinates of a table of points.

    Parameters
    ----------
    source : Source
        For messages.
    frame : DataFrame
        Raw values under the schema's names.
    place : tuple of str
        The columns that hold the coordinates; empty for shapes of its own.

    Returns
    -------
    Coordinates

    Raises
    ------
    InputError
        If shapes are not points.
    """
    if place in {OWN, TEXT}:
        x, y, blank = _of_shapes(source, frame[GEOMETRY], written=place == TEXT)
    else:
        x, no_x = numbers(frame[place[0]])
        y, no_y = numbers(frame[place[1]])
        blank = no_x | no_y
    wrong = ~blank & ~(np.isfinite(x) & np.isfinite(y))
    zero = ~blank & (x == 0) & (y == 0)
    bad = {NO_COORDINATE: blank, NOT_A_NUMBER: wrong, ZERO: zero}
    notes = () if place in {OWN, TEXT} else _comma_notes(frame.loc[wrong, list(place)])
    return Coordinates(x, y, bad, notes)


def numbers(values: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers; blanks and words such as NA are missing, anything else unreadable is NaN.

    Parameters
    ----------
    values : Series
        Raw values.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where missing, unreadable or infinite.
    ndarray of bool, shape (n,)
        Where missing.

    Examples
    --------
    >>> found, missing = numbers(pd.Series(["1.5", "NA", "east"]))
    >>> found.tolist(), missing.tolist()
    ([1.5, nan, nan], [False, True, False])
    """
    if pd.api.types.is_numeric_dtype(values):
        plain = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(plain), plain, np.nan), np.isnan(plain)
    written = texts(values)
    found = pd.to_numeric(written, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    found = np.where(np.isfinite(found), found, np.nan)
    missing = np.isnan(found)
    unread = written[missing]
    missing[missing] = unread.isna() | unread.str.lower().isin(_MISSING_WORDS)
    return found, missing


def shapes_of(values: pd.Series, *, written: bool) -> NDArray[np.object_]:
    """Give the geometries of a column, parsed where they are written as well-known text.

    Parameters
    ----------
    values : Series
        Geometries or text.
    written : bool
        Whether it is text.

    Returns
    -------
    ndarray of geometries, shape (n,)
        None where missing or unreadable.
    """
    if not written:
        return values.to_numpy(dtype=object)
    text = texts(values)
    plain = text.astype(object).where(text.notna(), None).to_numpy(dtype=object)
    return np.asarray(shapely.force_2d(shapely.from_wkt(plain, on_invalid="ignore")), dtype=object)


def _comma_notes(unread: pd.DataFrame) -> tuple[str, ...]:
    """Say how to write numbers where commas stand in coordinates that could not be read."""
    commas = [texts(unread[name]).str.contains(",", regex=False, na=False) for name in unread]
    held = int(np.logical_or.reduce(commas).sum())
    if not held:
        return ()
    note = (
        f"commas in the coordinates of {records(held)}; write decimals with a point (0.5, not "
        "0,5), and no comma between thousands"
    )
    return (note,)


def _of_shapes(
    source: Source, values: pd.Series, *, written: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    shapes = shapes_of(values, written=written)
    empty = shapely.is_empty(shapes)
    blank = empty | (texts(values).isna().to_numpy() if written else shapely.is_missing(shapes))
    shapes = np.where(empty, np.array(None), _single(shapes))
    other = ~np.isin(shapely.get_type_id(shapes), (_MISSING, _POINT))
    if other.any():
        raise InputError(
            f"{source.title}: no point in {records(int(other.sum()))}, the first is record "
            f"{int(np.flatnonzero(other)[0]) + 1}; give points"
        )
    return shapely.get_x(shapes), shapely.get_y(shapes), blank


def _single(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take the point out of a multipoint that holds only one."""
    lone = shapely.get_num_geometries(shapes) == 1
    lone &= shapely.get_type_id(shapes) == _MULTIPOINT
    return np.where(lone, shapely.get_geometry(shapes, 0), shapes)
