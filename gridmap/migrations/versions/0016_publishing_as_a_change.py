"""Publishing as a change: lineage, what grids were called, what is to be published later, tile shapes over time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None

NAMES = ("name", "name_en", "head_name", "head_phone")
# Codes are never reused: only the publish that rolls back the one that ended a grid may let that same grid go on.
_GUARD = """
CREATE FUNCTION grid_comes_back_by_rollback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM publication p JOIN publication undone ON undone.id = p.undoes
        WHERE p.id = (SELECT max(id) FROM publication) AND undone.at = OLD.retired_at
    ) THEN
        RAISE EXCEPTION 'grid % is retired; its code is never used again', OLD.code USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_TRIGGER = """
CREATE TRIGGER comes_back_by_rollback BEFORE UPDATE OF retired_at ON grid
FOR EACH ROW WHEN (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at)
EXECUTE FUNCTION grid_comes_back_by_rollback()
"""


def _text(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="" if empty else None, nullable=False)


def _moment(name: str, *, now: bool = False, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()") if now else None, nullable=nullable)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    key = "code" if to == "grid" else "id"
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.add_column("publication", sa.Column("undoes", sa.Integer()))
    op.create_foreign_key(op.f("fk_publication_undoes_publication"), "publication", "publication", ["undoes"], ["id"])
    op.create_unique_constraint(op.f("uq_publication_undoes"), "publication", ["undoes"])
    _make_renaming()
    _make_lineage()
    _make_scheduled()
    op.alter_column("notice", "case_id", nullable=True)
    _let_tile_shapes_have_periods()
    op.execute(_GUARD)
    op.execute(_TRIGGER)


def _make_renaming() -> None:
    op.create_table(
        "renaming",
        sa.Column("publication_id", sa.Integer(), nullable=False),
        _text("grid_code"),
        *map(_text, NAMES),
        _refers("renaming", "publication_id", "publication"),
        _refers("renaming", "grid_code", "grid"),
        sa.PrimaryKeyConstraint("publication_id", "grid_code", name=op.f("pk_renaming")),
    )
    op.create_index(op.f("ix_renaming_grid_code"), "renaming", ["grid_code"])


def _make_lineage() -> None:
    op.create_table(
        "lineage",
        _id(),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        _text("from_code"),
        sa.Column("to_code", sa.Text()),
        _text("kind"),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("area_share", sa.Float(), nullable=False),
        sa.Column("cases", sa.Integer()),
        sa.Column("case_share", sa.Float()),
        _refers("lineage", "publication_id", "publication"),
        _refers("lineage", "from_code", "grid"),
        _refers("lineage", "to_code", "grid"),
        sa.CheckConstraint("kind IN ('split', 'merge', 'reshape', 'renumber', 'retire')", name=op.f("ck_lineage_kind")),
        sa.CheckConstraint("(kind = 'retire') = (to_code IS NULL)", name=op.f("ck_lineage_retire")),
        sa.CheckConstraint("area_share > 0 AND area_share <= 1", name=op.f("ck_lineage_area_share")),
        sa.CheckConstraint("case_share BETWEEN 0 AND 1", name=op.f("ck_lineage_case_share")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lineage")),
        sa.UniqueConstraint(
            "publication_id",
            "from_code",
            "to_code",
            name=op.f("uq_lineage_publication_id_from_code_to_code"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_lineage_from", "lineage", ["from_code", "publication_id"])
    op.create_index("ix_lineage_to", "lineage", ["to_code", "publication_id"])


def _make_scheduled() -> None:
    op.create_table(
        "scheduled_publish",
        _id(),
        _moment("at"),
        _text("actor"),
        _text("note", empty=True),
        sa.Column("plan_id", sa.BigInteger()),
        sa.Column("change", postgresql.JSON(), nullable=False),
        _moment("made_at", now=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        _moment("ended_at", nullable=True),
        sa.Column("publication_id", sa.Integer()),
        _text("reason", empty=True),
        _refers("scheduled_publish", "publication_id", "publication"),
        sa.CheckConstraint("state IN ('waiting', 'published', 'refused', 'cancelled')", name=op.f("ck_scheduled_publish_state")),
        sa.CheckConstraint("(state = 'published') = (publication_id IS NOT NULL)", name=op.f("ck_scheduled_publish_published")),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_scheduled_publish_ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_publish")),
    )
    op.create_index("ix_scheduled_publish_due", "scheduled_publish", ["at"], postgresql_where="state = 'waiting'")
    op.create_index(op.f("ix_scheduled_publish_plan_id"), "scheduled_publish", ["plan_id"])


def _let_tile_shapes_have_periods() -> None:
    op.add_column("tile_shape", sa.Column("valid", postgresql.TSTZRANGE()))
    op.execute("UPDATE tile_shape t SET valid = b.valid FROM boundary b WHERE b.id = t.boundary_id")
    op.drop_constraint("pk_tile_shape", "tile_shape")
    op.add_column("tile_shape", _id())
    op.create_primary_key("pk_tile_shape", "tile_shape", ["id"])
    # Boundaries of the past had no shapes of their own: theirs are as exact as it gets.
    op.execute(
        """
        INSERT INTO tile_shape (boundary_id, zoom, level, grid_code, valid, geom)
        SELECT b.id, zoom, b.level, b.grid_code, b.valid, ST_Transform(b.geom, 3857)
        FROM boundary b CROSS JOIN unnest(ARRAY[8, 10, 12, 14, 16, 24]) AS zoom WHERE NOT upper_inf(b.valid)
        """
    )
    op.alter_column("tile_shape", "valid", nullable=False)
    op.create_check_constraint("half_open", "tile_shape", "NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)")
    op.drop_index("ix_tile_shape_zoom_geom", "tile_shape")
    in_force = "upper_inf(valid)"
    op.create_index("ix_tile_shape_zoom_geom", "tile_shape", ["zoom", "geom"], postgresql_using="gist", postgresql_where=in_force)
    op.create_index(
        "ix_tile_shape_past", "tile_shape", ["zoom", "geom", "valid"], postgresql_using="gist", postgresql_where=f"NOT {in_force}"
    )
    op.create_index("uq_tile_shape_in_force", "tile_shape", ["boundary_id", "zoom"], unique=True, postgresql_where=in_force)


def downgrade() -> None:
    op.execute("DROP TRIGGER comes_back_by_rollback ON grid")
    op.execute("DROP FUNCTION grid_comes_back_by_rollback")
    for index in ("uq_tile_shape_in_force", "ix_tile_shape_past", "ix_tile_shape_zoom_geom"):
        op.drop_index(index, "tile_shape")
    op.execute("DELETE FROM tile_shape WHERE NOT upper_inf(valid)")
    op.drop_constraint("ck_tile_shape_half_open", "tile_shape")
    op.drop_column("tile_shape", "valid")
    op.drop_constraint("pk_tile_shape", "tile_shape")
    op.drop_column("tile_shape", "id")
    op.create_primary_key("pk_tile_shape", "tile_shape", ["boundary_id", "zoom"])
    op.create_index("ix_tile_shape_zoom_geom", "tile_shape", ["zoom", "geom"], postgresql_using="gist")
    op.execute("DELETE FROM notice_delivery d USING notice n WHERE n.id = d.notice_id AND n.case_id IS NULL")
    op.execute("DELETE FROM notice WHERE case_id IS NULL")
    op.alter_column("notice", "case_id", nullable=False)
    for table in ("scheduled_publish", "lineage", "renaming"):
        op.drop_table(table)
    op.drop_column("publication", "undoes")
