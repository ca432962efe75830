"""Say which step a run is at: a bar on a terminal and in Jupyter, silence in a pipe."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hotspots.inference.progress import watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


class Steps:
    """Steps of a run with their seconds; draws a bar where someone watches.

    Parameters
    ----------
    total : int
        How many steps are to come.
    console : rich.console.Console, optional
        Where to draw; standard error by default.

    Attributes
    ----------
    seconds : dict of str to float
        Duration of each finished step.

    Examples
    --------
    >>> with Steps(1) as steps:
    ...     with steps("Reading"):
    ...         pass
    >>> list(steps.seconds)
    ['Reading']
    """

    def __init__(self, total: int, *, console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        self.seconds: dict[str, float] = {}
        self._progress = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not watched(console),
        )
        self._task = self._progress.add_task("Starting", total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Run one step.

        Parameters
        ----------
        name : str
            What is being done, as shown beside the bar.
        """
        self._progress.update(self._task, description=name)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
        self._progress.advance(self._task)
