"""As whom the database server runs. PostgreSQL refuses root, so root hands it to an ordinary user."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from gridmap.errors import Unavailable, msg

ORDINARY = (
    "postgres",
    "nobody",
)  # the user PostgreSQL's own package makes; the one every Linux has


@dataclass(frozen=True)
class Owner:
    """An account: numeric user and group, and its name."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        """Whether it differs from whoever runs this process (only root can act as it then)."""
        return self.uid != os.geteuid()


def _account(uid: int) -> Owner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # a container started with a bare number: it owns files all the same
        return Owner(uid, os.getegid(), str(uid))
    return Owner(entry.pw_uid, entry.pw_gid, entry.pw_name)


def choose_owner(data: Path) -> Owner:
    """Whoever owns the data folder already; else ourselves; for root one of ORDINARY."""
    if os.geteuid() != 0:
        return _account(os.geteuid())
    if data.exists() and data.stat().st_uid != 0:
        return _account(data.stat().st_uid)
    for name in ORDINARY:
        try:
            return _account(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise Unavailable(
        msg("PostgreSQL does not run as root, and there is neither a user %(names)s. Type: useradd --system postgres"),
        names=" nor ".join(ORDINARY),
    )


def may_enter(folder: Path, owner: Owner) -> bool:
    """Whether `owner` may pass through `folder` and everything above it (judged by the permission bits)."""
    for step in (folder, *folder.parents):
        status = step.stat()
        if status.st_uid == owner.uid:
            bit = 0o100
        elif status.st_gid == owner.gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return False
    return True
