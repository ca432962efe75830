"""Reading reports of persons missing from care or from home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.errors import InputError
from hotspots.intake.columns import plan_columns
from hotspots.intake.files import open_source
from hotspots.intake.rows import UNREADABLE_TIME, Rows
from hotspots.intake.selection import OUTSIDE_PERIOD, WHERE, read_period, read_where, unwanted
from hotspots.schema import MISSING_REPORTS, Table

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping, Sequence

    from hotspots.intake.selection import Day, Where

REPORTED_BEFORE = "reported before missing"
RETURNED_BEFORE = "returned before missing"
UNKNOWN_DISTRICT = "unknown district"
TIMES = ("time", "time_missing", "time_returned")


def read_missing_reports(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    where: Where | None = None,
    period: Sequence[Day] | None = None,
    districts: Collection[str] | None = None,
) -> Table:
    r"""Read a file of missing-from-care reports; it needs no coordinates.

    Only columns the schema knows are kept. A record that is not used has one reason, the first
    that applies: left out by ``where``; ``no id``; ``unreadable time``; outside the ``period``;
    ``reported before missing``; ``returned before missing``; ``unknown district``; ``duplicate
    id``. Records outside ``where`` and ``period`` are set aside, the others go to quarantine.

    Parameters
    ----------
    path : str or path-like
        CSV or TSV (also gzipped), GeoPackage, Parquet or Excel.
    columns : mapping of str to str, optional
        Name in :data:`hotspots.schema.MISSING_REPORTS` to name in the file: ``report_id``; ``time``
        (reported), ``time_missing`` (missing since) and ``time_returned``; ``person_id,
        age_group, missing_from, facility_id, district``. The first three must be there.
    layer : str, optional
        Layer or sheet, for files with several.
    where : mapping of str to sequence of values, optional
        Only records with one of these values, such as ``{"missing_from": ["group home"]}``.
    period : sequence of two str or date, optional
        First and last day of being reported, both included.
    districts : collection of str, optional
        Every district there is; a record that names another goes to quarantine, one that names
        none is kept.

    Returns
    -------
    Table
        With ``.table`` (a DataFrame), ``.quarantine``, ``.counts`` and ``.notes``. A blank time is
        kept as not known: a person without ``time_returned`` may be missing still, or be back
        without anyone having said so.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column or holds no usable record.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "missing.csv"
    >>> lines = "id,time,since\n1,2015-03-01 20:00,2015-03-01 18:30\n2,2015-03-01,2015-03-02\n"
    >>> _ = path.write_text(lines)
    >>> read_missing_reports(path, columns={"report_id": "id", "time_missing": "since"})
    <Table of report_id: 1 of 2 records used (1 reported before missing); see .table, ...>
    """
    if isinstance(districts, str):
        raise InputError("districts: one text; give a list of them")
    chosen = read_where(where, MISSING_REPORTS)
    days = read_period(period)
    source = open_source(path, layer=layer)
    needed = dict.fromkeys(MISSING_REPORTS.required, "") | dict.fromkeys(chosen, "where")
    if districts is not None:
        needed["district"] = "districts"
    plan = plan_columns(source, MISSING_REPORTS, columns=columns, needed=needed)
    rows = Rows(source, MISSING_REPORTS, plan.columns, source.records(plan.columns.values()))
    rows.set_aside(WHERE, unwanted(rows.frame, chosen, title=source.title))
    rows.read_ids()
    rows.read_texts(*TIMES)
    rows.read_times(*TIMES)
    frame = rows.frame
    if days is not None:
        rows.set_aside(UNREADABLE_TIME, frame["time"].isna())
        rows.set_aside(OUTSIDE_PERIOD, ~days.touches(frame["time"], frame["time"]))
    rows.set_aside(REPORTED_BEFORE, frame["time"] < frame["time_missing"])
    if "time_returned" in frame:
        rows.set_aside(RETURNED_BEFORE, frame["time_returned"] < frame["time_missing"])
    if districts is not None:
        known = frame["district"].isin([str(name) for name in districts])
        rows.set_aside(UNKNOWN_DISTRICT, frame["district"].notna() & ~known)
    rows.drop_duplicates()
    rows.require_some()
    return rows.table(rows.kept())
