"""Counts failed sign-ins by name and by address, and says how long to wait. Rows are locked: parallel guesses queue up."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.accounts.backoff import BY_ADDRESS, BY_NAME, FORGOTTEN, Patience, network
from gridmap.accounts.models import Guessing


@dataclass(frozen=True)
class Watch:
    """The counters of one try, locked until the transaction ends."""

    name: Guessing
    address: Guessing

    def wait_s(self, now: datetime) -> float:
        """Seconds until the next try is heard; 0 when it is heard now."""
        pairs: Sequence[tuple[Guessing, Patience]] = ((self.name, BY_NAME), (self.address, BY_ADDRESS))
        return max(0.0, *((patience.until(row.failures, row.last_at) - now).total_seconds() for row, patience in pairs))

    def failed(self, now: datetime) -> None:
        """Count a failure."""
        for row in (self.name, self.address):
            row.failures, row.last_at = row.failures + 1, now

    def succeeded(self) -> None:
        """Forget this name's failures; those of others from the same place stay."""
        self.address.failures = max(0, self.address.failures - self.name.failures)
        self.name.failures = 0


def _of_name(username: str) -> str:
    # What people type into the field for the name is now and then their password: only a digest is kept.
    return f"name:{hashlib.sha256(username.encode(errors='replace')).hexdigest()}"


def watch(session: Session, username: str, address: str, now: datetime) -> Watch:
    """The counters of this try, fresh ones where there are none; those of yesterday are forgotten."""
    session.execute(delete(Guessing).where(Guessing.last_at < now - FORGOTTEN))
    subjects = [f"address:{network(address)}", _of_name(username)]
    # In one order for everybody, so that two who wait for each other's rows can't be.
    for subject in subjects:
        session.execute(insert(Guessing).values(subject=subject, last_at=now).on_conflict_do_nothing())
    rows = session.scalars(
        select(Guessing)
        .where(Guessing.subject.in_(subjects))
        .order_by(Guessing.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return Watch(name=rows[1], address=rows[0])


def forget(session: Session, username: str) -> None:
    """Let this name be tried at once: an administrator gave it a new password."""
    session.execute(delete(Guessing).where(Guessing.subject == _of_name(username)))
