"""Every unit and every global test beside R's spdep, on five data sets."""

import numpy as np
import pytest

from hotspots.statistics.getis_ord import gi, gi_star
from hotspots.statistics.global_tests import general_g, moran
from hotspots.statistics.local_moran import local_moran

DATA = ["columbus", "columbus_old", "afcon", "getisord", "sids74"]
GLOBAL = [*DATA[:3], "sids74", "ireland pagval2_10", "ireland cowspacre"]


def _close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("style", ["b", "r"])
def test_local_statistics(oracle, data, style):
    table, graph = oracle(data)
    graph, values = graph.transform(style), table["value"]
    linked = ~table.index.isin(graph.isolates)
    table = table[linked]
    for function, column in ((gi, "gi_z"), (gi_star, "gi_star_z")):
        _close(function(values, graph, n_permutations=9)["z"][linked], table[column])
    result = local_moran(values, graph, n_permutations=9)[linked]
    _close(result["statistic"], table["moran"])
    _close(result["expected"], table["moran_expected"])
    _close(result["z"], table["moran_z"])


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
        assert result.expected == pytest.approx(-result.n / len(table) / (len(table) - 1))
        assert result.expected != pytest.approx(row["expected"], rel=0.03)
    _close(list(compared.values()), row[list(compared)].to_numpy(dtype=float))
