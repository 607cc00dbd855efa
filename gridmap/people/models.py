"""People, what they are (posts and duties), when they stand in (shifts), and the departments they may belong to.

Whatever holds for a time is a row with its period, half-open [from, until): correcting is ending and beginning anew, so that
"who was responsible on 3 March" has an answer.
"""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.db import Base

_HALF_OPEN = "NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)"
_HEADS = "('town_head', 'village_head', 'micro_head')"


class Team(StrEnum):
    """The three teams of a micro-grid. Heads stand above them, in none."""

    MANAGEMENT = "management"  # 管理团队
    WORK = "work"  # 工作团队
    VOLUNTEER = "volunteer"  # 志愿团队


class Person(Base):
    """Somebody who acts. `ref` is the staff number, by which files and journal name them; a person is never deleted."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    ref: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    phone_public: Mapped[bool] = mapped_column(server_default=text("false"))  # They agreed to have it published.
    email: Mapped[str] = mapped_column(Text, server_default="")
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    barred_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # Can't sign in since: is given no work.


class PostKind(Base):
    """What somebody may be in a grid (岗): a head of one of the three levels, or a role in one of the three teams."""

    __tablename__ = "post_kind"
    __table_args__ = (
        CheckConstraint("team IN ('management', 'work', 'volunteer')", name="team"),
        CheckConstraint(f"(team IS NULL) = (code IN {_HEADS})", name="heads"),
        UniqueConstraint("code", "team"),
    )

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    team: Mapped[Team | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(SmallInteger)  # Lists show lower ones first.
    phone_by_office: Mapped[bool] = mapped_column(server_default=text("false"))  # Publishing its phone needs no consent.


class DutyKind(Base):
    """What somebody may answer for in a post (责); the four functions of a micro-grid's head are among them."""

    __tablename__ = "duty_kind"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    place: Mapped[int] = mapped_column(SmallInteger)
    head_function: Mapped[bool] = mapped_column(server_default=text("false"))


class Post(Base):
    """Somebody is something in a grid for a time. One head a grid at a time; the same thing not twice at once."""

    __tablename__ = "post"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "team"], ["post_kind.code", "post_kind.team"], name="fk_post_kind_team_post_kind"),
        CheckConstraint(_HALF_OPEN, name="half_open"),
        CheckConstraint(
            "CASE WHEN team IS NULL THEN kind = CASE length(grid_code) WHEN 9 THEN 'town_head' WHEN 12 THEN 'village_head'"
            f" ELSE 'micro_head' END ELSE kind NOT IN {_HEADS} AND length(grid_code) = 15 END",
            name="kind_level",
        ),
        ExcludeConstraint(
            ("grid_code", "="), ("valid", "&&"), using="gist", where=text("team IS NULL"), name="ex_post_one_head_at_a_time"
        ),
        ExcludeConstraint(
            ("person_id", "="), ("grid_code", "="), ("kind", "="), ("valid", "&&"), using="gist", name="ex_post_not_twice"
        ),
        Index("ix_post_grid", "grid_code", postgresql_ops={"grid_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    grid_code: Mapped[str] = mapped_column(ForeignKey("grid.code"))
    kind: Mapped[str] = mapped_column(ForeignKey("post_kind.code"))
    team: Mapped[Team | None] = mapped_column(Text)
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Duty(Base):
    """Somebody answers for something in a post for a time, never beyond the post's own."""

    __tablename__ = "duty"
    __table_args__ = (
        CheckConstraint(_HALF_OPEN, name="half_open"),
        ExcludeConstraint(("post_id", "="), ("kind", "="), ("valid", "&&"), using="gist", name="ex_duty_not_twice"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    kind: Mapped[str] = mapped_column(ForeignKey("duty_kind.code"))
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Department(Base):
    """A line department (条线部门)."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    address: Mapped[str] = mapped_column(Text, server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DepartmentPost(Base):
    """Somebody belongs to a department for a time, as its leader or not. One leader at a time."""

    __tablename__ = "department_post"
    __table_args__ = (
        CheckConstraint(_HALF_OPEN, name="half_open"),
        ExcludeConstraint(
            ("department_id", "="), ("valid", "&&"), using="gist", where=text("leader"), name="ex_department_post_one_leader"
        ),
        ExcludeConstraint(
            ("department_id", "="), ("person_id", "="), ("valid", "&&"), using="gist", name="ex_department_post_not_twice"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    leader: Mapped[bool]
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)


class Shift(Base):
    """When a post's holder is on duty, week by week, by the town's clock.

    `ends` not after `starts` means the next morning; both the same, a whole day round. `valid` holds the days it may begin on.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint(_HALF_OPEN, name="half_open"),
        CheckConstraint(
            "cardinality(weekdays) > 0 AND weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]",
            name="weekdays",
        ),
        Index("ix_shift_post", "post_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))  # ISO: Monday is 1.
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)


class ShiftException(Base):
    """One day's turn of a shift is off, or somebody else's. The two sides of a swap carry the same `swap`.

    It is withdrawn, never deleted; at most one a turn holds.
    """

    __tablename__ = "shift_exception"
    __table_args__ = (
        Index("uq_shift_exception_turn", "shift_id", "day", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
        CheckConstraint("swap IS NULL OR substitute_id IS NOT NULL", name="swap"),
        CheckConstraint("btrim(reason) <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    day: Mapped[date] = mapped_column(Date)
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    swap: Mapped[UUID | None] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
