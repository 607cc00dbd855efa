"""The wheel, built from the checkout and used away from it."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

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
    "folder", ["templates", "data/categories", "data/geojson", "gridmap/static", "gridmap/migrations/versions"]
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
