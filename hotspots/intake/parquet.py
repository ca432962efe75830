"""Parquet and GeoParquet files."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from hotspots.crs import parse_crs
from hotspots.errors import InputError
from hotspots.intake.source import GEOMETRY, Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def open_parquet(path: Path, layer: str | None) -> Source:
    """Open a Parquet file, with its shapes where it is a GeoParquet.

    Parameters
    ----------
    path : Path
        One file.
    layer : str or None
        Must be None: such a file has no layers.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If the file is damaged or a layer is named.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if layer is not None:
        raise InputError(f"{path.name}: a Parquet file has no layer {layer!r}; leave layer out")
    try:
        schema = parquet.read_schema(path)
    except (pa.ArrowInvalid, OSError):
        raise InputError(f"{path.name}: damaged, or not a Parquet file; export it again") from None
    names = tuple(name for name in schema.names if not name.startswith("__index_level_"))
    if b"geo" not in (schema.metadata or {}):
        return Source(path, names, functools.partial(_load, path, names))
    shapes = gpd.read_parquet(path)
    active = str(shapes.geometry.name)
    names = tuple(str(name) for name in shapes.columns if name != active)
    load = functools.partial(_load_shapes, shapes, names)
    crs = None if shapes.crs is None else parse_crs(shapes.crs, what=path.name)
    return Source(path, names, load, shapes=True, crs=crs)


def _load(path: Path, names: Sequence[str], positions: Sequence[int]) -> pd.DataFrame:
    frame = pd.read_parquet(path, columns=[names[position] for position in positions])
    return frame.reset_index(drop=True)


def _load_shapes(
    shapes: gpd.GeoDataFrame, names: Sequence[str], positions: Sequence[int]
) -> pd.DataFrame:
    frame = pd.DataFrame(shapes[[names[position] for position in positions]])
    frame = frame.reset_index(drop=True)
    frame[GEOMETRY] = pd.Series(shapes.geometry.to_numpy(), dtype=object)
    return frame
