"""Clocks and notices: the town's own days, limits of stages, what to look at when, reminders, notices, deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNITS = "unit IN ('urgent_hour', 'working_hour', 'working_day', 'calendar_day')"
TABLES = ("notice_delivery", "notice", "followed", "case_reminder", "case_watch", "stage_limit", "work_day")


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _moment(name: str, *, now: bool = False, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()") if now else None, nullable=nullable)


def upgrade() -> None:
    op.add_column("cases", sa.Column("clock_round", sa.Integer(), server_default=sa.text("0"), nullable=False))
    _make_clock_tables()
    _make_notice_tables()


def _make_clock_tables() -> None:
    op.create_table(
        "work_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        _text("note", ""),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_day")),
    )
    op.create_table(
        "stage_limit",
        _text("stage"),
        sa.Column("value", sa.Double(), nullable=False),
        _text("unit"),
        _text("source", ""),
        sa.CheckConstraint("stage IN ('dispatch', 'accept', 'verify')", name=op.f("ck_stage_limit_stage")),
        sa.CheckConstraint(UNITS, name=op.f("ck_stage_limit_unit")),
        sa.CheckConstraint("value > 0", name=op.f("ck_stage_limit_value")),
        sa.PrimaryKeyConstraint("stage", name=op.f("pk_stage_limit")),
    )
    op.create_table(
        "case_watch",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _moment("next_at"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_watch")),
    )
    op.create_index("ix_case_watch_next", "case_watch", ["next_at"])
    op.create_table(
        "case_reminder",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        _text("step"),
        _moment("at", now=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_reminder_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "round", "step", name=op.f("pk_case_reminder")),
    )
    op.create_table(
        "followed",
        _text("reader"),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_followed")),
    )


def _make_notice_tables() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        _text("kind"),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
        _moment("at", now=True),
        _moment("read_at", nullable=True),
        sa.CheckConstraint("num_nonnulls(account_id, person_id) = 1", name=op.f("ck_notice_one_owner")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notice_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_case_id"), "notice", ["case_id"])
    op.create_index("ix_notice_account", "notice", ["account_id", "id"])
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    op.create_index("ix_notice_unread_account", "notice", ["account_id"], postgresql_where="read_at IS NULL")
    op.create_index("ix_notice_unread_person", "notice", ["person_id"], postgresql_where="read_at IS NULL")
    op.create_table(
        "notice_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        _text("channel"),
        _text("state", "waiting"),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("next_at", now=True),
        _text("error", ""),
        _moment("sent_at", nullable=True),
        sa.CheckConstraint("channel IN ('webhook', 'mail')", name=op.f("ck_notice_delivery_channel")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name=op.f("ck_notice_delivery_state")),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_notice_delivery_sent")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_delivery_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_delivery")),
        sa.UniqueConstraint("notice_id", "channel", name=op.f("uq_notice_delivery_notice_id_channel")),
    )
    op.create_index("ix_notice_delivery_waiting", "notice_delivery", ["next_at"], postgresql_where="state = 'waiting'")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("cases", "clock_round")
