"""People, their posts and duties, the line departments, and the weekly rosters with their exceptions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("shift_exception", "shift", "duty", "post", "department_post", "department", "duty_kind", "post_kind", "person")


def upgrade() -> None:
    op.create_table(
        "department",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
    )
    op.create_table(
        "duty_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("head_function", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_duty_kind")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_public", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("ref", name=op.f("uq_person_ref")),
    )
    op.create_table(
        "post_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("phone_by_office", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "(team IS NULL) = (code IN ('town_head', 'village_head', 'micro_head'))", name=op.f("ck_post_kind_heads")
        ),
        sa.CheckConstraint("team IN ('management', 'work', 'volunteer')", name=op.f("ck_post_kind_team")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_post_kind")),
        sa.UniqueConstraint("code", "team", name=op.f("uq_post_kind_code_team")),
    )
    op.create_table(
        "department_post",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Integer(), nullable=False),
        sa.Column("leader", sa.Boolean(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("department_id"), "="),
            (sa.column("person_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_department_post_not_twice",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("department_id"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("leader"),
            using="gist",
            name="ex_department_post_one_leader",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name=op.f("ck_department_post_half_open")
        ),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name=op.f("fk_department_post_department_id_department")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_department_post_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_post")),
    )
    op.create_index(op.f("ix_department_post_person_id"), "department_post", ["person_id"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("grid_code"), "="),
            (sa.column("valid"), "&&"),
            where=sa.text("team IS NULL"),
            using="gist",
            name="ex_post_one_head_at_a_time",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("grid_code"), "="),
            (sa.column("kind"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_post_not_twice",
        ),
        sa.CheckConstraint(
            "CASE WHEN team IS NULL THEN kind = CASE length(grid_code) WHEN 9 THEN 'town_head' WHEN 12 THEN 'village_head' ELSE 'micro_head' END ELSE kind NOT IN ('town_head', 'village_head', 'micro_head') AND length(grid_code) = 15 END",
            name=op.f("ck_post_kind_level"),
        ),
        sa.CheckConstraint("NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name=op.f("ck_post_half_open")),
        sa.ForeignKeyConstraint(["grid_code"], ["grid.code"], name=op.f("fk_post_grid_code_grid")),
        sa.ForeignKeyConstraint(["kind", "team"], ["post_kind.code", "post_kind.team"], name="fk_post_kind_team_post_kind"),
        sa.ForeignKeyConstraint(["kind"], ["post_kind.code"], name=op.f("fk_post_kind_post_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_grid", "post", ["grid_code"], unique=False, postgresql_ops={"grid_code": "text_pattern_ops"})
    op.create_index(op.f("ix_post_person_id"), "post", ["person_id"], unique=False)
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("post_id"), "="),
            (sa.column("kind"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_duty_not_twice",
        ),
        sa.CheckConstraint("NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name=op.f("ck_duty_half_open")),
        sa.ForeignKeyConstraint(["kind"], ["duty_kind.code"], name=op.f("fk_duty_kind_duty_kind")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_duty_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    op.create_index(op.f("ix_duty_post_id"), "duty", ["post_id"], unique=False)
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint(
            "cardinality(weekdays) > 0 AND weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]", name=op.f("ck_shift_weekdays")
        ),
        sa.CheckConstraint("NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name=op.f("ck_shift_half_open")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_shift_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_post", "shift", ["post_id"], unique=False)
    op.create_table(
        "shift_exception",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("shift_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("swap", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_shift_exception_reason")),
        sa.CheckConstraint("swap IS NULL OR substitute_id IS NOT NULL", name=op.f("ck_shift_exception_swap")),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_shift_exception_shift_id_shift")),
        sa.ForeignKeyConstraint(["substitute_id"], ["person.id"], name=op.f("fk_shift_exception_substitute_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_exception")),
    )
    op.create_index(
        "uq_shift_exception_turn",
        "shift_exception",
        ["shift_id", "day"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
