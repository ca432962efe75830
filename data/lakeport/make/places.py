"""Blocks, areas, parks, addresses and residents, all cut from or set along the streets."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from make import frame
from make.naming import Names

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry import LineString

    from make.streets import Network

LOT_M = 44.0
SETBACK_M = 17.0
HOUSEHOLD = 2.35
N_NEIGHBOURHOODS = 150
N_BLOCK_GROUPS = 240


class City(NamedTuple):
    """Everything that stands still.

    Attributes
    ----------
    layers : dict of str to GeoDataFrame
        The layers of ``geography.gpkg``, in the local frame.
    addresses : DataFrame
        ``number, street, x, y, units, use, block, district``.
    """

    layers: dict[str, gpd.GeoDataFrame]
    addresses: pd.DataFrame


def surface(network: Network) -> list[dict[str, object]]:
    """List the streets one can live on, in a fixed order.

    Parameters
    ----------
    network : Network

    Returns
    -------
    list of dict
    """
    edges = [e for *_, e in network.graph.edges(data=True) if "motorway" not in e["highway"]]
    return sorted(edges, key=lambda e: (e["xy"][0], e["xy"][-1], e["name"]))


def cut_blocks(network: Network) -> gpd.GeoDataFrame:
    """Cut the city's land into the blocks between its streets.

    Parameters
    ----------
    network : Network

    Returns
    -------
    GeoDataFrame
        ``block_id``; together the blocks are exactly the city.
    """
    lines = [shapely.LineString(e["xy"]) for e in surface(network)]
    lines += [shapely.LineString(s) for s in network.stubs]
    lines += [_to_limit(line) for line in _open_ends(network)]
    limit = shapely.set_precision(frame.LAND, 0.1)
    net = shapely.union_all([*lines, limit.exterior], grid_size=0.1)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    faces = faces[shapely.contains_xy(limit, *_inner_xy(faces).T)]
    order = np.lexsort(np.round(_inner_xy(faces).T, 1))
    faces = faces[order]
    ids = [f"B{i:05d}" for i in range(1, len(faces) + 1)]
    return gpd.GeoDataFrame({"block_id": ids}, geometry=faces, crs=frame.CRS)


def _open_ends(network: Network) -> list[LineString]:
    """Find main roads that stop at the limit or near the shore."""
    graph = network.graph
    ends = [n for n in graph if graph.degree(n) == 1]
    return [
        shapely.shortest_line(shapely.Point(n), frame.LAND.exterior)
        for n in sorted(ends)
        if frame.LAND.exterior.distance(shapely.Point(n)) < 30
    ] + [
        shapely.shortest_line(
            shapely.Point(frame.MAINS["Lakeshore Drive"].interpolate(at)), frame.SHORE
        )
        for at in np.arange(500, frame.MAINS["Lakeshore Drive"].length, 900)
    ]


def _to_limit(line: LineString) -> LineString:
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    length = max(line.length, 1e-6)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    return shapely.LineString([(x0 - 3 * dx, y0 - 3 * dy), (x1 + 3 * dx, y1 + 3 * dy)])


def _inner_xy(faces: NDArray[np.object_]) -> frame.Floats:
    inner = shapely.point_on_surface(faces)
    return np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])


def density(x: frame.Floats, y: frame.Floats) -> frame.Floats:
    """Give the mean number of dwellings per building beyond the first."""
    centre = np.hypot(x - 8500, y - 6500)
    lake = np.clip(frame.shore(y) - x, 0, None)
    rim = np.clip((y - 11_800) / 3000, 0, 1) + np.clip((2600 - x) / 3000, 0, 1)
    waves = 0.25 * np.sin(x / 1300) * np.sin(y / 1500 + 1)
    return np.clip(
        1.25 + 2.6 * np.exp(-((centre / 1500) ** 2)) + 0.8 * np.exp(-lake / 900)
        + waves - 0.5 * rim,
        0.35, None,
    )  # fmt: skip


def _runs(edges: list[dict[str, object]]) -> list[tuple[str, str, LineString, int, int]]:
    """Give each piece of each street its hundred-blocks, rising along the street."""
    by_name = defaultdict(list)
    for edge in edges:
        by_name[edge["name"]].append((edge["highway"], shapely.LineString(edge["xy"])))
    found = []
    for name in sorted(by_name):
        ends = np.array([c for _, line in by_name[name] for c in (line.coords[0], line.coords[-1])])
        spread = np.ptp(ends, axis=0)
        axis = np.array([1.0, 0.0]) if spread[0] >= spread[1] else np.array([0.0, 1.0])
        start = float((ends @ axis).min())
        pieces = []
        for highway, line in by_name[name]:
            first, last = np.array(line.coords[0]) @ axis, np.array(line.coords[-1]) @ axis
            pieces.append((min(first, last), highway, line if first <= last else line.reverse()))
        block = 0
        for at, highway, line in sorted(pieces, key=lambda p: (p[0], p[2].wkt)):
            block = max(block + 1, round((at - start) / 120) + 1)
            spans = max(1, int(np.ceil(line.length / 180)))
            found.append((name, highway, line, block, spans))
            block += spans - 1
    return found


def set_addresses(network: Network, barred: shapely.Geometry) -> pd.DataFrame:
    """Set buildings along both sides of every street.

    Parameters
    ----------
    network : Network
    barred : Geometry
        Water, parks and works, where nobody lives.

    Returns
    -------
    DataFrame
        ``number, street, x, y, units, use``; odd numbers stand on the right of the street as the
        numbers rise.
    """
    rng = frame.stream("addresses")
    rows = []
    for name, highway, line, block, spans in _runs(surface(network)):
        for side in (0, 1):
            at = np.arange(rng.uniform(14, 14 + LOT_M / 2), line.length - 12, LOT_M)
            at = np.clip(at + rng.normal(0, 5, len(at)), 8, max(8, line.length - 8))
            for spot in np.sort(at):
                share = spot / line.length * spans
                number = 100 * (block + int(share)) + 2 * int((share % 1) * 49) + side
                (ax, ay), (bx, by) = (line.interpolate(spot + d).coords[0] for d in (-2, 2))
                gap = max(np.hypot(bx - ax, by - ay), 1e-6)
                turn = SETBACK_M * (1 if side else -1) / gap
                x, y = (ax + bx) / 2 + (by - ay) * turn, (ay + by) / 2 - (bx - ax) * turn
                rows.append((number, name, round(x, 1), round(y, 1), highway))
    table = pd.DataFrame(rows, columns=["number", "street", "x", "y", "highway"])
    table = table.drop_duplicates(["number", "street"]).drop_duplicates(["x", "y"])
    xy = table[["x", "y"]].to_numpy()
    land = frame.LAND.buffer(-6)
    shapely.prepare(land)
    shapely.prepare(barred)
    table = table[shapely.contains_xy(land, xy) & ~shapely.contains_xy(barred, xy)]
    return _with_units(table.reset_index(drop=True), rng)


def _with_units(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    wide = table["highway"].isin(["primary", "secondary"]).to_numpy()
    shop = rng.random(len(table)) < np.where(table["highway"] == "primary", 0.4, 0.18)
    commercial = wide & shop
    mean = density(table["x"].to_numpy(), table["y"].to_numpy()) * np.where(wide, 1.3, 1.0)
    units = 1 + rng.negative_binomial(1.2, 1.2 / (1.2 + mean))
    table = table.drop(columns="highway")
    table["units"] = np.where(commercial, 0, units)
    table["use"] = np.where(commercial, "commercial", "residential")
    return table


def _centres(points: frame.Floats, n: int, rng: np.random.Generator) -> frame.Floats:
    """Spread `n` centres evenly over points (Lloyd's algorithm)."""
    centres = points[rng.choice(len(points), n, replace=False)]
    for _ in range(30):
        _, own = cKDTree(centres).query(points)
        size = np.bincount(own, minlength=n)
        for d in (0, 1):
            total = np.bincount(own, points[:, d], minlength=n)
            centres[:, d] = np.where(size > 0, total / np.maximum(size, 1), centres[:, d])
    return centres[np.lexsort(np.round(centres.T[::-1]))]


def _merged(blocks: gpd.GeoDataFrame, column: str, **columns: str) -> gpd.GeoDataFrame:
    merged = blocks.dissolve(
        column, aggfunc={"population": "sum"}, as_index=False, method="coverage"
    )
    for name, source in columns.items():
        merged[name] = merged[column].map(dict(zip(blocks[column], blocks[source], strict=True)))
    return merged[[column, *columns, "population", "geometry"]]


def _name_areas(blocks: gpd.GeoDataFrame, addresses: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put every block into a neighbourhood, a district and a block group."""
    rng = frame.stream("areas")
    names = Names(frame.stream("area names"))
    inner = _inner_xy(blocks.geometry.to_numpy())
    spread = rng.uniform(*np.reshape(frame.LAND.bounds, (2, 2)), size=(40_000, 2))
    spread = spread[shapely.contains_xy(frame.LAND, spread)]
    hoods = _centres(spread, N_NEIGHBOURHOODS, rng)
    hood_name = np.array([names.area() for _ in hoods])
    district_at = np.array([place[1:] for place in frame.DISTRICTS.values()], dtype=float)
    district = np.array(list(frame.DISTRICTS))[cKDTree(district_at).query(hoods)[1]]
    _, own = cKDTree(hoods).query(inner)
    homes = addresses.loc[addresses["units"] > 0, ["x", "y"]].to_numpy()
    groups = _centres(homes, N_BLOCK_GROUPS, rng)
    blocks["neighborhood"] = hood_name[own]
    blocks["district"] = district[own]
    group = cKDTree(groups).query(inner)[1]
    blocks["block_group"] = [
        f"{d}{g:04d}" for d, g in zip([9] * len(group), group + 1, strict=True)
    ]
    return blocks


def _parks(blocks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = {}
    for name, (x, y, r) in frame.PARKS.items():
        face = blocks.geometry[blocks.contains(shapely.Point(x, y))].iloc[0]
        disc = shapely.Point(x, y).buffer(r * 1.25, quad_segs=6)
        shapes[name] = shapely.set_precision(face.buffer(-14).intersection(disc).buffer(-1), 0.1)
    return gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs=frame.CRS)


def _water() -> gpd.GeoDataFrame:
    y = np.arange(-1500.0, 16_501, 60)
    lake = shapely.Polygon(
        [*zip(frame.shore(y), y, strict=True), (13_500, 16_500), (13_500, -1500)]
    )
    lake = lake.difference(frame.LAND)
    pond = shapely.Point(9330, 13_650).buffer(160, quad_segs=8)
    shapes = {"Kettle River": frame.river(), "Lake Halcyon": lake, "Heron Pond": pond}
    rounded = [shapely.set_precision(shape, 0.1) for shape in shapes.values()]
    return gpd.GeoDataFrame({"name": list(shapes)}, geometry=rounded, crs=frame.CRS)


def _lines_and_points() -> dict[str, gpd.GeoDataFrame]:
    roads = [
        shapely.set_precision(line.intersection(frame.LAND), 0.1)
        for line in frame.FREEWAYS.values()
    ]
    spots = shapely.points(np.array(list(frame.PLACES.values()), dtype=float))
    return {
        "freeways": gpd.GeoDataFrame({"name": list(frame.FREEWAYS)}, geometry=roads, crs=frame.CRS),
        "places": gpd.GeoDataFrame({"name": list(frame.PLACES)}, geometry=spots, crs=frame.CRS),
    }


def settle(network: Network) -> City:
    """Cut blocks, lay parks, set addresses and let people move in.

    Parameters
    ----------
    network : Network

    Returns
    -------
    City
    """
    blocks = cut_blocks(network)
    parks, water = _parks(blocks), _water()
    barred = shapely.union_all([*parks.geometry, *water.geometry.buffer(12), *frame.WORKS])
    addresses = set_addresses(network, barred)
    at = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(addresses["x"], addresses["y"]), crs=frame.CRS
    )
    inside = gpd.sjoin(at, blocks, predicate="within")
    inside = inside[~inside.index.duplicated()]
    addresses = addresses.loc[inside.index].assign(block=inside["block_id"])
    people = frame.stream("residents").poisson(addresses["units"] * HOUSEHOLD)
    totals = pd.Series(people, index=addresses["block"].to_numpy()).groupby(level=0).sum()
    blocks["population"] = blocks["block_id"].map(totals).fillna(0).astype(int)
    blocks = _name_areas(blocks, addresses)
    by_block = blocks.set_index("block_id")
    for column in ("district", "neighborhood"):
        addresses[column] = by_block[column].reindex(addresses["block"]).to_numpy()
    layers = {
        "city_limits": _city_limits(blocks),
        "districts": _districts(blocks),
        "neighborhoods": _merged(blocks, "neighborhood", district="district").rename(
            columns={"neighborhood": "name"}
        ),
        "block_groups": _merged(blocks, "block_group"),
        "blocks": blocks[["block_id", "population", "geometry"]],
        "water": water,
        "parks": parks,
        **_lines_and_points(),
    }
    return City(layers, addresses.reset_index(drop=True))


def _city_limits(blocks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    whole = shapely.coverage_union_all(blocks.geometry.to_numpy())
    return gpd.GeoDataFrame({"name": ["Lakeport"]}, geometry=[whole], crs=frame.CRS)


def _districts(blocks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    districts = _merged(blocks, "district")
    districts.insert(1, "name", [frame.DISTRICTS[d][0] for d in districts["district"]])
    return districts
