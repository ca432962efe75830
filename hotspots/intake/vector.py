"""GIS files read through GDAL: GeoPackage, GeoJSON and shapefile."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from hotspots.crs import parse_crs
from hotspots.errors import InputError
from hotspots.intake.source import GEOMETRY, Source, listing, near

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DAMAGED = (DataSourceError, DataLayerError, FeatureError, GeometryError, shapely.GEOSException)


def open_vector(path: Path, layer: str | None) -> Source:
    """Open one layer of a GIS file.

    Parameters
    ----------
    path : Path
        A file GDAL knows.
    layer : str or None
        May be left out where only one layer has shapes.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the file is damaged, or the layer is unknown or not named among several.
    """
    try:
        layers = pyogrio.list_layers(path)
    except _DAMAGED:
        raise _damaged(path) from None
    chosen = _choose(path, [str(name) for name, _ in layers], [kind for _, kind in layers], layer)
    try:
        info = pyogrio.read_info(path, layer=chosen)
    except _DAMAGED:
        raise _damaged(path) from None
    return Source(
        path,
        tuple(str(name) for name in info["fields"]),
        functools.partial(_load, path, chosen, tuple(info["fields"])),
        shapes=info["geometry_type"] is not None,
        crs=None if info["crs"] is None else parse_crs(info["crs"], what=path.name),
        layer=chosen if len(layers) > 1 else None,
    )


def choose_layer(path: Path, names: Sequence[str], layer: str | None, *, what: str) -> str:
    """Find the layer or sheet to read.

    Parameters
    ----------
    path : Path
        For the message.
    names : sequence of str
        What the file has.
    layer : str or None
        What was asked for.
    what : str
        ``"layer"`` or ``"sheet"``.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If it is unknown, or not named among several.
    """
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None:
        raise InputError(
            f'{path.name}: {len(names)} {what}s; name one with layer = "…": {listing(names)}'
        )
    if layer not in names:
        hint = near(layer, names) or f"there is {listing(names)}"
        raise InputError(f"{path.name}: no {what} {layer!r}; {hint}")
    return layer


def _choose(path: Path, names: list[str], kinds: list[str | None], layer: str | None) -> str:
    if not names:
        raise InputError(f"{path.name}: no layers")
    spatial = [name for name, kind in zip(names, kinds, strict=True) if kind is not None]
    if layer is None and len(spatial) == 1:
        return spatial[0]
    return choose_layer(path, names, layer, what="layer")


def _damaged(path: Path) -> InputError:
    return InputError(
        f"{path.name}: damaged, or not what its ending {path.suffix!r} says; export it again"
    )


def _load(path: Path, layer: str, fields: Sequence[str], positions: Sequence[int]) -> pd.DataFrame:
    wanted = [fields[position] for position in positions]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's may repeat contents of the file
            meta, _, shapes, values = pyogrio.raw.read(
                path, layer=layer, columns=wanted, force_2d=True, datetime_as_string=True
            )
            geometry = None if shapes is None else shapely.from_wkb(shapes)
    except _DAMAGED:
        raise _damaged(path) from None
    by_name = dict(zip(meta["fields"], values, strict=True))
    n = len(geometry) if geometry is not None else max(map(len, values), default=0)
    columns = {name: pd.Series(by_name[name]) for name in wanted}
    frame = pd.DataFrame(columns, index=range(n))
    if geometry is not None:
        frame[GEOMETRY] = pd.Series(np.asarray(geometry, dtype=object), dtype=object)
    return frame
