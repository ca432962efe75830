"""Build the package and try it on every Python it promises.

The wheel comes from the source distribution. On each supported Python found on this machine it is
installed with the pinned dependencies, from wheels alone, and runs the demo in an empty folder;
on all but the one that runs this script, which the test suite itself runs on, the tests follow.
For every supported Python and platform, found or not, all dependencies must exist as wheels.

    uv run scripts/check_interpreters.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("linux", "aarch64-unknown-linux-gnu", "macos", "windows")
TESTED = "not slow and not browser and not real"
OLDEST_MACOS = "14.0"  # pyproj's wheels; on Intel and Python 3.14 they need 15
SMOKE = """
import hotspots, sys
for name in hotspots.__all__:
    getattr(hotspots, name)
print(f"{len(hotspots.__all__)} public names on Python {sys.version.split()[0]}")
"""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command and return what it printed; end the program with its output if it fails."""
    kept = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**kept, **environment},
        text=True,
        encoding="utf-8",
        errors="replace",
        capture_output=True,
        check=False,
    )
    if done.returncode:
        tail = (done.stdout + done.stderr)[-4000:]
        raise SystemExit(f"{' '.join(map(str, command))}\nexit code {done.returncode}\n{tail}")
    return done.stdout.strip()


def find_python(version: str) -> str | None:
    """Find an interpreter of a version, with uv and, where it manages some, with pyenv."""
    asked = ["uv", "python", "find", "--no-project", "--no-python-downloads", version]
    found = subprocess.run(asked, cwd=ROOT.anchor, text=True, capture_output=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    if shutil.which("pyenv") is None:
        return None
    managed = run("pyenv", "versions", "--bare").split()
    last = next((name for name in reversed(managed) if name.startswith(f"{version}.")), None)
    if last is None:
        return None
    return str(Path(run("pyenv", "prefix", last)) / "bin" / "python")


def pins_file(folder: Path) -> Path:
    """Write the pins of ``pyproject.toml`` as a constraints file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    file = folder / "constraints.txt"
    pins = "\n".join(project["tool"]["uv"]["constraint-dependencies"])
    file.write_text(pins, encoding="utf-8")
    return file


def try_wheel(wheel: Path, python: str, folder: Path) -> str:
    """Install the wheel for one interpreter, import every public name and run the demo."""
    folder.mkdir()
    venv = folder / "venv"
    run("uv", "venv", "--no-project", "--python", python, venv)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    only_wheels = ("--only-binary", ":all:", "--constraint", pins_file(folder))
    run("uv", "pip", "install", "--python", venv, *only_wheels, wheel, cwd=folder)
    empty = folder / "empty"
    empty.mkdir()
    said = run(scripts / "python", "-I", "-c", SMOKE, cwd=empty)
    run(scripts / "hotspots", "demo", cwd=empty)
    pages = [empty / "maps" / "lakeport" / page for page in ("public/map.html", "run.json")]
    missing = [page.name for page in pages if not page.is_file()]
    if missing:
        raise SystemExit(f"hotspots demo on {python} wrote no {', '.join(missing)}")
    return said


def run_tests(python: Path) -> str:
    """Install what the tests need beside the wheel, run them, and return their closing line."""
    pins = pins_file(python.parent)
    wheels = ("--only-binary", ":all:", "--constraint", pins)
    run("uv", "pip", "install", "--python", python, *wheels, "--group", "dev")
    said = run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", TESTED)
    return said.splitlines()[-1]


def resolve_wheels(version: str, platform: str) -> int:
    """Resolve the pinned dependencies for one Python and platform, from wheels alone."""
    target = ("--python-version", version, "--python-platform", platform)
    listed = run(
        *("uv", "pip", "compile", "pyproject.toml", "--group", "dev", "--only-binary", ":all:"),
        *("--no-header", "--no-annotate", "--quiet", *target),
        MACOSX_DEPLOYMENT_TARGET=OLDEST_MACOS,
    )
    return listed.count("==")


def main() -> None:
    """Run everything and print a line per result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("uv", "build", "--out-dir", folder / "dist")
        wheel = next((folder / "dist").glob("*.whl"))
        print(f"built {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB, from the sdist")
        for version in PYTHONS:
            for platform in PLATFORMS:
                n = resolve_wheels(version, platform)
                print(f"Python {version}, {platform}: {n} dependencies, all as wheels")
            python = find_python(version)
            if python is None:
                print(f"Python {version}: no interpreter here, resolved only")
                continue
            start = time.perf_counter()
            said = try_wheel(wheel, python, folder / version)
            if not sys.version.startswith(f"{version}."):
                scripts = folder / version / "venv" / ("Scripts" if os.name == "nt" else "bin")
                said += f"; tests: {run_tests(scripts / 'python')}"
            took = time.perf_counter() - start
            print(f"Python {version}: {said}; installed, demo ran, {took:.0f} s", flush=True)


if __name__ == "__main__":
    main()
