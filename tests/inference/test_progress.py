"""A bar where someone watches, and nowhere else."""

import io
import threading

import pytest
from rich.console import Console
from rich.progress import Progress

from hotspots.inference import progress
from hotspots.inference.progress import Bar


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """Nobody waits two seconds, nor draws when a test starts."""
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    for thread in _drawing():
        thread.join(timeout=10)


def _shown(*, terminal, seconds=0.0, monkeypatch=None):
    if monkeypatch:
        monkeypatch.setattr(progress, "SECONDS", seconds)
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, force_jupyter=False, width=80)
    with Bar(console=console) as bar:
        bar.show("Simulating up to 99 times", 0.25)
        bar.show("Simulating up to 999 times", 0.5)
    return text.getvalue()


def test_a_terminal_shows_what_is_done_and_its_share():
    shown = _shown(terminal=True)
    assert "Simulating up to 999 times" in shown
    assert "50%" in shown


def test_a_pipe_stays_silent():
    assert _shown(terminal=False) == ""


def test_short_work_stays_silent(monkeypatch):
    assert _shown(terminal=True, seconds=60.0, monkeypatch=monkeypatch) == ""


def test_beside_another_bar_there_is_none():
    with Progress(console=Console(file=io.StringIO(), force_terminal=True)):
        assert _shown(terminal=True) == ""


def test_the_bar_goes_when_the_work_fails():
    console = Console(file=io.StringIO(), force_terminal=True, force_jupyter=False)

    def fail():
        with Bar(console=console) as bar:
            bar.show("Simulating", 0.5)
            drawing.extend(_drawing())
            raise ZeroDivisionError

    drawing: list[threading.Thread] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(drawing) == 1
    drawing[0].join(timeout=10)
    assert not drawing[0].is_alive()


def _drawing():
    return [thread for thread in threading.enumerate() if type(thread).__module__ == "rich.live"]
