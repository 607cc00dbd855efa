from pathlib import Path

import pytest

from gridmap.cluster import programs
from gridmap.errors import Unavailable


def installation(prefix: Path, major: int, *, postgis: bool = True) -> Path:
    """A make-believe PostgreSQL as Debian's packages lay it out."""
    folder = prefix / f"usr/lib/postgresql/{major}/bin"
    share = prefix / f"usr/share/postgresql/{major}"
    folder.mkdir(parents=True)
    (share / "extension").mkdir(parents=True)
    if postgis:
        (share / "extension/postgis.control").touch()
    for name in ("initdb", "postgres"):
        (folder / name).touch()
    config = folder / "pg_config"
    config.write_text(f'#!/bin/sh\nif [ "$1" = --sharedir ]; then echo {share}; else echo "PostgreSQL {major}.4 (Debian)"; fi\n')
    config.chmod(0o755)
    return folder


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(programs, "_folders", lambda prefix: ((one, {}) for one in (prefix / "usr/lib/postgresql").glob("*/bin")))
    return tmp_path


def test_the_newest_with_postgis_is_taken(nothing_installed: Path) -> None:
    installation(nothing_installed, 15)
    newest = installation(nothing_installed, 17)
    installation(nothing_installed, 18, postgis=False)
    found = programs.find_programs(nothing_installed)
    assert (found.bin, found.major) == (newest, 17)


def test_data_of_an_older_version_get_their_own_programs(nothing_installed: Path) -> None:
    older = installation(nothing_installed, 15)
    installation(nothing_installed, 17)
    assert programs.find_programs(nothing_installed, major=15).bin == older


def test_data_of_a_version_that_is_not_installed_are_refused_with_a_way_out(nothing_installed: Path) -> None:
    installation(nothing_installed, 17)
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 15, but only 17 .* postgresql-15-postgis-3"):
        programs.find_programs(nothing_installed, major=15)


def test_none_at_all_names_the_command_to_type(nothing_installed: Path) -> None:
    with pytest.raises(Unavailable, match=r"apt-get install .* GRIDMAP_DATABASE_URL"):
        programs.find_programs(nothing_installed)


def test_a_program_that_does_not_run_here_is_not_an_installation(nothing_installed: Path) -> None:
    folder = installation(nothing_installed, 17)
    (folder / "pg_config").write_text("#!/nowhere/sh\n")
    assert programs.installations(nothing_installed) == []


def test_a_prefix_brings_its_libraries_and_projections(tmp_path: Path) -> None:
    for folder in ("usr/lib/x86_64-linux-gnu/blas", "usr/lib/x86_64-linux-gnu/no-libraries", "lib/x86_64-linux-gnu"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "usr/lib/x86_64-linux-gnu/blas/libblas.so.3").touch()
    environment = programs.prefix_environment(tmp_path)
    assert environment["PROJ_LIB"] == str(tmp_path / "usr/share/proj")
    assert programs.libraries(tmp_path) == [
        str(tmp_path / "usr/lib/x86_64-linux-gnu"),
        str(tmp_path / "lib/x86_64-linux-gnu"),
        str(tmp_path / "usr/lib/x86_64-linux-gnu/blas"),
    ]
    assert environment["LD_LIBRARY_PATH"].startswith(":".join(programs.libraries(tmp_path)))


def test_settings_for_another_server_do_not_reach_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    found = programs.Programs(tmp_path, 15, {"PROJ_LIB": "here"})
    assert "PGHOST" not in found.env()
    assert found.env()["PROJ_LIB"] == "here"
