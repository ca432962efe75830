"""The house rules: what every file, module and public name keeps, whoever wrote it."""

from __future__ import annotations

import ast
import gzip
import inspect
import re
import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import hotspots

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "hotspots"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = sorted(PACKAGE.rglob("*.py"))
CODE = [*MODULES, *sorted((ROOT / "scripts").glob("*.py")), *sorted((ROOT / "data").rglob("*.py"))]
HEAVY = ("geopandas", "pandas", "folium", "branca", "osmnx", "numba", "matplotlib", "esda", "scipy")
REGISTRIES = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "ana" + "conda.org")
MACHINE_PATHS = re.compile(rb"(?<![\w.)}>\]])/(?:root|home|work|Users)/[\w.]")


def name(path):
    return path.relative_to(ROOT).as_posix()


def tracked():
    asked = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / part for part in done.stdout.decode().split("\0") if part]


def contents(path):
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def script(stem):
    spec = spec_from_file_location(stem, ROOT / "scripts" / f"{stem}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


# What is in git


def test_no_file_names_a_registry_or_a_path_of_somebodys_machine():
    found = []
    for path in filter(Path.is_file, tracked()):
        text = contents(path)
        found += [f"{name(path)}: {host}" for host in REGISTRIES if host.encode() in text]
        found += [f"{name(path)}: {match.decode()}…" for match in MACHINE_PATHS.findall(text)]
    assert found == []


@pytest.mark.parametrize("folder", [b"root", b"home", b"work", b"Users"])
@pytest.mark.parametrize("before", [b'path = "', b"cd ", b"file://", b""])
def test_the_search_for_machine_paths_finds_them(before, folder):
    assert MACHINE_PATHS.search(before + b"/" + folder + b"/ada")


def test_files_that_record_a_machine_are_not_in_git():
    kept_out = ("uv.lock", ".python-version", "__pycache__", ".ipynb_checkpoints", ".venv")
    assert [name(p) for p in tracked() if any(part in kept_out for part in p.parts)] == []


def test_what_runs_write_is_not_in_git():
    assert [n for n in map(name, tracked()) if re.match(r"maps/(?!gallery/)", n)] == []


def test_links_between_documents_lead_somewhere():
    links = [
        (path, target)
        for path in (p for p in tracked() if p.suffix == ".md" and p.is_file())
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target
    ]
    assert links
    assert [
        f"{name(p)} -> {target}" for p, target in links if not (p.parent / target).exists()
    ] == []


def test_ci_can_be_executed():
    asked = ["git", "-c", "safe.directory=*", "ls-files", "--stage", ".ci/run"]
    tracked()
    staged = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert staged.stdout.startswith("100755")


# How modules are made


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_module_stays_under_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", CODE, ids=name)
def test_a_function_stays_under_60_lines_without_its_docstring(path):
    functions = (n for n in ast.walk(parse(path)) if isinstance(n, ast.FunctionDef))
    assert [f"{f.name}: {length(f)} lines" for f in functions if length(f) > 60] == []


def length(function):
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_the_length_of_a_function_leaves_its_docstring_out():
    (function,) = ast.parse(
        'def f():\n    """One\n\n    two.\n    """\n    x = 1\n    return x'
    ).body
    assert length(function) == 3


@pytest.mark.parametrize("path", CODE, ids=name)
def test_text_files_are_opened_with_their_encoding(path):
    calls = (n for n in ast.walk(parse(path)) if isinstance(n, ast.Call))
    assert [call.lineno for call in calls if forgets_encoding(call)] == []


def forgets_encoding(call):
    called = call.func.attr if isinstance(call.func, ast.Attribute) else None
    given = len(call.args) > {"read_text": 0, "write_text": 1}.get(called, 0)
    named = any(word.arg == "encoding" for word in call.keywords)
    return called in ("read_text", "write_text") and not (given or named)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_download_of_streets_imports_an_http_client(path):
    clients = {"aiohttp", "ftplib", "http", "httpx", "requests", "socket", "urllib3"}
    imported = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    roots = {module.partition(".")[0] for module in imported}
    assert bool(roots & clients) == (path.name == "streetdownload.py")
    assert not any(module.startswith("urllib.request") for module in imported)


def test_every_room_has_its_place_in_the_layers():
    (layers,) = (c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    listed = {part.strip() for line in layers["layers"] for part in re.split(r"[|:]", line)}
    rooms = {p.parent.name for p in PACKAGE.glob("*/__init__.py")} | {
        p.stem for p in PACKAGE.glob("[a-z]*.py")
    }
    assert {f"hotspots.{room}" for room in rooms} - listed == set()


# What a user meets


@pytest.mark.parametrize("arguments", [["-c", "import hotspots"], ["-m", "hotspots", "--help"]])
def test_starting_loads_no_heavy_library(arguments):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(re.findall(r"\|\s+(\w+)$", done.stderr, flags=re.MULTILINE))
    assert "hotspots" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("public", hotspots.__all__)
def test_a_public_name_is_there_and_documented(public):
    thing = getattr(hotspots, public)
    if inspect.isclass(thing) and issubclass(thing, Exception):
        assert inspect.getdoc(thing)
    elif callable(thing):
        sections = ("Parameters", "Attributes", "Examples")
        document = inspect.getdoc(thing) or ""
        assert any(f"{section}\n---" in document for section in sections)


def test_public_functions_take_at_most_three_parameters_by_position():
    found = []
    for function in filter(inspect.isfunction, (getattr(hotspots, n) for n in hotspots.__all__)):
        kinds = [p.kind.name for p in inspect.signature(function).parameters.values()]
        by_position = kinds.count("POSITIONAL_OR_KEYWORD") + kinds.count("POSITIONAL_ONLY")
        found += [function.__name__] * (by_position > 3)
    assert found == []


def test_the_readme_begins_with_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(
        r"^pip install uv && uv run \w[\w ]*?(?=\s*(?:#|$))", readme, re.MULTILINE
    )
    assert first == "pip install uv && uv run hotspots demo"
    assert second == "pip install uv && uv run pytest"


def test_the_version_is_the_same_everywhere():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", changelog, re.MULTILINE)[1] == hotspots.__version__
    assert re.search(r"^version: (\S+)$", citation, re.MULTILINE)[1] == hotspots.__version__
    assert re.search(r"Version (\S+)\.\*", readme)[1] == hotspots.__version__


# Dependencies and the wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel with the installed backend, so that nothing is fetched."""
    import zipfile

    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    with zipfile.ZipFile(next(folder.glob("hotspots_geo-*.whl"))) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_the_package_and_the_sample(wheel):
    info = f"hotspots_geo-{hotspots.__version__}.dist-info"
    for path in PACKAGE.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in wheel
    assert "hotspots/_lakeport/study.toml" in wheel
    assert "hotspots/_lakeport/build.py" not in wheel
    assert f"{info}/licenses/LICENSE" in wheel
    strangers = {entry.partition("/")[0] for entry in wheel} - {"hotspots", info}
    assert strangers == set()


def test_the_notice_of_every_vendored_library_is_in_the_wheel(wheel):
    vendored = [path for path in (PACKAGE / "maps" / "vendor").iterdir() if path.is_dir()]
    assert vendored
    for library in vendored:
        notices = [entry for entry in wheel if library.name in entry and "LICENSE" in entry]
        assert any("dist-info/licenses/" in entry for entry in notices), library.name


def test_supported_pythons_are_the_same_everywhere():
    prefix = "Programming Language :: Python :: 3."
    minors = [c.removeprefix(prefix) for c in PROJECT["project"]["classifiers"] if prefix in c]
    pythons = tuple(f"3.{minor}" for minor in minors)
    assert PROJECT["project"]["requires-python"] == f">={pythons[0]}"
    assert pythons == script("check_interpreters").PYTHONS
    assert pythons == script("refresh_constraints").PYTHONS


def test_every_dependency_has_a_lower_bound():
    groups = PROJECT["dependency-groups"].values()
    listed = [entry for group in groups for entry in group if isinstance(entry, str)]
    wanted = [Requirement(text) for text in [*PROJECT["project"]["dependencies"], *listed]]
    bounds = {w.name: [spec.operator for spec in w.specifier] for w in wanted}
    assert {package for package, operators in bounds.items() if operators != [">="]} == set()


def test_the_pins_are_exact_and_complete():
    assert script("refresh_constraints").faults(PROJECT, None) == []


def project_with(*pins):
    return {
        "project": {"name": "sample", "dependencies": ["numpy>=2"]},
        "dependency-groups": {},
        "tool": {"uv": {"constraint-dependencies": list(pins)}},
    }


@pytest.mark.parametrize(
    ("pins", "fault"),
    [
        ([], "numpy is not pinned for Python 3.11 on Linux"),
        (["numpy>=2"], "numpy>=2 is not an exact pin"),
        (["numpy==1.26"], "numpy is pinned at 1.26, outside >=2"),
        (["numpy==2.1", "numpy==2.2"], "numpy is pinned twice for Python 3.14 on Windows"),
        (["numpy==2.1; sys_platform != 'win32'"], "numpy is not pinned for Python 3.12 on Windows"),
        (["numpy==2.1; python_version < '3.14'"], "numpy is not pinned for Python 3.14 on Darwin"),
    ],
)
def test_a_wrong_pin_is_found(pins, fault):
    assert fault in script("refresh_constraints").faults(project_with(*pins), None)


def test_a_resolved_package_without_a_pin_is_found():
    lock = {
        "package": [
            {"name": "sample", "version": "1"},
            {"name": "numpy", "version": "2.1"},
            {"name": "stray", "version": "3"},
        ]
    }
    found = script("refresh_constraints").faults(project_with("numpy==2.1"), lock)
    assert found == ["stray 3 is resolved but not pinned"]


def test_pins_are_written_between_the_brackets_and_nowhere_else():
    write_pins = script("refresh_constraints").write_pins
    text = '[tool.uv]\npins = [\n  "a==1",\n]\nbuild-pins = [\n]\n'
    changed = write_pins(text, "pins", ["b==2 ; sys_platform == 'win32'"])
    assert tomllib.loads(changed)["tool"]["uv"] == {
        "pins": ["b==2 ; sys_platform == 'win32'"],
        "build-pins": [],
    }
    assert write_pins(changed, "pins", ["a==1"]) == text
    with pytest.raises(SystemExit, match="found 0"):
        write_pins(text, "others", [])
