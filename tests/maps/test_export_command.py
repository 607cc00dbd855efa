from pathlib import Path

import pytest
from apiflask import APIFlask
from click.testing import CliRunner
from sqlalchemy import Engine

from gridmap.cli import main


@pytest.fixture
def database(app: APIFlask, committing: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tiny town's database, as the command line finds it."""
    url = committing.url.render_as_string(hide_password=False).replace("+psycopg", "")
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path))


@pytest.mark.usefixtures("database")
def test_the_file_is_written_and_its_size_told(tmp_path: Path) -> None:
    file = tmp_path / "town.html"
    told = CliRunner().invoke(main, ["export-map", str(file), "--language", "en"])

    assert told.exit_code == 0, told.output
    assert " MB" in told.output
    assert '<html lang="en"' in file.read_text("utf-8")


@pytest.mark.usefixtures("database")
def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["export-map", str(tmp_path / "nowhere" / "town.html")])

    assert told.exit_code == 1
    assert "Traceback" not in told.output


@pytest.mark.usefixtures("database")
def test_a_name_no_browser_would_open_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["export-map", str(tmp_path / "town.pdf")])

    assert told.exit_code == 65
    assert ".html" in told.output
    assert not (tmp_path / "town.pdf").exists()
