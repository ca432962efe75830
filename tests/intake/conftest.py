"""A square study area of 10 km, and files to read."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import box

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UTM = "EPSG:32616"
WEST, SOUTH, EAST, NORTH = 420_000, 4_760_000, 430_000, 4_770_000


@pytest.fixture
def boundary() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[box(WEST, SOUTH, EAST, NORTH)], crs=UTM)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file under a name, gzipped where the name says so."""

    def _write(text: str | bytes, name: str = "calls.csv") -> Path:
        raw = text.encode() if isinstance(text, str) else text
        path = tmp_path / name
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return _write
