"""Co-location quotients: by hand, by loops over every pair, and by every way to deal the labels."""

import itertools
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from hotspots.errors import CRSError, FewDataWarning, InputError, SchemaError, StatisticsError
from hotspots.facilities.colocation import colocation_quotient
from hotspots.facilities.colocation_controls import colocation_with_controls
from hotspots.facilities.colocation_local import local_colocation_quotient
from hotspots.facilities.controls import ControlSets, draw_controls
from hotspots.geography.journeys import distances_over_streets

CRS = "EPSG:32616"
quiet = pytest.mark.filterwarnings("ignore::hotspots.errors.FewDataWarning")


def records(xy, labels, persons=None, **columns):
    """Give records with a tier, and persons if there are any."""
    table = gpd.GeoDataFrame(
        {"tier": list(labels), **columns},
        geometry=gpd.points_from_xy(*np.asarray(xy, dtype=float).T),
        index=[f"i{i}" for i in range(len(xy))],
        crs=CRS,
    )
    return table if persons is None else table.assign(person_id=persons)


def town(seed, n=60, side=12, n_persons=None):
    """Give records on a small lattice, so that many share places and distances."""
    rng = np.random.default_rng(seed)
    persons = np.arange(n) if n_persons is None else rng.integers(n_persons, size=n)
    return records(rng.integers(side, size=(n, 2)), rng.choice(list("abc"), n), persons)


def straight(points):
    xy = points.get_coordinates().to_numpy()
    return np.hypot(*(xy[:, None] - xy).T).T


def nearest_weights(apart, person, k):
    """Weigh by going through each record's others one distance at a time."""
    weights = np.zeros_like(apart)
    for i in range(len(apart)):
        others = [j for j in range(len(apart)) if person[j] != person[i]]
        others = [j for j in others if np.isfinite(apart[i, j])]
        left = total = min(k, len(others))
        for metres in sorted({round(apart[i, j], 6) for j in others}):
            tied = [j for j in others if round(apart[i, j], 6) == metres]
            share = min(1.0, left / len(tied))
            weights[i, tied] = share / total if total else 0
            left -= share * len(tied)
            if left <= 0:
                break
    return weights


def gaussian_weights(apart, person, k):
    weights = np.zeros_like(apart)
    for i in range(len(apart)):
        others = [j for j in range(len(apart)) if person[j] != person[i]]
        bandwidth = sorted(apart[i, others])[:k][-1]
        for j in others:
            if apart[i, j] <= bandwidth + 1e-9:
                weights[i, j] = math.exp(-0.5 * (apart[i, j] / bandwidth) ** 2) if bandwidth else 1
    return weights / weights.sum(axis=1, keepdims=True)


def meetings(weights, labels, names):
    return np.array(
        [[weights[np.ix_(labels == a, labels == b)].sum() for b in names] for a in names]
    )


def every_dealing(labels, person):
    """Give every way to exchange the labels of persons with as many records."""
    rows = {p: np.flatnonzero(person == p) for p in np.unique(person)}
    classes = {}
    for p, mine in rows.items():
        classes.setdefault(len(mine), []).append(p)
    orders = [itertools.permutations(persons) for persons in classes.values()]
    for order in itertools.product(*orders):
        dealt = np.array(labels)
        for persons, givers in zip(classes.values(), order, strict=True):
            for p, giver in zip(persons, givers, strict=True):
                dealt[rows[p]] = labels[rows[giver]]
        yield dealt


@quiet
def test_on_a_line_by_hand():
    """a at 0, b at 1 and 2, a at 4: the second has an a and a b equally near."""
    found = colocation_quotient(records([(0, 0), (1, 0), (2, 0), (4, 0)], "abba"), "tier", rng=1)
    rows = found.pairs.set_index(["from_label", "to_label"])
    assert rows["observed"].to_dict() == {
        ("a", "a"): 0, ("a", "b"): 2, ("b", "a"): 0.5, ("b", "b"): 1.5,
    }  # fmt: skip
    assert rows["expected"].tolist() == pytest.approx([2 / 3, 4 / 3, 4 / 3, 2 / 3])
    assert found.quotient == pytest.approx(1.5 / (4 / 3))
    assert math.isnan(found.p_value)
    assert rows["p_value"].isna().all()
    assert any(note.startswith("Only 4 records: nothing was tested") for note in found.notes)


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("n_persons", [None, 25])
def test_quotients_are_those_of_loops(k, n_persons):
    points = town(k, n_persons=n_persons)
    weights = nearest_weights(straight(points), points["person_id"].to_numpy(), k)
    found = colocation_quotient(points, "tier", k=k, n_permutations=19, rng=1)
    labels = points["tier"].to_numpy()
    met = meetings(weights, labels, "abc")
    assert found.pairs["observed"].to_numpy() == pytest.approx(met.ravel())
    if n_persons is None:  # as published
        n = {name: (labels == name).sum() for name in "abc"}
        published = [
            met["abc".index(a), "abc".index(b)] / n[a] / ((n[b] - (a == b)) / (len(labels) - 1))
            for a in "abc"
            for b in "abc"
        ]
        assert found.pairs["quotient"].to_numpy() == pytest.approx(published)
        expected = sum(m * (m - 1) / (len(labels) - 1) for m in n.values())
        assert found.quotient == pytest.approx(np.trace(met) / expected)


def test_all_within_a_bandwidth_weigh_alike():
    points = town(5, n_persons=25)
    person = points["person_id"].to_numpy()
    weights = (straight(points) <= 3) & (person[:, None] != person)
    weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1)
    found = colocation_quotient(points, "tier", bandwidth=3, n_permutations=19, rng=1)
    met = meetings(weights, points["tier"].to_numpy(), "abc")
    assert found.pairs["observed"].to_numpy() == pytest.approx(met.ravel())


@pytest.mark.parametrize("k", [1, 4])
def test_over_streets_neighbours_are_those_of_the_matrix(plus, k):
    rng = np.random.default_rng(4)
    arm, at = rng.integers(4, size=30), rng.uniform(-900, 900, 30)
    xy = np.where((arm % 2 == 0)[:, None], np.c_[at, at * 0], np.c_[at * 0, at])
    xy[:3] = [(5100, 0), (5200, 5), (5400, 0)]  # apart from the rest
    points = records(xy, rng.choice(list("ab"), 30), rng.integers(20, size=30))
    apart = distances_over_streets(points, None, plus).fillna(np.inf).to_numpy()
    weights = nearest_weights(apart, points["person_id"].to_numpy(), k)
    found = colocation_quotient(points, "tier", streets=plus, k=k, n_permutations=19, rng=1)
    met = meetings(weights, points["tier"].to_numpy(), "ab")
    assert found.pairs["observed"].to_numpy() == pytest.approx(met.ravel())
    within = apart <= 250
    person = points["person_id"].to_numpy()
    within &= person[:, None] != person
    weights = within / np.maximum(within.sum(axis=1, keepdims=True), 1)
    found = colocation_quotient(points, "tier", streets=plus, bandwidth=250, n_permutations=9)
    met = meetings(weights, points["tier"].to_numpy(), "ab")
    assert found.pairs["observed"].to_numpy() == pytest.approx(met.ravel())


@pytest.fixture(scope="module")
def few():
    """Give ten persons with fourteen records, and the 17,280 ways to deal their labels."""
    rng = np.random.default_rng(8)
    person = rng.permutation([*range(6), *(6, 6, 7, 7, 8, 8, 9, 9)])
    xy = rng.integers(6, size=(14, 2))
    xy[3] = xy[5]
    points = records(xy, rng.permutation(list("aaaaaabbbbbbbb")), person)
    every = np.array(list(every_dealing(points["tier"].to_numpy(), person)))
    assert len(every) == math.factorial(6) * math.factorial(4)
    return points, every


def exact_p(values, found):
    """Compare with every dealing: twice the smaller tail."""
    tails = (values >= found - 1e-9).mean(axis=0), (values <= found + 1e-9).mean(axis=0)
    return np.minimum(1, 2 * np.minimum(*tails))


def test_expected_and_p_values_are_those_of_every_dealing(few):
    points, every = few
    weights = nearest_weights(straight(points), points["person_id"].to_numpy(), 1)
    has = {name: (every == name).astype(float) for name in "ab"}
    met = np.stack([((has[a] @ weights) * has[b]).sum(axis=1) for a in "ab" for b in "ab"], axis=1)
    same = met[:, [0, 3]].sum(axis=1)
    found = colocation_quotient(points, "tier", n_permutations=9_999, rng=2)
    observed = found.pairs["observed"].to_numpy()
    assert found.pairs["expected"].to_numpy() == pytest.approx(met.mean(axis=0))
    assert found.quotient == pytest.approx(observed[[0, 3]].sum() / same.mean())
    assert found.pairs["p_value"].to_numpy() == pytest.approx(exact_p(met, observed), abs=0.02)
    assert found.p_value == pytest.approx(exact_p(same, observed[[0, 3]].sum()), abs=0.02)


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "b")])
@quiet
def test_local_quotients_are_those_of_every_dealing_that_keeps_the_persons_own(few, pair):
    points, every = few
    labels, person = points["tier"].to_numpy(), points["person_id"].to_numpy()
    weights = gaussian_weights(straight(points), person, 3)
    found = local_colocation_quotient(points, "tier", pair, k=3, n_permutations=9_999, rng=2)
    looking = labels == pair[0]
    assert (found.loc[~looking, "label"] == "not testable").all()
    assert found.loc[~looking, "statistic"].isna().all()
    for i in np.flatnonzero(looking):
        mine, row = person == person[i], found.iloc[i]
        kept = every[(every[:, mine] == labels[mine]).all(axis=1)]
        shares, share = (kept == pair[1]) @ weights[i], weights[i] @ (labels == pair[1])
        assert row["statistic"] == pytest.approx(share / shares.mean())
        assert row["expected"] == 1
        assert row["z"] == pytest.approx((share - shares.mean()) / shares.std(), abs=0.06)
        assert row["p_value"] == pytest.approx(exact_p(shares, share), abs=0.03)


def test_by_another_column_only_labels_are_dealt(few):
    points, every = few
    weights = nearest_weights(straight(points), points["person_id"].to_numpy(), 1)[::2].sum(axis=0)
    points = points.assign(place_type=["hotel", "street"] * 7)
    found = colocation_quotient(points, "tier", by="place_type", n_permutations=99, rng=1)
    row = found.pairs.set_index(["from_label", "to_label"]).loc["hotel", "a"]
    assert row["observed"] == pytest.approx((points["tier"] == "a").to_numpy() @ weights)
    assert row["expected"] == pytest.approx(((every == "a") @ weights).mean())
    assert math.isnan(found.quotient)
    assert math.isnan(found.p_value)


def test_labels_that_keep_together_are_found():
    rng = np.random.default_rng(3)
    xy = rng.uniform(0, 1000, (80, 2))
    labels = np.where(xy[:, 0] + rng.normal(0, 60, 80) < 400, "juvenile", "adult")
    points = records(xy, labels)
    found = colocation_quotient(points, "tier", persons=None, alternative="greater", rng=1)
    assert found.quotient > 1.5
    assert found.p_value == 0.001
    assert found.pairs.set_index(["from_label", "to_label"])["p_value"]["adult", "juvenile"] > 0.9
    assert "0.001" in repr(found)
    local = local_colocation_quotient(points, "tier", ("adult", "juvenile"), persons=None, rng=1)
    cold = local.index[local["label"].str.startswith("cold")]
    assert len(cold) > 5
    assert points.loc[cold].geometry.x.min() > 400
    again = local_colocation_quotient(points, "tier", ("adult", "juvenile"), persons=None, rng=1)
    pd.testing.assert_frame_equal(local, again)


@quiet
@settings(max_examples=10)
@given(st.integers(0, 2**16), st.randoms(use_true_random=False))
def test_names_and_order_do_not_matter(seed, random):
    points = town(seed, n=20, side=5)
    found = colocation_quotient(points, "tier", n_permutations=1, rng=1).pairs
    order = random.sample(range(20), 20)
    other = points.iloc[order].replace({"tier": {"a": "z"}})
    renamed = colocation_quotient(other, "tier", n_permutations=1, rng=1).pairs
    renamed = renamed.replace({"z": "a"}).sort_values(["from_label", "to_label"])
    for column in ("observed", "expected", "n_from", "n_to"):
        assert renamed[column].to_numpy() == pytest.approx(found[column].to_numpy())


def test_what_is_too_few_is_not_tested_and_said():
    points = town(1, n=40)
    points.loc[points.index[:4], "tier"] = "rare"
    with pytest.warns(FewDataWarning, match="Only 4 persons with 'rare'"):
        found = colocation_quotient(points, "tier", n_permutations=19, rng=1)
    rare = (found.pairs["from_label"] == "rare") | (found.pairs["to_label"] == "rare")
    assert found.pairs.loc[rare, ["p_value", "q_value"]].isna().all(axis=None)
    assert found.pairs.loc[~rare, "p_value"].notna().all()
    assert any("at least 359 permutations" in note for note in found.notes)
    with pytest.warns(FewDataWarning, match="Only 4 persons with 'rare'"):
        local = local_colocation_quotient(points, "tier", ("a", "rare"), n_permutations=19, rng=1)
    assert (local["label"] == "not testable").all()
    assert local["p_value"].isna().all()
    assert local.attrs["inference"]["not_testable"]["too few to test"] > 0


@quiet
def test_few_ways_to_deal_are_said():
    """Twelve persons with 1 to 12 records each: nobody can change labels with anybody."""
    person = np.repeat(np.arange(12), np.arange(1, 13))
    rng = np.random.default_rng(1)
    points = records(rng.uniform(0, 9, (78, 2)), np.where(person % 2, "a", "b"), person)
    found = colocation_quotient(points, "tier", n_permutations=99, rng=1)
    assert found.p_value == 1
    assert found.quotient == 1
    notes = " ".join(found.notes)
    assert "78 records of 12 persons keep their labels" in notes
    assert "only one way to deal" in notes


@quiet
def test_ways_fewer_than_permutations_are_said():
    """Ten persons with two records each, five of them a: 10 over 5 ways."""
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(10), 2)
    points = records(rng.uniform(0, 9, (20, 2)), np.where(person < 5, "a", "b"), person)
    found = colocation_quotient(points, "tier", n_permutations=999, rng=1)
    assert any("Only 252 ways" in note and "below 0.0079" in note for note in found.notes)
    points.loc[points["person_id"] == 4, "tier"] = "b"
    found = colocation_quotient(points, "tier", n_permutations=999, rng=1)
    assert math.isnan(found.p_value)
    assert any("Only 4 persons with 'a'" in note for note in found.notes)


@quiet
def test_what_is_left_out_is_said(plus):
    points = town(2, n=30)
    points["geometry"] = [Point(30 * i - 400, 0) for i in range(30)]
    points.loc["i0", "geometry"] = Point(0, 90_000)
    points.loc[["i1", "i2"], "tier"] = None
    found = colocation_quotient(
        points.drop(columns="person_id"), "tier", streets=plus, n_permutations=19, rng=1
    )
    assert found.n_points == 27
    notes = " ".join(found.notes)
    assert "2 records of 30 without tier left out." in notes
    assert "1 record far from a street left out." in notes
    assert "No column 'person_id'" in notes
    local = local_colocation_quotient(points, "tier", ("a", "b"), streets=plus, n_permutations=9)
    assert local.index.equals(points.index)
    assert local.loc[["i0", "i1", "i2"], "label"].tolist() == ["not testable"] * 3


@pytest.mark.parametrize(
    ("change", "options", "error", "says"),
    [
        ({"kind": "hotel"}, {"label": "kind"}, InputError, "compare_with_controls"),
        ({"place_type": "hotel"}, {"label": "place_type"}, InputError, "by='place_type'"),
        ({"tier": ["hotel", "group_home"] * 10}, {}, InputError, "draw_controls"),
        ({"tier": "a"}, {}, InputError, "two are needed"),
        ({"tier": range(21)}, {}, InputError, "at most 20"),
        ({}, {"label": "race"}, SchemaError, "no column 'race'"),
        ({}, {"by": "race"}, SchemaError, "no column 'race'"),
        ({}, {"k": 0}, InputError, "at least 1"),
        ({}, {"bandwidth": -1}, InputError, "more than 0"),
        ({}, {"alternative": "closer"}, StatisticsError, "not known"),
        ({}, {"correction": "holm"}, StatisticsError, "not known"),
        ({}, {"n_permutations": 0}, StatisticsError, "at least 1"),
    ],
)
def test_what_is_refused(change, options, error, says):
    points = town(1, n=21).iloc[: 21 if "tier" in change and change["tier"] == range(21) else 20]
    with pytest.raises(error, match=says):
        colocation_quotient(points.assign(**change), options.pop("label", "tier"), **options)


def test_degrees_rows_without_a_point_and_unknown_labels_are_refused():
    points = town(1)
    with pytest.raises(CRSError):
        colocation_quotient(points.to_crs(4326), "tier")
    points.loc["i3", "geometry"] = None
    with pytest.raises(SchemaError, match="first id 'i3'"):
        colocation_quotient(points, "tier")
    with pytest.raises(InputError, match=r"no record has the tier 'd'; use two of 'a', 'b', 'c'"):
        local_colocation_quotient(town(1), "tier", ("a", "d"))


@quiet
def test_beside_controls_by_hand():
    """Homes at 10 and 80 on a line from a hotel at 0 to a trap house at 100; the middle is tied."""
    frame = gpd.GeoDataFrame(geometry=[Point(x, 0) for x in (10, 80, 50, 20, 90)], crs=CRS)
    homes = frame.iloc[:2].set_axis(["H1", "H2"])
    sets = ControlSets(frame, homes.index, np.array([0, 1]), np.array([[2, 3], [0, 3], [1, 4]]))
    others = gpd.GeoDataFrame(
        {"kind": ["hotel", "trap_house"]}, geometry=[Point(0, 0), Point(100, 0)], crs=CRS
    )
    found = colocation_with_controls(homes, others, sets)
    assert found["observed"].tolist() == [1, 1]
    assert found["expected"].tolist() == [(1.5 + 2 + 0) / 3, (0.5 + 0 + 2) / 3]
    assert found["quotient"].tolist() == pytest.approx([6 / 7, 6 / 5])
    assert found["p_value"].isna().all()
    assert "Only 2 places" in found.attrs["inference"]["notes"][0]
    with pytest.raises(InputError, match="compare_with_controls"):
        colocation_with_controls(homes, others[:1], sets)
    with pytest.raises(InputError, match="leave them out"):
        colocation_with_controls(homes.assign(kind="hotel"), others, sets)


def test_homes_at_hotels_are_found_beside_controls():
    rng = np.random.default_rng(5)
    sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*rng.uniform(0, 900, (2, 300))), crs=CRS)
    others = records(rng.uniform(0, 900, (30, 2)), "ab" * 15, kind=["hotel", "trap_house"] * 15)
    apart = sites.geometry.apply(lambda site: others[::2].distance(site).min())
    homes = sites.loc[apart.nsmallest(20).index].set_axis([f"H{i}" for i in range(20)])
    controls = draw_controls(homes, sites, n_sets=199, rng=1)
    found = colocation_with_controls(homes, others, controls, alternative="greater")
    hotel, trap_house = found.set_index("to_kind")["p_value"][["hotel", "trap_house"]]
    assert hotel == 0.005
    assert trap_house == 1
