"""Requirements: what tables of places and limits must keep before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.crs import no_points, require_geo, require_metric
from hotspots.errors import InputError, SchemaError, faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray


def require_facilities(table: gpd.GeoDataFrame, *, what: str) -> None:
    """Refuse a table that is not one of facilities in metres, with every fault.

    Parameters
    ----------
    table : GeoDataFrame
        Facilities.
    what : str
        How messages name them.

    Raises
    ------
    SchemaError
        If `kind` is missing, an id stands twice within a kind, or a row is not a point.
    CRSError
        If the CRS is not metric.
    """
    require_geo(table, what=what)
    if "kind" not in getattr(table, "columns", ()):
        raise SchemaError(f"{what}: no column 'kind'; say what each facility is")
    keys = pd.MultiIndex.from_arrays([table["kind"].astype("str"), table.index])
    _require(table, [*_repeated(keys, table.index, " within their kind"), no_points(table)], what)


def require_incidents(table: gpd.GeoDataFrame, *, what: str) -> None:
    """Refuse a table that is not one of incidents in metres, with every fault.

    Parameters
    ----------
    table : GeoDataFrame
        Incidents.
    what : str
        How messages name them.

    Raises
    ------
    SchemaError
        If an id stands twice, or a row is not a point.
    CRSError
        If the CRS is not metric.
    """
    require_geo(table, what=what)
    _require(table, [*_repeated(table.index, table.index, ""), no_points(table)], what)


def require_limits(within: Sequence[float], *, max_snap: float) -> None:
    """Refuse distances that are none.

    Parameters
    ----------
    within : sequence of float
        Metres to count within.
    max_snap : float
        Metres to the street.

    Raises
    ------
    InputError
        If one is not above 0, or a limit stands twice.
    """
    names = [f"{metres:g}" for metres in within]
    if not all(np.isfinite(metres) and metres > 0 for metres in within):
        raise InputError(f"within: {', '.join(names)} m; every distance must be above 0")
    if len(set(names)) < len(names):
        raise InputError(f"within: {', '.join(names)} m; give every distance once")
    if not max_snap > 0:
        raise InputError(f"max_snap: {max_snap:g} m; give more than 0")


def _require(table: gpd.GeoDataFrame, found: list[str], what: str) -> None:
    said = [fault for fault in found if fault]
    if said:
        raise SchemaError(faults(what, said))
    require_metric(table, what=what)


def _repeated(keys: pd.Index, ids: pd.Index, where: str) -> Iterator[str]:
    twice = keys.duplicated()
    if twice.any():
        yield (
            f"{int(twice.sum())} ids stand twice{where}, first {ids[twice].tolist()[0]!r}; "
            "make them unique"
        )


def capacities(places: gpd.GeoDataFrame, *, what: str) -> NDArray[np.float64]:
    """Read how many persons each place holds.

    Parameters
    ----------
    places : GeoDataFrame
        Facilities, with ``capacity`` where known.
    what : str
        How messages name them.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where not known.

    Raises
    ------
    SchemaError
        If one is below 0, infinite or no number.
    """
    if "capacity" not in places.columns:
        return np.full(len(places), np.nan)
    given = places["capacity"]
    numbers = pd.to_numeric(given, errors="coerce")
    read: NDArray[np.float64] = numbers.to_numpy(dtype="float64", na_value=np.nan)
    wrong = (read < 0) | np.isinf(read) | (np.isnan(read) & given.notna().to_numpy())
    if wrong.any():
        raise SchemaError(
            f"{what}: {int(wrong.sum())} have a capacity that is below 0 or no number, first id "
            f"{places.index[wrong].tolist()[0]!r}; correct it, or leave it empty"
        )
    return read
