"""The sample study as a reader finds it: tables from the written files only."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest

LAKEPORT = Path(__file__).resolve().parents[2] / "data" / "lakeport"


@pytest.fixture(scope="session")
def lakeport() -> Path:
    return LAKEPORT


@pytest.fixture(scope="session")
def persons() -> pd.DataFrame:
    return pd.read_csv(LAKEPORT / "persons.csv")


@pytest.fixture(scope="session")
def incidents() -> gpd.GeoDataFrame:
    table = pd.read_csv(LAKEPORT / "incidents.csv", parse_dates=["time"])
    points = gpd.points_from_xy(table["x"], table["y"])
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:32616").set_index("incident_id")


@pytest.fixture(scope="session")
def contacts() -> pd.DataFrame:
    return pd.read_csv(LAKEPORT / "contacts.csv.gz", parse_dates=["time"])


@pytest.fixture(scope="session")
def addresses() -> pd.DataFrame:
    return pd.read_csv(LAKEPORT / "addresses.csv.gz")


@pytest.fixture(scope="session")
def truth() -> dict:
    return json.loads((LAKEPORT / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def streets() -> nx.MultiDiGraph:
    with gzip.open(LAKEPORT / "streets.graphml.gz") as file:
        return nx.read_graphml(file, force_multigraph=True)


@pytest.fixture(scope="session")
def layer():
    def read(name: str) -> gpd.GeoDataFrame:
        return gpd.read_file(LAKEPORT / "geography.gpkg", layer=name)

    return read
