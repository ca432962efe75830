"""Reading candidates: addresses or parcels where a place could stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from hotspots.intake.coordinates import numbers
from hotspots.intake.files import open_source
from hotspots.intake.points import Draft
from hotspots.intake.rows import NO_WEIGHT
from hotspots.intake.selection import WHERE, read_where, unwanted
from hotspots.intake.source import GEOMETRY
from hotspots.schema import Table, TableSchema

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from hotspots.intake.selection import Where

AREA = 2


def read_candidates(
    path: str | os.PathLike[str],
    *,
    weight: str | None = None,
    classes: Sequence[str] = (),
    bands: Sequence[str] = (),
    where: Where | None = None,
    crs: object = None,
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    boundary: gpd.GeoDataFrame | None = None,
    to_crs: object = "auto",
) -> Table:
    r"""Read a file of sites to draw control sites from; see :func:`hotspots.draw_controls`.

    Parameters
    ----------
    path : str or path-like
        CSV or TSV (also gzipped), GeoPackage, GeoJSON, shapefile, (Geo)Parquet or Excel. Of a
        parcel or building, a point inside is taken.
    weight : str, optional
        Column of a number to draw by, such as dwellings. Sites where it is not above 0, or not
        known, are set aside as ``no weight``.
    classes, bands : sequence of str
        Columns to match on: classes as text, and numbers to be cut into bands.
    where : mapping of str to sequence of values, optional
        Only sites with one of these values, compared as text. Others are set aside.
    crs, columns, layer, boundary, to_crs
        As for :func:`hotspots.read_facilities`; a site needs no id, its row is its number.

    Returns
    -------
    Table
        With ``.table`` (index ``site_id``, the columns named here), ``.quarantine``, ``.counts``
        and ``.notes``.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column or holds no usable site.
    CRSError
        If the coordinate system is missing, contradicted by the file, or plainly wrong.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "addresses.csv"
    >>> _ = path.write_text("lon,lat,use,units\n-87.9,43.0,home,2\n-87.9,43.1,shop,0\n")
    >>> read_candidates(path, weight="units", where={"use": ["home"]}).table["units"].to_dict()
    {'1': 2.0}
    """
    asked = dict.fromkeys([*([weight] if weight else []), *classes, *bands, *(where or {})])
    schema = TableSchema(
        name="control sites",
        index="site_id",
        required=("geometry",),
        optional=tuple(asked),
        geometry_types=("Point",),
        numbered=True,
    )
    chosen = read_where(where, schema)
    needed = dict.fromkeys(asked, "")
    source = open_source(path, layer=layer)
    draft = Draft(source, schema, crs=crs, columns=columns, needed=needed)
    frame = draft.frame
    if source.shapes and GEOMETRY in frame:
        frame[GEOMETRY] = _inside(frame[GEOMETRY].to_numpy())
    draft.set_aside(WHERE, unwanted(frame, chosen, title=source.title))
    draft.read_ids()
    draft.read_texts(*([weight] if weight else []), *bands)
    draft.read_numbers(*bands)
    if weight:
        frame[weight], _ = numbers(frame[weight])
        draft.set_aside(NO_WEIGHT, ~(frame[weight] > 0))
    return draft.finish(boundary=boundary, to_crs=to_crs)


def _inside(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take a point inside every area, and leave what is a point."""
    areas = shapely.get_dimensions(shapes) == AREA
    shapes = shapes.copy()
    shapes[areas] = shapely.point_on_surface(shapes[areas])
    return shapes
