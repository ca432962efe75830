"""A whole study beside the script an analyst would write today, as whole processes in one run.

``uv run --group bench --with numba python benchmarks/study.py FOLDER`` where FOLDER holds the real
city's files (see ``tests/real``). Today's script uses geopandas, esda (compiled), osmnx, networkx
and folium: two statistics, two maps of cells with facilities, nearest hotel and location for each
home. It writes no report, sets nothing aside with a reason, and guards nothing.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
SCRIPT = """
import gzip, sys, tempfile
from pathlib import Path
import esda, folium, geopandas as gpd, networkx as nx, numpy as np, osmnx, pandas as pd, shapely
from libpysal.weights import Queen

data, out = Path(sys.argv[1]), Path(sys.argv[2])
rows = pd.read_csv(data / "incidents_2013_2016.csv.gz").dropna(subset=["x"])
points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows.x, rows.y), crs="EPSG:32054")
points = points.to_crs("EPSG:32616")
city = gpd.read_file(data / "geography.gpkg", layer="city_limits").to_crs("EPSG:32616")
west, south, east, north = city.total_bounds
boxes = [shapely.box(x, y, x + 250, y + 250)
         for x in np.arange(west, east, 250) for y in np.arange(south, north, 250)]
cells = gpd.overlay(gpd.GeoDataFrame(geometry=boxes, crs=city.crs), city[["geometry"]])
joined = points.sjoin(cells, predicate="within")
cells["count"] = joined.groupby("index_right").size().reindex(cells.index).fillna(0)
w = Queen.from_dataframe(cells, use_index=False)
star = esda.G_Local(cells["count"], w, transform="B", star=True, permutations=9999)
moran = esda.Moran_Local(cells["count"], w, permutations=9999)
cells["gi_star"], cells["p"] = star.Zs, star.p_sim
cells["moran"], cells["moran_p"] = moran.Is, moran.p_sim
with tempfile.TemporaryDirectory() as folder:
    plain = Path(folder) / "streets.graphml"
    plain.write_bytes(gzip.decompress((data / "streets.graphml.gz").read_bytes()))
    graph = osmnx.load_graphml(plain)
graph = osmnx.project_graph(graph, to_crs="EPSG:32616")
places = {}
for kind in ("group_homes_SYNTHETIC", "hotels", "trap_houses_SYNTHETIC"):
    t = pd.read_csv(data / f"{kind}.csv")
    t = gpd.GeoDataFrame(t, geometry=gpd.points_from_xy(t.x, t.y), crs="EPSG:32054")
    places[kind] = t.to_crs("EPSG:32616")
homes = places.pop("group_homes_SYNTHETIC")
home_nodes = osmnx.distance.nearest_nodes(graph, homes.geometry.x, homes.geometry.y)
for kind, table in places.items():
    nodes = set(osmnx.distance.nearest_nodes(graph, table.geometry.x, table.geometry.y))
    metres = nx.multi_source_dijkstra_path_length(graph.reverse(), nodes, weight="length")
    homes[kind] = [metres.get(node) for node in home_nodes]
homes.drop(columns="geometry").to_csv(out / "distances.csv")
for column in ("gi_star", "moran"):
    m = folium.Map([43.05, -87.95], zoom_start=11)
    shown = cells[["count", column, "geometry"]].to_crs(4326)
    paint = lambda f: {"fillColor": "red" if f["properties"][column] > 1.96 else "grey"}
    folium.GeoJson(shown, style_function=paint).add_to(m)
    for table in (homes, *places.values()):
        for point in table.to_crs(4326).geometry:
            folium.CircleMarker([point.y, point.x], radius=3).add_to(m)
    m.save(out / f"{column}.html")
"""


def seconds(command):
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime - before.ru_utime


def main():
    data = Path(sys.argv[1]).resolve()
    text = (Path(__file__).parents[1] / "tests/real/milwaukee.toml").read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        study = out / "study.toml"
        study.write_text(text.replace('path = "', f'path = "{data.as_posix()}/'), "utf-8")
        (out / "today.py").write_text(SCRIPT, "utf-8")
        stated = ["--profile", "internal", "--reason", "benchmark", "--recipient", "nobody"]
        ours = [sys.executable, "-m", "hotspots", "run", str(study), "--out", str(out / "o")]
        today = [sys.executable, str(out / "today.py"), str(data), str(out)]
        print(f"{'run':<5}{'today, s':>10}{'hotspots, s':>13}{'ratio':>7}{'user, s':>18}")
        for i in range(1, RUNS + 1):
            (a, a_user), (b, b_user) = seconds(today), seconds([*ours, *stated])
            print(
                f"{i:<5}{a:>10.1f}{b:>13.1f}{a / b:>7.1f}{a_user:>10.1f}{b_user:>8.1f}", flush=True
            )


if __name__ == "__main__":
    main()
