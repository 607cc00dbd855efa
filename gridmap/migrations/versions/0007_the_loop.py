"""The loop: tasks, consultations, evidence, requests, supervision, ratings; more states, and which may follow which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from gridmap.geo.shapes import Shape

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = (
    "discovered",
    "consulting",
    "dispatched",
    "handling",
    "suspended",
    "verifying",
    "rating",
    "closed",
    "void",
    "merged",
)
OLD_OPEN = "state IN ('discovered', 'consulting', 'handling', 'verifying')"
OLD_STATES = "state IN ('discovered', 'consulting', 'handling', 'verifying', 'closed', 'void')"
OPEN = "closed_at IS NULL"
ENDED = "state IN ('closed', 'void', 'merged')"
# What gridmap/cases/workflow.py let pass when this was written; a later change of the table brings a migration.
MOVES = (
    "closed > discovered handling",
    "consulting > dispatched merged void",
    "discovered > consulting dispatched handling merged verifying void",
    "dispatched > consulting handling merged suspended void",
    "handling > consulting dispatched merged suspended verifying void",
    "merged > consulting discovered",
    "rating > closed discovered handling void",
    "suspended > dispatched handling void",
    "verifying > discovered handling rating void",
)

COLUMNS = (
    "exempt",
    "merged_into",
    "rounds",
    "verified_at",
    "verified_by",
    "handled_at",
    "handled_by",
    "consulted_at",
    "limit_unit",
    "limit_value",
    "person_id",
    "version",
)
TABLES = (
    "rating",
    "evidence",
    "case_review",
    "suspension",
    "supervision",
    "reporter",
    "receipt",
    "rating_link",
    "consultation",
    "case_task",
    "case_request",
    "case_comment",
    "category_owner",
)

_GUARD = """
CREATE FUNCTION cases_move_as_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM case_move WHERE before = OLD.state AND after = NEW.state) THEN
        RAISE EXCEPTION 'a case that is % cannot become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER moves_as_allowed BEFORE UPDATE OF state ON cases
FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION cases_move_as_allowed()
"""


def _indexes(condition: str) -> None:
    op.drop_index("ix_cases_open_location", "cases")
    op.drop_index("ix_cases_open_recent", "cases")
    op.create_index("ix_cases_open_location", "cases", ["location"], postgresql_using="gist", postgresql_where=condition)
    op.create_index("ix_cases_open_recent", "cases", ["received_at", "id"], postgresql_where=condition)


def _checks(states: str, ended: str) -> None:
    op.drop_constraint("ck_cases_state", "cases")
    op.drop_constraint("ck_cases_closed", "cases")
    op.create_check_constraint("state", "cases", states)
    op.create_check_constraint("closed", "cases", ended)


def _guard() -> None:
    op.create_table(
        "case_move",
        sa.Column("before", sa.Text(), primary_key=True),
        sa.Column("after", sa.Text(), primary_key=True),
    )
    for line in MOVES:
        before, _, rest = line.partition(" > ")
        for after in rest.split():
            op.execute(f"INSERT INTO case_move VALUES ('{before}', '{after}')")
    op.execute(_GUARD)
    op.execute(_TRIGGER)


def upgrade() -> None:
    _indexes(OPEN)
    _checks("state IN ({})".format(", ".join(f"'{state}'" for state in STATES)), f"(closed_at IS NULL) <> ({ENDED})")
    _guard()
    _make_tables()
    _widen_cases()


def _make_tables() -> None:
    op.create_table(
        "category_owner",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_category_owner_category_id_category")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_category_owner_department_id_department")),
        sa.PrimaryKeyConstraint("category_id", "department_id", name=op.f("pk_category_owner")),
    )
    op.create_index(op.f("ix_category_owner_department_id"), "category_owner", ["department_id"], unique=False)
    op.create_table(
        "case_comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_comment_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_comment")),
    )
    op.create_index(op.f("ix_case_comment_case_id"), "case_comment", ["case_id"], unique=False)
    op.create_table(
        "case_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'suspension') = (until IS NOT NULL)", name=op.f("ck_case_request_until")),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_case_request_decided")),
        sa.CheckConstraint("kind IN ('extension', 'suspension', 'appeal')", name=op.f("ck_case_request_kind")),
        sa.CheckConstraint("state IN ('asked', 'granted', 'refused')", name=op.f("ck_case_request_state")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_request_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_request")),
    )
    op.create_index(op.f("ix_case_request_case_id"), "case_request", ["case_id"], unique=False)
    op.create_index(
        "uq_case_request_once",
        "case_request",
        ["case_id", "kind"],
        unique=True,
        postgresql_where="state = 'granted' AND kind IN ('suspension', 'appeal')",
    )
    op.create_index("uq_case_request_open", "case_request", ["case_id", "kind"], unique=True, postgresql_where="state = 'asked'")
    op.create_table(
        "case_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(state IN ('accepted', 'started')) <= (holder IS NOT NULL)", name=op.f("ck_case_task_held")),
        sa.CheckConstraint("(state IN ('waiting', 'accepted', 'started')) = (ended_at IS NULL)", name=op.f("ck_case_task_ended")),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'started', 'done', 'handed_back', 'withdrawn')", name=op.f("ck_case_task_state")
        ),
        sa.CheckConstraint("team IN ('management', 'work', 'volunteer')", name=op.f("ck_case_task_team")),
        sa.CheckConstraint("(team IS NULL) = (grid_code IS NULL)", name=op.f("ck_case_task_team_of_a_grid")),
        sa.CheckConstraint("num_nonnulls(person_id, team, department_id) = 1", name=op.f("ck_case_task_one_addressee")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_task_case_id_cases")),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_case_task_department_id_department")),
        sa.ForeignKeyConstraint(["grid_code"], ["grid.code"], name=op.f("fk_case_task_grid_code_grid")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_case_task_holder_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_case_task_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_task")),
    )
    op.create_index(op.f("ix_case_task_case_id"), "case_task", ["case_id"], unique=False)
    op.create_index(
        "ix_case_task_live_department", "case_task", ["department_id"], unique=False, postgresql_where="ended_at IS NULL"
    )
    op.create_index("ix_case_task_live_holder", "case_task", ["holder"], unique=False, postgresql_where="ended_at IS NULL")
    op.create_index("ix_case_task_live_person", "case_task", ["person_id"], unique=False, postgresql_where="ended_at IS NULL")
    op.create_index(
        "ix_case_task_live_team", "case_task", ["grid_code", "team"], unique=False, postgresql_where="ended_at IS NULL"
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("called_by", sa.Text(), nullable=False),
        sa.Column("participants", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_consultation_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index(op.f("ix_consultation_case_id"), "consultation", ["case_id"], unique=False)
    op.create_table(
        "rating_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rating_link_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_link")),
    )
    op.create_index(op.f("ix_rating_link_case_id"), "rating_link", ["case_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_receipt_case_id_cases")),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_receipt")),
    )
    op.create_table(
        "reporter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reporter_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporter")),
    )
    op.create_index(op.f("ix_reporter_case_id"), "reporter", ["case_id"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answered_at IS NULL OR answer <> ''", name=op.f("ck_supervision_answer")),
        sa.CheckConstraint("kind IN ('overtime', 'leader', 'focus')", name=op.f("ck_supervision_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervision_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(op.f("ix_supervision_case_id"), "supervision", ["case_id"], unique=False)
    op.create_table(
        "suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "planned_until > since AND planned_until <= since + interval '366 days'", name=op.f("ck_suspension_at_most_a_year")
        ),
        sa.CheckConstraint("ended_at >= since", name=op.f("ck_suspension_ended")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_suspension_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
        sa.UniqueConstraint("case_id", name=op.f("uq_suspension_case_id")),
    )
    op.create_index("ix_suspension_running", "suspension", ["planned_until"], unique=False, postgresql_where="ended_at IS NULL")
    op.create_table(
        "case_review",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["case_request.id"], name=op.f("fk_case_review_request_id_case_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_review")),
        sa.UniqueConstraint("request_id", "by", name=op.f("uq_case_review_request_id_by")),
    )
    op.create_geospatial_table(  # type: ignore[attr-defined]  # GeoAlchemy2 adds it
        "evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("public_digest", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("location", Shape("POINT", spatial_index=False), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('scene', 'before', 'after', 'other')", name=op.f("ck_evidence_kind")),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_evidence_bytes")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_evidence_case_id_cases")),
        sa.ForeignKeyConstraint(["task_id"], ["case_task.id"], name=op.f("fk_evidence_task_id_case_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("case_id", "digest", "kind", name=op.f("uq_evidence_case_id_digest_kind")),
    )
    op.create_index(op.f("ix_evidence_case_id"), "evidence", ["case_id"], unique=False)
    op.create_table(
        "rating",
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("verdict IN ('very_satisfied', 'satisfied', 'dissatisfied')", name=op.f("ck_rating_verdict")),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_rating_score")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_rating_case_id_cases")),
        sa.ForeignKeyConstraint(["link_id"], ["rating_link.id"], name=op.f("fk_rating_link_id_rating_link")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_case_id"), "rating", ["case_id"], unique=False)


def _widen_cases() -> None:
    op.add_column("cases", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("cases", sa.Column("person_id", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("limit_value", sa.Double(), nullable=True))
    op.add_column("cases", sa.Column("limit_unit", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("consulted_at", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("handled_by", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("verified_by", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("rounds", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("cases", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("exempt", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_foreign_key(op.f("fk_cases_person_id_person"), "cases", "person", ["person_id"], ["id"])
    op.create_foreign_key(op.f("fk_cases_merged_into_cases"), "cases", "cases", ["merged_into"], ["id"])
    op.create_check_constraint("limit", "cases", "(limit_value IS NULL) = (limit_unit IS NULL)")
    op.create_check_constraint("merged", "cases", "(state = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id")
    op.create_check_constraint("consulted_at", "cases", "consulted_at IN ('micro', 'village', 'town')")
    op.create_check_constraint("verified_by_another", "cases", "verified_by <> handled_by")


def downgrade() -> None:
    op.execute("DROP TRIGGER moves_as_allowed ON cases")
    op.execute("DROP FUNCTION cases_move_as_allowed")
    op.drop_table("case_move")
    op.execute("UPDATE cases SET merged_into = NULL, state = 'void' WHERE state = 'merged'")
    op.execute("UPDATE cases SET state = 'handling' WHERE state IN ('dispatched', 'suspended')")
    op.execute("UPDATE cases SET state = 'verifying' WHERE state = 'rating'")
    for check in ("limit", "merged", "consulted_at", "verified_by_another"):
        op.drop_constraint(f"ck_cases_{check}", "cases")
    op.drop_constraint(op.f("fk_cases_merged_into_cases"), "cases", type_="foreignkey")
    op.drop_constraint(op.f("fk_cases_person_id_person"), "cases", type_="foreignkey")
    for column in COLUMNS:
        op.drop_column("cases", column)
    for table in TABLES:
        op.drop_table(table)
    _checks(OLD_STATES, f"(closed_at IS NULL) = ({OLD_OPEN})")
    _indexes(OLD_OPEN)
