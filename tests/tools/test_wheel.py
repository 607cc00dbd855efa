"""The wheel, built from the checkout and used away from it."""

import json
import os
import runpy
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from gridmap.cluster.server import Cluster
from tests.conftest import copy_of

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def away(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an empty environment with the wheel in it, and our dependencies by path (they are not what is tested)."""
    folder = tmp_path_factory.mktemp("away") / "env"
    venv.EnvBuilder(with_pip=False).create(folder)
    python = folder / "bin/python"
    (site,) = folder.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python


def ask(python: Path, story: str) -> str:
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([python, "-P", "-c", story], capture_output=True, text=True, check=False, cwd="/", env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_holds_every_vendored_file(wheel: Path) -> None:
    listed = json.loads((CHECKOUT / "gridmap/static/vendor.json").read_text())
    assert listed
    assert {f"gridmap/vendor/{path}" for path in listed} <= names(wheel)


@pytest.mark.parametrize(
    "folder", ["templates", "data/categories", "data/geojson", "data/people", "gridmap/static", "gridmap/migrations/versions"]
)
def test_it_holds_what_lies_beside_the_code(wheel: Path, folder: str) -> None:
    inside = folder if folder.startswith("gridmap/") else f"gridmap/{folder}"
    there = [path for path in (CHECKOUT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert there
    assert {f"{inside}/{path.relative_to(CHECKOUT / folder)}" for path in there} <= names(wheel)


def test_it_holds_nothing_of_the_workshop(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"gridmap"}
    assert not any(name.endswith((".po", ".pyc")) or "node_modules" in name for name in names(wheel))


def test_away_from_the_checkout_every_resource_is_its_own(away: Path) -> None:
    story = (
        "from gridmap import resources as r\n"
        "for f in (r.templates_dir, r.static_dir, r.vendor_dir, r.migrations_dir, r.data_dir):\n"
        "    assert f().is_dir(), f\n"
        "    print(f())"
    )
    folders = ask(away, story).split()
    assert len(folders) == 5
    assert all(Path(folder).is_relative_to(away.parents[1]) for folder in folders)


# Runs where the wheel is as a program of its own, and here.
SERVE = """
import hashlib, json, re, sys
from gridmap.app import create_app
from gridmap.config import Settings
from gridmap.db import make_engine
from gridmap.http.state import state
from gridmap.migrations import migrate
def asked(url, *paths):
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    app = create_app(Settings(secret_key="for a test only"), database_url=url)
    client = app.test_client()
    pages = {}
    for path, language in [(path, language) for path in paths for language in ("zh", "en")]:
        with client.get(path, headers={"Accept-Language": language}) as answer:
            drawn = rb'nonce="[^"]+"|_[0-9a-f]{32}|csrf[^>]+>'  # by lot for every answer
            text = re.sub(drawn, b"", answer.data)
            pages[f"{language} {path}"] = [answer.status_code, len(text), hashlib.sha256(text).hexdigest()]
    state(app).engine.dispose()
    return pages
"""
PAGES = ("/sign-in", "/assets/leaflet/dist/leaflet.js", "/static/css/map.css", "/api/docs", "/api/openapi.json", "/healthz")


def test_it_makes_its_own_tables_and_serves_the_same_pages_as_the_checkout(
    away: Path, cluster: Cluster, template: str, tmp_path: Path
) -> None:
    story = f"{SERVE}\nprint(json.dumps(asked({cluster.create_database('wheel')!r}, *{PAGES!r})))"
    from_wheel = json.loads(ask(away, story).splitlines()[-1])
    (tmp_path / "serve.py").write_text(SERVE)
    here = runpy.run_path(str(tmp_path / "serve.py"))
    from_checkout = here["asked"](copy_of(cluster, template, "checkout"), *PAGES)
    assert {page: answer[0] for page, answer in from_wheel.items() if answer[0] != 200} == {}
    assert from_wheel["zh /sign-in"] != from_wheel["en /sign-in"]
    assert from_wheel == from_checkout
