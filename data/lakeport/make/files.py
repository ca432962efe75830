"""Writing the study's files, the same bytes each time."""

from __future__ import annotations

import gzip
import io
import json
import os
import sqlite3
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import shapely
from pyproj import Geod, Transformer

from make import frame

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from make.facilities import Facilities
    from make.people import People
    from make.places import City
    from make.streets import Network

FIXED_TIME = "2018-01-01T00:00:00Z"
PERSON_COLUMNS = [
    "person_id", "tier", "sex", "race", "age_first", "age_group", "first_year", "n_years",
    "n_reports", "earlier_suspected", "any_contact", "sexual_assault_history", "battery_history",
    "child_abuse_history", "drug_history", "other_contact", "ever_missing", "missing_as_juvenile",
    "missing_out_of_home_care", "missing_from_group_home", "n_missing_reports",
]  # fmt: skip
REPORT_COLUMNS = [
    "incident_id", "time", "x", "y", "person_id", "tier", "age_group", "age", "category",
    "place_type", "detection_mode", "district",
]  # fmt: skip
FACILITY_COLUMNS = {
    "hotels": ["facility_id", "name", "address", "x", "y", "rooms"],
    "trap_houses": ["facility_id", "address", "x", "y", "first_report", "last_report"],
    "group_homes": [
        "facility_id", "operator_id", "address", "x", "y", "capacity", "opened", "closed"],
}  # fmt: skip


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step; a name ending in ``.gz`` is compressed without a time stamp.

    Parameters
    ----------
    path : Path
    data : bytes
    """
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile(
            fileobj=packed, mode="wb", mtime=0, filename="", compresslevel=9
        ) as file:
            file.write(data)
        data = packed.getvalue()
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    partial.replace(path)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a CSV; ``x, y`` move from the local frame to the study's CRS, at 0.1 m.

    Parameters
    ----------
    path : Path
    table : DataFrame
    """
    table = table.copy()
    for column, origin in zip(("x", "y"), frame.ORIGIN, strict=True):
        if column in table:
            table[column] = (table[column].astype(float) + origin).map("{:.1f}".format)
    for column in table.columns:
        if column.startswith("time"):
            table[column] = table[column].dt.strftime("%Y-%m-%d %H:%M")
    text = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
    write_bytes(path, text.encode())


def write_tables(folder: Path, city: City, facilities: Facilities, people: People) -> None:
    """Write addresses, facilities and persons.

    Parameters
    ----------
    folder : Path
    city : City
    facilities : Facilities
    people : People
    """
    columns = ["number", "street", "x", "y", "units", "use"]
    write_table(folder / "addresses.csv.gz", city.addresses[columns])
    for name, own in FACILITY_COLUMNS.items():
        write_table(folder / f"{name}.csv", getattr(facilities, name)[own])
    write_table(folder / "persons.csv", people.persons[PERSON_COLUMNS])
    write_table(folder / "offences.csv", people.offences)


def write_json(path: Path, content: dict[str, object]) -> None:
    """Write JSON for people to read.

    Parameters
    ----------
    path : Path
    content : dict
    """
    write_bytes(path, (json.dumps(content, indent=2) + "\n").encode())


def write_geography(path: Path, layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Write the layers into one GeoPackage with a fixed clock.

    Parameters
    ----------
    path : Path
    layers : dict of str to GeoDataFrame
        In the local frame.
    """
    os.environ["OGR_CURRENT_DATE"] = FIXED_TIME
    partial = path.with_name("partial-" + path.name)
    partial.unlink(missing_ok=True)
    for name, layer in layers.items():
        moved = layer.set_geometry(layer.translate(*frame.ORIGIN))
        rounded = shapely.transform(moved.geometry.to_numpy(), lambda xy: np.round(xy, 1))
        moved.set_geometry(rounded, crs=frame.CRS).to_file(
            partial, layer=name, driver="GPKG", engine="pyogrio", dataset_options={"VERSION": "1.2"}
        )
    with sqlite3.connect(partial) as database:
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("UPDATE gpkg_contents SET last_change = ?", (FIXED_TIME[:-1] + ".000Z",))
    database.close()
    with sqlite3.connect(partial) as database:
        database.execute("VACUUM")
    database.close()
    partial.replace(path)


def write_streets(path: Path, network: Network) -> None:
    """Write the streets as GraphML in the form osmnx reads.

    Parameters
    ----------
    path : Path
    network : Network
    """
    graph = _directed(network)
    text = "\n".join(nx.generate_graphml(graph, encoding="utf-8", prettyprint=False))
    write_bytes(path, ("<?xml version='1.0' encoding='utf-8'?>\n" + text + "\n").encode())


def _directed(network: Network) -> nx.MultiDiGraph:
    undirected = network.graph
    lonlat = Transformer.from_crs(frame.CRS, "EPSG:4326", always_xy=True)
    geod = Geod(ellps="WGS84")
    ordered = sorted(undirected.nodes)
    ids = {node: i for i, node in enumerate(ordered, start=1)}
    graph = nx.MultiDiGraph(
        crs="epsg:4326", name="Lakeport streets", simplified="True", source=frame.WATERMARK
    )
    lon, lat = _degrees(np.array(ordered), lonlat)
    for node, x, y in zip(ordered, lon, lat, strict=True):
        graph.add_node(
            ids[node], x=f"{x:.7f}", y=f"{y:.7f}", street_count=str(undirected.degree(node))
        )
    edges = sorted((e for *_, e in undirected.edges(data=True)), key=lambda e: (e["xy"], e["name"]))
    for number, edge in enumerate(edges, start=1):
        lon, lat = _degrees(np.array(edge["xy"]), lonlat)
        common = {
            "osmid": str(number), "highway": edge["highway"], "name": edge["name"],
            "oneway": str(edge["oneway"]), "length": f"{geod.line_length(lon, lat):.3f}",
        }  # fmt: skip
        u, v = ids[edge["xy"][0]], ids[edge["xy"][-1]]
        for reverse in (False,) if edge["oneway"] else (False, True):
            step = -1 if reverse else 1
            own = {**common, "reversed": str(reverse)}
            if len(lon) > 2:
                points = ", ".join(
                    f"{x:.7f} {y:.7f}" for x, y in zip(lon[::step], lat[::step], strict=True)
                )
                own["geometry"] = f"LINESTRING ({points})"
            graph.add_edge(*((v, u) if reverse else (u, v)), **own)
    return graph


def _degrees(xy: frame.Floats, lonlat: Transformer) -> tuple[frame.Floats, frame.Floats]:
    lon, lat = lonlat.transform(xy[:, 0] + frame.ORIGIN[0], xy[:, 1] + frame.ORIGIN[1])
    return np.round(lon, 7), np.round(lat, 7)
