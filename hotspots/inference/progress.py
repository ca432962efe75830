"""Show how far a long calculation is: a bar on a terminal and in Jupyter, silence in a pipe."""

from __future__ import annotations

import threading
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress

SECONDS = 2.0  # before a bar appears


class Bar:
    """Appears after two seconds where someone watches and nothing else draws; goes when done.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to draw; standard error by default.

    Examples
    --------
    >>> with Bar() as bar:
    ...     bar.show("Simulating", 0.5)
    """

    def __init__(self, *, console: Console | None = None) -> None:
        self._console = console
        self._due: float | None = time.monotonic() + SECONDS
        self._progress: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, what: str, share: float) -> None:
        """Say what is being done, and what share of it is done.

        Parameters
        ----------
        what : str
            A few words.
        share : float
            0 to 1.
        """
        if self._due is not None and time.monotonic() >= self._due:
            self._due = None
            self._progress = _started(self._console)
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], description=what, completed=share)


def _started(console: Console | None) -> Progress | None:
    """Start a bar where someone watches, unless there is one: a study's stands for all of it."""
    from rich.console import Console
    from rich.progress import Progress

    console = console or Console(stderr=True)
    another = any(type(thread).__module__ == "rich.live" for thread in threading.enumerate())
    if another or not watched(console):
        return None
    progress = Progress(console=console, transient=True)
    progress.add_task("", total=1.0)
    progress.start()
    return progress


def watched(console: Console) -> bool:
    """Say whether someone sees a bar: on a terminal, or in Jupyter with its widgets."""
    return console.is_terminal or (console.is_jupyter and find_spec("ipywidgets") is not None)
