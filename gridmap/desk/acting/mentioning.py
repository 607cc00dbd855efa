"""Who is called by @ in a remark: by username or staff number whoever it is, by name those in whose scope the case lies."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import or_, select

from gridmap.accounts.models import Account, AccountGrant
from gridmap.desk.acting.doing import Doing
from gridmap.errors import Invalid, msg
from gridmap.grids.codes import LENGTHS
from gridmap.grids.models import Grid
from gridmap.people.models import Department, DepartmentPost, Person, Post

# Not behind a letter or digit: what stands there is a mail address.
_CALL = re.compile(r"(?<![A-Za-z0-9._+-])[@＠](?=\S)")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CLOSED = re.compile(r"[A-Za-z0-9_]")
_LONGEST = 100


@dataclass(frozen=True)
class Somebody:
    """Who may be called: by `key` (staff number, or username of who is no person) and by names; `where` tells twins apart."""

    key: str
    names: frozenset[str] = field(default=frozenset())
    where: str = ""


def called(doing: Doing) -> list[str]:
    """Staff numbers and usernames of who is called: those told, and those the text calls; each once.

    Raises:
        Invalid: a name is several people's; says by which numbers to call them.
    """
    known = _around(doing) if _CALL.search(doing.told.text) else []
    found = [*doing.told.mentions, *in_text(doing.told.text, known)]
    return list(dict.fromkeys(found))


def in_text(text: str, known: Sequence[Somebody]) -> list[str]:
    """The keys a text calls. The longest name that fits counts, since nothing separates a Chinese name from what follows. Pure.

    Raises:
        Invalid: see `called`.
    """
    found: list[str] = []
    for call in _CALL.finditer(text):
        rest = text[call.end() : call.end() + _LONGEST]
        name = max((one for somebody in known for one in somebody.names if _begins(rest, one)), key=len, default="")
        key = _KEY.match(rest)
        if name and (key is None or len(key[0].rstrip(".-")) <= len(name)):
            found.append(_only([somebody for somebody in known if name in somebody.names], name))
        elif key is not None:
            found.append(key[0].rstrip(".-"))
    return found


def _begins(rest: str, name: str) -> bool:
    """Whether a text begins with a name, which a letter or digit must not go on where it ends in one."""
    if not name or not rest.casefold().startswith(name.casefold()):
        return False
    after = rest[len(name) : len(name) + 1]
    return not (_CLOSED.match(name[-1]) and _CLOSED.match(after))


def _only(fitting: Sequence[Somebody], name: str) -> str:
    if len(fitting) > 1:
        each = "、".join(f"@{one.key}" + (f"（{one.where}）" if one.where else "") for one in fitting)
        text = msg("%(count)s people are called %(name)s; say whom you mean: %(each)s")
        choices = [{"key": one.key, "where": one.where} for one in fitting]
        raise Invalid(text, field="text", facts={"choices": choices}, count=len(fitting), name=name, each=each)
    return fitting[0].key


def _around(doing: Doing) -> list[Somebody]:
    """Those in whose scope the case lies: the people of its grids and of the departments that have it, and accounts there."""
    people: dict[int, Somebody] = {}
    for row in [*_posted(doing), *_staff(doing)]:
        names = frozenset(filter(None, [row.name, row.name_en]))
        people.setdefault(row.id, Somebody(row.ref, names, row.place))
    others: dict[int, Somebody] = {}
    for account in _accounts(doing):
        person = people.get(account.person_id) if account.person_id is not None else None
        if person is not None and account.person_id is not None:
            people[account.person_id] = replace(person, names=person.names | frozenset(filter(None, [account.name])))
        else:
            others[account.id] = Somebody(account.username, frozenset(filter(None, [account.name])))
    return [*people.values(), *others.values()]


def _lineage(doing: Doing) -> list[str]:
    code = doing.case.grid_code
    return [code[:digits] for digits in LENGTHS.values()] if code else []


def _departments(doing: Doing) -> set[int]:
    return {task.department_id for task in doing.tasks if task.department_id is not None}


def _posted(doing: Doing) -> Iterable[Any]:
    asked = (
        select(Person.id, Person.ref, Person.name, Person.name_en, Grid.name.label("place"))
        .join(Post, Post.person_id == Person.id)
        .join(Grid, Grid.code == Post.grid_code)
        .where(Post.grid_code.in_(_lineage(doing)), Post.valid.contains(doing.now), Person.left_at.is_(None))
    )
    return doing.session.execute(asked.order_by(Post.grid_code.desc(), Person.ref)).all()


def _staff(doing: Doing) -> Iterable[Any]:
    asked = (
        select(Person.id, Person.ref, Person.name, Person.name_en, Department.name.label("place"))
        .join(DepartmentPost, DepartmentPost.person_id == Person.id)
        .join(Department, Department.id == DepartmentPost.department_id)
        .where(Department.id.in_(_departments(doing)), DepartmentPost.valid.contains(doing.now), Person.left_at.is_(None))
    )
    return doing.session.execute(asked.order_by(Person.ref)).all()


def _accounts(doing: Doing) -> Iterable[Account]:
    grant = AccountGrant
    here = or_(grant.grid_code.in_(["", *_lineage(doing)]), grant.department_id.in_(_departments(doing)))
    asked = (
        select(Account)
        .join(grant, grant.account_id == Account.id)
        .where(
            here,
            grant.valid_from <= doing.now,
            or_(grant.valid_until.is_(None), grant.valid_until > doing.now),
            Account.disabled_at.is_(None),
        )
    )
    return doing.session.scalars(asked.distinct().order_by(Account.id)).all()
