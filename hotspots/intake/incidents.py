"""Reading incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.intake.files import open_source
from hotspots.intake.points import Draft
from hotspots.intake.rows import UNREADABLE_TIME
from hotspots.intake.selection import OUTSIDE_PERIOD, WHERE, read_period, read_where, unwanted
from hotspots.schema import INCIDENTS, Table

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from hotspots.intake.selection import Day, Period, Where


def read_incidents(
    path: str | os.PathLike[str],
    *,
    crs: object = None,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    where: Where | None = None,
    period: Sequence[Day] | None = None,
    boundary: gpd.GeoDataFrame | None = None,
    to_crs: object = "auto",
) -> Table:
    r"""Read a file of geocoded incidents.

    Only columns the schema knows are kept: names, dates of birth and narratives never come in.
    Bad records go to quarantine with a reason; see :mod:`hotspots.intake.points` for the order.

    Parameters
    ----------
    path : str or path-like
        CSV or TSV (also gzipped), GeoPackage, GeoJSON, shapefile, (Geo)Parquet or Excel.
    crs : str or CRS, optional
        What the coordinates are measured in, such as ``"EPSG:32054"``. Not needed for columns
        ``lon`` and ``lat`` (EPSG:4326) and for files that say it themselves.
    columns : mapping of str to str, optional
        Name in :data:`hotspots.schema.INCIDENTS` (or ``x, y, lon, lat, geometry``) to name in the
        file; columns that already have such a name need no mention.
    layer : str, optional
        Layer or sheet, for files with several.
    where : mapping of str to sequence of values, optional
        Only records with one of these values, compared as text; schema names. Others are set aside.
    period : sequence of two str or date, optional
        First and last day, both included. Records outside are set aside; one that has no time
        cannot be placed in the period and goes to quarantine. With ``time_start`` and ``time_end``
        instead of ``time``, a record belongs to the period if it may have happened in it.
    boundary : GeoDataFrame, optional
        Study area; records over 1 km outside go to quarantine.
    to_crs : str or CRS
        Metric system of the result; ``"auto"`` is the boundary's, or the UTM zone.

    Returns
    -------
    Table
        With ``.table``, ``.quarantine``, ``.counts`` and ``.notes``.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column or holds no usable record.
    CRSError
        If the coordinate system is missing, contradicted by the file, or plainly wrong.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "calls.csv"
    >>> _ = path.write_text("id,lon,lat\n007,-87.9,43.0\n008,,\n")
    >>> calls = read_incidents(path, columns={"incident_id": "id"})
    >>> calls
    <Table of incident_id: 1 of 2 records used (1 no coordinate); see .table, ...>
    >>> calls.table.index.tolist(), calls.table.crs.to_string()
    (['007'], 'EPSG:32616')
    """
    chosen = read_where(where, INCIDENTS)
    days = read_period(period)
    source = open_source(path, layer=layer)
    needed = dict.fromkeys(chosen, "where")
    if days is not None and not _has_interval(source.columns, columns):
        needed["time"] = "period"
    draft = Draft(source, INCIDENTS, crs=crs, columns=columns, needed=needed)
    draft.set_aside(WHERE, unwanted(draft.frame, chosen, title=source.title))
    draft.read_ids()
    draft.read_texts("time", "time_start", "time_end", "uncertainty_m")
    draft.read_numbers("uncertainty_m")
    draft.read_times("time", "time_start", "time_end")
    if days is not None:
        _keep_period(draft, days)
    return draft.finish(boundary=boundary, to_crs=to_crs)


def _has_interval(names: Sequence[str], columns: Mapping[str, str] | None) -> bool:
    there = {*names, *(columns or {})}
    return "time" not in there and "time_start" in there


def _keep_period(draft: Draft, days: Period) -> None:
    frame = draft.frame
    if "time" in frame:
        first = last = frame["time"]
    else:
        first = frame["time_start"]
        last = frame["time_end"].fillna(first) if "time_end" in frame else first
    draft.set_aside(UNREADABLE_TIME, first.isna() | (last < first))
    draft.set_aside(OUTSIDE_PERIOD, ~days.touches(first, last))
