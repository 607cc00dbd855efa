"""What the loop writes down beside the case itself: tasks, consultations, evidence, requests, supervision, comments, ratings."""

from datetime import datetime
from typing import Any

from shapely.geometry import Point
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, UniqueConstraint, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.cases.tasks import TaskState
from gridmap.db import Base
from gridmap.geo.shapes import Shape


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


def _case() -> Mapped[int]:
    return mapped_column(ForeignKey("cases.id"), index=True)


def _moment(*, now: bool = False) -> Any:
    return mapped_column(DateTime(timezone=True), server_default=func.now() if now else None)


class CategoryOwner(Base):
    """A line department answers for a category; the first choice when its cases are handed on."""

    __tablename__ = "category_owner"

    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), primary_key=True, index=True)


class CaseTask(Base):
    """What one person, team or department has to do about a case, with its own clock."""

    __tablename__ = "case_task"
    __table_args__ = (
        CheckConstraint(_one_of("state", tuple(TaskState)), name="state"),
        CheckConstraint("num_nonnulls(person_id, team, department_id) = 1", name="one_addressee"),
        CheckConstraint("(team IS NULL) = (grid_code IS NULL)", name="team_of_a_grid"),
        CheckConstraint("team IN ('management', 'work', 'volunteer')", name="team"),
        CheckConstraint("(state IN ('accepted', 'started')) <= (holder IS NOT NULL)", name="held"),
        CheckConstraint("(state IN ('waiting', 'accepted', 'started')) = (ended_at IS NULL)", name="ended"),
        Index("ix_case_task_live_person", "person_id", postgresql_where="ended_at IS NULL"),
        Index("ix_case_task_live_department", "department_id", postgresql_where="ended_at IS NULL"),
        Index("ix_case_task_live_team", "grid_code", "team", postgresql_where="ended_at IS NULL"),
        Index("ix_case_task_live_holder", "holder", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    grid_code: Mapped[str | None] = mapped_column(ForeignKey("grid.code"))
    team: Mapped[str | None] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    state: Mapped[TaskState] = mapped_column(Text, server_default=TaskState.WAITING)
    note: Mapped[str] = mapped_column(Text, server_default="")
    given_by: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = _moment(now=True)
    due_at: Mapped[datetime | None] = _moment()
    holder: Mapped[str | None] = mapped_column(Text)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None] = _moment()
    started_at: Mapped[datetime | None] = _moment()
    ended_at: Mapped[datetime | None] = _moment()
    ended_by: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text, server_default="")


class Consultation(Base):
    """The three teams called together (会商): who was there, what was said, what was decided."""

    __tablename__ = "consultation"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    at: Mapped[datetime] = _moment(now=True)
    called_by: Mapped[str] = mapped_column(Text)
    participants: Mapped[list[Any]] = mapped_column(JSONB)
    notes: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text, server_default="")


class Evidence(Base):
    """A photo or document about a case. The file lies in the store under its digest; the public sees a copy without metadata."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("kind IN ('scene', 'before', 'after', 'other')", name="kind"),
        CheckConstraint("bytes > 0", name="bytes"),
        UniqueConstraint("case_id", "digest", "kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    task_id: Mapped[int | None] = mapped_column(ForeignKey("case_task.id"))
    kind: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    public_digest: Mapped[str | None] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[datetime | None] = _moment()
    location: Mapped[Point | None] = mapped_column(Shape("POINT", spatial_index=False))
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = _moment(now=True)


class Request(Base):
    """An extension, a suspension or an appeal that was asked for, and what became of it."""

    __tablename__ = "case_request"
    __table_args__ = (
        CheckConstraint("kind IN ('extension', 'suspension', 'appeal')", name="kind"),
        CheckConstraint("state IN ('asked', 'granted', 'refused')", name="state"),
        CheckConstraint("(kind = 'suspension') = (until IS NOT NULL)", name="until"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided"),
        Index("uq_case_request_open", "case_id", "kind", unique=True, postgresql_where="state = 'asked'"),
        # Once in a case's life, whoever grants it and how often it is asked for.
        Index(
            "uq_case_request_once",
            "case_id",
            "kind",
            unique=True,
            postgresql_where="state = 'granted' AND kind IN ('suspension', 'appeal')",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    kind: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime | None] = _moment()
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = _moment(now=True)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    decided_at: Mapped[datetime | None] = _moment()


class Review(Base):
    """What one reviewer said to a request. Each reviews it once."""

    __tablename__ = "case_review"
    __table_args__ = (UniqueConstraint("request_id", "by"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("case_request.id"))
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = _moment(now=True)
    granted: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)


class Suspension(Base):
    """A stretch during which a case's clock stands still (挂账); open-ended only until it is resumed."""

    __tablename__ = "suspension"
    __table_args__ = (
        UniqueConstraint("case_id"),
        CheckConstraint("planned_until > since AND planned_until <= since + interval '366 days'", name="at_most_a_year"),
        CheckConstraint("ended_at >= since", name="ended"),
        Index("ix_suspension_running", "planned_until", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    since: Mapped[datetime] = _moment()
    planned_until: Mapped[datetime] = _moment()
    ended_at: Mapped[datetime | None] = _moment()


class Supervision(Base):
    """A supervision order (督办): because of overtime, by a leader, or a matter in focus; some want an answer by a set time."""

    __tablename__ = "supervision"
    __table_args__ = (
        CheckConstraint("kind IN ('overtime', 'leader', 'focus')", name="kind"),
        CheckConstraint("answered_at IS NULL OR answer <> ''", name="answer"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    reply_due_at: Mapped[datetime | None] = _moment()
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = _moment(now=True)
    answer: Mapped[str] = mapped_column(Text, server_default="")
    answered_by: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = _moment()
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = _moment()


class Comment(Base):
    """A remark on a case; `mentions` are the staff numbers and usernames it calls by @."""

    __tablename__ = "case_comment"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = _moment(now=True)
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[Any]] = mapped_column(JSONB, server_default=sql("'[]'::jsonb"))


class Reporter(Base):
    """Who reported a case; a merged case brings its reporters along. Shown only to those who handle the case."""

    __tablename__ = "reporter"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    told_at: Mapped[datetime | None] = _moment()


class RatingLink(Base):
    """One resident's way to rate a case, once a round; the link itself is signed, and kept nowhere. Reporters get theirs sent."""

    __tablename__ = "rating_link"
    __table_args__ = (UniqueConstraint("reporter_id", "case_id", "round"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = _case()
    round: Mapped[int]
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey(Reporter.id))
    label: Mapped[str] = mapped_column(Text, server_default="")
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = _moment(now=True)
    expires_at: Mapped[datetime] = _moment()


class Rating(Base):
    """What a resident said: very satisfied, satisfied or not, 1 to 5, and whether the matter is solved."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("verdict IN ('very_satisfied', 'satisfied', 'dissatisfied')", name="verdict"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    )

    link_id: Mapped[int] = mapped_column(ForeignKey("rating_link.id"), primary_key=True)
    case_id: Mapped[int] = _case()
    round: Mapped[int]
    verdict: Mapped[str] = mapped_column(Text)
    score: Mapped[int]
    solved: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime] = _moment(now=True)


class Receipt(Base):
    """A change that came with an idempotency key, and what was answered: the same again changes nothing. Kept for 30 days."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_at", "at"),)

    actor: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    version: Mapped[int]
    at: Mapped[datetime] = _moment(now=True)
