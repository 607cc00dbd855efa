"""PostgreSQL with PostGIS: found, installed, or unpacked. Never a cluster of the system's own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gridmap.cluster.programs import PREFIX, installations
from tools.setting_up import apt
from tools.setting_up.say import Failed, run, step

CREATE_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")


def bring(checkout: Path) -> None:
    """Make sure gridmap.cluster.programs finds one."""
    if installations():
        return
    if not apt.here():
        raise apt.need("postgresql", "postgis")
    with step("安装 PostgreSQL 与 PostGIS", "Installing PostgreSQL and PostGIS"):
        names = _names(checkout)
        if apt.as_root() is not None:
            apt.install("postgresql-common")
            with _no_main_cluster():
                apt.install(*names)
        else:
            _unpack(checkout, names)
    if not installations():
        raise Failed(
            "PostgreSQL 已安装，但不能运行。 PostgreSQL was installed but does not run.\n"
            f"请输入 / please type: {apt.command_to_type(*names)}\n"
            "或设置 GRIDMAP_DATABASE_URL / or set GRIDMAP_DATABASE_URL."
        )


def _names(checkout: Path) -> list[str]:
    """The packages of this release: the metapackage `postgresql` knows the version."""
    for name in apt.dependencies(checkout, "postgresql"):
        if found := re.fullmatch(r"postgresql-(\d+)", name):
            return [f"postgresql-{found[1]}", f"postgresql-{found[1]}-postgis-3"]
    raise apt.need("postgresql", "postgresql-postgis")


@contextmanager
def _no_main_cluster() -> Iterator[None]:
    """Debian's package makes and starts a cluster at its first installation unless this file says no; put back afterwards."""
    before = CREATE_CLUSTER.read_text() if CREATE_CLUSTER.exists() else ""
    _write_as_root("create_main_cluster = false\n")
    try:
        yield
    finally:
        _write_as_root(before)


def _write_as_root(text: str) -> None:
    run([*(apt.as_root() or ()), "sh", "-c", 'printf %s "$1" > "$2"', "sh", text, CREATE_CLUSTER])


def _unpack(checkout: Path, names: list[str]) -> None:
    if not Path("/usr/share/zoneinfo/UTC").exists():
        raise apt.need("tzdata", *names)  # Debian's PostgreSQL reads time zones there and nowhere else
    apt.unpack(checkout, names, PREFIX)
    for control in PREFIX.glob("usr/share/postgresql/*/extension/*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        if not plain.exists():
            plain.symlink_to(control.name)  # what the package's own script would have done
