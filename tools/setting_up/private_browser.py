"""A browser in a folder of ours: unpacked packages of the system, or a build from npm where the system has none."""

import os
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

from gridmap.cluster.programs import libraries
from tools.setting_up.say import run

CHECKOUT = Path(__file__).resolve().parents[2]
PREFIX = CHECKOUT / ".system/browser"
FROM_NPM = CHECKOUT / ".system/browser-from-npm"
FONTS = CHECKOUT / ".system/fonts"
WRAPPER = CHECKOUT / ".system/chromium"


def from_npm(checkout: Path) -> None:
    """Fetch the locked build with the Node of .venv and unpack it; all of it or nothing."""
    recipe, folder, half = (
        Path(__file__).parent / "browser_from_npm",
        checkout / ".setup/browser-from-npm",
        FROM_NPM.with_suffix(".half"),
    )
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(recipe, folder)
    programs = checkout / ".venv/bin"
    path = {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    run([programs / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, env=path)
    for old in (half, FROM_NPM):
        shutil.rmtree(old, ignore_errors=True)
    run([programs / "node", folder / "unpack.mjs", folder, half], env=path)
    half.rename(FROM_NPM)
    shutil.rmtree(folder)


def wrap(system: str | None, font_folders: Sequence[Path]) -> None:
    """A script that starts the private browser, or else the system's, with its libraries and all fonts there are."""
    if (FROM_NPM / "browser").exists():
        program, search = FROM_NPM / "browser", [str(FROM_NPM / "al2023/lib"), str(FROM_NPM / "swiftshader")]
    elif unpacked := next((PREFIX / "usr/lib/chromium").glob("chromium*"), None):
        program, search = unpacked, [*libraries(PREFIX), str(unpacked.parent)]
    elif system:
        program, search = Path(system), []
    else:
        return
    half = WRAPPER.with_suffix(".half")
    half.write_text(
        "#!/bin/sh\n"
        + (f"export LD_LIBRARY_PATH={shlex.quote(':'.join(search))}\n" if search else "")
        + f"export FONTCONFIG_FILE={shlex.quote(str(_fonts(font_folders)))}\n"
        + f'exec {shlex.quote(str(program))} "$@"\n'
    )
    half.chmod(0o755)
    half.replace(WRAPPER)


def _fonts(folders: Sequence[Path]) -> Path:
    """A fontconfig file of these folders."""
    file = WRAPPER.with_name("fonts.conf")
    file.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        + "".join(f"  <dir>{folder}</dir>\n" for folder in folders)
        + f"  <cachedir>{WRAPPER.with_name('font-cache')}</cachedir>\n</fontconfig>\n"
    )
    return file
