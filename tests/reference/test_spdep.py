"""Every unit and every global test beside R's spdep, on seven data sets."""

import numpy as np
import pytest

from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.global_tests import general_g, moran
from hotspots.statistics.local_moran import local_moran

DATA = ["columbus", "columbus_old", "afcon", "sids74", "boston", "auckland", "getisord"]
GLOBAL = [*DATA[:-1], "ireland pagval2_10", "ireland cowspacre"]


def _close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


def _beside(found, table, prefix, columns):
    """Compare where spdep's results are kept, and the unit has neighbours."""
    kept = table[f"{prefix}_z"].notna() & table["neighbours"].notna()
    assert kept.sum() > 30
    for column in columns:
        _close(found.loc[kept, column], table.loc[kept, f"{prefix}_{column}"])
    if "expected" in columns:
        apart = found["statistic"] - found["expected"]
        _close((apart / found["z"])[kept] ** 2, table.loc[kept, f"{prefix}_variance"])


@pytest.mark.parametrize("data", DATA)
def test_local_statistics(oracle, data):
    """Statistic, expectation, variance and z; spdep has Gi as a sum with binary weights."""
    table, graph = oracle(data)
    binary, rows = graph.transform("b"), graph.transform("r")
    values, sums = table["value"], ("statistic", "expected", "z")
    _beside(gi(values, binary, n_permutations=9), table, "gi", sums)
    _beside(gi_star(values, binary, n_permutations=9), table, "gi_star", sums)
    _beside(local_moran(values, rows, n_permutations=9), table, "moran", sums)
    for function, prefix, weights in (
        (gi, "gi", rows), (gi_star, "gi_star", rows), (local_moran, "moran", binary)
    ):  # fmt: skip
        _beside(function(values, weights, n_permutations=9), table, prefix, ("z",))


@pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")
@pytest.mark.parametrize("data", GLOBAL)
@pytest.mark.parametrize(
    ("function", "style"), [(moran, "b"), (moran, "r"), (general_g, "b")], ids=lambda x: str(x)[:15]
)
def test_global_tests(oracle, global_oracles, data, function, style):
    """Moran's I with isolates on purpose has other moments, held by test_global_enumeration.py.

    spdep's are of permuting the linked units only, though their values are centred with all.
    """
    name, _, column = data.partition(" ")
    table, graph = oracle(name)
    rows = global_oracles.query("data == @data and statistic == @function.__name__")
    row = rows[rows["weights"] == {"b": "B", "r": "W"}[style]].iloc[0]
    result = function(table[column or "value"], graph.transform(style), n_permutations=0)
    compared = {
        "value": result.statistic,
        "n": result.n,
        "expected": result.expected,
        "variance": result.variance,
        "z": result.z,
    }
    if function is moran and len(graph.isolates):  # spdep's moments are not those of permuting
        compared = {name: compared[name] for name in ("value", "n")}
        assert result.expected == pytest.approx(
            -result.n / len(table) / (len(table) - 1), rel=1e-10
        )
        assert result.expected != pytest.approx(row["expected"], rel=0.03)
    _close(list(compared.values()), row[list(compared)].to_numpy(dtype=float))
