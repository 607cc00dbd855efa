"""Set-up's rules, without installing anything."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.setting_up import apt, bring, browser, front_end, pip_settings, postgres, python, say, translations
from tools.setting_up.stamps import Stamp, fingerprint

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def no_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine whose only pip configuration is the file returned (not there yet), and uv without any."""
    for name in (*pip_settings.WORDS.values(), "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in pip_settings.WORDS:
        monkeypatch.delenv("PIP_" + name.upper().replace("-", "_"), raising=False)
    monkeypatch.setattr(pip_settings, "_files", lambda: [tmp_path / "pip.conf"])
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "pip.conf"


def test_set_up_needs_nothing_but_python() -> None:
    """It runs before anything is installed: all it imports, also what it shares with the program, is Python's own."""
    story = "import sys; sys.path.insert(0, '.'); import tools.setting_up.bring; print(*{n.split('.')[0] for n in sys.modules})"
    command = [sys.executable, "-I", "-S", "-c", story]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT).stdout.split())
    foreign = {name for name in loaded - {"tools", "gridmap"} if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert foreign == set()


def test_a_fingerprint_tells_contents_apart_not_only_their_sum(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("ab")
    assert fingerprint(["a", "b"]) != fingerprint(["ab"])
    assert fingerprint([tmp_path / "a"]) == fingerprint(["ab"])


def test_a_step_counts_as_done_only_after_its_stamp(tmp_path: Path) -> None:
    (tmp_path / ".setup").mkdir()
    stamp = Stamp(tmp_path, "python")
    assert stamp.read() == ""
    stamp.write("run 123")
    assert Stamp(tmp_path, "python").read() == "run 123"
    stamp.remove()
    stamp.remove()
    assert stamp.read() == ""


def test_pip_settings_are_said_in_the_words_of_uv(no_pip: Path) -> None:
    no_pip.write_text(
        "[global]\nindex-url = https://one.invalid/simple\nextra-index-url =\n  https://two.invalid/simple\n  https://three.invalid/simple\n"
        "find-links = /a /b\ncert = /ca.pem\n[install]\ntrusted-host = one.invalid\n[list]\nformat = columns\n"
    )
    assert pip_settings.for_uv() == {
        "UV_DEFAULT_INDEX": "https://one.invalid/simple",
        "UV_INDEX": "https://two.invalid/simple https://three.invalid/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/a,/b",
        "UV_INSECURE_HOST": "one.invalid",
        "SSL_CERT_FILE": "/ca.pem",
    }


def test_pips_environment_goes_before_its_files_and_uvs_own_before_both(no_pip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_pip.write_text("[global]\nindex-url = https://file.invalid/simple\ncert = /file.pem\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://environment.invalid/simple")
    assert pip_settings.for_uv()["UV_DEFAULT_INDEX"] == "https://environment.invalid/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.invalid/simple")
    assert pip_settings.for_uv() == {"SSL_CERT_FILE": "/file.pem"}


def test_a_machine_without_settings_gets_none(no_pip: Path) -> None:
    assert pip_settings.for_uv() == {}


def test_unpacking_leaves_out_what_no_program_of_ours_runs() -> None:
    uris = (
        "'http://deb.invalid/p/postgresql-15_15.18-0%2bdeb12u1_amd64.deb' postgresql-15_15.18-0+deb12u1_amd64.deb 17 SHA256:0\n"
        "'http://deb.invalid/pool/l/libllvm14_14.0.6-12_amd64.deb' libllvm14_1%3a14.0.6-12_amd64.deb 23 SHA256:0\n"
        "'http://deb.invalid/pool/g/libgdal32_3.6.2_amd64.deb' libgdal32_1%3a3.6.2_amd64.deb 23 SHA256:0\n"
        "Reading package lists...\n"
    )
    assert apt._versions(uris) == ["postgresql-15=15.18-0+deb12u1", "libgdal32=1:3.6.2"]


def test_without_apt_the_message_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "installations", list)
    monkeypatch.setattr(apt, "here", lambda: False)
    with pytest.raises(say.Failed, match=r"(?s)请先.*apt-get install .*postgresql postgis"):
        postgres.bring(tmp_path)


def test_your_own_database_needs_no_postgresql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    for module in (postgres, python, translations, front_end, browser):
        monkeypatch.setattr(module, "bring", lambda *_, name=module.__name__, **__: asked.append(name.rsplit(".", 1)[-1]))
    bring.everything(tmp_path, for_tests=False, own_database=True)
    assert asked == ["python", "translations", "front_end"]
    asked.clear()
    bring.everything(tmp_path, for_tests=True, own_database=True)
    assert asked == ["postgres", "python", "translations", "front_end", "browser"]


def test_a_snap_is_no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stub = tmp_path / "chromium"
    stub.write_text('#!/bin/sh\necho "Command requires the chromium snap to be installed." >&2\nexit 1\n')
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GRIDMAP_CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "WRAPPER", tmp_path / "nowhere")
    assert browser.find_chromium() is None
    monkeypatch.setenv("GRIDMAP_CHROMIUM", "/mine")
    assert browser.find_chromium() == "/mine"


@pytest.fixture
def windowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine of root's with apt, letters, and a Chromium that has windows; its checkout, which is also where programs lie."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GRIDMAP_CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "WRAPPER", tmp_path / "nowhere")
    monkeypatch.setattr(browser, "_has_chinese_letters", lambda: True)
    for name, answer in {"here": True, "as_root": (), "refresh": ()}.items():
        monkeypatch.setattr(apt, name, lambda *_, answer=answer: answer)
    (tmp_path / ".setup").mkdir()
    program(tmp_path / "chromium")
    return tmp_path


def program(path: Path) -> None:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def test_a_browser_without_windows_is_brought_once_beside_the_one_that_is_there(
    windowed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "install", lambda name: program(windowed / name))
    browser.bring(windowed)
    assert browser.find_chromium() == str(windowed / "chromium-headless-shell")
    monkeypatch.setattr(apt, "install", lambda name: pytest.fail(f"{name} is there"))
    browser.bring(windowed)


def test_where_there_is_none_to_be_had_the_one_with_windows_does(windowed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def none_to_be_had(name: str) -> None:
        asked.append(name)
        raise say.Failed("no such package")

    monkeypatch.setattr(apt, "install", none_to_be_had)
    for _ in range(2):
        browser.bring(windowed)
    assert asked == ["chromium-headless-shell"], "it is not asked for at every start"
    assert browser.find_chromium() == str(windowed / "chromium")


def test_nobodys_own_choice_of_a_browser_is_touched(windowed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDMAP_CHROMIUM", str(windowed / "chromium"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(apt, "install", lambda name: pytest.fail(f"{name} was not asked for"))
    browser.bring(windowed)


def test_a_command_that_fails_is_named_with_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(say, "LOG", tmp_path / "log.txt")
    with pytest.raises(say.Failed, match=r"(?s)sh -c 'echo it broke; exit 3'.*it broke"):
        say.run(["sh", "-c", "echo it broke; exit 3"])
    assert "it broke" in (tmp_path / "log.txt").read_text()


def test_a_broken_environment_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to("/nowhere/python")
    python._make(tmp_path)
    assert say.works(str(folder / "bin/python"), "-c", "import venv")
    kept = folder / "kept"
    kept.touch()
    python._make(tmp_path)
    assert kept.exists()
