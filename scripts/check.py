"""The checks that take seconds: style, types, layers, pins, and the house rules.

uv run --all-groups scripts/check.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = {
    "style": ("ruff", "check"),
    "format": ("ruff", "format", "--check"),
    "types": ("mypy",),
    "types of scripts": ("mypy", "--strict", "scripts"),
    "layers": ("lint-imports", "--no-cache"),
    "pins": ("python", "scripts/refresh_constraints.py", "--check"),
    "house rules": ("python", "-m", "pytest", "-q", "tests/test_house.py"),
}


def main() -> int:
    """Run every check, even after one has failed; print a table; return the exit code."""
    results = []
    for name, command in CHECKS.items():
        print(f"--- {name}: {' '.join(command)}", flush=True)
        start = time.perf_counter()
        done = subprocess.run(["uv", "run", "--no-sync", *command], cwd=ROOT, check=False)
        results.append((name, done.returncode, time.perf_counter() - start))
    for name, code, seconds in results:
        print(f"{'failed' if code else 'ok':>6}  {seconds:6.1f} s  {name}")
    return min(sum(code != 0 for _, code, _ in results), 1)


if __name__ == "__main__":
    sys.exit(main())
