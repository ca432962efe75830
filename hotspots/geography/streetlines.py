"""Street networks from lines: a GeoPackage, shapefile or GeoJSON of centre lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely

from hotspots.crs import WGS84
from hotspots.errors import StreetError, faults
from hotspots.geography.streettable import StreetTable, ground_lengths
from hotspots.intake.shapes import read_shapes
from hotspots.intake.source import texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Shapes = NDArray[np.object_]

LINE, MULTILINE = 1, 5
MILLIMETRES = 3
GAP_M = 1.0
FORTH = frozenset({"yes", "y", "true", "t", "1", "ft"})
BACK = frozenset({"-1", "reverse", "tf"})
BOTH = frozenset({"no", "n", "false", "f", "0", "b", ""})
GEOFABRIK = {"f": "ft", "t": "tf"}
"""How some extracts of OpenStreetMap write forward and backward; they write b for both ways."""


def read_lines(
    path: Path,
    *,
    layer: str | None = None,
    oneway: str | None = None,
    highway: str | None = None,
    crs: object = None,
) -> StreetTable:
    """Read lines as streets that meet where their ends meet, and nowhere else.

    Parameters
    ----------
    path : Path
        GeoPackage, shapefile, GeoJSON or GeoParquet.
    layer : str, optional
        May be left out where one layer holds lines.
    oneway : str, optional
        Column that says which way each street may be driven; without it every street is two-way.
    highway : str, optional
        Column that says what kind of street each is, in any words.
    crs : object
        Of the file, where it does not say.

    Returns
    -------
    StreetTable
        In a metric CRS. Lengths are measured over the ground along the lines; lengths the file may
        give are not read, for their unit is not known.

    Raises
    ------
    InputError
        If the file cannot be read, or has records that are no lines or no known direction.
    CRSError
        If nobody says what its coordinates are measured in.
    """
    named = {"oneway": oneway, "highway": highway}
    _, table = read_shapes(
        path,
        columns={name: column for name, column in named.items() if column},
        layer=layer or _only_lines(path),
        crs=crs,
        to_crs="auto",
    )
    found = list(_faults(table, oneway))
    if found:
        raise StreetError(faults(path.name, found))
    drawn = table[table.geometry.notna()].explode(ignore_index=True)
    drawn = drawn[drawn.length > 10**-MILLIMETRES].reset_index(drop=True)
    places, start, end = _ends(np.asarray(drawn.geometry))
    edges = _directed(drawn, start, end)
    nodes = pd.DataFrame(places, columns=["x", "y"])
    notes = _notes(places, start, end, np.asarray(drawn.geometry))
    return StreetTable(nodes, edges, drawn.crs.to_wkt(), tuple(notes))


def _only_lines(path: Path) -> str | None:
    """Find the one layer of lines in a file with several layers."""
    try:
        layers = pyogrio.list_layers(path)
    except pyogrio.errors.DataSourceError:
        return None  # reading says what is wrong
    lines = [str(name) for name, kind in layers if "LineString" in str(kind)]
    return lines[0] if len(lines) == 1 < len(layers) else None


def _faults(table: gpd.GeoDataFrame, oneway: str | None) -> Iterator[str]:
    kind = shapely.get_type_id(np.asarray(table.geometry))
    other = ~np.isin(kind, (-1, LINE, MULTILINE))
    if other.any():
        yield (
            f"{int(other.sum())} records are not lines, the first is record "
            f"{table.index[other].tolist()[0]}; give centre lines"
        )
    if oneway:
        unknown = _direction(table["oneway"]).isna()
        if unknown.any():
            yield (
                f"{oneway!r} says no known direction in {int(unknown.sum())} records, the first is "
                f"record {table.index[unknown].tolist()[0]}; write yes, no or -1 (against the line)"
            )


def _direction(values: pd.Series) -> pd.Series:
    """Return 1 along the line, -1 against it, 0 for both, missing where that is not known."""
    said = texts(values).fillna("").str.lower()
    if {"f", "b"} <= set(said):
        said = said.replace(GEOFABRIK)
    known = {**dict.fromkeys(FORTH, 1), **dict.fromkeys(BACK, -1), **dict.fromkeys(BOTH, 0)}
    return said.map(known)


def _ends(lines: Shapes) -> tuple[Floats, Integers, Integers]:
    """Find the places where lines end; ends that agree to the millimetre are one."""
    ends = [shapely.get_coordinates(shapely.get_point(lines, i)) for i in (0, -1)]
    places, number = np.unique(
        np.round(np.concatenate(ends), MILLIMETRES), axis=0, return_inverse=True
    )
    start, end = number.astype(np.int64).reshape(2, -1)
    return places.astype("float64"), start, end


def _directed(drawn: gpd.GeoDataFrame, start: Integers, end: Integers) -> pd.DataFrame:
    """Make a row for each direction a street may be driven."""
    degrees, line = shapely.get_coordinates(drawn.geometry.to_crs(WGS84), return_index=True)
    table = pd.DataFrame(
        {
            "u": start,
            "v": end,
            "length": ground_lengths(degrees, line, len(drawn)),
            "geometry": np.asarray(drawn.geometry),
        }
    )
    if "highway" in drawn:
        table["highway"] = texts(drawn["highway"]).fillna("").to_numpy()
    direction = (
        _direction(drawn["oneway"]).to_numpy() if "oneway" in drawn else np.zeros(len(drawn))
    )
    turned = table.rename(columns={"u": "v", "v": "u"})[table.columns]
    turned["geometry"] = shapely.reverse(table["geometry"].to_numpy())
    return pd.concat([table[direction >= 0], turned[direction <= 0]], ignore_index=True)


def _notes(places: Floats, start: Integers, end: Integers, lines: Shapes) -> Iterator[str]:
    """Count dead ends that nearly meet another street, or meet it along its way."""
    n_streets = np.bincount(np.concatenate([start, end]), minlength=len(places))
    dead = np.flatnonzero(n_streets == 1)
    tree = shapely.STRtree(lines)
    at, street = tree.query(shapely.points(places[dead]), predicate="dwithin", distance=GAP_M)
    apart = (start[street] != dead[at]) & (end[street] != dead[at])
    n = len(np.unique(at[apart]))
    if n:
        yield (
            f"within {GAP_M:g} m of another street but not joined to it, for the ends do not meet: "
            f"{n:,} of {len(dead):,} dead ends; correct the file if they should"
        )
