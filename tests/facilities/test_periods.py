"""Days together: by hand, without limits, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from hotspots.errors import InputError, SchemaError
from hotspots.facilities.periods import days_together


def places(*dates):
    frame = pd.DataFrame(dates, columns=["opened", "closed"])
    return frame.set_axis([f"P{i}" for i in range(len(frame))])


def test_both_days_count():
    homes = places(("2015-01-01", "2015-01-31"), ("2015-02-01", "2015-02-01"))
    sites = places(("2015-01-31", "2015-02-01"), (None, None), ("2016-01-01", None))
    assert days_together(homes, sites).tolist() == [[1, 31, 0], [1, 1, 0]]


def test_without_dates_nothing_limits():
    homes, sites = pd.DataFrame(index=["a"]), places((None, None), ("2015-01-01", None))
    assert np.isinf(days_together(homes, sites)).all()
    days = days_together(homes, sites, period=("2014-12-30", "2015-01-02"))
    assert days.tolist() == [[4, 2]]


def test_times_of_day_do_not_matter():
    homes = places((pd.Timestamp("2015-01-01 23:00"), pd.Timestamp("2015-01-02 01:00")))
    assert days_together(homes, homes).tolist() == [[2]]


def test_a_facility_that_closes_before_it_opens_is_refused():
    wrong = places(("2015-01-01", None), ("2015-01-02", "2015-01-01"))
    with pytest.raises(SchemaError, match="destinations: 1 close before they open, first id 'P1'"):
        days_together(places((None, None)), wrong)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InputError, match="the last day is before the first"):
        days_together(places((None, None)), places((None, None)), period=("2016", "2015"))
