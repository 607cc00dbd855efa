"""The Python environment .venv, exactly as locked: every file's hash is checked."""

import os
import shutil
import sys
import tomllib
import venv
from pathlib import Path

from tools.setting_up import apt
from tools.setting_up.pip_settings import for_uv
from tools.setting_up.say import Failed, run, step, works
from tools.setting_up.stamps import Stamp, fingerprint

WHEELS = Path("/usr/share/python-wheels")  # where Debian's python3-pip-whl puts pip


def bring(checkout: Path, *, for_tests: bool) -> None:
    """Make or mend .venv. Development tools, once asked for, stay: `make run` after `make test` takes nothing away."""
    stamp = Stamp(checkout, "python")
    kind = "dev" if for_tests or stamp.read().startswith("dev ") else "run"
    lock = checkout / "requirements" / f"{kind}.txt"
    mark = f"{kind} {fingerprint([lock, _project(checkout), sys.version, str(checkout)])}"
    if stamp.read() == mark and _alive(checkout):
        return
    with step("准备 Python 环境", "Preparing the Python environment"):
        stamp.remove()
        _make(checkout)
        uv, env = find_uv(checkout), for_uv()
        python: list[str | Path] = ["--python", checkout / ".venv/bin/python"]
        run([*uv, "pip", "sync", *python, "--require-hashes", "--compile-bytecode", lock], cwd=checkout, env=env)
        build: list[str | Path] = ["--build-constraints", checkout / "requirements/dev.txt"]  # locked build tools too
        run([*uv, "pip", "install", *python, "--no-deps", *build, "--editable", checkout], cwd=checkout, env=env)
        stamp.write(mark)


def _project(checkout: Path) -> str:
    """The parts of pyproject.toml that an installation depends on."""
    content = tomllib.loads((checkout / "pyproject.toml").read_text())
    return repr((content["project"], content["build-system"]))


def _alive(checkout: Path) -> bool:
    return (checkout / ".venv/bin/python").exists() and (checkout / ".venv/bin/gridmap").exists()


def _make(checkout: Path) -> None:
    """An environment without pip (Debian's python3 alone cannot put it in); one of another Python or half made is cleared."""
    folder = checkout / ".venv"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    python = str(folder / "bin/python")
    whole = works(python, "-c", f"import sys, encodings; assert sys.version.startswith('{version}.')")
    if not whole or not (folder / "pyvenv.cfg").exists():
        venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(folder)


def find_uv(checkout: Path) -> list[str | Path]:
    """The uv to use: on PATH, brought earlier, or brought now by pip with its hash checked."""
    on_path = shutil.which("uv")
    if on_path and works(on_path, "--version"):
        return [on_path]
    folder, lock = checkout / ".setup/uv", checkout / "requirements/uv.txt"
    own, stamp = folder / "bin/uv", Stamp(checkout, "uv-version")
    mark = fingerprint([lock, sys.version])
    if stamp.read() != mark or not own.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run([*_pip(checkout), "install", "--quiet", "--require-hashes", "--target", folder, "--requirement", lock])
        stamp.write(mark)
    return [own]


def _pip(checkout: Path) -> list[str | Path]:
    """A pip that runs here: installed, bundled with Python, or from Debian's wheel."""
    if works(sys.executable, "-m", "pip", "--version"):
        return [sys.executable, "-m", "pip"]
    for folder in (_bundled(), WHEELS, checkout / ".system/pip" / WHEELS.relative_to("/")):
        if found := _wheel(folder):
            return found
    if not apt.here():
        raise apt.need("python3-pip")
    apt.refresh(checkout)
    if apt.as_root() is not None:
        apt.install("python3-pip-whl")
        found = _wheel(WHEELS)
    else:
        apt.unpack(checkout, ["python3-pip-whl"], checkout / ".system/pip")
        found = _wheel(checkout / ".system/pip" / WHEELS.relative_to("/"))
    if not found:
        raise Failed(
            f"找不到 pip 或 uv。 Neither uv nor pip was found.\n请输入 / please type: {apt.command_to_type('python3-pip')}"
        )
    return found


def _bundled() -> Path | None:
    """The folder of the pip that comes with Python itself (Debian takes it out)."""
    folder = Path(os.__file__).parent / "ensurepip/_bundled"
    return folder if folder.is_dir() else None


def _wheel(folder: Path | None) -> list[str | Path] | None:
    """A pip wheel in `folder` as a command: a wheel is a zip file Python can run from."""
    wheels = sorted(folder.glob("pip-*.whl")) if folder else []
    return [sys.executable, wheels[-1] / "pip"] if wheels else None
