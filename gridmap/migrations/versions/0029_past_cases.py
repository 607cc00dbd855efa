"""Past cases: history has a table of its own, in pieces by month, so that live cases pay nothing for it; see decision 53."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0032"
branch_labels = None
depends_on = None

REFERENCES = (("category_id", "category", "id"), ("grid_code", "grid", "code"))
# As migration 0021 does it for cases: whoever deletes what past cases may refer to keeps loads out and looks.
STAYS = """
CREATE FUNCTION {name}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE feature_not_supported USING MESSAGE = 'references are checked in READ COMMITTED only';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.{key} = OLD.{key} THEN RETURN NULL; END IF;
    END IF;
    LOCK TABLE past_case IN SHARE ROW EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM past_case WHERE {column} = OLD.{key}) THEN
        RAISE foreign_key_violation USING CONSTRAINT = '{name}', TABLE = 'past_case',
            MESSAGE = 'update or delete on table "{to}" violates foreign key constraint "{name}" on table "past_case"';
    END IF;
    RETURN NULL;
END $$
"""
# Going back, past cases become cases like others; their ids and numbers stay.
AS_CASES = """
    INSERT INTO cases (id, number, source, source_id, category_id, source_code, location, accuracy_m, address, text, camera_id, media,
                       occurred_at, received_at, state, due_at, closed_at, grid_code, ambiguous, route, limit_value, limit_unit)
    OVERRIDING SYSTEM VALUE
    SELECT id, substr(id::text, 1, 6) || '-' || substr(id::text, 7), source, source_id, category_id, source_code, location,
           accuracy_m, address, text, camera_id, coalesce(media, '[]'), occurred_at, received_at, state, due_at, closed_at,
           grid_code, ambiguous, coalesce(route, json_build_object(
               'rule', 'covers', 'basis', 'location', 'grid', grid_code, 'point', json_build_array(ST_X(location), ST_Y(location)),
               'publication', publication, 'boundary', NULL, 'distance_to_border_m', NULL, 'runner_up', NULL,
               'ambiguous', false, 'candidates', json_build_array(), 'accuracy_m', accuracy_m, 'limit_m', NULL)),
           limit_value, limit_unit
    FROM past_case
"""
THEIR_ALERTS = """
    INSERT INTO alert (source, source_id, received_at, actor, payload, case_id, relation)
    SELECT p.source, p.source_id, l.done_at, l.actor, json_build_object('source', p.source, 'source_id', p.source_id),
           p.id, 'opened'
    FROM past_piece piece JOIN past_load l ON l.id = piece.load_id
    JOIN past_case p ON p.id >= piece.first_id AND p.id < piece.first_id + piece.count
"""


def upgrade() -> None:
    _past_case()
    op.create_table(
        "past_load",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("new", sa.BigInteger()),
        sa.CheckConstraint("(done_at IS NULL) = (new IS NULL)", name=op.f("ck_past_load_done")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_load")),
    )
    op.create_index("uq_past_load_begun", "past_load", ["begun"], unique=True, postgresql_where="begun")
    op.create_table(
        "past_piece",
        sa.Column("load_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["load_id"], ["past_load.id"], name=op.f("fk_past_piece_load_id_past_load")),
        sa.PrimaryKeyConstraint("load_id", "first_id", name=op.f("pk_past_piece")),
    )
    for column, to, key in REFERENCES:
        name = f"fk_past_case_{column}_{to}"
        op.execute(STAYS.format(name=name, column=column, to=to, key=key))
        op.execute(
            f"CREATE TRIGGER past_{column}_stays AFTER DELETE OR UPDATE OF {key} ON {to} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}_stays()"
        )


def _past_case() -> None:
    moment, text = sa.DateTime(timezone=True), sa.Text()
    op.create_table(
        "past_case",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        *(sa.Column(name, moment, nullable=False) for name in ("occurred_at", "received_at", "closed_at")),
        sa.Column("due_at", moment),
        sa.Column("accuracy_m", sa.Double()),
        sa.Column("limit_value", sa.Double()),
        sa.Column("category_id", sa.Integer()),
        sa.Column("publication", sa.Integer()),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("source", "source_id")),
        sa.Column("source_code", text),
        sa.Column("state", text, nullable=False),
        *(sa.Column(name, text) for name in ("limit_unit", "grid_code", "camera_id")),
        sa.Column("location", Geometry("POINT", srid=4326, spatial_index=False)),
        *(sa.Column(name, text, nullable=False) for name in ("address", "text")),
        *(sa.Column(name, postgresql.JSON()) for name in ("media", "route")),
        sa.CheckConstraint("state IN ('closed', 'void')", name=op.f("ck_past_case_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_case")),
        postgresql_partition_by="RANGE (id)",
    )
    op.create_index("ix_past_case_recent", "past_case", ["received_at", "id"])
    op.create_index("ix_past_case_closed", "past_case", ["closed_at"])
    op.create_index(
        "ix_past_case_grid", "past_case", ["grid_code", "received_at"], postgresql_ops={"grid_code": "text_pattern_ops"}
    )


def downgrade() -> None:
    _drop_what_was_begun()
    op.execute(AS_CASES)
    op.execute(THEIR_ALERTS)
    for column, to, _ in REFERENCES:
        op.execute(f"DROP TRIGGER past_{column}_stays ON {to}")
        op.execute(f"DROP FUNCTION fk_past_case_{column}_{to}_stays")
    for table in ("past_piece", "past_load", "past_case"):
        op.drop_table(table)


def _drop_what_was_begun() -> None:
    pieces = "SELECT p.first_id FROM past_piece p JOIN past_load l ON l.id = p.load_id WHERE l.begun"
    for (first_id,) in op.get_bind().execute(sa.text(pieces)).all():
        op.execute(f"DROP TABLE IF EXISTS past_case_{first_id}")
