"""The real city, end to end: every number in the GeoPackage again, from the raw file, by others.

Counts by a plain spatial join, Gi* and local Moran by esda on neighbours found by touching shapes,
distances by networkx on a street graph split at every point.
"""

import json
from pathlib import Path

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph

from hotspots.study.file import read_study
from hotspots.study.run import run

OPEN = 'open_data = "City of Milwaukee open data"'
CASES = {"all": OPEN, "robberies": 'where = { category = ["ROBBERY"] }'}
STATED = {"profile": "internal", "reason": "a test", "recipient": "the tester"}


@pytest.fixture(scope="module", params=CASES, ids=list(CASES))
def case(request, shared_data, tmp_path_factory):
    """Run the study on all incidents and on robberies; give its folder and the case's name."""
    folder = tmp_path_factory.mktemp(request.param)
    text = Path(__file__).with_name("milwaukee.toml").read_text("utf-8")
    text = text.replace(OPEN, CASES[request.param]).replace('["gi_star"', '["gi_star", "gi"')
    source = (shared_data / "milwaukee").as_posix()
    (folder / "study.toml").write_text(text.replace('path = "', f'path = "{source}/'), "utf-8")
    run(read_study(folder / "study.toml"), folder / "out", **STATED)
    return folder / "out", request.param


@pytest.fixture(scope="module")
def units(case):
    return gpd.read_file(case[0] / "internal/CONFIDENTIAL-results.gpkg", layer="units")


@pytest.fixture(scope="module")
def raw(case, shared_data):
    table = pd.read_csv(shared_data / "milwaukee/incidents_2013_2016.csv.gz", dtype={"id": str})
    assert len(table) == 162_371
    return table if case[1] == "all" else table[table["offense"] == "ROBBERY"]


def test_every_record_is_used_or_set_aside(case, raw):
    rows = json.loads((case[0] / "run.json").read_text("utf-8"))["rows"]["incidents"]
    assert rows["read"] == 162_371
    assert rows["read"] == rows["used"] + sum(rows["set_aside"].values())
    assert rows["set_aside"].get("where", 0) == 162_371 - len(raw)


def test_counts_are_those_of_a_plain_spatial_join(case, units, raw):
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(raw.x, raw.y), crs="EPSG:32054")
    points = points[~points.is_empty & points.geometry.notna()].to_crs(units.crs)
    areas = units[["unit_id", "geometry"]]
    joined = points.sjoin(areas, predicate="intersects")
    rest = points.drop(index=joined.index)  # within 1 mm of the outer border counts as on it
    joined = pd.concat([joined, rest.sjoin(areas, predicate="dwithin", distance=0.001)])
    joined = joined[~joined.index.duplicated()]
    expected = joined["unit_id"].value_counts().reindex(units["unit_id"]).fillna(0).astype(int)
    assert units["count"].tolist() == expected.tolist()
    rows = json.loads((case[0] / "run.json").read_text("utf-8"))["rows"]["incidents"]
    assert units["count"].sum() == rows["used"]


@pytest.fixture(scope="module")
def neighbours(units):
    """Find queen neighbours by asking every pair of nearby shapes whether they touch."""
    first, second = units.sindex.query(units.geometry, predicate="intersects")
    apart = first != second
    ids = units["unit_id"].to_numpy()
    return Graph.from_arrays(ids[first[apart]], ids[second[apart]], np.ones(apart.sum()))


@pytest.mark.parametrize(("column", "star"), [("gi_star", True), ("gi", None)])
@pytest.mark.filterwarnings("ignore")
def test_g_agrees_with_esda(units, neighbours, column, star):
    values = units.set_index("unit_id")["count"].reindex(neighbours.unique_ids)
    theirs = esda.G_Local(
        values.to_numpy(float), neighbours.to_W(), transform="B", permutations=0, star=star
    )
    ours = units.set_index("unit_id")[f"{column}_z"].reindex(neighbours.unique_ids)
    np.testing.assert_allclose(ours, theirs.Zs, rtol=0, atol=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_local_moran_agrees_with_esda(units, neighbours):
    values = units.set_index("unit_id")["count"].reindex(neighbours.unique_ids)
    theirs = esda.Moran_Local(values.to_numpy(float), neighbours.to_W(), permutations=0)
    ours = units.set_index("unit_id")["local_moran_statistic"].reindex(neighbours.unique_ids)
    n = len(values)
    np.testing.assert_allclose(ours, theirs.Is * n / (n - 1), rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="module")
def measured_once():
    """Give a place to keep what networkx measured, for the same places in both studies."""
    return {}


def test_distances_agree_with_networkx_on_a_split_graph(
    case, shared_data, split_distances, measured_once
):
    path = case[0] / "internal/CONFIDENTIAL-results.gpkg"
    ours = gpd.read_file(path, layer="proximity")
    places = gpd.read_file(path, layer="facilities")
    homes = places[places["kind"] == "group_home"].set_index("facility_id")
    dates = pd.read_csv(
        shared_data / "milwaukee/group_homes_SYNTHETIC.csv", index_col="home_id"
    ).reindex(homes.index)
    open_then = ~(dates["opened"] > "2016-12-31") & ~(dates["closed"] < "2013-01-01")
    assert open_then.sum() == 46
    for kind in ("hotel", "trap_house"):
        sites = places[places["kind"] == kind].set_index("facility_id")
        where = (*homes.geometry.to_wkb(), *sites.geometry.to_wkb())
        if where not in measured_once:
            measured_once[where] = split_distances(
                shared_data / "milwaukee/streets.graphml.gz", homes, sites
            )
        matrix = measured_once[where]
        mine = ours[ours["to_kind"] == kind].set_index("facility_id").reindex(homes.index)
        measured = mine["distance_m"].notna()
        assert measured.equals(open_then)
        theirs = matrix.loc[measured]
        np.testing.assert_allclose(mine.loc[measured, "distance_m"], theirs.min(axis=1), 0, 1e-6)
        for limit in (400, 800, 1600):
            counts = (theirs <= limit).sum(axis=1)
            assert (mine.loc[measured, f"within_{limit}m"] == counts).all()
        straight = shapely.distance(
            homes.geometry.to_numpy()[measured],
            sites.geometry.reindex(mine.loc[measured, "nearest_id"]).to_numpy(),
        )
        np.testing.assert_allclose(mine.loc[measured, "straight_m"], straight, 0, 1e-6)


def test_public_files_hold_no_facility(case):
    out, _ = case
    text = "".join(path.read_text("utf-8") for path in sorted((out / "public").iterdir()))
    for name in ("G001", "H001", "T001", "group_home", "trap_house"):
        assert name not in text
