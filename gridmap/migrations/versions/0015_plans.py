"""Plans: drafts of boundaries with their steps, reviewers and comments."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")


def _refers(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=_NOW, nullable=False)


def _number(name: str, default: str | None = None) -> sa.Column[object]:
    given = None if default is None else sa.text(default)
    return sa.Column(name, sa.Integer(), server_default=given, autoincrement=False, nullable=False)


def _words(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        _number("owner_id"),
        _number("base_id"),
        sa.Column("stage", sa.Text(), server_default="draft", nullable=False),
        _number("version", "1"),
        _number("step", "0"),
        _number("steps", "0"),
        _moment("made_at"),
        _moment("changed_at"),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("stage IN ('draft', 'in_review', 'approved', 'published', 'abandoned')", name=op.f("ck_plan_stage")),
        sa.CheckConstraint("step BETWEEN 0 AND steps", name=op.f("ck_plan_step")),
        _refers("plan", "ground", "grid", "code"),
        _refers("plan", "owner_id", "account"),
        _refers("plan", "base_id", "publication"),
        _refers("plan", "approved_by", "account"),
        _refers("plan", "publication_id", "publication"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(op.f("ix_plan_owner_id"), "plan", ["owner_id"])
    _steps()
    _talk()


def _steps() -> None:
    op.create_table(
        "plan_step",
        _number("plan_id"),
        _number("seq"),
        _number("parent"),
        _number("version"),
        _moment("at"),
        _number("account_id"),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("parent >= 0 AND parent < seq", name=op.f("ck_plan_step_parent")),
        _refers("plan_step", "plan_id", "plan"),
        _refers("plan_step", "account_id", "account"),
        sa.PrimaryKeyConstraint("plan_id", "seq", name=op.f("pk_plan_step")),
    )
    op.create_table(
        "plan_grid",
        _number("plan_id"),
        _number("seq"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *(_words(name) for name in ("name", "name_en", "head_name", "head_phone")),
        sa.Column("shape", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.Column("sources", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.CheckConstraint("code ~ '^([0-9]{9}|[0-9]{12}|[0-9]{15})$'", name=op.f("ck_plan_grid_code_digits")),
        sa.ForeignKeyConstraint(
            ["plan_id", "seq"], ["plan_step.plan_id", "plan_step.seq"], name=op.f("fk_plan_grid_plan_id_seq_plan_step")
        ),
        sa.PrimaryKeyConstraint("plan_id", "seq", "code", name=op.f("pk_plan_grid")),
    )


def _talk() -> None:
    op.create_table(
        "plan_reviewer",
        _number("plan_id"),
        _number("account_id"),
        _refers("plan_reviewer", "plan_id", "plan"),
        _refers("plan_reviewer", "account_id", "account"),
        sa.PrimaryKeyConstraint("plan_id", "account_id", name=op.f("pk_plan_reviewer")),
    )
    op.create_index(op.f("ix_plan_reviewer_account_id"), "plan_reviewer", ["account_id"])
    op.create_table(
        "plan_comment",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        _number("plan_id"),
        _number("account_id"),
        _moment("at"),
        _number("step"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        _refers("plan_comment", "plan_id", "plan"),
        _refers("plan_comment", "account_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_comment")),
    )
    op.create_index(op.f("ix_plan_comment_plan_id"), "plan_comment", ["plan_id"])


def downgrade() -> None:
    for table in ("plan_comment", "plan_reviewer", "plan_grid", "plan_step", "plan"):
        op.drop_table(table)
