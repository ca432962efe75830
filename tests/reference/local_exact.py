"""Writes local_small_exact.csv from local_small.csv, beside it: every arrangement, no chance.

python tests/reference/local_exact.py
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
NULLS = {
    "local_moran": "conditional",
    "gi": "conditional",
    "local_geary": "conditional",
    "local_geary_multivariate": "conditional",
    "local_moran_bivariate": "conditional",
    "lees_l_local": "conditional",
    "lees_l_local_self": "conditional",
    "gi_star_one": "total",
    "gi_star_largest": "total",
}


@dataclass(frozen=True)
class Unit:
    """One unit of a map with two variables; each method is a statistic, as README.md defines it.

    They take draws of shape (m, k, 2), the values of a and b at the k neighbours in order, and
    give m numbers; ``gi_star_*`` take (m, k + 1, 2), the unit itself first.
    """

    values: np.ndarray
    position: int
    weights: np.ndarray

    @cached_property
    def shares(self):
        return self.weights / self.weights.sum()

    @cached_property
    def deviations(self):
        return self.values - self.values.mean(axis=0)

    @cached_property
    def product(self):
        return np.sqrt((self.deviations**2).sum(axis=0).prod())

    def standardised(self, rows):
        return (rows - self.values.mean(axis=0)) / self.values.std(axis=0, ddof=1)

    def lags(self, rows, shares):
        return np.einsum("mkv,k->mv", rows - self.values.mean(axis=0), shares)

    def squares(self, rows):
        return (self.standardised(rows) - self.standardised(self.values[self.position])) ** 2

    def local_moran(self, rows):
        own, square = self.deviations[self.position, 0], (self.deviations[:, 0] ** 2).mean()
        return own * self.lags(rows, self.shares)[:, 0] / square

    def gi(self, rows):
        return rows[:, :, 0] @ self.weights

    def local_geary(self, rows):
        return self.squares(rows)[:, :, 0] @ self.shares

    def local_geary_multivariate(self, rows):
        return self.squares(rows).mean(axis=2) @ self.shares

    def local_moran_bivariate(self, rows):
        own = self.standardised(self.values[self.position])[0]
        return own * (self.standardised(rows)[:, :, 1] @ self.shares)

    def lees_l_local(self, rows):
        return len(self.values) * self.lags(rows, self.shares).prod(axis=1) / self.product

    def lees_l_local_self(self, rows):
        both = 1 + self.weights.sum()
        own = self.deviations[self.position] / both
        lags = own + self.lags(rows, self.weights / both)
        return len(self.values) * lags.prod(axis=1) / self.product

    def gi_star_one(self, rows):
        return rows[:, :, 0] @ np.r_[1.0, self.weights]

    def gi_star_largest(self, rows):
        return rows[:, :, 0] @ np.r_[self.weights.max(), self.weights]


def counted(table: pd.DataFrame, units) -> pd.DataFrame:
    """Go through every arrangement of some units of ``local_small.csv``, for each statistic."""
    import enumeration  # beside this file: on the path of a script, and put there by conftest

    values = table[["a", "b"]].to_numpy(dtype=float)
    rows = []
    for i in units:
        neighbours = [int(j) - 1 for j in table["neighbours"].iloc[i].split()]
        unit = Unit(values, i, np.array(table["weights"].iloc[i].split(), dtype=float))
        for name, null in NULLS.items():
            counts = getattr(enumeration, null)(values, i, neighbours, getattr(unit, name))
            rows.append((name, null, table.index[i], *counts.numbers))
    columns = ["statistic", "null", "id", "at_least", "at_most", "arrangements"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Write the exact counts of all 16 units."""
    names = {"neighbours": str, "weights": str}
    table = pd.read_csv(HERE / "local_small.csv", index_col="id", dtype=names)
    temporary = HERE / "local_small_exact.csv.new"
    counted(table, range(len(table))).to_csv(temporary, index=False, lineterminator="\n")
    os.replace(temporary, HERE / "local_small_exact.csv")


if __name__ == "__main__":
    main()
