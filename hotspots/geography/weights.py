"""Weights that fall with distance: near neighbours count for more than far ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from hotspots.errors import InputError
from hotspots.geography.neighbours import ROUNDING, centres, graph_of, pairs_within

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd
    from libpysal.graph import Graph
    from numpy.typing import NDArray
    from scipy.spatial import KDTree

    Integers = NDArray[np.int64]
    Floats = NDArray[np.float64]

Kernel = Literal["uniform", "triangular", "epanechnikov", "quartic", "gaussian"]

KERNELS: tuple[Kernel, ...] = get_args(Kernel)
OPEN_ENDED: tuple[Kernel, ...] = ("uniform", "gaussian")
"""Kernels above 0 at the bandwidth itself, where the others end."""


def kernel_weights(
    units: gpd.GeoDataFrame,
    *,
    kernel: Kernel = "triangular",
    bandwidth: float | None = None,
    k: int | None = None,
) -> Graph:
    """Weigh the units around each one by a kernel of the distance between centroids.

    Parameters
    ----------
    units : GeoDataFrame
        In a metric CRS, with a unique index.
    kernel : {"uniform", "triangular", "epanechnikov", "quartic", "gaussian"}
        What the weight is at z = distance / bandwidth, up to z = 1: 1, 1 - z, 1 - z²,
        (1 - z²)² (also called bisquare), or exp(-z² / 2). Each is 1 at distance 0: the constant
        that makes a kernel integrate to 1 is left out, as it cancels in a standardised statistic.
    bandwidth : float, optional
        Metres, one for all units. A unit just at this distance (to a micrometre) is a neighbour
        where the kernel is above 0 there (uniform and gaussian).
    k : int, optional
        Instead of `bandwidth`, an adaptive one: each unit's reaches to the nearest unit beyond
        its `k` nearest, so that these `k` have a weight above 0, and with them all that are as
        far as the last of them (to a micrometre).

    Returns
    -------
    libpysal.graph.Graph
        Weights in (0, 1], in the order of `units`; symmetric with a fixed bandwidth, in general
        not with an adaptive one. No unit is its own neighbour (the diagonal is 0), though another
        one at the same place is, with weight 1; a unit with none in reach is an isolate. For
        weights that sum to 1 around each unit: ``graph.transform("r")``; to give the unit itself
        the kernel's weight at distance 0, as Gi* needs it: ``graph.assign_self_weight(1)``.

    Raises
    ------
    CRSError, SchemaError
        As :func:`contiguity`.
    InputError
        If the kernel is not known, not exactly one of `bandwidth` and `k` is given, `bandwidth`
        is not above 0, or a unit has no other beyond its `k` nearest.

    References
    ----------
    .. [1] Silverman, B. W. (1986). Density estimation for statistics and data analysis. Chapman
       and Hall, table 3.1. https://doi.org/10.1201/9781315140919

    Examples
    --------
    Four cells in a row, 100 m apart, and a triangle that ends at 400 m:

    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> from hotspots.geography.weights import kernel_weights
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 400 0, 400 100, 0 100, 0 0))"], crs=32616)
    >>> cells = hs.squares(city, size=100)
    >>> kernel_weights(cells, bandwidth=400)["r0000c0000"].to_list()
    [0.75, 0.5, 0.25]

    The nearest unit of the first cell is 100 m away, the next 200 m:

    >>> kernel_weights(cells, k=1)["r0000c0000"].to_list()
    [0.5]
    """
    if kernel not in KERNELS:
        raise InputError(f"kernel {kernel!r} is not known: use one of {', '.join(KERNELS)}")
    if bandwidth is not None and k is None:
        focal, neighbour, z = _fixed(centres(units), bandwidth, kernel)
    elif bandwidth is None and k is not None:
        focal, neighbour, z = _adaptive(centres(units), k, units.index)
    else:
        given = "neither" if k is None else "both"
        raise InputError(f"bandwidth and k: {given} given; give one of them")
    return graph_of(focal, neighbour, units.index, weights=_SHAPES[kernel](z))


def inverse_distance(units: gpd.GeoDataFrame, *, distance: float, power: float = 1) -> Graph:
    """Weigh the units around each one by an inverse power of the distance between centroids.

    Parameters
    ----------
    units : GeoDataFrame
        In a metric CRS, with a unique index, no two with the same centroid.
    distance : float
        Metres, itself included (to a micrometre); units farther apart are no neighbours.
    power : float
        The weight is 1 / d ** power, with d in metres.

    Returns
    -------
    libpysal.graph.Graph
        Symmetric, in the order of `units`; no unit is its own neighbour, and a unit with none in
        reach is an isolate. For weights that sum to 1 around each unit: ``graph.transform("r")``.
        Gi* needs a weight for the unit itself, and 1 / 0 is none: ``graph.assign_self_weight(…)``.

    Raises
    ------
    CRSError, SchemaError
        As :func:`contiguity`.
    InputError
        If `distance` or `power` is not above 0, centroids coincide (to a micrometre), or a weight
        is too large or too small for a number.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import hotspots as hs
    >>> from hotspots.geography.weights import inverse_distance
    >>> city = gpd.GeoSeries.from_wkt(["POLYGON ((0 0, 400 0, 400 100, 0 100, 0 0))"], crs=32616)
    >>> cells = hs.squares(city, size=100)
    >>> inverse_distance(cells, distance=200)["r0000c0000"].to_list()
    [0.01, 0.005]
    >>> inverse_distance(cells, distance=200, power=2).transform("r")["r0000c0000"].to_list()
    [0.8, 0.2]
    """
    if not distance > 0:
        raise InputError(f"distance: {distance:g} m holds no neighbour; give more than 0")
    if not 0 < power < np.inf:
        raise InputError(f"power: {power:g} does not fall with distance; give more than 0")
    focal, neighbour, apart = pairs_within(centres(units), distance)
    same = focal[apart <= ROUNDING]
    if same.size:
        raise InputError(
            f"units: {np.unique(same).size} share their centre with another, first id "
            f"{_first(units.index, same)}; merge those, or use kernel_weights or distance_band, "
            "which allow a distance of 0"
        )
    with np.errstate(over="ignore", under="ignore"):
        weights = apart**-power
    lost = ~((weights > 0) & (weights < np.inf))
    if lost.any():
        raise InputError(
            f"power: {power:g} makes the weights of {int(lost.sum())} links too large or too "
            f"small, first id {_first(units.index, focal[lost])}; give less"
        )
    return graph_of(focal, neighbour, units.index, weights=weights)


def _fixed(tree: KDTree, bandwidth: float, kernel: Kernel) -> tuple[Integers, Integers, Floats]:
    """Find who is within one bandwidth, and at which share of it."""
    if not 0 < bandwidth < np.inf:
        raise InputError(f"bandwidth: {bandwidth:g} m is no distance; give more than 0")
    focal, neighbour, apart = pairs_within(tree, bandwidth)
    if kernel not in OPEN_ENDED:
        inside = apart < bandwidth - ROUNDING
        focal, neighbour, apart = focal[inside], neighbour[inside], apart[inside]
    return focal, neighbour, np.minimum(apart / bandwidth, 1.0)


def _adaptive(tree: KDTree, k: int, ids: pd.Index) -> tuple[Integers, Integers, Floats]:
    """Find who is among each one's `k` nearest, and at which share of the way to the next."""
    n = len(ids)
    if not 1 <= k < n - 1:
        raise InputError(f"k: the {k} nearest and one beyond, among {n} units; give 1 to {n - 2}")
    found: list[tuple[Integers, Integers, Floats]] = []
    left, width = np.arange(n), k + 2
    while left.size:
        width = min(width, n)
        apart, near = map(np.asarray, tree.query(tree.data[left], k=width))
        beyond = apart > apart[:, [k]] + ROUNDING
        known = beyond[:, -1]
        if width == n and not known.all():
            raise InputError(
                f"k: {int((~known).sum())} units have no other beyond their {k} nearest, first id "
                f"{_first(ids, left[~known])}; give less, or a bandwidth"
            )
        reach = np.take_along_axis(apart, beyond.argmax(axis=1)[:, None], axis=1)
        row, column = np.nonzero(known[:, None] & ~beyond & (near != left[:, None]))
        found.append((left[row], near[row, column], apart[row, column] / reach[row, 0]))
        left, width = left[~known], 2 * width
    focal, neighbour, z = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return focal, neighbour.astype(np.int64), z


def _first(ids: pd.Index, positions: Integers) -> str:
    return repr(ids[[positions.min()]].tolist()[0])


_SHAPES: dict[Kernel, Callable[[Floats], Floats]] = {
    "uniform": np.ones_like,
    "triangular": lambda z: 1 - z,
    "epanechnikov": lambda z: 1 - z**2,
    "quartic": lambda z: (1 - z**2) ** 2,
    "gaussian": lambda z: np.exp(-(z**2) / 2),
}
