"""What tests of two variables answer when each clusters by itself and neither knows the other."""

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics.lees_l import lees_l
from hotspots.statistics.lees_l_local import lees_l_local
from hotspots.statistics.local_moran_bivariate import local_moran_bivariate

MAPS, LOCAL_MAPS = 200, 12
pytestmark = pytest.mark.slow


def test_independent_variables_that_cluster_are_called_together(queen, say):
    """The docs and the pages say so: pairs dealt at random are no answer to whether two relate."""
    rng = np.random.default_rng(1)
    whole = queen.assign_self_weight(1).transform("r")

    def field():
        """Draw noise that is averaged over neighbours, twice."""
        smooth = whole.sparse
        return pd.Series(smooth @ (smooth @ rng.normal(size=queen.n)), queen.unique_ids)

    overall = [
        lees_l(field(), field(), whole, n_permutations=199, rng=i).p_value for i in range(MAPS)
    ]
    local = np.empty((LOCAL_MAPS, 2))
    for i in range(LOCAL_MAPS):
        x, y = field(), field()
        options = {"n_permutations": 999, "rng": i}
        local[i] = [
            (result["p_value"] <= 0.05).mean()
            for result in (
                lees_l_local(x, y, whole, **options),
                local_moran_bivariate(x, y, queen, **options),
            )
        ]
    share = np.mean(np.array(overall) <= 0.05)
    lee, moran = local.mean(axis=0)
    say(
        f"independent clustered variables, p <= 0.05: lees_l {share:.0%} of maps; "
        f"lees_l_local {lee:.0%}, local_moran_bivariate {moran:.0%} of units"
    )
    assert share > 0.5
    assert min(lee, moran) > 0.2
