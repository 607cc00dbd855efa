"""Keys of machines: told once, kept as a hash, refused once revoked."""

import hashlib
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap import clock, recent
from gridmap.accounts import keys
from gridmap.accounts.models import ApiKey
from gridmap.errors import Conflict, Invalid, NotFound
from gridmap.journal.models import JournalEntry


def test_a_key_opens_until_it_is_revoked(session: Session) -> None:
    secret = keys.create(session, "camera platform", actor="test")
    found = keys.holder(session, secret)
    assert found is not None
    assert found.name == "key:camera platform"
    keys.revoke(session, "camera platform", actor="test")
    assert keys.holder(session, secret) is None


def test_another_process_refuses_a_revoked_key_within_a_second(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = keys.create(session, "one", actor="test")
    assert keys.holder(session, secret) is not None
    session.execute(text("UPDATE api_key SET revoked_at = now()"))  # As another process does: nobody tells this one.
    later = time.monotonic() + recent.FRESH_S + 0.01
    monkeypatch.setattr("gridmap.recent.time.monotonic", lambda: later)
    assert keys.holder(session, secret) is None


def test_a_key_that_expires_while_it_is_remembered_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    end = clock.now() + timedelta(hours=1)
    secret = keys.create(session, "one", expires_at=end, actor="test")
    assert keys.holder(session, secret) is not None
    monkeypatch.setattr(clock, "now", lambda: end)
    assert keys.holder(session, secret) is None


@pytest.mark.parametrize("wrong", ["", "gmk_", "gmk_" + "A" * 43, "\x00", "密钥"])
def test_other_secrets_open_nothing(session: Session, wrong: str) -> None:
    keys.create(session, "one", actor="test")
    assert keys.holder(session, wrong) is None


def test_the_secret_is_nowhere_in_the_database(session: Session) -> None:
    secret = keys.create(session, "one", actor="test")
    assert secret.startswith("gmk_")
    assert len(secret) >= 40
    (key,) = session.scalars(select(ApiKey)).all()
    assert key.digest == hashlib.sha256(secret.encode()).digest()
    for table in ("api_key", "journal"):
        assert secret not in str(session.execute(text(f"SELECT t::text FROM {table} t")).scalars().all())


def test_secrets_differ(session: Session) -> None:
    assert len({keys.create(session, f"key {n}", actor="test") for n in range(20)}) == 20


def test_one_key_of_a_name_at_a_time(session: Session) -> None:
    first = keys.create(session, "one", actor="test")
    with pytest.raises(Conflict):
        keys.create(session, "one", actor="test")
    keys.revoke(session, "one", actor="test")
    second = keys.create(session, "one", actor="test")
    assert keys.holder(session, first) is None
    assert keys.holder(session, second) is not None
    assert [(key.name, key.revoked_at is None) for key in keys.listing(session)] == [("one", True), ("one", False)]
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE api_key SET revoked_at = NULL"))


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "line\nbreak", "\x00"])
def test_names_must_be_readable(session: Session, name: str) -> None:
    with pytest.raises(Invalid):
        keys.create(session, name, actor="test")


def test_only_a_key_in_force_is_revoked(session: Session) -> None:
    with pytest.raises(NotFound):
        keys.revoke(session, "nobody", actor="test")


def test_the_journal_tells_of_keys(session: Session) -> None:
    keys.create(session, "one", actor="cli:a")
    keys.revoke(session, "one", actor="cli:b")
    rows = session.scalars(select(JournalEntry).where(JournalEntry.topic == "keys").order_by(JournalEntry.id)).all()
    assert [(row.kind, row.subject, row.actor) for row in rows] == [
        ("key.created", "one", "cli:a"),
        ("key.revoked", "one", "cli:b"),
    ]
