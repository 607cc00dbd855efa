"""Accounts with their roles, keys of machines, and the counters that slow down guessing."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.accounts.rights import ACCOUNT_ROLES, KeyScope, Role
from gridmap.db import Base
from gridmap.grids.models import Grid
from gridmap.people.models import Department, Person


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class Account(Base):
    """Somebody who signs in. An account is disabled, never deleted: the journal goes on naming it.

    `session_epoch` is written on every session: counting it up ends all sessions. `totp_secret` is sealed with the program's
    own key (see sealing.py), `recovery` holds SHA-256 digests. Without a password there is only single sign-on.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("username ~ '^[a-z0-9][a-z0-9._-]{1,39}$'", name="username"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    username: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, server_default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    must_change: Mapped[bool] = mapped_column(server_default=text("false"))
    session_epoch: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    recovery: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary), server_default=text("'{}'::bytea[]"))
    subject: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    signed_in_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountSession(Base):
    """Somebody signed in on one device. It holds while its epoch is the account's and nobody ended it."""

    __tablename__ = "account_session"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    epoch: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(Text, server_default="")
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccountGrant(Base):
    """A role of an account within a grid or a department, from one moment until another."""

    __tablename__ = "account_grant"
    __table_args__ = (
        CheckConstraint(f"role IN ({_quoted(sorted(ACCOUNT_ROLES))})", name="role"),
        CheckConstraint("num_nonnulls(grid_code, department_id) = 1", name="scope"),
        CheckConstraint(f"(role = '{Role.HANDLER}') = (department_id IS NOT NULL)", name="handler"),
        CheckConstraint("valid_until >= valid_from", name="period"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(Text)
    grid_code: Mapped[str | None] = mapped_column(ForeignKey(Grid.code))
    department_id: Mapped[int | None] = mapped_column(ForeignKey(Department.id))
    valid_from: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApiKey(Base):
    """A machine's key. The secret itself is not here, only its SHA-256 (256 random bits need no slow hash)."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index(
            "uq_api_key_name",
            "name",
            unique=True,
            postgresql_where="revoked_at IS NULL",
        ),
        CheckConstraint(f"scopes <@ ARRAY[{_quoted(KeyScope)}]", name="scopes"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("ARRAY['alerts', 'read', 'route']"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Guessing(Base):
    """Failed sign-ins in a row, by what was tried (`name:` and a digest of the name, be it anybody's or nobody's) and by
    where from (`address:` and the network)."""

    __tablename__ = "guessing"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
