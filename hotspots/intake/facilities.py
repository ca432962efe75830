"""Reading facilities: group homes, hotels, locations with recorded reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.errors import InputError
from hotspots.intake.files import open_source
from hotspots.intake.points import Draft
from hotspots.intake.source import listing, near
from hotspots.schema import FACILITIES, KINDS, Kind, Table

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import geopandas as gpd


def read_facilities(
    path: str | os.PathLike[str],
    *,
    kind: Kind,
    crs: object = None,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    boundary: gpd.GeoDataFrame | None = None,
    to_crs: object = "auto",
) -> Table:
    r"""Read a file of facilities of one kind.

    Parameters
    ----------
    path : str or path-like
        CSV or TSV (also gzipped), GeoPackage, GeoJSON, shapefile, (Geo)Parquet or Excel.
    kind : {"group_home", "hotel", "trap_house", "control", "other"}
        What they are.
    crs : str or CRS, optional
        What the coordinates are measured in; see :func:`hotspots.read_incidents`.
    columns : mapping of str to str, optional
        Name in :data:`hotspots.schema.FACILITIES` (or ``x, y, lon, lat, geometry``) to name in the
        file.
    layer : str, optional
        Layer or sheet, for files with several.
    boundary : GeoDataFrame, optional
        Study area; facilities over 1 km outside go to quarantine.
    to_crs : str or CRS
        Metric system of the result; ``"auto"`` is the boundary's, or the UTM zone.

    Returns
    -------
    Table
        With ``.table``, ``.quarantine``, ``.counts`` and ``.notes``. An unreadable ``opened`` or
        ``closed`` sends the record to quarantine; a blank one means not known, or still open.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column or holds no usable record, or the kind is
        unknown.
    CRSError
        If the coordinate system is missing, contradicted by the file, or plainly wrong.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "hotels.csv"
    >>> _ = path.write_text("facility_id,lon,lat\nH1,-87.9,43.0\n")
    >>> read_facilities(path, kind="hotel").table["kind"].to_dict()
    {'H1': 'hotel'}
    """
    if kind not in KINDS:
        hint = near(str(kind), KINDS) or f"known are {listing(KINDS)}"
        raise InputError(f"kind: {kind!r} is not known; {hint}")
    draft = Draft(open_source(path, layer=layer), FACILITIES, crs=crs, columns=columns)
    draft.frame["kind"] = kind
    draft.read_ids()
    draft.read_texts("capacity", "opened", "closed")
    draft.read_numbers("capacity")
    draft.read_times("opened", "closed")
    return draft.finish(boundary=boundary, to_crs=to_crs)
