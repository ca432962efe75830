"""Numbers that were printed somewhere, each with its source."""

import numpy as np
import pandas as pd
import pytest
from libpysal import examples
from libpysal.graph import Graph, read_gal

from hotspots.errors import FewDataWarning
from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.global_tests import general_g, moran
from hotspots.statistics.local_moran import local_moran

FEW = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def _band(coordinates: np.ndarray, distance: float) -> Graph:
    apart = np.hypot(*(coordinates[:, None] - coordinates[None]).T)
    near = [np.flatnonzero((row <= distance) & (row > 0)) for row in apart]
    return Graph.from_dicts(
        {i: links.tolist() or [i] for i, links in enumerate(near)},
        {i: [1] * links.size or [0] for i, links in enumerate(near)},
    )


@pytest.fixture
def six_points():
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    return pd.Series([2, 3, 3.2, 5, 8, 7]), _band(points, 15)


def test_gi_of_six_points(six_points):
    """Docstring of esda's G_Local."""
    with pytest.warns(FewDataWarning, match="Only 6 units"):
        z = gi(*six_points, n_permutations=9)["z"]
    printed = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]
    assert z.to_numpy() == pytest.approx(printed, abs=5e-9)


@FEW
def test_gi_star_of_six_points(six_points):
    """Docstring of esda's G_Local."""
    z = gi_star(*six_points, n_permutations=9)["z"]
    assert z[0] == pytest.approx(-1.39727626, abs=5e-9)


@pytest.mark.parametrize(
    ("distance", "printed"),
    [(30, 1.221979), (60, 1.748098), (90, 1.986135), (120, 1.893374), (150, 1.237454)],
)
def test_gi_in_the_grid_of_1996(oracle, distance, printed):
    """Getis & Ord 1996, pp. 263-267, at x = y = 210 (observation 120)."""
    table, _ = oracle("getisord")
    values = table["value"].reset_index(drop=True)
    result = gi(values, _band(table[["x", "y"]].to_numpy(dtype=float), distance), n_permutations=9)
    assert result["z"][119] == pytest.approx(printed, abs=5e-7)


def test_gi_star_in_the_grid_of_1996(oracle):
    """Getis & Ord 1996 by their equation 14.2, at x = y = 210."""
    table, graph = oracle("getisord")
    assert gi_star(table["value"], graph, n_permutations=9)["z"].loc[120] == pytest.approx(
        1.45078, abs=5e-6
    )


@pytest.mark.parametrize(
    ("country", "statistic", "z"),
    [("KENYA", 1.1969, 3.4344), ("SUDAN", 2.9878, 3.6814), ("EGYPT", 6.9467, 3.4957)],
)
def test_local_moran_of_african_conflict(oracle, country, statistic, z):
    """Manual page of spdep's localmoran."""
    table, graph = oracle("afcon")
    row = local_moran(table["value"], graph, n_permutations=9).loc[country]
    assert row["statistic"] == pytest.approx(statistic, abs=5e-5)
    assert row["z"] == pytest.approx(z, abs=5e-5)


@FEW
@pytest.mark.parametrize(
    ("column", "statistic", "z"), [("pagval2_10", 0.4074, 3.8779), ("cowspacre", None, 5.3907)]
)
def test_moran_of_ireland(oracle, column, statistic, z):
    """Cliff & Ord 1969, tables 4 and 5; z under randomisation."""
    table, graph = oracle("ireland")
    result = moran(table[column], graph, n_permutations=0)
    assert statistic is None or result.statistic == pytest.approx(statistic, abs=5e-5)
    assert result.z == pytest.approx(z, abs=5e-5)


@pytest.mark.parametrize(
    ("style", "statistic", "variance"),
    [("r", 0.510951264, 0.008908762), ("b", 0.52063815, 0.00759872)],
)
def test_moran_of_columbus_with_the_original_neighbours(oracle, style, statistic, variance):
    """Manual page of spdep's moran.test."""
    table, graph = oracle("columbus_old")
    result = moran(table["value"], graph.transform(style), n_permutations=0)
    assert result.statistic == pytest.approx(statistic, abs=5e-9)
    assert result.variance == pytest.approx(variance, abs=5e-9)
    if style == "r":
        assert result.z == pytest.approx(5.6341, abs=5e-5)


@pytest.fixture
def columbus_queen(shared_data):
    import geopandas as gpd

    table = gpd.read_file(shared_data / "reference" / "spdata_columbus.gpkg")
    return table["CRIME"], Graph.build_contiguity(table, rook=False)


def test_moran_of_columbus_polygons(columbus_queen):
    """Spdep 1.2-7 and esda 2.9.0, which agree."""
    values, graph = columbus_queen
    result = moran(values, graph.transform("r"), n_permutations=0)
    assert result.statistic == pytest.approx(0.500188557182861, abs=1e-12)
    assert result.variance == pytest.approx(0.00868928920133, abs=1e-12)
    assert result.z == pytest.approx(5.58938267504, abs=1e-10)


def test_general_g_of_columbus_polygons(columbus_queen):
    """Spdep 1.2-7 and esda 2.9.0, which agree."""
    result = general_g(*columbus_queen, n_permutations=0)
    assert result.statistic == pytest.approx(0.127807457382, abs=1e-12)
    assert result.z == pytest.approx(4.63815093199, abs=1e-10)


@pytest.mark.parametrize(
    ("miles", "statistic", "z"), [(30, 0.04032434, -0.75011405), (33, 0.05312271, 0.40157023)]
)
def test_general_g_of_sudden_infant_deaths(shared_data, miles, statistic, z):
    """Manual page of spdep's globalG.test; at 30 miles some counties have no neighbour."""
    import geopandas as gpd

    table = gpd.read_file(shared_data / "reference" / "spdata_sids.gpkg")
    graph = _band(table[["east", "north"]].to_numpy(dtype=float), miles)
    result = general_g(1000 * table["SID79"] / table["BIR79"], graph, n_permutations=0)
    assert result.n == 100 - len(graph.isolates)
    assert result.statistic == pytest.approx(statistic, abs=5e-9)
    assert result.z == pytest.approx(z, abs=5e-9)


def test_moran_of_sudden_infant_deaths_leaves_isolates_out(oracle):
    """Manual page of spdep's EBImoran.mc: the raw rate, two counties without neighbours."""
    table, graph = oracle("sids74")
    result = moran(table["value"], graph, n_permutations=0)
    assert result.n == 98
    assert result.statistic == pytest.approx(0.20904, abs=5e-6)


@pytest.mark.parametrize(
    ("file", "column", "statistic"),
    [("stl_hom.shp", "HR8893", 0.24365582621771659), ("sids2.shp", "SIDR74", 0.24772519320480135)],
)
def test_moran_of_built_in_data(file, column, statistic):
    """Tests of esda 2.9.0."""
    import geopandas as gpd

    table = gpd.read_file(examples.get_path(file))
    graph = read_gal(examples.get_path("stl.gal" if "stl" in file else "sids2.gal"))
    values = table[column].set_axis(graph.unique_ids)
    result = moran(values, graph.transform("r"), n_permutations=0)
    assert result.statistic == pytest.approx(statistic, abs=1e-14)
