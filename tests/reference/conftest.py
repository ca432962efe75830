"""The oracle tables beside this file: written by spdep.R, never by hand."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from libpysal.graph import Graph

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def oracle():
    """Give a function reading one oracle table: ids as index, and the binary graph."""

    def read(name: str) -> tuple[pd.DataFrame, Graph]:
        table = pd.read_csv(HERE / f"{name}.csv", index_col="id", dtype={"neighbours": str})
        positions = [[int(i) - 1 for i in text.split()] for text in table["neighbours"].fillna("")]
        ids = table.index
        neighbours = {
            ids[i]: [ids[j] for j in links] or [ids[i]] for i, links in enumerate(positions)
        }
        weights = {ids[i]: [1] * len(links) or [0] for i, links in enumerate(positions)}
        return table, Graph.from_dicts(neighbours, weights)

    return read


@pytest.fixture(scope="session")
def global_oracles() -> pd.DataFrame:
    """Give spdep's global tests, one row per data set, statistic and weights style."""
    return pd.read_csv(HERE / "globals.csv")


def _beside(stem: str) -> ModuleType:
    """Import a module that lies here, as a script of this folder would."""
    sys.path.insert(0, str(HERE))
    try:
        return importlib.import_module(stem)
    finally:
        sys.path.remove(str(HERE))


@pytest.fixture(scope="session")
def local_oracle_enumeration() -> ModuleType:
    """Give enumeration.py: exact tails of any statistic of a handful of units."""
    return _beside("enumeration")


@pytest.fixture(scope="session")
def local_oracle_exact(local_oracle_enumeration) -> ModuleType:
    """Give local_exact.py: what wrote ``local_small_exact.csv``."""
    return _beside("local_exact")


@pytest.fixture(scope="session")
def local_oracle():
    """Give a function reading local_columbus or local_sids: ids as index, and the binary graph."""

    def read(name: str) -> tuple[pd.DataFrame, Graph]:
        table = _local_table(f"local_{name}")
        return table, _local_graph(table)

    return read


@pytest.fixture(scope="session")
def local_oracle_weighted():
    """Give a function reading one scheme of local_weighted: values and results, and the graph."""
    values = pd.read_csv(HERE / "local_columbus.csv", index_col="id")[["CRIME", "INC"]]
    every = _local_table("local_weighted")

    def read(scheme: str) -> tuple[pd.DataFrame, Graph]:
        table = every[every["scheme"] == scheme]
        return values.join(table, validate="one_to_one"), _local_graph(table)

    return read


@pytest.fixture(scope="session")
def local_oracle_centres() -> pd.DataFrame:
    """Give the points that the schemes of local_weighted are built from, in R's units."""
    return pd.read_csv(HERE / "local_centres.csv", index_col="id")


@pytest.fixture(scope="session")
def local_oracle_small() -> tuple[pd.DataFrame, Graph]:
    """Give the 16 units of local_small, with x, y, a and b, and their inverse distances."""
    table = _local_table("local_small")
    return table, _local_graph(table)


@pytest.fixture(scope="session")
def local_oracle_tails() -> pd.DataFrame:
    """Give exact tails of the 16 units: index (statistic, id), columns upper and lower."""
    table = pd.read_csv(HERE / "local_small_exact.csv", index_col=["statistic", "id"])
    counts = table["arrangements"]
    return pd.DataFrame({"upper": table["at_least"] / counts, "lower": table["at_most"] / counts})


@pytest.fixture(scope="session")
def local_oracle_permutations() -> pd.DataFrame:
    """Give what R counted in 10^6 draws for the 16 units: index (statistic, id)."""
    return pd.read_csv(HERE / "local_small_permutations.csv", index_col=["statistic", "id"])


def _local_table(stem: str) -> pd.DataFrame:
    text = {"neighbours": str, "weights": str}
    return pd.read_csv(HERE / f"{stem}.csv", index_col="id", dtype=text)


def _local_graph(table: pd.DataFrame) -> Graph:
    links = [
        [table.index[int(j) - 1] for j in text.split()] for text in table["neighbours"].fillna("")
    ]
    if "weights" in table:
        weights = [[float(w) for w in text.split()] for text in table["weights"]]
    else:
        weights = [[1] * len(found) for found in links]
    return Graph.from_dicts(
        {i: found or [i] for i, found in zip(table.index, links, strict=True)},
        {i: found or [0] for i, found in zip(table.index, weights, strict=True)},
    )
