"""Local statistics beside esda and pygeoda: same values, same neighbours, one run.

``python benchmarks/local.py [side] [permutations]`` prints a table of seconds (best of several)
and ratios. esda is compiled where numba is installed (``uv run --group bench --with numba``), and
called once before it is timed. Every row is the whole call: neighbour sums, z and p-values; ours
also corrects for many units, labels, and lays out the table.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from esda import G_Local, Moran_Local
from libpysal.graph import Graph
from libpysal.weights import lat2W

from hotspots.statistics.getis_ord import gi_star
from hotspots.statistics.local_moran import local_moran

REPEATS = 5


def best(call, repeats=REPEATS):
    """Give the shortest of several timings, after one call that is not timed."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peers(values, graph, n_permutations, weights):
    """Give the peers' calls by statistic and name."""
    x = values.to_numpy(dtype=float)
    options = {"permutations": n_permutations, "seed": 1, "keep_simulations": False, "n_jobs": 1}
    calls = {
        ("gi_star", "esda"): lambda: G_Local(x, graph, transform="B", star=True, **options),
        ("local_moran", "esda"): lambda: Moran_Local(x, graph, **options),
    }
    if weights is not None:
        import pygeoda

        given = {
            "permutations": n_permutations,
            "permutation_method": "lookup-table",  # the faster of its two
            "cpu_threads": 1,
        }
        calls["gi_star", "pygeoda"] = lambda: pygeoda.local_gstar(weights, x.tolist(), **given)
        calls["local_moran", "pygeoda"] = lambda: pygeoda.local_moran(weights, x.tolist(), **given)
    return calls


def _pygeoda_weights(graph):
    from pygeoda.weights import read_gal

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.gal"
        lines = [f"0 {graph.n} units id"]
        for unit in graph.unique_ids:
            near = graph[unit].index
            lines += [f"{unit} {len(near)}", " ".join(map(str, near))]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_gal(str(path), [str(unit) for unit in graph.unique_ids])


def main(side=200, n_permutations=999):
    graph = Graph.from_W(lat2W(side, side, rook=False))
    rng = np.random.default_rng(0)
    data = {
        "counts": pd.Series(rng.poisson(1, side * side)),
        "real": pd.Series(rng.normal(10, 1, side * side)),
    }
    weights = _pygeoda_weights(graph) if importlib.util.find_spec("pygeoda") else None
    compiled = "compiled" if importlib.util.find_spec("numba") else "not compiled"
    print(f"{side * side:,} units, {n_permutations:,} permutations; esda {compiled}")
    for kind, values in data.items():
        ours = {
            statistic.__name__: best(
                lambda s=statistic, v=values: s(v, graph, n_permutations=n_permutations, rng=1), 15
            )
            for statistic in (gi_star, local_moran)
        }
        for name, seconds in ours.items():
            print(f"{kind:7} {name:12} {'hotspots':10} {seconds:9.4f} s")
            for (statistic, peer), call in peers(values, graph, n_permutations, weights).items():
                if statistic == name:
                    taken = best(call, 1)
                    ratio = taken / seconds
                    print(f"{kind:7} {name:12} {peer:10} {taken:9.4f} s {ratio:8.1f} x")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*map(int, sys.argv[1:]))
