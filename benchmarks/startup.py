"""How long a user waits before anything happens: whole processes, with bytecode, best and median.

uv run benchmarks/startup.py [--repeat 10]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

CASES = {
    "python -c pass": (["-c", "pass"], None),
    "import hotspots": (["-c", "import hotspots"], 0.6),
    "hotspots --help": (["-m", "hotspots", "--help"], 0.5),
}


def seconds(arguments: list[str]) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=10)
    repeat = parser.parse_args().repeat
    print(f"{'case':<18} {'best s':>8} {'median s':>9} {'goal s':>7}   ({repeat} runs)")
    for name, (arguments, goal) in CASES.items():
        seconds(arguments)  # warm the file cache and write bytecode
        times = [seconds(arguments) for _ in range(repeat)]
        shown = "" if goal is None else f"{goal:.1f}"
        print(f"{name:<18} {min(times):>8.2f} {statistics.median(times):>9.2f} {shown:>7}")


if __name__ == "__main__":
    main()
