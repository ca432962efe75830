"""The command line: thin words over :mod:`hotspots.study`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotspots.study.model import Study

DEMO_OUT = Path("maps") / "lakeport"
STREETS = "download the streets of a place from OpenStreetMap; the only command that goes online"
SENT = "The name of the place and its outline are sent, and nothing else."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line; ``sys.argv`` by default.

    Returns
    -------
    int
        0 when done, 2 when the input or the request cannot be used, 1 for a fault of ours.

    Examples
    --------
    >>> main(["check", "no-such-study.toml"])
    2
    """
    from hotspots.errors import FewDataWarning, HotspotsError

    chosen = _parser().parse_args(arguments)
    gc.disable()  # one short run: looking for reference cycles takes a tenth of it, for 5 % memory
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FewDataWarning)  # the notes at the end say the same
            chosen.command(chosen)
    except HotspotsError as error:
        print(f"hotspots: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("hotspots: stopped; nothing was replaced", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001
        _admit(error)
        return 1
    finally:
        gc.enable()
    return 0


def _parser() -> argparse.ArgumentParser:
    from hotspots import __version__

    parser = argparse.ArgumentParser(
        prog="hotspots",
        description="Where incidents concentrate, and how places relate over the street network.",
    )
    parser.add_argument("--version", action="version", version=f"hotspots {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run the embedded sample study, an invented city")
    demo.add_argument(
        "--out", type=Path, default=DEMO_OUT, metavar="DIR", help=f"default {DEMO_OUT}"
    )
    demo.set_defaults(command=_demo)

    init = commands.add_parser("init", help="write a commented study.toml and empty templates")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.set_defaults(command=_init)

    check = commands.add_parser("check", help="read, validate and count everything; test nothing")
    check.add_argument("study", type=Path, metavar="STUDY.toml")
    check.set_defaults(command=_check)

    run = commands.add_parser("run", help="run a study and write its maps, reports and files")
    run.add_argument("study", type=Path, metavar="STUDY.toml")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    run.add_argument(
        "--profile",
        choices=["public", "internal"],
        default="public",
        help="internal writes both, and needs a reason and a recipient",
    )
    run.add_argument("--reason", metavar="TEXT", help="why the internal page is made")
    run.add_argument("--recipient", metavar="TEXT", help="for whom it is made")
    run.set_defaults(command=_run)

    _add_streets(commands.add_parser("streets", help=STREETS, description=STREETS, epilog=SENT))
    return parser


def _add_streets(streets: argparse.ArgumentParser) -> None:
    streets.add_argument("place", metavar="PLACE", help="such as 'Milwaukee, Wisconsin, USA'")
    streets.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help="ends in .graphml[.gz]"
    )
    streets.add_argument(
        "--network",
        choices=["drive", "walk"],
        default="drive",
        help="streets for cars, one-way streets respected, or all public ways for walking",
    )
    streets.add_argument("--force", action="store_true", help="replace a file that is there")
    streets.add_argument(
        "--timeout", type=int, default=180, metavar="SECONDS", help="to wait for an answer"
    )
    streets.add_argument("--cache", type=Path, metavar="DIR", help="where to keep answers")
    streets.add_argument("--nominatim", metavar="URL", help="a server of your own for places")
    streets.add_argument("--overpass", metavar="URL", help="a server of your own for streets")
    streets.set_defaults(command=_streets)


def _demo(chosen: argparse.Namespace) -> None:
    from hotspots.study.file import sample_study
    from hotspots.study.run import run
    from hotspots.study.summary import print_run

    print_run(run(sample_study(), chosen.out))


def _init(chosen: argparse.Namespace) -> None:
    from hotspots.study.templates import write_templates

    for path in write_templates(chosen.folder):
        print(path)


def _check(chosen: argparse.Namespace) -> None:
    from hotspots.study.file import read_study

    study = read_study(chosen.study)
    from hotspots.study.check import check
    from hotspots.study.summary import print_check

    print_check(study, check(study))


def _run(chosen: argparse.Namespace) -> None:
    from hotspots.study.file import read_study

    study = read_study(chosen.study)
    _refuse_unused(chosen, study)
    from hotspots.study.run import run
    from hotspots.study.summary import print_run

    done = run(
        study,
        chosen.out,
        profile=chosen.profile,
        reason=chosen.reason,
        recipient=chosen.recipient,
    )
    print_run(done)


def _streets(chosen: argparse.Namespace) -> None:
    from hotspots.geography.streetdownload import NOMINATIM, OVERPASS, Servers, download_streets

    servers = Servers(
        nominatim=chosen.nominatim or NOMINATIM,
        overpass=chosen.overpass or OVERPASS,
        timeout=chosen.timeout,
        cache=chosen.cache,
    )
    download_streets(
        chosen.place,
        chosen.out,
        network=chosen.network,
        servers=servers,
        force=chosen.force,
        say=lambda line: print(line, flush=True),
    )


def _refuse_unused(chosen: argparse.Namespace, study: Study) -> None:
    """Refuse a reason or a recipient where no internal page would carry it."""
    from hotspots.errors import DisclosureError
    from hotspots.intake.sample import is_sample

    stated = [name for name in ("reason", "recipient") if getattr(chosen, name) is not None]
    if stated and chosen.profile == "public" and not is_sample(study.incidents.path):
        names = " and ".join(f"--{name}" for name in stated)
        raise DisclosureError(
            f"{names}: only internal pages have one; add --profile internal, or leave it out"
        )


def _admit(error: Exception) -> None:
    """Say that something went wrong here, without a word of the data."""
    if os.environ.get("HOTSPOTS_DEBUG"):
        traceback.print_exception(error)
        return
    frame = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"hotspots: unexpected {type(error).__name__} in {Path(frame.filename).name}, "
        f"line {frame.lineno}; nothing half-written is left. "
        "Set HOTSPOTS_DEBUG=1 for the whole trace (it may show data)",
        file=sys.stderr,
    )
