"""Meetings: how often records with one label have neighbours with another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspots.errors import InputError, SchemaError
from hotspots.facilities.colocation_labels import MOST_LABELS
from hotspots.inference.permutation import TIE, column_products

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.facilities.colocation_labels import Dealing, Labelled
    from hotspots.facilities.colocation_neighbours import Links

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Meetings:
    """Who looks around, by what, and which labels they may meet."""

    names: pd.Index
    codes: Integers
    from_names: pd.Index
    from_codes: Integers
    fixed: bool

    @classmethod
    def of(cls, given: Labelled, points: gpd.GeoDataFrame, by: str | None) -> Meetings:
        """Let records look around by their label, or by another column."""
        if by is None:
            return cls(given.names, given.codes, given.names, given.codes, fixed=False)
        if by not in points.columns:
            raise SchemaError(f"points: no column {by!r} to look around by")
        values = pd.Categorical(points[by][given.kept]).remove_unused_categories()
        if len(values.categories) > MOST_LABELS:
            raise InputError(
                f"by {by!r}: {len(values.categories)} different values; group them to at most "
                f"{MOST_LABELS}"
            )
        codes = np.asarray(values.codes, dtype=np.int64)
        return cls(given.names, given.codes, values.categories, codes, fixed=True)

    def count(self, links: Links, source: Integers) -> Floats:
        """Count neighbours of every pair, and of one label, shape (n_pairs + 1, b), as dealt."""
        codes = self.codes[source]
        looking = self.from_codes[:, None] if self.fixed else codes
        n_from, n_to = len(self.from_names), len(self.names)
        met = np.zeros((n_from, n_to, source.shape[1]))
        for to in range(n_to):
            sums = links.sums((codes == to).astype(np.float64))
            for one in range(n_from):
                chosen = np.broadcast_to(looking == one, sums.shape).astype(np.float64)
                met[one, to] = column_products(chosen, sums)
        return np.vstack([met.reshape(n_from * n_to, -1), self.same(met)])

    def same(self, met: Floats) -> Floats:
        """Add up the meetings of each label with itself, shape (1, b)."""
        if self.fixed:
            return np.zeros((1, met.shape[2]))
        total: Floats = np.einsum("aab->b", met)[None]
        return total

    def table(self, observed: Floats, expected: Floats) -> pd.DataFrame:
        """Lay out what was counted, a row per pair."""
        n_from, n_to = len(self.from_names), len(self.names)
        first, second = np.repeat(np.arange(n_from), n_to), np.tile(np.arange(n_to), n_from)
        here = np.bincount(self.from_codes[self.from_codes >= 0], minlength=n_from)
        return pd.DataFrame(
            {
                "from_label": self.from_names[first],
                "to_label": self.names[second],
                "n_from": here[first],
                "n_to": np.bincount(self.codes, minlength=n_to)[second],
                "observed": observed[:-1],
                "expected": expected[:-1],
                "quotient": over(observed[:-1], expected[:-1]),
            }
        )


def expected_meetings(look: Meetings, links: Links, dealing: Dealing) -> Floats:
    """Give the exact mean of the meetings over all ways to deal the labels.

    Labels of records of persons from different classes are independent. Of two persons of one
    class with m members they are those of two different ones: all pairs of members, less each with
    itself, over m (m - 1).
    """
    labels = (look.codes[:, None] == np.arange(len(look.names))).astype(np.float64)
    chance = dealing.chances(labels)
    if look.fixed:
        looking = (look.from_codes[:, None] == np.arange(len(look.from_names))).astype(np.float64)
        met = looking.T @ links.sums(chance)
        return np.append(met.ravel(), 0.0)
    met = chance.T @ links.sums(chance)
    for members in dealing.classes:
        m, r = members.shape
        if m == 1:
            continue
        slots = np.zeros((links.n, r))
        slots[members, np.arange(r)] = 1.0
        weight = slots.T @ links.sums(slots)
        of_slot = chance[members[0]]
        apart = of_slot.T @ weight @ of_slot
        theirs = labels[members]
        itself = np.einsum("psa,psb->ab", theirs, np.einsum("st,ptb->psb", weight, theirs))
        met += (m * m * apart - itself) / (m * (m - 1)) - apart
    return np.append(met.ravel(), np.trace(met))


def over(observed: Floats, expected: Floats) -> Floats:
    """Divide observed by expected; NaN where nothing is expected."""
    some = expected > TIE
    quotient: Floats = np.divide(observed, expected, out=np.full(observed.size, np.nan), where=some)
    return quotient
