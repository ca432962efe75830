"""Local statistics beside esda, pygeoda and spdep: same values, same neighbours, one run.

``python benchmarks/local.py [units ...]`` (4000 and 40000 by default; 400000 takes most of an hour)
prints processor seconds (ours and short ones the best of several; spdep's are seconds elapsed) and
ratios at 999 permutations. All run in one thread. esda is compiled where numba is
installed (``uv run --group bench --with numba``) and called once before it is timed; pygeoda and R
with spdep are left out where they are missing. Every row is the whole call: neighbour sums, z and
p-values; ours also corrects for many units, labels, and lays out the table. "p-values alone" is
what the calls take beyond the same call with one permutation, for ours the engine by itself.

For counts it also prints how far p-values by permutation are from the exact ones, the largest and
the mean difference over all units, for the same statistic and null: the unit's own value is held.
The peers give the smaller of P(T >= t) and P(T < t), so all are read like that. As the peers' ties
depend on rounding, all are compared with the nearer of the exact smaller one and the exact smaller
of P(T > t) and P(T <= t). One set of draws serves all units of ours, so ours are the mean over
several seeds. What "auto" gives is exact here.

``python benchmarks/local.py huge`` runs Gi* on 8.2 million cells with 9,999 permutations, from a
Series and a graph in memory, and samples the resident memory during the call.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from libpysal.graph import Graph

from hotspots.inference.exact import exact_tails, whole_numbers
from hotspots.inference.reference import reference_tails
from hotspots.statistics.around import around
from hotspots.statistics.getis_ord import gi_star
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.neighbourhoods import neighbourhoods

R, SEEDS = 999, 200
COMPLETE, SPDEP_MOST = 40_000, 40_000  # pygeoda's complete method, and spdep, up to so many units
SPDEP = """
suppressMessages(library(spdep))
a <- commandArgs(TRUE); side <- as.integer(a[2])
x <- scan(a[1], quiet = TRUE); nb <- cell2nb(side, side, type = "queen")
star <- nb2listw(include.self(nb), style = "B"); row <- nb2listw(nb)
cat(system.time(localG_perm(x, star, nsim = 999))["elapsed"], "\\n")
cat(system.time(localmoran_perm(x, row, nsim = 999))["elapsed"], "\\n")
"""


def best(call, lasting=1.0):
    """Give the shortest of several timings, after one call that is not timed."""
    call()
    seconds = [timed(call)[0]]
    while sum(seconds) < lasting:
        seconds.append(timed(call)[0])
    return min(seconds)


def timed(call):
    """Give the processor seconds one call takes, and what it returns."""
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def queen(side):
    """Give the queen graph of a square grid, quickly."""
    ids = np.arange(side * side).reshape(side, side)
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = ids[: side - down, max(0, -right) : side - max(0, right)]
        there = ids[down:, max(0, right) : side - max(0, -right)]
        pairs += [(here.ravel(), there.ravel()), (there.ravel(), here.ravel())]
    focal, neighbour = (np.concatenate(part) for part in zip(*pairs, strict=True))
    order = np.lexsort((neighbour, focal))
    return Graph.from_arrays(focal[order], neighbour[order], np.ones(order.size))


def esda_calls(x, graph):
    """Give esda's calls, whole and with one permutation."""
    from esda import G_Local, Moran_Local

    options = {"seed": 1, "keep_simulations": False, "n_jobs": 1}
    star = partial(G_Local, x, graph, transform="B", star=True, **options)
    return {"gi_star": star, "local_moran": partial(Moran_Local, x, graph, **options)}


def pygeoda_calls(x, graph, method):
    """Give pygeoda's calls, or none where it is missing."""
    if not importlib.util.find_spec("pygeoda"):
        return {}
    import pygeoda
    from pygeoda.weights import read_gal

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.gal"
        near = graph.adjacency.reset_index().groupby("focal")["neighbor"].agg(list)
        lines = [f"0 {graph.n} units id"]
        for unit, others in near.items():
            lines += [f"{unit} {len(others)}", " ".join(map(str, others))]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        weights = read_gal(str(path), [str(unit) for unit in graph.unique_ids])
    given = {"permutations": R, "permutation_method": method, "cpu_threads": 1}
    values = x.tolist()
    return {
        "gi_star": lambda: pygeoda.local_gstar(weights, values, **given),
        "local_moran": lambda: pygeoda.local_moran(weights, values, **given),
    }


def spdep_seconds(x, side):
    """Time spdep inside R, or give nothing where it is missing."""
    if not shutil.which("Rscript"):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.txt"
        np.savetxt(path, x)
        command = ["Rscript", "-e", SPDEP, str(path), str(side)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {}
    return dict(zip(("gi_star", "local_moran"), map(float, done.stdout.split()), strict=True))


def engines(values, graph):
    """Time p-values alone: exact and shared reference, of Gi* and of local Moran."""
    units = neighbourhoods(values, graph)
    out = {}
    for name, own in (("gi_star", True), ("local_moran", False)):
        sums, _ = around(units, own=own).compared(held=not own, untested=np.zeros(units.n, bool))
        numbers = whole_numbers(sums.values)
        rng = np.random.default_rng(1)
        out[name] = {"shared reference": best(partial(reference_tails, sums, R, rng))}
        if numbers is not None:
            out[name]["exact"] = best(partial(exact_tails, sums, numbers))
    return out


def errors(statistic, values, graph, peers):
    """Give the largest and the mean error of p-values by permutation: ours, and the peers'."""
    held = {"null": "conditional"} if statistic is gi_star else {}
    call = partial(statistic, values, graph, n_permutations=R, **held)
    upper, lower = (
        call(method="exact", alternative=which)["p_value"] for which in ("greater", "less")
    )
    draws = [call(method="permutation", alternative="greater", rng=seed) for seed in range(SEEDS)]
    p_values = [drawn["p_value"] for drawn in draws]
    ties = [np.minimum(tail, 1 - tail) for tail in (upper, 1 - lower)]
    ours = [np.minimum(p, 1 + 1 / (R + 1) - p) for p in p_values]
    out = {}
    for name, found in {"ours by permutation": ours, **{k: [p] for k, p in peers.items()}}.items():
        apart = [np.minimum(*((p - tie).abs() for tie in ties)) for p in found]
        out[name] = [np.mean([of(error) for error in apart]) for of in (np.max, np.mean)]
    return out


def compare(n_units):
    """Print the table for one size."""
    side = round(n_units**0.5)
    graph, rng = queen(side), np.random.default_rng(0)
    print(f"\n{side * side:,} units, {R} permutations")
    for kind, values in {
        "counts": pd.Series(rng.poisson(1, side * side)),
        "real": pd.Series(rng.normal(10, 1, side * side)),
    }.items():
        x = values.to_numpy(dtype=float)
        alone, peers = engines(values, graph), esda_calls(x, graph)
        lookup = pygeoda_calls(x, graph, "lookup-table")
        small = side * side <= COMPLETE
        complete = pygeoda_calls(x, graph, "complete") if small else {}
        spdep = spdep_seconds(x, side) if side * side <= SPDEP_MOST else {}
        for statistic in (gi_star, local_moran):
            name = statistic.__name__
            ours = {
                method: best(
                    partial(statistic, values, graph, method=method, n_permutations=R, rng=1)
                )
                for method in ("auto", "permutation")
            }
            peers[name](permutations=1)  # compiles what is timed next
            without = timed(partial(peers[name], permutations=1))[0]
            whole, found = timed(partial(peers[name], permutations=R))
            rows, theirs = {"esda": whole, "spdep": spdep.get(name)}, {"esda": found.p_sim}
            for title, calls in (("pygeoda lookup", lookup), ("pygeoda complete", complete)):
                if name in calls:
                    rows[title], found = timed(calls[name])
                    theirs[title] = np.array(found.lisa_pvalues())
            used = ", ".join(f"{method} {seconds:.4f} s" for method, seconds in ours.items())
            print(f"{kind:7} {name:12} whole call: {used}")
            for title, seconds in rows.items():
                if seconds is not None:
                    ratios = ", ".join(f"{seconds / own:.0f} x" for own in ours.values())
                    print(f"{'':20} {title:17} {seconds:9.3f} s   {ratios}")
            for engine, seconds in alone[name].items():
                ratio = f"{(whole - without) / seconds:.0f} x (esda {whole - without:.3f} s)"
                print(f"{'':20} p-values alone, {engine}: {seconds:.4f} s   {ratio}")
            if kind == "counts":
                for title, (most, mean) in errors(statistic, values, graph, theirs).items():
                    print(f"{'':20} error of p, {title}: at most {most:.4f}, mean {mean:.5f}")


def resident():
    """Read this process's resident memory, in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    raise OSError("no VmRSS")


def huge(side=2864, n_permutations=9_999):
    """Time Gi* on 8.2 million cells and sample its memory."""
    values = pd.Series(np.random.default_rng(0).poisson(1, side * side))
    start = time.perf_counter()
    graph = queen(side)
    print(f"{side * side:,} cells, graph built in {time.perf_counter() - start:.1f} s")
    for method in ("auto", "permutation"):
        before, most, done = resident(), [0], threading.Event()

        def watch(most=most, done=done):
            while not done.wait(0.02):
                most[0] = max(most[0], resident())

        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.perf_counter()
        result = gi_star(values, graph, method=method, n_permutations=n_permutations, rng=1)
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
        engine = result.attrs["inference"]["method"]
        print(
            f"gi_star by {engine}: {seconds:.1f} s, {(most[0] - before) / 1e9:.2f} GB above input"
        )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1:] == ["huge"]:
        huge()
    else:
        for size in sys.argv[1:] or ("4000", "40000"):
            compare(int(size))
