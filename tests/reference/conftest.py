"""The oracle tables beside this file: written by spdep.R, never by hand."""

from pathlib import Path

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
