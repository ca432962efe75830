"""A quick look in a notebook: a table on a map that is not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotspots.disclosure.release import Context, Release, release
from hotspots.errors import InputError
from hotspots.maps.page import HotspotMap, statistics_shown

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

REASON, RECIPIENT = "exploration in memory", "whoever runs this notebook"


def explore(
    table: gpd.GeoDataFrame | Release,
    statistic: str | None = None,
    *,
    facilities: gpd.GeoDataFrame | None = None,
    proximity: pd.DataFrame | None = None,
    context: Context | None = None,
) -> HotspotMap:
    """Look at results on a map, in memory, under the internal banner.

    Parameters
    ----------
    table : GeoDataFrame or Release, shape (n, m)
        Units with results joined under their statistic's name. A release brings its own
        facilities, distances and context.
    statistic : str, optional
        Name of one local result; without it all are there to choose from.
    facilities, proximity : GeoDataFrame and DataFrame, optional
        Places and their distances.
    context : Context, optional
        Title, period, base map and method.

    Returns
    -------
    HotspotMap
        Shows itself in Jupyter. It cannot be saved: that takes a reason and a recipient.

    Raises
    ------
    InputError
        If there is nothing to draw, or if a release comes with further tables.
    DisclosureError
        If `table` holds single places instead of areas.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> cells = gpd.GeoDataFrame({"count": [3], "gi_star_label": ["hot 99"]},
    ...     geometry=[box(0, 0, 100, 100)], index=pd.Index(["a"], name="unit_id"), crs="EPSG:32616")
    >>> explore(cells).release.reason
    'exploration in memory'
    """
    if isinstance(table, Release):
        if facilities is not None or proximity is not None or context is not None:
            raise InputError("a release brings its own facilities, proximity and context")
        shown = table
    else:
        shown = release(
            table,
            profile="internal",
            reason=REASON,
            recipient=RECIPIENT,
            context=context,
            facilities=facilities,
            proximity=proximity,
        )
    return HotspotMap(shown, statistics_shown(shown, statistic), keep=False)
