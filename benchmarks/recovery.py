"""How much of what was planted in the sample study does its own analysis find?

Run with ``uv run python benchmarks/recovery.py``. A unit is planted where its centre lies in a
planted area of ``data/lakeport/truth.json``, found where Gi* labels it hot (or cold). ``reached``
counts a found unit as right when any planted unit lies in its neighbourhood.
"""

import json
from pathlib import Path

import hotspots as hs
from hotspots.study.analysis import analyse
from hotspots.study.inputs import read_inputs
from hotspots.study.progress import Steps

KINDS = {"hot": ("hot", "emerging"), "cold": ("cold",)}


def main():
    study = hs.sample_study()
    truth = json.loads(Path(study.incidents.path.parent / "truth.json").read_text("utf-8"))
    with Steps(10) as steps:
        units = analyse(study, read_inputs(study), steps).units
    graph = hs.distance_band(units, distance=study.analysis.neighbours.distance_m)
    middle = units.geometry.centroid
    print(f"{'label':<6}{'found':>7}{'planted':>9}{'precision':>11}{'recall':>8}{'reached':>9}")
    for label, kinds in KINDS.items():
        planted = middle.x * 0 > 0
        for area in truth["areas"]:
            if area["kind"] in kinds:
                x, y = area["centre"]
                planted |= (middle.x - x) ** 2 + (middle.y - y) ** 2 <= area["radius_m"] ** 2
        found = units["gi_star_label"].str.startswith(label)
        near = [planted[unit] or planted[graph[unit].index].any() for unit in units.index[found]]
        both = (found & planted).sum()
        print(
            f"{label:<6}{found.sum():>7}{planted.sum():>9}{both / found.sum():>11.2f}"
            f"{both / planted.sum():>8.2f}{sum(near) / found.sum():>9.2f}"
        )


if __name__ == "__main__":
    main()
