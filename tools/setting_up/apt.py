"""The system's packages: installed with root or sudo, otherwise unpacked into a folder of our own."""

import os
import re
import shutil
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from tools.setting_up.say import Failed, run, works

# Needed by package scripts or by features we switch off, not by the programs we run from an unpacked folder.
LEFT_OUT = re.compile(
    r"^(libllvm|perl|libperl|ssl-cert|adduser|postgresql-common|postgresql-client-common|libjson-perl|openssl$)"
)
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "NEEDRESTART_MODE": "l"}
PATIENT = ("-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", "-q", "-y")


def here() -> bool:
    """Whether this system has apt at all."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None


@cache
def as_root() -> tuple[str, ...] | None:
    """What to put before a command that needs root: nothing, sudo without a password, or None when neither is given."""
    if os.geteuid() == 0:
        return ()
    return ("sudo", "-n") if shutil.which("sudo") and works("sudo", "-n", "true") else None


def _root(*command: str) -> str:
    before = as_root() or ()
    return run([*before, "env", *(f"{key}={value}" for key, value in QUIET.items()), *command])


@cache
def _own_lists(checkout: Path) -> tuple[str, ...]:
    """Options that make apt keep its lists and archives in our folder, after one update there."""
    state, archive = checkout / ".setup/apt/state", checkout / ".setup/apt/cache"
    (state / "lists/partial").mkdir(parents=True, exist_ok=True)
    (archive / "archives/partial").mkdir(parents=True, exist_ok=True)
    options = (
        *("-o", f"Dir::State={state}", "-o", f"Dir::Cache={archive}", "-o", "Dir::State::status=/var/lib/dpkg/status"),
        *("-o", "Debug::NoLocking=1", "-o", "APT::Update::Post-Invoke-Success=", "-o", "APT::Update::Post-Invoke="),
    )
    run(["apt-get", *options, *PATIENT, "update"], env=QUIET)
    return options


@cache
def refresh(checkout: Path) -> tuple[str, ...]:
    """Fetch the lists of packages once per set-up; the options to hand to apt-cache and apt-get after that."""
    if as_root() is None:
        return _own_lists(checkout)
    _root("apt-get", *PATIENT, "update")
    return ()


def dependencies(checkout: Path, name: str) -> list[str]:
    """Names of the packages `name` depends on directly (to learn which version a metapackage stands for)."""
    said = run(["apt-cache", *refresh(checkout), "depends", "--important", name], env=QUIET)
    return re.findall(r"Depends: ([^\s<>]+)", said)


def knows(checkout: Path, name: str) -> bool:
    """Whether there is a package `name` to install."""
    return works("apt-cache", *refresh(checkout), "show", "--no-all-versions", name)


def install(*names: str) -> None:
    """Install packages system-wide, without recommendations. Only where `as_root` is not None."""
    _root("apt-get", *PATIENT, "install", "--no-install-recommends", *names)


def unpack(checkout: Path, names: list[str], prefix: Path) -> None:
    """Unpack packages and whatever of their dependencies the system lacks into `prefix`; all of it or nothing."""
    options = refresh(checkout)
    said = run(["apt-get", *options, *PATIENT, "install", "--no-install-recommends", "--print-uris", *names], env=QUIET)
    wanted = _versions(said)
    debs, half = checkout / ".setup/debs", prefix.with_name(prefix.name + ".half")
    for folder in (debs, half):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    if wanted:
        run(["apt-get", *options, *PATIENT, "download", *wanted], cwd=debs, env=QUIET)
    for deb in sorted(debs.glob("*.deb")):
        run(["dpkg-deb", "-x", deb, half])
    shutil.rmtree(debs)
    shutil.rmtree(prefix, ignore_errors=True)
    half.rename(prefix)


def _versions(uris: str) -> list[str]:
    """`name=version` of each line of apt-get --print-uris ('URI' name_version_arch.deb size hash) that we want."""
    files = re.findall(r"^'[^']+' (\S+\.deb) ", uris, re.MULTILINE)
    pairs = [unquote(file).removesuffix(".deb").rsplit("_", 2)[:2] for file in files]
    return [f"{name}={version}" for name, version in pairs if not LEFT_OUT.match(name)]


def command_to_type(*names: str) -> str:
    """The command a person with root would type."""
    return f"apt-get install --no-install-recommends {' '.join(names)}"


def need(*names: str) -> Failed:
    """The message for a system without apt."""
    return Failed(
        f"请先用系统的包管理器安装：{' '.join(names)}。\n"
        f"Please install with your system's package manager first: {' '.join(names)}.\n"
        f"Debian, Ubuntu: {command_to_type(*names)}"
    )
