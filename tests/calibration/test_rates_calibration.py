"""Under constant risk p <= alpha happens at most alpha of the time, however people cluster.

Beside it, what permuting the rates gives on the same maps: more, so that this can fail.
The quick version runs always, the slow one with ``pytest -m slow`` prints its table.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from hotspots.statistics.getis_ord import gi_star
from hotspots.statistics.local_moran import local_moran
from hotspots.statistics.local_rates import gi_star_rate, local_moran_rate

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")

LEVELS = np.array([0.10, 0.05, 0.01])
EVENTS = [40, 400, 4000]
BY_RISK = {
    "gi_star_rate": gi_star_rate,
    "gi_star_rate conditional": partial(gi_star_rate, null="conditional"),
    "local_moran_rate": partial(local_moran_rate, n_permutations=999),
}
BY_PERMUTATION = {
    "gi_star of raw rates": partial(gi_star, method="permutation", n_permutations=999),
    "local_moran of raw rates": partial(local_moran, method="permutation", n_permutations=999),
}


@pytest.fixture(scope="session")
def people():
    """Give a city: dense in some parts, all but empty in others, by a factor of thousands."""
    rng = np.random.default_rng(11)
    field = gaussian_filter(rng.normal(size=(20, 20)), 2.5, mode="wrap").ravel()
    density = 2.0 * field / field.std() + rng.normal(0, 0.3, field.size)
    return pd.Series(1000 * np.exp(density - density.max()))


def _shares(statistic, people, graph, *, total, n_maps, rates=False):
    """Share of testable units with p at or below each level, per map, shape (maps, 3)."""
    rng = np.random.default_rng(total)
    shares = []
    for counts in rng.multinomial(total, people / people.sum(), size=n_maps):
        events = pd.Series(counts)
        given = (events / people, graph) if rates else (events, people, graph)
        seed = {} if "gi_star_rate" in str(statistic) else {"rng": rng}
        p = statistic(*given, **seed)["p_value"].dropna().to_numpy()
        shares.append((p[:, None] <= LEVELS).mean(axis=0))
    return np.array(shares)


def _excess(shares):
    """How many standard errors the mean share is above its level."""
    error = np.sqrt(np.maximum(shares.var(axis=0, ddof=1), LEVELS / 400) / len(shares))
    return (shares.mean(axis=0) - LEVELS) / error


@pytest.mark.parametrize("total", EVENTS)
@pytest.mark.parametrize("name", BY_RISK)
def test_constant_risk_quick(queen, people, name, total):
    shares = _shares(BY_RISK[name], people, queen, total=total, n_maps=20)
    assert _excess(shares).max() <= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_RISK)
def test_constant_risk(queen, people, name, say):
    for total in EVENTS:
        shares = _shares(BY_RISK[name], people, queen, total=total, n_maps=150)
        line = "  ".join(f"{share:7.2%}" for share in shares.mean(axis=0))
        say(f"{name:25} {total:>5} events, p <= 0.10, 0.05, 0.01: {line}")
        assert _excess(shares).max() <= 4


@pytest.mark.parametrize(
    "n_maps", [8, pytest.param(60, marks=pytest.mark.slow)], ids=["quick", "slow"]
)
@pytest.mark.parametrize("name", BY_PERMUTATION)
def test_permuting_rates_is_wrong(queen, people, name, n_maps, say):
    """Positive control: rates from few people vary more, and few people live side by side."""
    worst = 0.0
    for total in EVENTS:
        shares = _shares(
            BY_PERMUTATION[name], people, queen, total=total, n_maps=n_maps, rates=True
        )
        line = "  ".join(f"{share:7.2%}" for share in shares.mean(axis=0))
        say(f"{name:25} {total:>5} events, p <= 0.10, 0.05, 0.01: {line}")
        worst = max(worst, float(_excess(shares).max()))
    assert worst > 5
