"""A whole small study on disk: an invented town of 4 by 3 km, drawn from a seed."""

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from shapely import Point, box

from hotspots.study.analysis import analyse
from hotspots.study.file import read_study
from hotspots.study.inputs import read_inputs
from hotspots.study.progress import Steps

CRS = "EPSG:32616"
WEST, SOUTH, WIDTH, HEIGHT = 400_000.0, 4_800_000.0, 4000, 3000

TOML = """
[study]
name = "Small town"
crs = "EPSG:32616"
format = 1
boundary = { path = "town.gpkg", layer = "limits" }
period = ["2020-01-01", "2021-12-31"]

[incidents]
path = "incidents.csv"
crs = "EPSG:32616"

[incidents.columns]
incident_id = "id"
time = "when"
x = "x"
y = "y"
person_id = "person"
category = "what"

[[facilities]]
kind = "group_home"
path = "homes.csv"
crs = "EPSG:32616"
columns = { facility_id = "id", x = "x", y = "y", operator_id = "operator" }

[[facilities]]
kind = "hotel"
path = "hotels.csv"
crs = "EPSG:32616"
columns = { facility_id = "id", x = "x", y = "y" }

[streets]
path = "streets.graphml"

[units]
kind = "square"
size_m = 250

[analysis]
statistics = ["gi_star", "local_moran"]
neighbours = { kind = "contiguity" }
n_permutations = 999
seed = 1

[proximity]
from = ["group_home"]
to = ["hotel"]
within_m = [400, 800]

[population]
path = "town.gpkg"
layer = "blocks"
column = "pop"

[baseline]
path = "contacts.csv"
columns = { incident_id = "id", x = "x", y = "y" }

[[basemap]]
kind = "water"
path = "town.gpkg"
layer = "lake"
"""


def points(rng, n, *, middle=None, spread=300.0):
    """Draw `n` coordinates in the town, uniform or around a point."""
    if middle is None:
        xy = rng.uniform((50, 50), (WIDTH - 50, HEIGHT - 50), (n, 2))
    else:
        xy = np.clip(rng.normal(middle, spread, (n, 2)), 20, (WIDTH - 20, HEIGHT - 20))
    return np.round(xy + np.array([WEST, SOUTH]), 1)


def frame(prefix, xy, **columns):
    """Put coordinates and columns into a table with ids."""
    ids = [f"{prefix}{i:03d}" for i in range(1, len(xy) + 1)]
    return pd.DataFrame({"id": ids, "x": xy[:, 0], "y": xy[:, 1], **columns})


def write_streets(path):
    """Write a lattice of two-way streets, 200 m apart, as osmnx would."""
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    columns, rows = WIDTH // 200 + 1, HEIGHT // 200 + 1
    for i in range(columns):
        for j in range(rows):
            lon, lat = to_degrees.transform(WEST + 200 * i, SOUTH + 200 * j)
            graph.add_node(i * rows + j, x=str(lon), y=str(lat))
    for i in range(columns):
        for j in range(rows):
            for other in [(i + 1) * rows + j] * (i + 1 < columns) + [i * rows + j + 1] * (
                j + 1 < rows
            ):
                here = i * rows + j
                graph.add_edge(here, other, osmid=str(here), length="200.0", oneway="False")
                graph.add_edge(other, here, osmid=str(here), length="200.0", oneway="False")
    nx.write_graphml(graph, path)


def write_town(path):
    """Write the town's limits, blocks with residents, and a lake."""
    limits = gpd.GeoDataFrame(
        {"name": ["Small town"]}, geometry=[box(WEST, SOUTH, WEST + WIDTH, SOUTH + HEIGHT)], crs=CRS
    )
    cells = [
        box(x, y, x + 200, y + 200)
        for x in np.arange(WEST, WEST + WIDTH, 200)
        for y in np.arange(SOUTH, SOUTH + HEIGHT, 200)
    ]
    blocks = gpd.GeoDataFrame({"pop": [100] * len(cells)}, geometry=cells, crs=CRS)
    lake = gpd.GeoDataFrame({"name": ["Lake"]}, geometry=[Point(WEST, SOUTH).buffer(200)], crs=CRS)
    limits.to_file(path, layer="limits")
    blocks.to_file(path, layer="blocks")
    lake.to_file(path, layer="lake")


def write_small_study(folder: Path) -> Path:
    """Write the study and return the path of its ``study.toml``."""
    rng = np.random.default_rng(7)
    xy = np.vstack([points(rng, 200), points(rng, 100, middle=(1200, 1000), spread=150.0)])
    people = [f"p{i:03d}" for i in rng.integers(0, 220, len(xy))]
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 731, len(xy)), "D")
    what = rng.choice(["A", "B"], len(xy))
    incidents = frame("i", xy, when=days.strftime("%Y-%m-%d"), person=people, what=what)
    homes = frame("h", points(rng, 12), operator="o1")
    write_town(folder / "town.gpkg")
    write_streets(folder / "streets.graphml")
    incidents.to_csv(folder / "incidents.csv", index=False)
    homes.to_csv(folder / "homes.csv", index=False)
    frame("t", points(rng, 15)).to_csv(folder / "hotels.csv", index=False)
    frame("c", points(rng, 500)).to_csv(folder / "contacts.csv", index=False)
    (folder / "study.toml").write_text(TOML, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Path:
    """Give the folder of the small study; not to be written to."""
    folder = tmp_path_factory.mktemp("town")
    write_small_study(folder)
    return folder


@pytest.fixture
def own_town(town, tmp_path) -> Path:
    """Give a copy of the small study that a test may change."""
    folder = tmp_path / "town"
    folder.mkdir()
    for file in town.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture
def asked(own_town):
    """Give a function that changes lines of the small study and reads it."""

    def read(*changes):
        path = own_town / "study.toml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return read_study(path)

    return read


@pytest.fixture
def analysed():
    """Give a function that reads the files of a study, counts and tests."""

    def build(study):
        with Steps(20) as steps:
            return analyse(study, read_inputs(study), steps)

    return build
