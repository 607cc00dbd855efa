import re
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gridmap.cli import COMMANDS, main, words
from gridmap.cli.claims import alone, listening
from gridmap.cli.settings import read_settings
from gridmap.cluster.locks import Lock
from gridmap.config import Settings
from gridmap.errors import Conflict, Invalid, NotAuthenticated
from tests.ports import free_port

HEAVY = ("sqlalchemy", "flask", "pydantic", "psycopg", "shapely", "numpy")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRIDMAP_HOME", str(tmp_path))
    return tmp_path


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    story = (
        "import sys\nfrom gridmap.cli import main\n"
        "try:\n    main(['--help'], prog_name='gridmap')\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", story], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert "heavy: []" in done.stdout
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_explains_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["dance"]).exit_code == 2


def test_our_errors_end_in_a_sentence_and_a_code_and_no_traceback(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_HOST", "0.0.0.0")
    result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 65
    assert "0.0.0.0" in result.output
    assert "GRIDMAP_SECRET_KEY" in result.output
    assert "Traceback" not in result.output
    assert not any(home.iterdir())  # refused before anything was made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ESCALATION", "0.5,0.4"),
        ("WORKING_HOURS", "nine to five"),
        ("BASE_MAPS", '[{"datum": "gcj02"}]'),
        ("WEBHOOK_URL", "https://a.invalid/without-a-secret"),
        ("GATEWAY_URL", "ftp://a.invalid/"),
        ("SMTP_HOST", "mail.invalid"),
    ],
)
def test_a_setting_only_children_read_is_refused_before_anything_is_made(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"GRIDMAP_{name}", value)
    told = CliRunner().invoke(main, ["run"])
    assert told.exit_code == 65
    assert f"GRIDMAP_{name}" in told.output
    assert not any(home.iterdir())


def test_a_wrong_setting_is_named_as_it_is_typed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_PORT", "many")
    with pytest.raises(Invalid, match="settings"):
        read_settings()
    told = CliRunner().invoke(main, ["migrate"])
    assert told.exit_code == 65
    assert "GRIDMAP_PORT" in told.output


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["These settings make no sense", "GRIDMAP_PORT: This may be at most 65535", "GRIDMAP_SIMULATE: This must be"]),
        ("zh", ["设置有误", "GRIDMAP_PORT: 最大为 65535", "GRIDMAP_SIMULATE: "]),
        ("fr", ["设置有误", "GRIDMAP_LANGUAGE: "]),
    ],
)
def test_every_wrong_setting_is_told_in_the_readers_language(
    home: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: list[str]
) -> None:
    monkeypatch.setenv("GRIDMAP_LANGUAGE", language)
    monkeypatch.setenv("GRIDMAP_PORT", "65536")
    monkeypatch.setenv("GRIDMAP_SIMULATE", "maybe")
    words._catalogue.cache_clear()
    told = CliRunner().invoke(main, ["run"])
    words._catalogue.cache_clear()
    assert told.exit_code == 65
    assert all(words in told.output for words in said), told.output
    if language == "zh":
        assert not re.search(r"\b(the|must|should|input|valid|than)\b", told.output, re.IGNORECASE)


def test_a_variable_that_is_no_setting_is_told_at_the_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    monkeypatch.setenv("GRIDMAP_PROT", "8001")
    monkeypatch.setenv("GRIDMAP_COLOUR_OF_THE_SKY", "blue")
    monkeypatch.setenv("GRIDMAP_CHROMIUM", "/nowhere")
    monkeypatch.setenv("GRIDMAP_HOST", "0.0.0.0")  # Without a secret key: it goes no further.
    words._catalogue.cache_clear()
    told = CliRunner().invoke(main, ["run"])
    words._catalogue.cache_clear()
    assert told.exit_code == 65
    assert told.output.splitlines()[:2] == [
        "! GRIDMAP_COLOUR_OF_THE_SKY is no setting",
        "! GRIDMAP_PROT is no setting; did you mean GRIDMAP_PORT?",
    ]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "This API key is unknown, revoked or expired"), ("zh", "密钥不存在、已吊销或已到期")]
)
def test_errors_speak_the_language_of_the_settings(monkeypatch: pytest.MonkeyPatch, language: str, said: str) -> None:
    monkeypatch.setenv("GRIDMAP_LANGUAGE", language)
    words._catalogue.cache_clear()
    assert words.say_error(NotAuthenticated("This API key is unknown, revoked or expired")) == said
    words._catalogue.cache_clear()


def test_a_taken_port_is_named_with_the_setting_that_changes_it(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(Conflict, match=rf"Port {taken} .*GRIDMAP_PORT"), listening(Settings(port=taken)):
            pytest.fail("it was taken")


def test_the_port_is_ours_alone_and_free_again_afterwards(home: Path) -> None:
    settings = Settings(port=free_port())
    with listening(settings), pytest.raises(Conflict), listening(settings):
        pytest.fail("it was taken")
    with listening(settings):
        pass


def test_a_second_program_in_the_same_home_is_refused(home: Path) -> None:
    other = Lock(home / "run.lock")
    assert other.take()
    with pytest.raises(Conflict, match="GRIDMAP_HOME"), alone(home):
        pytest.fail("it was taken")
    other.let_go()
    with alone(home):
        pass


@pytest.mark.parametrize("words", [["migrate"], ["run"], ["keys", "list"]])
def test_a_database_that_does_not_answer_is_said_in_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere")
    monkeypatch.setenv("GRIDMAP_PORT", str(free_port()))
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 69
    assert "127.0.0.1" in result.output
    assert "Traceback" not in result.output
