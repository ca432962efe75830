"""Published values for rates, and esda beside ours."""

import numpy as np
import pandas as pd
import pytest

from hotspots.statistics.rates import eb_rates, eb_standardised

pytestmark = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def test_marshall_auckland(oracle):
    """Marshall 1991, as in the example of spdep's EBest."""
    table, _ = oracle("rates_auckland")
    result = eb_rates(table["events"], table["population"])
    assert result["variance"].iloc[0] == pytest.approx(7.284173e-07, rel=1e-6)
    assert result["mean"].iloc[0] == pytest.approx(0.002633436, rel=1e-6)


def test_assuncao_and_reis_sids74(oracle):
    """EB Moran 0.25789, binary weights of Cressie & Chan 1989, as in spdep's EBImoran.mc."""
    table, graph = oracle("rates_sids74")
    z = eb_standardised(table["events"], table["population"]).to_numpy()
    deviations, binary = z - z.mean(), graph.sparse.toarray()
    np.fill_diagonal(binary, 0)
    index = 100 / binary.sum() * (deviations @ binary @ deviations) / (deviations @ deviations)
    assert round(index, 5) == 0.25789


def test_standardised_as_esda_where_the_variance_is_positive(oracle):
    from esda.smoothing import assuncao_rate

    table, _ = oracle("rates_sids79")
    theirs = assuncao_rate(table["events"].to_numpy(), table["population"].to_numpy())
    ours = eb_standardised(table["events"], table["population"])
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_a_negative_variance_is_none_as_in_spdep():
    """The example of esda's assuncao_rate: it keeps the negative variance, spdep takes 0."""
    events = pd.Series([30, 25, 25, 15, 33, 21, 30, 20])
    people = pd.Series([100, 100, 110, 90, 100, 90, 110, 90])
    b = 199 / 790
    by_chance = (events / people - b) / np.sqrt(b / people)
    np.testing.assert_allclose(eb_standardised(events, people), by_chance, rtol=1e-12)
