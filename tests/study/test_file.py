"""``study.toml``: what it means, and every way in which it can be wrong."""

import datetime as dt

import pytest

from hotspots.errors import StudyError
from hotspots.study.file import read_study, sample_study
from hotspots.study.model import Study
from hotspots.study.sections import ContiguitySection, GridSection

HEAD = '[study]\nname = "s"\nboundary = { path = "b.geojson" }\n'
INCIDENTS = '[incidents]\npath = "i.csv"\n'
UNITS = '[units]\nkind = "square"\nsize_m = 250\n'


@pytest.fixture
def folder(tmp_path):
    for name in ("b.geojson", "i.csv", "f.csv"):
        (tmp_path / name).touch()
    return tmp_path


def read(folder, text):
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return read_study(path)


def test_the_least_that_is_needed_gets_honest_defaults(folder):
    study = read(folder, HEAD + INCIDENTS + UNITS)
    assert study.name == "s"
    assert study.study.crs == "auto"
    assert study.units == GridSection(kind="square", size_m=250)
    assert study.analysis.statistics == ["gi_star"]
    assert study.analysis.neighbours == ContiguitySection()
    assert study.analysis.n_permutations == 99_999
    assert not study.study.synthetic
    assert study.incidents.path == (folder / "i.csv").resolve()


def test_a_study_cannot_be_changed(folder):
    study = read(folder, HEAD + INCIDENTS + UNITS)
    with pytest.raises(ValueError, match="frozen"):
        study.units.size_m = 1


def test_the_period_is_two_days(folder):
    text = HEAD + 'period = ["2013-01-01", "2016-12-31"]\n' + INCIDENTS + UNITS
    days = read(folder, text).study.period
    assert days == (dt.date(2013, 1, 1), dt.date(2016, 12, 31))


def test_a_byte_order_mark_does_no_harm(folder):
    (folder / "study.toml").write_text("\ufeff" + HEAD + INCIDENTS + UNITS, encoding="utf-8")
    assert read_study(folder / "study.toml").name == "s"


def test_the_sample_study_is_synthetic():
    assert sample_study().study.synthetic


FAULTS = {
    "unknown section": (
        HEAD + INCIDENTS + UNITS + "[proximty]\n",
        "proximty: unknown key; did you mean 'proximity'?",
    ),
    "unknown key": (
        HEAD + INCIDENTS + '[units]\nkind = "square"\nsize_m = 250\nrok = true\n',
        "units.rok: unknown key; known here: kind, size_m",
    ),
    "near key": (
        HEAD + 'perod = ["2013-01-01", "2016-12-31"]\n' + INCIDENTS + UNITS,
        "study.perod: unknown key; did you mean 'period'?",
    ),
    "missing section": (HEAD + UNITS, "incidents: missing"),
    "missing key": (HEAD.replace('name = "s"\n', "") + INCIDENTS + UNITS, "study.name: missing"),
    "empty name": (
        HEAD.replace('"s"', '""') + INCIDENTS + UNITS,
        "study.name: say something",
    ),
    "missing file": (
        HEAD + INCIDENTS.replace("i.csv", "j.csv") + UNITS,
        "incidents: no file 'j.csv' beside the study",
    ),
    "folder as file": (
        HEAD + INCIDENTS.replace("i.csv", ".") + UNITS,
        "incidents: no file '.' beside the study",
    ),
    "future format": (
        HEAD + "format = 2\n" + INCIDENTS + UNITS,
        "study.format: input should be 1, not 2",
    ),
    "period backwards": (
        HEAD + 'period = ["2016-01-01", "2013-01-01"]\n' + INCIDENTS + UNITS,
        "study.period: the last day is before the first",
    ),
    "period of one day": (
        HEAD + 'period = ["2016-01-01"]\n' + INCIDENTS + UNITS,
        "study.period[2]: missing",
    ),
    "no such day": (
        HEAD + 'period = ["2016-02-30", "2016-12-31"]\n' + INCIDENTS + UNITS,
        "study.period[1]: '2016-02-30' is not a day written as YYYY-MM-DD",
    ),
    "kind of units": (
        HEAD + INCIDENTS + '[units]\nkind = "squares"\nsize_m = 250\n',
        "units.kind: 'squares' is not one of 'square', 'hex', 'polygons'",
    ),
    "size as text": (
        HEAD + INCIDENTS + UNITS.replace("250", '"250"'),
        "units.size_m: input should be a valid number, not '250'",
    ),
    "blank name": (
        HEAD.replace('"s"', '" "') + INCIDENTS + UNITS,
        "study.name: say something",
    ),
    "distance twice": (
        HEAD
        + INCIDENTS
        + UNITS
        + '[[facilities]]\nkind = "hotel"\npath = "f.csv"\n'
        + '[proximity]\nfrom = ["hotel"]\nto = ["hotel"]\nwithin_m = [400, 400]\n',
        "proximity.within_m: a distance stands more than once",
    ),
    "no kind of units": (HEAD + INCIDENTS + "[units]\nsize_m = 250\n", "units.kind: missing"),
    "no size": (HEAD + INCIDENTS + '[units]\nkind = "hex"\n', "units.size_m: missing"),
    "size of nothing": (
        HEAD + INCIDENTS + UNITS.replace("250", "0"),
        "units.size_m: input should be greater than 0, not 0",
    ),
    "size in words": (
        HEAD + INCIDENTS + UNITS.replace("250", '"wide"'),
        "units.size_m: input should be a valid number, not 'wide'",
    ),
    "statistic": (
        HEAD + INCIDENTS + UNITS + '[analysis]\nstatistics = ["gistar"]\n',
        "analysis.statistics[1]: input should be 'gi_star', 'gi', 'local_moran', 'local_geary', "
        "'local_join_count', 'gi_star_rate', 'local_moran_rate', 'local_moran_bivariate', "
        "'local_geary_multivariate', 'lees_l_local', 'local_join_count_bivariate' or "
        "'local_join_count_colocation', "
        "not 'gistar'",
    ),
    "statistic twice": (
        HEAD + INCIDENTS + UNITS + '[analysis]\nstatistics = ["gi", "gi"]\n',
        "analysis.statistics: a name stands more than once",
    ),
    "too few permutations": (
        HEAD + INCIDENTS + UNITS + "[analysis]\nn_permutations = 9\n",
        "analysis.n_permutations: input should be greater than or equal to 99, not 9",
    ),
    "band without distance": (
        HEAD + INCIDENTS + UNITS + '[analysis]\nneighbours = { kind = "distance_band" }\n',
        "analysis.neighbours.distance_m: missing",
    ),
    "k for contiguity": (
        HEAD + INCIDENTS + UNITS + '[analysis]\nneighbours = { kind = "contiguity", k = 4 }\n',
        "analysis.neighbours.k: unknown key; known here: kind, rook",
    ),
    "kind of facility": (
        HEAD + INCIDENTS + UNITS + '[[facilities]]\nkind = "motel"\npath = "f.csv"\n',
        (
            "facilities[1].kind: input should be 'group_home', 'hotel', 'trap_house' or 'other', "
            "not 'motel'"
        ),
    ),
    "kind not listed": (
        HEAD
        + INCIDENTS
        + UNITS
        + '[[facilities]]\nkind = "hotel"\npath = "f.csv"\n'
        + '[proximity]\nfrom = ["group_home"]\nto = ["hotel"]\n',
        "[proximity] names group_home, but no [[facilities]] has that kind",
    ),
    "where of numbers": (
        HEAD + INCIDENTS + "where = { category = [1] }\n" + UNITS,
        'incidents.where.category[1]: write it in quotation marks: "1"',
    ),
    "where of truth": (
        HEAD + INCIDENTS + 'where = { category = ["x", true] }\n' + UNITS,
        'incidents.where.category[2]: write it in quotation marks: "true"',
    ),
    "where of one text": (
        HEAD + INCIDENTS + 'where = { category = "ROBBERY" }\n' + UNITS,
        'incidents.where.category: write a list: ["ROBBERY"]',
    ),
    "where without a column": (
        HEAD + INCIDENTS + 'where = "ROBBERY"\n' + UNITS,
        "incidents.where: write a table such as { key = … }",
    ),
    "neighbours as text": (
        HEAD + INCIDENTS + UNITS + '[analysis]\nneighbours = "contiguity"\n',
        'analysis.neighbours: write a table such as { kind = "contiguity" }',
    ),
    "boundary as text": (
        HEAD.replace('{ path = "b.geojson" }', '"b.gpkg"') + INCIDENTS + UNITS,
        'study.boundary: write a table such as { path = "b.gpkg" }',
    ),
    "areas as a number": (
        HEAD + INCIDENTS + UNITS + "[public]\nareas = 3\n",
        'public.areas: write a table such as { path = "…" }',
    ),
    "section as text": (
        'incidents = "i.csv"\n' + HEAD + UNITS,
        "incidents: write one section [incidents], in single brackets",
    ),
    "section in two brackets": (
        HEAD + '[[incidents]]\npath = "i.csv"\n' + UNITS,
        "incidents: write one section [incidents], in single brackets",
    ),
    "facilities in one bracket": (
        HEAD + INCIDENTS + UNITS + '[facilities]\nkind = "hotel"\npath = "f.csv"\n',
        "facilities: write [[facilities]] with two brackets, once for each",
    ),
    "path as a number": (
        HEAD + "[incidents]\npath = 3\n" + UNITS,
        'incidents.path: write it in quotation marks: "3"',
    ),
    "period as text": (
        HEAD + 'period = "2013"\n' + INCIDENTS + UNITS,
        'study.period: write two days: ["2013-01-01", "2016-12-31"]',
    ),
    "truth as text": (
        HEAD + 'synthetic = "maybe"\n' + INCIDENTS + UNITS,
        "study.synthetic: write true or false",
    ),
    "half a seed": (
        HEAD + INCIDENTS + UNITS + "[analysis]\nseed = 1.5\n",
        "analysis.seed: write a whole number",
    ),
    "no statistic": (
        HEAD + INCIDENTS + UNITS + "[analysis]\nstatistics = []\n",
        "analysis.statistics: name at least one",
    ),
    "draws as text": (
        HEAD + INCIDENTS + UNITS + '[analysis]\nn_permutations = "999"\n',
        "analysis.n_permutations: write a whole number",
    ),
    "draws with a fraction": (
        HEAD + INCIDENTS + UNITS + "[analysis]\nn_permutations = 999.0\n",
        "analysis.n_permutations: write a whole number",
    ),
    "seed of truth": (
        HEAD + INCIDENTS + UNITS + "[analysis]\nseed = true\n",
        "analysis.seed: write a whole number",
    ),
    "unknown crs": (
        HEAD + INCIDENTS + 'crs = "EPSG:99999"\n' + UNITS,
        "incidents.crs: 'EPSG:99999' is not a coordinate reference system; "
        "write it as 'EPSG:32616'",
    ),
    "a study in degrees": (
        HEAD + 'crs = "EPSG:4326"\n' + INCIDENTS + UNITS,
        "study.crs: 'EPSG:4326' measures in degree, not metres; "
        'write crs = "auto", or a metric system such as "EPSG:32616"',
    ),
    "a study in feet": (
        HEAD + 'crs = "EPSG:32054"\n' + INCIDENTS + UNITS,
        "study.crs: 'EPSG:32054' measures in US survey foot, not metres; "
        'write crs = "auto", or a metric system such as "EPSG:32616"',
    ),
    "not TOML": (
        "[study\n",
        "not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 7)",
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_one_fault_one_sentence(folder, text, message):
    with pytest.raises(StudyError) as raised:
        read(folder, text)
    assert str(raised.value) == f"{folder / 'study.toml'}: {message}"


def test_all_faults_are_said_at_once(folder):
    with pytest.raises(StudyError) as raised:
        read(folder, HEAD.replace("b.geojson", "c.geojson") + '[units]\nkind = "hex"\n[x]\n')
    assert str(raised.value).splitlines()[1:] == [
        "  - incidents: missing",
        "  - units.size_m: missing",
        f"  - x: unknown key; known here: {', '.join(Study.model_fields)}",
        "  - study.boundary: no file 'c.geojson' beside the study",
    ]


def test_a_missing_study_says_how_to_begin(tmp_path):
    with pytest.raises(StudyError, match="no such file; 'hotspots init DIR' writes a first one"):
        read_study(tmp_path / "study.toml")


def test_a_study_that_is_no_text(tmp_path):
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match=r"cannot be read as UTF-8 text \(UnicodeDecodeError\)"):
        read_study(tmp_path / "study.toml")
