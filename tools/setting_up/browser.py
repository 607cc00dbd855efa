"""A browser for the tests, and letters for Chinese: found, installed, or unpacked."""

import os
import shutil
from pathlib import Path

from tools.setting_up import apt, private_browser
from tools.setting_up.private_browser import FONTS, WRAPPER
from tools.setting_up.say import Failed, step, works
from tools.setting_up.stamps import Stamp

WINDOWLESS = "chromium-headless-shell"  # Debian's Chromium without its windows: the same pages for half the processor time.
NAMES = (WINDOWLESS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", FONTS / "usr/share/fonts")
FONT_PACKAGE = "fonts-noto-cjk"


def find_chromium() -> str | None:
    """The browser the tests drive: GRIDMAP_CHROMIUM, the one set-up unpacked, or one on PATH; None when there is none."""
    named = os.environ.get("GRIDMAP_CHROMIUM")
    if named:
        return named
    return str(WRAPPER) if WRAPPER.exists() else _on_path()


def _on_path() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next((program for program in found if program and not _is_snap(Path(program))), None)


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
    stamp = Stamp(checkout, "tests-browser")
    found = find_chromium()
    if found and stamp.read() == found:
        return
    if not found or not _has_chinese_letters():
        with step("安装测试用浏览器与中文字体", "Installing a browser and Chinese fonts for the tests"):
            _install(checkout, found)
    elif _has_windows(found):
        with step("安装测试用的无窗口浏览器", "Installing a browser without windows for the tests"):
            _install_windowless(checkout)
    found = find_chromium()
    if not found or not works(found, "--version"):
        raise Failed(
            f"测试用浏览器不能启动：{found}。请安装 Chromium 或 Chrome，或设置 GRIDMAP_CHROMIUM 指向浏览器程序。\n"
            f"The tests' browser does not start: {found}. Install Chromium or Chrome, or set GRIDMAP_CHROMIUM to its path.\n"
            f"Debian: {apt.command_to_type('chromium', FONT_PACKAGE)}"
        )
    stamp.write(found)


def _has_windows(found: str) -> bool:
    """Whether it is one of the system's for whose sake another may be installed; nobody's own choice is touched."""
    return found == _on_path() and Path(found).name != WINDOWLESS and apt.here() and apt.as_root() is not None


def _install_windowless(checkout: Path) -> None:
    """What is there does as well, only slower: without a network, or where the system has none, it stays so."""
    try:
        apt.refresh(checkout)
        apt.install(WINDOWLESS)
    except Failed as failure:
        print(failure, flush=True)


def _install(checkout: Path, found: str | None) -> None:
    """By the system's packages where it has a browser among them; the fonts always by them."""
    if not apt.here():
        raise apt.need("chromium", FONT_PACKAGE)
    apt.refresh(checkout)
    from_npm = not found and _only_snap()
    missing = [*([] if found or from_npm else [_package(checkout)]), *([] if _has_chinese_letters() else [FONT_PACKAGE])]
    if missing and apt.as_root() is not None:
        apt.install(*missing)
    else:
        for name in missing:
            apt.unpack(checkout, [name], FONTS if name == FONT_PACKAGE else private_browser.PREFIX)
    if from_npm:
        private_browser.from_npm(checkout)
    if from_npm or (missing and apt.as_root() is None):
        private_browser.wrap(_on_path(), FONT_FOLDERS)


def _package(checkout: Path) -> str:
    return WINDOWLESS if apt.knows(checkout, WINDOWLESS) else "chromium"


def _only_snap() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=ubuntu" in release.read_text()
