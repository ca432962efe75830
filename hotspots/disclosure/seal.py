"""A seal on what the rules let through, which shows when it is changed afterwards."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd


def seal(table: gpd.GeoDataFrame, *beside: object) -> str:
    """Compute the fingerprint of a table, in any order of its rows, and of what stands beside it.

    A guard against mistakes, such as a number written into a release, not against somebody who
    means to forge one: in Python nothing stops them.

    Parameters
    ----------
    table : GeoDataFrame, shape (n, m)
        Index, columns and active geometry all count.
    *beside : object
        Further values, by their ``repr``.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> areas = gpd.GeoDataFrame({"count": [12, 40]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)])
    >>> made = seal(areas, 52)
    >>> made == seal(areas.iloc[::-1], 52), made == seal(areas.assign(count=3), 52)
    (True, False)
    """
    plain = pd.DataFrame(table).assign(**{str(table.geometry.name): table.geometry.to_wkb()})
    rows = pd.util.hash_pandas_object(plain, categorize=False).to_numpy()
    words = repr((plain.columns.tolist(), str(table.crs), beside)).encode()
    return hashlib.sha256(words + np.sort(rows).tobytes()).hexdigest()
