"""A browser for the tests, and letters for Chinese: found, installed, or unpacked."""

import os
import shlex
import shutil
from pathlib import Path

from gridmap.cluster.programs import libraries
from tools.setting_up import apt
from tools.setting_up.say import Failed, step, works
from tools.setting_up.stamps import Stamp

CHECKOUT = Path(__file__).resolve().parents[2]
PREFIX = CHECKOUT / ".system/browser"
WRAPPER = PREFIX / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", PREFIX / "usr/share/fonts")


def find_chromium() -> str | None:
    """The browser the tests drive: GRIDMAP_CHROMIUM, one on PATH, or the one set-up unpacked; None when there is none."""
    named = os.environ.get("GRIDMAP_CHROMIUM")
    if named:
        return named
    for name in NAMES:
        if (found := shutil.which(name)) and not _is_snap(Path(found)):
            return found
    return str(WRAPPER) if WRAPPER.exists() else None


def _is_snap(program: Path) -> bool:
    """Ubuntu's chromium is a note that tells you to install a snap; a snap cannot read the tests' folders."""
    real = program.resolve()
    if real.name == "snap" or real.is_relative_to("/snap"):
        return True
    with real.open("rb") as file:
        start = file.read(4096)
    return start.startswith(b"#!") and b"snap" in start


def _has_chinese_letters() -> bool:
    patterns = ("**/*CJK*", "**/wqy-*", "**/DroidSansFallback*", "**/*SourceHanS*")
    return any(next(folder.glob(pattern), None) for folder in FONT_FOLDERS if folder.is_dir() for pattern in patterns)


def bring(checkout: Path) -> None:
    """Make sure there is one that starts, and that it can draw Chinese."""
    stamp = Stamp(checkout, "browser")
    found = find_chromium()
    if found and stamp.read() == found:
        return
    missing = [*(() if found else PACKAGES[:1]), *(() if _has_chinese_letters() else PACKAGES[1:])]
    if missing:
        with step("安装测试用浏览器与中文字体", "Installing a browser and Chinese fonts for the tests"):
            _install(checkout, missing)
    found = find_chromium()
    if not found:
        raise Failed(
            "测试需要 Chromium。Ubuntu 的 chromium 包只是 snap 的占位，不能用；请安装 google-chrome，"
            "或设置 GRIDMAP_CHROMIUM 指向浏览器程序。\n"
            "The tests need Chromium. Ubuntu's own package is only a pointer to a snap, which does not do: install google-chrome"
            " or set GRIDMAP_CHROMIUM to the path of a Chromium or Chrome."
        )
    if not works(found, "--version"):
        raise Failed(
            f"浏览器不能启动： The browser does not start: {found}\n"
            f"请输入 / please type: {apt.command_to_type(*PACKAGES)}\n"
            "或设置 GRIDMAP_CHROMIUM / or set GRIDMAP_CHROMIUM."
        )
    stamp.write(found)


def _install(checkout: Path, missing: list[str]) -> None:
    if not apt.here():
        raise apt.need(*missing)
    if _only_snap() and "chromium" in missing:
        missing.remove("chromium")
    if not missing:
        return
    apt.refresh(checkout)
    if apt.as_root() is not None:
        apt.install(*missing)
    else:
        apt.unpack(checkout, list(PACKAGES), PREFIX)
        _wrap()


def _only_snap() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text()


def _wrap() -> None:
    """A script that starts the unpacked browser with its libraries and fonts."""
    fonts = PREFIX / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
        + "".join(f"  <dir>{folder}</dir>\n" for folder in FONT_FOLDERS)
        + f"  <cachedir>{PREFIX}/fontcache</cachedir>\n</fontconfig>\n"
    )
    path = ":".join([*libraries(PREFIX), str(PREFIX / "usr/lib/chromium")])
    WRAPPER.write_text(
        f"#!/bin/sh\nexport LD_LIBRARY_PATH={shlex.quote(path)}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\n"
        f"export FONTCONFIG_FILE={shlex.quote(str(fonts))}\n"
        f'exec {shlex.quote(str(PREFIX / "usr/lib/chromium/chromium"))} "$@"\n'
    )
    WRAPPER.chmod(0o755)
