"""Give notices: in the transaction of what they tell about, to each recipient once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select
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


class Owner(NamedTuple):
    """Whose inbox it is: a person's, or that of an account that belongs to none; exactly one of the two."""

    person_id: int | None
    account_id: int | None

    @classmethod
    def of(cls, person_id: int | None, account_id: int | None) -> "Owner":
        """The person, where there is one: whatever account is theirs."""
        return cls(person_id, None if person_id is not None else account_id)


def owner_of(session: Session, actor: str) -> Owner | None:
    """The inbox of whoever the journal calls `actor`; keys, the command line and the system have none."""
    row = session.execute(select(Account.person_id, Account.id).where("account:" + Account.username == actor)).one_or_none()
    return None if row is None else Owner.of(*row)


def give_each(
    session: Session,
    kind: str,
    each: Mapping[Owner, Mapping[str, Any]],
    *,
    subject: str,
    actor: str,
    at: datetime,
    common: Mapping[str, Any],
) -> int:
    """Put one notice about grids into each inbox, each with facts of its own, and one row into the journal; answers how many.

    `common` are the facts that all of them may hear in their stream. The caller commits.
    """
    if not each:
        return 0
    rows = [{**owner._asdict(), "kind": kind, "facts": dict(facts), "at": at} for owner, facts in sorted(each.items(), key=repr)]
    ids = session.scalars(insert(Notice).returning(Notice.id), rows).all()
    accounts = sorted(owner.account_id for owner in each if owner.account_id is not None)
    persons = sorted(owner.person_id for owner in each if owner.person_id is not None)
    data = {"kind": kind, "ids": list(ids), "accounts": accounts, "persons": persons, "facts": dict(common)}
    write(session, [Event(TOPIC, GIVEN, subject, actor, data)])
    return len(rows)
