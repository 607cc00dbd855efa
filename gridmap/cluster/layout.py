"""What lies where under GRIDMAP_HOME."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from gridmap.cluster.owner import Owner, may_enter
from gridmap.errors import Unavailable, msg

SOCKET_NAME = "/.s.PGSQL.5432"
SOCKET_LIMIT = 107  # bytes the kernel gives a unix socket's path


@dataclass(frozen=True)
class Layout:
    """The folders of one cluster; nothing here touches the disk before `prepare`."""

    home: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def socket(self) -> Path:
        """The folder of the unix socket: under home, or a short one when home's own path is too long for a socket."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) + len(SOCKET_NAME) <= SOCKET_LIMIT:
            return inside
        return Path("/tmp") / f"gridmap-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"  # noqa: S108  # prepare() refuses a stranger's

    @property
    def log(self) -> Path:
        """Folder of the server's own log."""
        return self.home / "log"

    @property
    def version(self) -> int | None:
        """Major version of PostgreSQL that made the data; None when there are none yet."""
        try:
            return int((self.data / "PG_VERSION").read_text().split(".")[0])
        except (FileNotFoundError, PermissionError):
            return None

    def prepare(self, owner: Owner) -> None:
        """Make the folders, the inner ones `owner`'s alone."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            if owner.is_other and not may_enter(self.home, owner):
                raise Unavailable(
                    msg(
                        "PostgreSQL runs as user %(user)s, who may not enter %(home)s."
                        " Set GRIDMAP_HOME to a folder open to all, such as /var/lib/gridmap."
                    ),
                    user=owner.name,
                    home=str(self.home),
                )
            for folder in (self.log, self.socket):
                _private(folder, owner)
        except OSError as error:
            raise no_home(error) from error


def no_home(error: OSError) -> Unavailable:
    """What to tell of a GRIDMAP_HOME that can't be made or written."""
    if isinstance(error, PermissionError):
        return Unavailable(
            msg("No permission to write %(path)s. Set GRIDMAP_HOME to a folder of your own."), path=str(error.filename)
        )
    return Unavailable(
        msg("%(path)s can't be made or written (%(reason)s). Set GRIDMAP_HOME to a folder of your own."),
        path=str(error.filename),
        reason=error.strerror or str(error),
    )


def _private(folder: Path, owner: Owner) -> None:
    """`folder`, entered by `owner` (and root) only; refuses one that somebody else put there first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (
        owner.uid,
        os.geteuid(),
    ):
        raise Unavailable(
            msg("%(path)s belongs to somebody else. Remove it or choose another GRIDMAP_HOME."),
            path=str(folder),
        )
    if status.st_uid != owner.uid:
        os.chown(folder, owner.uid, owner.gid)
    folder.chmod(0o700)
