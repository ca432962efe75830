"""Opening a file by its ending."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hotspots.errors import InputError
from hotspots.intake.delimited import open_delimited
from hotspots.intake.parquet import open_parquet
from hotspots.intake.source import near
from hotspots.intake.vector import open_vector
from hotspots.intake.workbook import open_workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from hotspots.intake.source import Source

READERS: dict[str, Callable[[Path, str | None], Source]] = {
    ".csv": open_delimited,
    ".csv.gz": open_delimited,
    ".tsv": open_delimited,
    ".tsv.gz": open_delimited,
    ".geojson": open_vector,
    ".json": open_vector,
    ".gpkg": open_vector,
    ".shp": open_vector,
    ".parquet": open_parquet,
    ".geoparquet": open_parquet,
    ".xlsx": open_workbook,
}


def open_source(path: str | os.PathLike[str], *, layer: str | None = None) -> Source:
    """Open a file of records, by its ending.

    Parameters
    ----------
    path : str or path-like
        CSV or TSV (also gzipped), GeoPackage, GeoJSON, shapefile, Parquet, GeoParquet or Excel.
    layer : str, optional
        Layer or sheet, for the kinds that have several.

    Returns
    -------
    Source

    Raises
    ------
    InputError
        If there is no such file, its ending is unknown, or it cannot be opened.
    """
    file = Path(path)
    if file.is_dir():
        raise InputError(f"{file}: a folder, not a file; name the file in it")
    if not file.exists():
        raise InputError(f"{file}: no such file{_sibling(file)}")
    try:
        return _reader(file)(file, layer)
    except PermissionError:
        raise InputError(f"{file}: not readable; ask for the right to read it") from None


def _reader(file: Path) -> Callable[[Path, str | None], Source]:
    name = file.name.lower()
    for ending, reader in READERS.items():
        if name.endswith(ending):
            return reader
    raise InputError(
        f"{file.name}: unknown kind of file {file.suffix!r}; known are {', '.join(READERS)}"
    )


def _sibling(file: Path) -> str:
    if not file.parent.is_dir():
        return f"; the folder {str(file.parent)!r} is not there either"
    hint = near(file.name, (one.name for one in file.parent.iterdir()))
    return f"; {hint}" if hint else ""
