"""Where Lakeport lies: its projection, shore, river, limit, freeways and main roads.

Coordinates are metres in a local frame whose origin is `ORIGIN` in `CRS`.
"""

from __future__ import annotations

import zlib

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon

SEED = 2018
CRS = "EPSG:32616"
ORIGIN = (493_000.0, 4_787_000.0)
WATERMARK = "SYNTHETIC: Lakeport is invented; no place, person or event in it is real"

Floats = NDArray[np.float64]


def stream(name: str) -> np.random.Generator:
    """Give one part of the city its own stream of random numbers.

    Parameters
    ----------
    name : str
        The part; the same name always gives the same numbers.

    Returns
    -------
    numpy.random.Generator
    """
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def shore(y: Floats) -> Floats:
    """Give the easting of the lake shore for each northing, with a bay at the river's mouth."""
    bay = 1300 * np.exp(-(((y - 7300) / 1500) ** 2))
    return 11_000 + 800 * np.sin(2 * np.pi * (y - 1500) / 15_500) - bay + 60 * np.sin(y / 310)


def _smooth(points: list[tuple[float, float]], *, step: float = 60.0) -> LineString:
    """Draw a smooth line through points (Chaikin's corner cutting)."""
    xy = np.asarray(points, dtype=float)
    for _ in range(4):
        left, right = xy[:-1], xy[1:]
        cut = np.stack([0.75 * left + 0.25 * right, 0.25 * left + 0.75 * right], axis=1)
        xy = np.vstack([xy[:1], cut.reshape(-1, 2), xy[-1:]])
    return shapely.segmentize(LineString(xy).simplify(4), step)


SHORE = LineString(
    np.column_stack([shore(np.arange(-300.0, 15_600, 60)), np.arange(-300.0, 15_600, 60)])
)
RIVER_LINE = _smooth(
    [(-600, 11_900), (700, 11_300), (1700, 11_700), (2700, 10_600), (4000, 10_900), (4900, 9600),
     (6100, 9700), (6700, 8500), (7900, 8600), (8300, 7500), (9100, 7600), (10_600, 7150)]
)  # fmt: skip


def _land() -> Polygon:
    west = [
        (3000, -200), (3000, 600), (1300, 600), (1300, 1700), (200, 1700), (200, 5200),
        (-700, 5200), (-700, 9000), (300, 9000), (300, 12_300), (1500, 12_300), (1500, 14_400),
        (6000, 14_400), (6000, 15_200),
    ]  # fmt: skip
    y = np.arange(15_200.0, -201, -60)
    east = list(zip(shore(y), y, strict=True))
    return Polygon(west + east)


LAND = _land()


def river() -> Polygon:
    """Give the river's water, wider towards its mouth."""
    pieces = []
    for start in np.linspace(0, 0.98, 50):
        piece = shapely.ops.substring(RIVER_LINE, start, min(start + 0.021, 1), normalized=True)
        pieces.append(piece.buffer(22 + 32 * start, quad_segs=4))
    return shapely.union_all(pieces).buffer(20).buffer(-20).intersection(LAND)


FREEWAYS = {
    "Interlake Freeway": _smooth(
        [(5900, -200), (5600, 2500), (4800, 4500), (5000, 7000), (4300, 9000), (4700, 11_500),
         (4200, 13_000), (4300, 15_200)]
    ),
    "Harbor Spur": _smooth(
        [(-700, 6900), (1500, 6500), (3300, 6900), (4900, 6300), (6600, 6500), (7900, 6350)]
    ),
}  # fmt: skip

_ROADS: dict[str, list[tuple[float, float]]] = {
    "Meridian Avenue": [
        (7300, -300), (7450, 3000), (7100, 6000), (7250, 9000), (7000, 12_000), (7400, 15_600)],
    "Quarry Road": [
        (2600, -300), (2700, 3000), (2500, 6000), (2350, 9000), (2700, 12_000), (2900, 15_600)],
    "Founders Boulevard": [(-900, 2900), (3000, 3000), (6500, 2700), (11_800, 2950)],
    "Cannery Street": [(-900, 5400), (3000, 5250), (6500, 5000), (9200, 5350), (11_800, 5000)],
    "Northbank Avenue": [
        (-900, 8800), (2500, 8600), (5800, 8050), (8000, 9350), (11_800, 9500)],
    "Summit Street": [
        (-900, 12_600), (3000, 12_300), (6500, 11_900), (9000, 12_100), (12_500, 12_050)],
    "Old Plank Road": [
        (9050, 7560), (8700, 6700), (6000, 4300), (2700, 1500), (900, 400)],
    "Ferry Road": [
        (8950, 7600), (8800, 8100), (7200, 10_400), (5500, 12_100), (4600, 15_600)],
}  # fmt: skip
MAINS = {
    "Lakeshore Drive": shapely.simplify(SHORE.offset_curve(260), 8),
    **{name: _smooth(points) for name, points in _ROADS.items()},
}

BRIDGES = {
    "Mill Bridge": LineString([(1150, 10_900), (1350, 12_100)]),
    "Miller Street": LineString([(3300, 10_000), (3600, 11_300)]),
    "Locks Street": LineString([(5500, 9000), (5650, 10_200)]),
    "Customs Street": LineString([(8700, 6900), (8750, 8300)]),
}

PARKS = {
    "Founders Park": (6400, 3500, 420), "Quarry Woods": (1500, 4200, 620),
    "Heron Marsh": (9400, 13_600, 520), "Prospect Park": (9000, 10_600, 400),
    "Signal Hill": (3400, 13_600, 560), "Westlawn Cemetery": (600, 7600, 430),
    "Millrace Park": (5900, 10_900, 330), "Juniper Park": (8900, 3900, 330),
    "Tamarack Reserve": (8500, 900, 520), "Fairgrounds": (3300, 7700, 380),
    "Union Square": (8250, 6050, 120), "Cooper Park": (4300, 1900, 260),
}  # fmt: skip
WORKS = [
    Point(6000, 7300).buffer(480),
    Point(10_000, 5900).buffer(420),
    Point(3900, 4100).buffer(420),
]

PLACES = {
    "Downtown": (8350, 6500), "Harbor Point": (10_300, 5300), "Cannery": (8900, 4200),
    "Founders Park": (6500, 4100), "Old Plank": (4200, 3500), "Quarry Flats": (1500, 4900),
    "Westlawn": (900, 7000), "Millrace": (4900, 7200), "Locks": (5700, 10_300),
    "Northbank": (8700, 9700), "Summit": (6300, 13_000), "Heron Marsh": (8900, 14_300),
    "Signal Hill": (2800, 12_900), "Tamarack": (9000, 1900), "Southgate": (5200, 1000),
}  # fmt: skip
DISTRICTS = {
    "1": ("Downtown and Harbor", 8900, 6600), "2": ("Lakeside South", 9300, 2800),
    "3": ("Southwest", 4200, 1800), "4": ("West", 1200, 6400), "5": ("Millrace", 5000, 6000),
    "6": ("Northwest", 3300, 11_500), "7": ("Lakeside North", 8200, 12_000),
}  # fmt: skip
