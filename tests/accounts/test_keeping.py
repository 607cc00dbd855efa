"""Keeping accounts: roles that begin and end, names, the last administrator, and what the journal hears."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.accounts import keeping, lookup, own, signing_in
from gridmap.accounts.models import Account
from gridmap.accounts.rights import Grant, Role
from gridmap.errors import Conflict, Invalid, NotFound
from gridmap.people.duty import on_duty
from tests import callers, town
from tests.people import crew

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HERE = "192.0.2.1"
MICRO = town.micro(1, 1)


@pytest.fixture
def ana(session: Session) -> Account:
    return callers.account(session, username="ana")


def test_a_first_password_gives_no_role_until_it_is_changed(tiny_town: Session) -> None:
    account, first = keeping.create(tiny_town, "bea", actor="test")
    keeping.grant(tiny_town, "bea", Grant(Role.MEMBER, town.micro(1, 1)), since=NOW, actor="test")
    found = lookup.signed_in(tiny_town, account.id, NOW)
    assert found is not None
    assert (found.must_change, found.caller.grants) == (True, ())
    own.change_password(tiny_town, "bea", first, "brown kettle sings", address=HERE, now=NOW)
    found = lookup.signed_in(tiny_town, account.id, NOW)
    assert found is not None
    assert found.caller.grants == (Grant(Role.MEMBER, town.micro(1, 1)),)


def test_a_role_begins_and_ends(tiny_town: Session) -> None:
    account = callers.account(tiny_town, username="bea")
    given = keeping.grant(
        tiny_town, "bea", Grant(Role.MEMBER, town.micro(1, 1)), since=NOW, until=NOW + timedelta(days=1), actor="test"
    )

    def roles(at: datetime) -> int:
        found = lookup.signed_in(tiny_town, account.id, at)
        assert found is not None
        return len(found.caller.grants)

    assert [roles(NOW + timedelta(hours=hours)) for hours in (-1, 0, 23, 24)] == [0, 1, 1, 0]
    keeping.revoke(tiny_town, "bea", given.id, now=NOW + timedelta(hours=2), actor="test")
    assert [roles(NOW + timedelta(hours=hours)) for hours in (1, 2)] == [1, 0]
    with pytest.raises(NotFound):
        keeping.revoke(tiny_town, "bea", given.id, now=NOW + timedelta(hours=2), actor="test")


@pytest.mark.parametrize(
    "wrong",
    [
        Grant(Role.RESIDENT, town.TOWN),
        Grant(Role.DEVICE, town.TOWN),
        Grant(Role.MEMBER),
        Grant(Role.MEMBER, "310"),
        Grant(Role.MEMBER, "", None),
        Grant(Role.MEMBER, department_id=1),
        Grant(Role.HANDLER, town.TOWN),
        Grant(Role.HANDLER, department_id=99),
        Grant(Role.HANDLER, town.TOWN, 1),
    ],
)
def test_a_role_holds_where_it_can(tiny_town: Session, wrong: Grant) -> None:
    callers.account(tiny_town, username="bea")
    with pytest.raises(Invalid):
        keeping.grant(tiny_town, "bea", wrong, since=NOW, actor="test")


@pytest.mark.parametrize("wrong", ["", "a", "-ana", "ana lin", "林", "a" * 41, "ana/x"])
def test_a_username_is_plain(session: Session, wrong: str) -> None:
    with pytest.raises(Invalid):
        keeping.create(session, wrong, actor="test")


def test_names_and_subjects_belong_to_one(session: Session, ana: Account) -> None:
    with pytest.raises(Conflict):
        keeping.create(session, "ANA", actor="test")
    keeping.change(session, "ana", name="Ana", person_id=None, subject="sub-1", actor="test")
    with pytest.raises(Conflict):
        keeping.create(session, "bea", subject="sub-1", actor="test")
    found = signing_in.by_provider(session, "sub-1", NOW)
    assert found is ana
    ana.disabled_at = NOW
    assert signing_in.by_provider(session, "sub-1", NOW) is None
    assert signing_in.by_provider(session, "", NOW) is None


def test_the_last_administrator_stays(tiny_town: Session) -> None:
    callers.account(tiny_town, Grant(Role.ADMINISTRATOR, town.TOWN), username="one")
    callers.account(tiny_town, Grant(Role.ADMINISTRATOR, town.village(1)), username="part")
    with pytest.raises(Conflict), tiny_town.begin_nested():
        keeping.disable(tiny_town, "one", now=NOW, actor="test")
    callers.account(tiny_town, Grant(Role.ADMINISTRATOR, town.TOWN), username="two")
    keeping.disable(tiny_town, "one", now=NOW, actor="test")
    with pytest.raises(Conflict):
        keeping.disable(tiny_town, "one", now=NOW, actor="test")
    keeping.enable(tiny_town, "one", actor="test")


def test_everything_is_journalled(tiny_town: Session) -> None:
    keeping.create(tiny_town, "bea", actor="account:root")
    given = keeping.grant(tiny_town, "bea", Grant(Role.AUDITOR, town.TOWN), since=NOW, actor="account:root")
    keeping.revoke(tiny_town, "bea", given.id, now=NOW, actor="account:root")
    keeping.reset(tiny_town, "bea", actor="account:root")
    keeping.disable(tiny_town, "bea", now=NOW, actor="account:root")
    keeping.enable(tiny_town, "bea", actor="account:root")
    rows = tiny_town.execute(
        text("SELECT kind, actor FROM journal WHERE topic = 'accounts' AND subject = 'bea' ORDER BY id")
    ).all()
    assert [row.kind.partition(".")[2] for row in rows] == ["created", "granted", "revoked", "reset", "disabled", "enabled"]
    assert {row.actor for row in rows} == {"account:root"}


def test_who_can_not_sign_in_is_given_no_work(tiny_town: Session) -> None:
    crew.kinds(tiny_town)
    one, two, head = (crew.person(tiny_town, number) for number in (1, 2, 3))
    crew.shift(tiny_town, crew.post(tiny_town, one, MICRO))
    crew.post(tiny_town, head, MICRO, "micro_head")
    callers.account(tiny_town, username="bea", person_id=one.id)

    def on_duty_at(at: datetime) -> list[str]:
        return [found.ref for found in on_duty(tiny_town, [MICRO], at)[MICRO]]

    keeping.disable(tiny_town, "bea", now=NOW, actor="test")
    assert (on_duty_at(NOW - timedelta(minutes=1)), on_duty_at(NOW)) == (["T0001"], ["T0003"])
    keeping.change(tiny_town, "bea", name="", person_id=two.id, subject=None, actor="test")
    assert (one.barred_at, two.barred_at, on_duty_at(NOW)) == (None, NOW, ["T0001"])
    keeping.enable(tiny_town, "bea", actor="test")
    assert two.barred_at is None
    told = tiny_town.scalars(text("SELECT kind || ' ' || subject FROM journal WHERE topic = 'people' ORDER BY id"))
    assert list(told) == ["person.barred T0001", "person.unbarred T0001", "person.barred T0002", "person.unbarred T0002"]
