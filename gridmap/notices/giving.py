"""Give notices: in the transaction of what they tell about, to each recipient once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.models import Account
from gridmap.cases.models import Case
from gridmap.journal.write import Event, write
from gridmap.notices.models import Notice

TOPIC, GIVEN = "notices", "notice.given"


@dataclass(frozen=True)
class Recipients:
    """Whom to tell: accounts, and people by whatever account is theirs (also by mail, if they have none)."""

    accounts: frozenset[int] = field(default=frozenset())
    persons: frozenset[int] = field(default=frozenset())

    def __or__(self, other: "Recipients") -> "Recipients":
        return Recipients(self.accounts | other.accounts, self.persons | other.persons)

    def __bool__(self) -> bool:
        return bool(self.accounts or self.persons)

    def but(self, accounts: frozenset[int], persons: frozenset[int]) -> "Recipients":
        """Without these: nobody is told what they did themselves."""
        return Recipients(self.accounts - accounts, self.persons - persons)


def give(
    session: Session, case: Case, kind: str, to: Recipients, *, actor: str, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Put a notice into the inbox of each of `to`, and one row into the journal. The caller commits.

    Somebody who is meant as a person and by their account is told once.
    """
    to = _once(session, to)
    if not to:
        return
    told = dict(facts or {})
    made = [Notice(account_id=one, case_id=case.id, kind=kind, facts=told, at=at) for one in sorted(to.accounts)]
    made += [Notice(person_id=one, case_id=case.id, kind=kind, facts=told, at=at) for one in sorted(to.persons)]
    session.add_all(made)
    session.flush()
    data = {"kind": kind, "ids": [one.id for one in made], "accounts": sorted(to.accounts), "persons": sorted(to.persons)}
    write(session, [Event(TOPIC, GIVEN, case.number, actor, {**data, "facts": told})])


def _once(session: Session, to: Recipients) -> Recipients:
    if not (to.accounts and to.persons):
        return to
    both = select(Account.id).where(Account.id.in_(to.accounts), Account.person_id.in_(to.persons))
    return Recipients(to.accounts - frozenset(session.scalars(both)), to.persons)
