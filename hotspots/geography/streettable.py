"""What every reader of streets returns: bare tables of nodes and edges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

GROUND = Geod(ellps="WGS84")
QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class StreetTable:
    """What a street file says, as it says it.

    Attributes
    ----------
    nodes : DataFrame
        Columns ``x, y``, NaN where not given; index of node ids, int where all of them are.
    edges : DataFrame
        Columns ``u, v`` (position of the node it leads from and to, -1 if unknown), ``length``
        (metres, NaN where not given), ``geometry`` (LineString, or None for a straight line) and,
        where the file gives them, ``travel_time`` (seconds) and ``highway`` (the kind of street, or
        kinds with ``;`` between); one row per direction of travel.
    crs : str or None
        Of all coordinates.
    notes : tuple of str
        What was left out, or looks wrong and was left as it is.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    crs: str | None
    notes: tuple[str, ...] = ()


def split_kinds(text: str) -> list[str]:
    """Read the kinds of one street.

    Parameters
    ----------
    text : str
        Kinds with ``;`` between, or, for a street that was joined from several, a Python list as
        osmnx writes it.

    Returns
    -------
    list of str

    Examples
    --------
    >>> split_kinds("primary;residential"), split_kinds("['primary', 'residential']")
    (['primary', 'residential'], ['primary', 'residential'])
    """
    return QUOTED.findall(text) if text.startswith("[") else text.split(";")


def ground_lengths(degrees: Floats, line: Integers, n: int) -> Floats:
    """Measure lines over the ground, on the WGS 84 ellipsoid.

    A map projection stretches lengths (UTM by -0.04 to 0.1 %); these are what a wheel would measure
    on level ground, whichever projection is chosen later.

    Parameters
    ----------
    degrees : array of float, shape (m, 2)
        Longitude and latitude of the corners, line after line.
    line : array of int, shape (m,)
        The line of each corner, from 0, in ascending order.
    n : int
        Number of lines.

    Returns
    -------
    array of float, shape (n,)
        Metres.

    Examples
    --------
    >>> equator = np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 0.0]])
    >>> ground_lengths(equator, np.array([0, 0, 0]), 1).round(3)
    array([111319.491])
    """
    first, second = degrees[:-1], degrees[1:]
    same = line[1:] == line[:-1]
    metres = GROUND.inv(*first[same].T, *second[same].T)[2]
    return np.bincount(line[1:][same], weights=metres, minlength=n).astype("float64")
