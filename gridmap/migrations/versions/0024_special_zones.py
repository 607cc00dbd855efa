"""Special zones on top of the grids, in force over time and in the steps of plans."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0019"
branch_labels = None
depends_on = None

_KINDS = "'school', 'market', 'hospital', 'site', 'park', 'station', 'estate', 'other'"
# As the program decides (`routing/zones.py`): on a border shared by zones that take the same, the lowest code.
_RULE = """
CREATE FUNCTION zone_at(lon float8, lat float8, category text, at timestamptz DEFAULT now())
RETURNS TABLE (code text, target text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT z.code, z.target_code
    FROM zone z, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point
    WHERE z.valid @> at AND z.geom && point
      AND (ST_Relate(z.geom, point, 'T*****FF*') OR ST_Relate(z.geom, point, '***T**FF*'))
      AND (cardinality(z.takes) = 0 OR EXISTS (SELECT FROM unnest(z.takes) AS t WHERE starts_with(category, t)))
    ORDER BY z.code COLLATE "C"
    LIMIT 1
$$
"""


def _words(name: str, *, empty: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="" if empty else None, nullable=False)


def _takes() -> sa.Column[object]:
    return sa.Column("takes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "zone",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _words("code"),
        _words("name"),
        _words("name_en", empty=True),
        _words("kind"),
        _takes(),
        _words("target_code"),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="), (sa.column("valid"), "&&"), using="gist", name="ex_zone_one_at_a_time"
        ),
        sa.CheckConstraint("code ~ '^[0-9]{9}Z[0-9]{3}$'", name=op.f("ck_zone_code_digits")),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_zone_kind")),
        sa.CheckConstraint("length(target_code) = 15", name=op.f("ck_zone_target")),
        sa.CheckConstraint("NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)", name=op.f("ck_zone_half_open")),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_zone_sound")),
        sa.ForeignKeyConstraint(["target_code"], ["grid.code"], name=op.f("fk_zone_target_code_grid")),
        sa.ForeignKeyConstraint(["publication_id"], ["publication.id"], name=op.f("fk_zone_publication_id_publication")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_index(op.f("ix_zone_target_code"), "zone", ["target_code"])
    op.create_index(op.f("ix_zone_publication_id"), "zone", ["publication_id"])
    op.create_index("idx_zone_geom", "zone", ["geom"], postgresql_using="gist")
    op.execute(_RULE)
    _steps()


def _steps() -> None:
    op.create_table(
        "plan_zone",
        sa.Column("plan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        _words("code"),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *(_words(name, empty=True) for name in ("name", "name_en", "kind", "target")),
        _takes(),
        sa.Column("shape", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9]{9}Z[0-9]{3}$'", name=op.f("ck_plan_zone_code_digits")),
        sa.CheckConstraint("ended = (shape IS NULL)", name=op.f("ck_plan_zone_ended")),
        sa.ForeignKeyConstraint(
            ["plan_id", "seq"], ["plan_step.plan_id", "plan_step.seq"], name=op.f("fk_plan_zone_plan_id_seq_plan_step")
        ),
        sa.PrimaryKeyConstraint("plan_id", "seq", "code", name=op.f("pk_plan_zone")),
    )


def downgrade() -> None:
    op.drop_table("plan_zone")
    op.execute("DROP FUNCTION zone_at")
    op.drop_table("zone")
