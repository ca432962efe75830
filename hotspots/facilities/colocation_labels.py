"""Labels of records, and labels dealt anew: by person, among persons with as many records.

Random labelling asks whether what is said of records has to do with where they are, while where
they are stays as it is. That is a question about labels of one process, such as confirmed or
believed. It is none about kinds of place: a home stands where homes may stand, and would be found
apart from hotels, or near them, for that alone.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import gammaln

from hotspots.crs import require_metric, require_points, require_same_crs
from hotspots.errors import CoverageWarning, InputError, SchemaError
from hotspots.facilities.colocation_neighbours import Records
from hotspots.geography.snapping import snap, uncovered
from hotspots.inference.permutation import block_sizes
from hotspots.schema import KINDS
from hotspots.statistics.results import levels_to_caller

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from hotspots.geography.streets import Streets

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

FEW_PERSONS = 10
FEW_OF_LABEL = 5
MOST_LABELS = 20
LARGEST = 700.0  # the logarithm of about the largest float
OF_PLACES = ("kind", "place_type")


@dataclass(frozen=True, eq=False)
class Labelled:
    """Records that have a label, a place and a person.

    Attributes
    ----------
    kept : ndarray of bool, shape (n_points,)
        Which of the points given take part; there are n.
    names : Index
        What the labels are called.
    codes : ndarray of int, shape (n,)
        The label of each record, as a position in `names`.
    records : Records
        Their places and persons.
    who : str
        What is counted: ``"person"``, or ``"record"`` where no persons are known.
    notes : tuple of str
        What was left out.
    """

    kept: Flags
    names: pd.Index
    codes: Integers
    records: Records
    who: str
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        points: gpd.GeoDataFrame,
        label: str,
        *,
        streets: Streets | None,
        persons: str | None,
        max_snap: float,
    ) -> Labelled:
        """Check points and labels, and leave out what cannot take part."""
        _check(points, label)
        values = pd.Categorical(points[label]).remove_unused_categories()
        _require_labels(values, label)
        codes = np.asarray(values.codes, dtype=np.int64)
        kept, notes = codes >= 0, []
        if not kept.all():
            missing = _counted(int((~kept).sum()), "record")
            notes.append(f"{missing} of {len(points)} without {label} left out.")
        snapped = None
        if streets is not None:
            snapped = _snapped(points, streets, max_snap)
            far = kept & ~(snapped["snap_m"].to_numpy() <= max_snap)
            if far.any():
                notes.append(f"{_counted(int(far.sum()), 'record')} far from a street left out.")
            kept = kept & ~far
            snapped = snapped[kept]
        if not kept.any():
            raise InputError(f"points: none with {label} is near a street; is it the same place?")
        person, said = _persons(points[kept], persons)
        return cls(
            kept=kept,
            names=values.categories,
            codes=codes[kept],
            records=Records.of(points[kept], person, snapped, streets),
            who="record" if said else "person",
            notes=(*notes, *said),
        )

    @cached_property
    def n_persons(self) -> int:
        """How many persons there are."""
        return int(np.unique(self.records.person).size)

    def counted(self, n: int) -> str:
        """Say how many persons, or records where no persons are known."""
        return _counted(n, self.who)

    def n_with(self, codes: Integers, n_codes: int) -> Integers:
        """Count the persons with any record of each code; -1 is none."""
        has = codes >= 0
        pairs = np.unique(np.column_stack([self.records.person[has], codes[has]]), axis=0)
        return np.bincount(pairs[:, 1], minlength=n_codes)


@dataclass(frozen=True, eq=False)
class Dealing:
    """Who can change labels with whom.

    Attributes
    ----------
    n : int
        Records.
    classes : tuple of ndarray of int, shape (n_persons, r)
        Persons with r records each: a row per person, with its records in their order.
    """

    n: int
    classes: tuple[Integers, ...]

    @classmethod
    def of(cls, person: Integers) -> Dealing:
        """Put persons with as many records together."""
        order = np.argsort(person, kind="stable")
        _, first, size = np.unique(person[order], return_index=True, return_counts=True)
        members = [
            order[first[size == r][:, None] + np.arange(r)] for r in np.unique(size).tolist()
        ]
        return cls(len(person), tuple(members))

    @property
    def n_fixed(self) -> int:
        """How many records keep their label: nobody else has as many."""
        return sum(members.size for members in self.classes if len(members) == 1)

    def draws(self, n_permutations: int, rng: np.random.Generator) -> Iterator[Integers]:
        """Deal labels anew: give arrays, shape (n, b), of the record each one has its label from.

        A person gets all labels of one person with as many records, in their order.
        """
        for size in block_sizes(self.n, n_permutations):
            source = np.empty((self.n, size), dtype=np.int64)
            for members in self.classes:
                turn = np.tile(np.arange(len(members)), (size, 1))
                rng.permuted(turn, axis=1, out=turn)
                for slot in members.T:
                    source[slot] = slot[turn.T]
            yield source

    def chances(self, labels: Floats) -> Floats:
        """Give the chance of each label at each record, shape (n, k), from 0 or 1 for each."""
        chance = np.empty_like(labels)
        for members in self.classes:
            for slot in members.T:
                chance[slot] = labels[slot].mean(axis=0)
        return chance

    def arrangements(self, codes: Integers) -> float:
        """Count the different ways to deal the labels; infinite beyond what a float holds."""
        logarithm = 0.0
        for members in self.classes:
            _, alike = np.unique(codes[members], axis=0, return_counts=True)
            logarithm += gammaln(len(members) + 1) - gammaln(alike + 1).sum()
        return float(np.round(np.exp(logarithm))) if logarithm < LARGEST else np.inf

    def notes(self) -> list[str]:
        """Say how labels of persons with several records are dealt."""
        if len(self.classes) == 1 and self.classes[0].shape[1] == 1:
            return []
        how = (
            "Labels are dealt by person, among persons with as many records; a person's own "
            "records are no neighbours of each other."
        )
        alone = [members for members in self.classes if len(members) == 1]
        if not alone:
            return [how]
        records = _counted(self.n_fixed, "record")
        kept = f"{records} of {_counted(len(alone), 'person')} keep their labels"
        return [how, f"{kept}: nobody else has as many."]


def _counted(n: int, noun: str) -> str:
    return f"1 {noun}" if n == 1 else f"{n:,} {noun}s"


def _snapped(points: gpd.GeoDataFrame, streets: Streets, max_snap: float) -> pd.DataFrame:
    """Find points on the streets; warn where the streets do not cover them."""
    if not max_snap > 0:
        raise InputError(f"max_snap: {max_snap:g} m; give more than 0")
    require_same_crs(points, streets.edges, what="points and streets")
    snapped = snap(points, streets)
    said = uncovered(snapped, max_snap=max_snap)
    if said:
        warnings.warn(f"points: {said}", CoverageWarning, stacklevel=levels_to_caller())
    return snapped


def _persons(points: gpd.GeoDataFrame, persons: str | None) -> tuple[Integers, list[str]]:
    """Give each person a number; a record without one is a person of its own."""
    alone = np.arange(len(points))
    if persons is None:
        return alone, ["Every record is taken as a person of its own."]
    if persons not in points.columns:
        said = (
            f"No column {persons!r}: every record is taken as a person of its own, and if several "
            "are of one person, the p-values are too small."
        )
        return alone, [said]
    codes, known = pd.factorize(points[persons])
    missing = codes < 0
    codes[missing] = len(known) + np.arange(int(missing.sum()))
    return np.asarray(codes, dtype=np.int64), []


def _check(points: gpd.GeoDataFrame, label: str) -> None:
    require_metric(points, what="points")
    if label not in points.columns:
        raise SchemaError(f"points: no column {label!r} to take labels from")
    require_points(points, what="points")
    kinds = set(points[label].dropna().astype("str")) & {*KINDS} - {"other"}
    if label in OF_PLACES or len(kinds) > 1:
        raise InputError(
            f"label {label!r} says what a place is, and that cannot be dealt at random: places "
            "stand where their kind may stand, so independent kinds would be found co-located, or "
            "apart. Draw control sites with draw_controls, and ask compare_with_controls how near "
            "they are, or colocation_with_controls what is nearest; for a label of the records by "
            f"what their places are, give the label and by={label!r}"
        )


def _require_labels(values: pd.Categorical, label: str) -> None:
    n = len(values.categories)
    if n < 2:
        raise InputError(f"label {label!r}: {n} different values; two are needed to compare")
    if n > MOST_LABELS:
        raise InputError(
            f"label {label!r}: {n} different values; group them to at most {MOST_LABELS}"
        )
