"""Finds PostgreSQL programs that have PostGIS beside them. Standard library only: set-up asks the same question."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gridmap.errors import Unavailable, msg
from gridmap.resources import CHECKOUT

PREFIX = CHECKOUT / ".system" / "postgresql"  # where set-up unpacks the packages when it may not install them
NEEDED = ("initdb", "postgres", "pg_config")
OLDEST = 13  # the oldest PostgreSQL with everything the migrations use


@dataclass(frozen=True)
class Programs:
    """One installation: where its programs lie, its major version, and the environment they need."""

    bin: Path
    major: int
    environment: dict[str, str] = field(default_factory=dict)

    def path(self, name: str) -> str:
        """Full path of one program."""
        return str(self.bin / name)

    def env(self) -> dict[str, str]:
        """The environment to run them in: ours, without PG* settings meant for another server."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return {**inherited, **self.environment}


def libraries(prefix: Path) -> list[str]:
    """Where packages unpacked into `prefix` keep their libraries: the system's folder and those one below (blas, lapack …)."""
    triplets = [folder for lib in (prefix / "usr/lib", prefix / "lib") for folder in sorted(lib.glob("*-linux-*"))]
    below = [folder for triplet in triplets for folder in sorted(triplet.iterdir()) if next(folder.glob("lib*.so*"), None)]
    return [str(folder) for folder in (*triplets, *below)]


def prefix_environment(prefix: Path) -> dict[str, str]:
    """What programs unpacked into `prefix` (instead of installed) need to find their libraries and PROJ's data."""
    inherited = [part for part in [os.environ.get("LD_LIBRARY_PATH", "")] if part]
    proj = str(prefix / "usr/share/proj")
    return {"LD_LIBRARY_PATH": ":".join([*libraries(prefix), *inherited]), "PROJ_LIB": proj, "PROJ_DATA": proj}


def _folders(prefix: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    yield from ((folder, {}) for folder in Path("/usr/lib/postgresql").glob("*/bin"))
    yield from ((folder, {}) for folder in Path("/usr").glob("pgsql-*/bin"))
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent, {}
    if prefix is not None:
        environment = prefix_environment(prefix)
        yield from ((folder, environment) for folder in (prefix / "usr/lib/postgresql").glob("*/bin"))


def _ask(program: Path, option: str, environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            [program, option],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""  # not a program that runs here: the same as not being there
    return done.stdout.strip()


def _look(folder: Path, environment: dict[str, str]) -> Programs | None:
    """The installation in `folder`, if it is whole, new enough and has PostGIS."""
    if not all((folder / name).is_file() for name in NEEDED):
        return None
    share = _ask(folder / "pg_config", "--sharedir", environment)
    if not share or not (Path(share) / "extension" / "postgis.control").exists():
        return None
    version = re.search(r"(\d+)", _ask(folder / "pg_config", "--version", environment))
    if version is None or int(version[1]) < OLDEST:
        return None
    return Programs(folder, int(version[1]), environment)


def installations(prefix: Path = PREFIX) -> list[Programs]:
    """Every usable installation, newest first; of one version the system's before the unpacked one in `prefix`."""
    found: dict[Path, Programs] = {}
    for folder, environment in _folders(prefix):
        if folder not in found and (programs := _look(folder, environment)):
            found[folder] = programs
    return sorted(found.values(), key=lambda one: -one.major)


def find_programs(prefix: Path = PREFIX, major: int | None = None) -> Programs:
    """The installation to use: the newest, or the one of version `major` (of data that already exist).

    Raises Unavailable, with the command to type, when there is none.
    """
    found = installations(prefix)
    if major is not None:
        found = [one for one in found if one.major == major] or _refuse(major, found)
    if not found:
        raise Unavailable(
            msg(
                "PostgreSQL with PostGIS was not found. Type: apt-get install postgresql-postgis"
                " — or set GRIDMAP_DATABASE_URL to a database of your own."
            )
        )
    return found[0]


def _refuse(major: int, found: list[Programs]) -> list[Programs]:
    if not found:
        return []
    raise Unavailable(
        msg(
            "The data folder was made by PostgreSQL %(data)s, but only %(found)s is installed here. Install"
            " postgresql-%(data)s-postgis-3, or move the data with pg_upgrade, or start with another GRIDMAP_HOME."
        ),
        data=major,
        found=", ".join(str(one.major) for one in found),
    )
