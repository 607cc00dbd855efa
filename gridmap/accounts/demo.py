"""The demo town's accounts: one for each role, with passwords of their own, for the invented people who hold the posts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts import keeping, lookup, passwords
from gridmap.accounts.models import Account
from gridmap.accounts.rights import ACCOUNT_ROLES, Grant, Role
from gridmap.accounts.words import ROLES
from gridmap.errors import msg
from gridmap.grids.models import Grid
from gridmap.people.models import Department, DepartmentPost, Person, Post, Team


@dataclass(frozen=True)
class DemoAccount:
    """What the sign-in page of a demo instance shows."""

    role: Role
    words: str
    username: str
    password: str


_WORDS = {**ROLES, Role.GRID_HEAD: msg("village grid head")}
_HEADS = {Role.GRID_HEAD: "village_head", Role.MICRO_HEAD: "micro_head"}


def make(session: Session, *, now: datetime, actor: str, micro: str | None = None) -> list[DemoAccount]:
    """Make them in a town without accounts; roles there is no place for (a department) are left out. The caller commits.

    The member, the micro-grid's head and the village's belong together: the micro-grid `micro`, or one that has people, and the
    village it lies in.
    """
    if lookup.any_account(session):
        return []
    (town, *_), micro = lookup.towns(session), micro or _micro(session, now)
    department = session.scalar(select(Department.id).where(Department.closed_at.is_(None)).order_by(Department.id).limit(1))
    scopes: dict[Role, Grant] = {role: Grant(role, town) for role in ACCOUNT_ROLES}
    scopes |= {Role.MEMBER: Grant(Role.MEMBER, micro), Role.MICRO_HEAD: Grant(Role.MICRO_HEAD, micro)}
    scopes[Role.GRID_HEAD] = Grant(Role.GRID_HEAD, micro[:12])
    if department is None:
        del scopes[Role.HANDLER]
    else:
        scopes[Role.HANDLER] = Grant(Role.HANDLER, department_id=department)
    return [_one(session, scopes[role], now, actor) for role in ROLES if role in scopes]


def _one(session: Session, grant: Grant, now: datetime, actor: str) -> DemoAccount:
    username, password = f"demo-{grant.role.replace('_', '-')}", passwords.made_up()
    person = _person(session, grant, now)
    name = person.name if person else ""
    account, _ = keeping.create(session, username, name=name, person_id=person.id if person else None, actor=actor)
    account.password_hash, account.must_change = passwords.hashed(password), False
    keeping.grant(session, username, grant, since=now, actor=actor)
    return DemoAccount(grant.role, _WORDS[grant.role], username, password)


def _micro(session: Session, now: datetime) -> str:
    """A micro-grid whose work team has somebody, else the first."""
    staffed = select(Post.grid_code).where(Post.team == Team.WORK, Post.valid.contains(now)).order_by(Post.grid_code).limit(1)
    first = select(Grid.code).where(Grid.level == "micro", Grid.retired_at.is_(None)).order_by(Grid.code).limit(1)
    return session.scalar(staffed) or session.scalars(first).one()


def _person(session: Session, grant: Grant, now: datetime) -> Person | None:
    """Somebody who holds such a post there and has no account yet."""
    free = select(Person).where(Person.id.not_in(select(Account.person_id).where(Account.person_id.is_not(None))))
    if grant.department_id is not None:
        belong = (DepartmentPost.department_id == grant.department_id) & DepartmentPost.valid.contains(now)
        found = free.join(DepartmentPost, DepartmentPost.person_id == Person.id).where(belong)
        return session.scalars(found.order_by(DepartmentPost.leader, Person.id).limit(1)).one_or_none()
    posts = free.join(Post, Post.person_id == Person.id).where(Post.grid_code == grant.grid_code, Post.valid.contains(now))
    if grant.role in _HEADS:
        posts = posts.where(Post.kind == _HEADS[grant.role])
    elif grant.role is Role.MEMBER:
        posts = posts.where(Post.team == Team.WORK)
    else:
        return None
    return session.scalars(posts.order_by(Post.id).limit(1)).one_or_none()
