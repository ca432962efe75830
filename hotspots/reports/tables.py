"""A release as files for other software: GeoPackage, CSV and GeoJSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from hotspots.crs import WGS84
from hotspots.disclosure.release import InternalRelease, PublicRelease
from hotspots.errors import DisclosureError, InputError, SchemaError
from hotspots.presentation.classes import drawn_labels
from hotspots.presentation.families import WITHHELD
from hotspots.reports.files import replacing, write_csv, write_text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray

QUARANTINE_COLUMNS = ("table", "row", "reason")
DECIMALS = 4
"""Of a degree, in public files: about 10 m."""


def write_results(release: InternalRelease, path: str | Path) -> None:
    """Write units, facilities and their distances as a GeoPackage.

    Parameters
    ----------
    release : InternalRelease
        What is written.
    path : path-like
        Ends in ``.gpkg``. Layers ``units`` and, where the release holds them, ``facilities``,
        ``proximity`` (a table without geometry) and ``catchments``, in the release's own CRS.

    Raises
    ------
    DisclosureError
        If the release is not an internal one.
    """
    import pyogrio

    _require(release, InternalRelease)
    layers: dict[str, pd.DataFrame | None] = {
        "units": release.table.reset_index(),
        "facilities": None if release.facilities is None else release.facilities.reset_index(),
        "proximity": None if release.proximity is None else _with_ids(release.proximity),
        "catchments": release.catchments,
    }
    with replacing(path) as draft:
        for name, layer in layers.items():
            if layer is not None:
                pyogrio.write_dataframe(
                    _plain(layer), draft, layer=name, driver="GPKG", append=draft.exists()
                )


def write_proximity(release: InternalRelease, path: str | Path) -> None:
    """Write the distances of facilities as CSV, one row per facility and kind of destination.

    Parameters
    ----------
    release : InternalRelease
        With ``proximity``.
    path : path-like
        Where to. Lengths are in metres, to the millimetre.

    Raises
    ------
    DisclosureError
        If the release is not an internal one.
    InputError
        If it holds no distances.
    """
    _require(release, InternalRelease)
    if release.proximity is None:
        raise InputError("this release holds no distances; give release(…, proximity=…)")
    table = _with_ids(release.proximity)
    lengths = [
        name for name in table.columns if str(name).endswith("_m") and _is_float(table[name])
    ]
    write_csv(table.assign(**{str(name): table[name].round(3) for name in lengths}), path)


def write_comparison(release: InternalRelease, path: str | Path) -> None:
    """Write how places compare with their control sites as CSV, one row per statistic.

    Parameters
    ----------
    release : InternalRelease
        With ``comparison``.
    path : path-like
        Where to. Numbers have six figures that count.

    Raises
    ------
    DisclosureError
        If the release is not an internal one.
    InputError
        If it holds no comparison.
    """
    _require(release, InternalRelease)
    if release.comparison is None:
        raise InputError("this release holds no comparison; give release(…, comparison=…)")
    table = release.comparison.statistics
    numbers = {str(name): table[name].map("{:.6g}".format, na_action="ignore")
               for name in table.columns if _is_float(table[name])}  # fmt: skip
    write_csv(table.assign(**numbers), path)


def write_quarantine(frame: pd.DataFrame, path: str | Path) -> None:
    """Write which records were set aside and why, as CSV.

    Parameters
    ----------
    frame : DataFrame
        Columns ``table``, ``row`` and ``reason``; no other is written, so no content can leave.
    path : path-like
        Where to.

    Raises
    ------
    SchemaError
        If a column is missing.
    """
    missing = [name for name in QUARANTINE_COLUMNS if name not in frame.columns]
    if missing:
        raise SchemaError(f"quarantine: no column {', '.join(map(repr, missing))}")
    write_csv(frame[list(QUARANTINE_COLUMNS)], path)


def write_public_areas(
    release: PublicRelease, csv_path: str | Path, geojson_path: str | Path
) -> None:
    """Write published areas as CSV and as GeoJSON.

    Parameters
    ----------
    release : PublicRelease
        What is written. The same release gives the same bytes.
    csv_path : path-like
        One row per area in the order of their ids; a number that is not published reads
        ``withheld``.
    geojson_path : path-like
        The same as features, in longitude and latitude to four decimals (RFC 7946). A number that
        is not published is null, so that the property stays one of numbers.

    Raises
    ------
    DisclosureError
        If the release is not a public one.

    References
    ----------
    .. [1] Butler, H. et al. (2016). The GeoJSON format. RFC 7946.
       https://doi.org/10.17487/RFC7946
    """
    _require(release, PublicRelease)
    order = np.argsort(release.table.index.astype(str).to_numpy(), kind="stable")
    rows = _public_rows(release).iloc[order]
    write_csv(_spoken(rows), csv_path)
    shapes = shapely.to_geojson(_rounded(release.table.geometry.iloc[order].to_crs(WGS84)))
    features = [
        _feature(properties, shape)
        for properties, shape in zip(rows.to_dict("records"), shapes, strict=True)
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
    write_text(text, geojson_path)


def _require(release: object, kind: type[InternalRelease | PublicRelease]) -> None:
    """Hold at run time what the annotations hold under mypy."""
    if not isinstance(release, kind):
        wanted = "internal" if kind is InternalRelease else "public"
        raise DisclosureError(
            f"only an {wanted} release can be written here, not a {type(release).__name__}"
            if wanted == "internal"
            else f"only a {wanted} release can be written here, not a {type(release).__name__}"
        )
    release.require_allowed()


def _with_ids(table: pd.DataFrame) -> pd.DataFrame:
    return table if "facility_id" in table.columns else table.reset_index()


def _is_float(column: pd.Series) -> bool:
    return bool(column.dtype.kind == "f")


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Turn categories, which no driver knows, into what they stand for."""
    kinds = {
        name: table[name].cat.categories.dtype
        for name in table.columns
        if isinstance(table[name].dtype, pd.CategoricalDtype)
    }
    return table.astype(kinds) if kinds else table


def _public_rows(release: PublicRelease) -> pd.DataFrame:
    table = release.table
    rows = pd.DataFrame(table.drop(columns=table.geometry.name)).reset_index()
    if "excess" in release.statistics:
        rows["excess_label"] = drawn_labels(release, "excess").to_numpy()
        rows["excess_expected"] = rows["excess_expected"].round(1)
        rows = rows.rename(columns={"excess_expected": "expected", "excess_label": "label"})
    for name in ("population", "count"):
        if name in rows.columns:
            whole = rows[name].astype("Float64").round().astype("Int64")
            rows[name] = whole.astype(object).where(whole.notna(), None)
    return rows


def _spoken(rows: pd.DataFrame) -> pd.DataFrame:
    """Write numbers that are not published as a word."""
    if "count" not in rows.columns:
        return rows
    return rows.assign(count=rows["count"].where(rows["count"].notna(), WITHHELD))


def _rounded(shapes: gpd.GeoSeries) -> NDArray[np.object_]:
    """Round to four decimals, stay valid, and run counter-clockwise around each polygon.

    What rounding leaves nothing of becomes None.
    """
    coarse = shapely.set_precision(shapes.to_numpy(), 10.0**-DECIMALS)
    rounded = shapely.transform(coarse, lambda degrees: degrees.round(DECIMALS))
    out: NDArray[np.object_] = shapely.reverse(shapely.normalize(rounded))
    return np.where(shapely.is_empty(out), np.array(None), out)


def _feature(properties: dict[Any, Any], shape: str | None) -> str:
    known = {str(name): _json_value(value) for name, value in properties.items()}
    return (
        f'{{"type":"Feature","id":{_json(str(properties["unit_id"]))},'
        f'"properties":{_json(known)},"geometry":{shape or "null"}}}'
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _json_value(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if isinstance(value, np.generic) else value
