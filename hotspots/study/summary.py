"""What the command line says when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table as Grid

from hotspots.presentation.controls import compared, set_sentences
from hotspots.presentation.formats import counted
from hotspots.presentation.sentences import headline
from hotspots.schema import COLD_LABELS, HOT_LABELS, NOT_SIGNIFICANT, NOT_TESTABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libpysal.graph import Graph

    from hotspots.disclosure.release import PublicRelease
    from hotspots.schema import RowCounts
    from hotspots.study.check import Check
    from hotspots.study.model import Study
    from hotspots.study.run import Run


def print_check(study: Study, checked: Check) -> None:
    """Say what was read and counted, and that the study can be run.

    Parameters
    ----------
    study : Study
    checked : Check
    """
    inputs = checked.inputs
    console = Console(markup=False)
    console.print(f"{study.name}: every file can be read, nothing was tested", highlight=False)
    console.print(_rows_table(checked.rows))
    for note in checked.notes:
        console.print(note, highlight=False)
    console.print(f"Coordinates: {inputs.boundary.crs.name}", highlight=False)
    alone = _without_neighbours(checked.graph)
    console.print(f"Units: {len(checked.units):,}, {alone:,} without neighbours", highlight=False)
    if inputs.streets is not None:
        nodes, edges = len(inputs.streets.nodes), len(inputs.streets.edges)
        console.print(f"Streets: {nodes:,} nodes, {edges:,} directed edges", highlight=False)


def print_run(done: Run) -> None:
    """Say what was found and where it was written.

    Parameters
    ----------
    done : Run
    """
    console = Console(markup=False)
    console.print(_rows_table(done.analysis.rows))
    for note in done.analysis.notes:
        console.print(note, highlight=False)
    found = Grid()
    found.add_column("Statistic", no_wrap=True)
    for title in ("Areas", "Hot or high", "Cold or low", "Other", "Not testable"):
        found.add_column(title)
    for name in done.analysis.inference:
        found.add_row(name, *map(_number, _label_counts(done.analysis.units[f"{name}_label"])))
    console.print(found)
    for note, names in _by_note({**done.analysis.inference, **done.analysis.rates}).items():
        console.print(f"{', '.join(names)}: {note}", highlight=False)
    if done.internal:
        console.print(headline(done.internal, done.internal.statistics[0]), highlight=False)
        beside = compared(done.internal)
        if beside:
            console.print(set_sentences(beside)[0], highlight=False)
    console.print(_public_sentence(done.public), highlight=False)
    written = Grid("Written to", "Bytes", title=str(done.folder), title_justify="left")
    for file in done.files:
        written.add_row(file.relative_to(done.folder).as_posix(), _number(file.stat().st_size))
    console.print(written)
    if done.left_over:
        console.print(f"{done.folder / 'internal'} is of an earlier run.", highlight=False)


def _without_neighbours(graph: Graph) -> int:
    """Count units with no neighbour but themselves, as a kernel has it."""
    weights = graph.sparse.tocoo()
    others = (weights.row != weights.col) & (weights.data != 0)
    return int(graph.n - len(set(weights.row[others].tolist())))


def _by_note(inference: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Give every note once, with the statistics it is about."""
    about: dict[str, list[str]] = {}
    for name, details in inference.items():
        for note in details["notes"]:
            about.setdefault(note, []).append(name)
    return about


def _rows_table(rows: Mapping[str, RowCounts]) -> Grid:
    table = Grid("Table", "Read", "Located", "Used", "Set aside")
    for name, counts in rows.items():
        reasons = "; ".join(f"{reason}: {_number(n)}" for reason, n in counts.set_aside.items())
        figures = map(_number, (counts.read, counts.located, counts.used))
        table.add_row(name, *figures, reasons or "none")
    return table


def _label_counts(labels: object) -> tuple[int, int, int, int, int]:
    import pandas as pd

    named = pd.Series(labels).astype(str)
    high = int(named.isin([*HOT_LABELS, "high-high"]).sum())
    low = int(named.isin([*COLD_LABELS, "low-low"]).sum())
    no = int((named == NOT_TESTABLE).sum())
    plain = int((named == NOT_SIGNIFICANT).sum())
    return len(named), high, low, len(named) - high - low - no - plain, no


def _public_sentence(public: PublicRelease) -> str:
    areas = counted(len(public.table), "area")
    if public.context.open_data:
        return f"Public: {areas} of published records, nothing withheld."
    return f"Public: {areas}, {int(public.withheld.sum())} withheld."


def _number(value: float) -> str:
    return f"{value:,}"
