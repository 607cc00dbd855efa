"""The foundation: grids, places, categories, cases, keys, and the journal with its feed."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "tile_shape",
    "alert",
    "time_limit",
    "source_code",
    "cases",
    "boundary",
    "service_point",
    "publication",
    "journal_pending",
    "journal",
    "grid",
    "feed",
    "category",
    "camera",
    "api_key",
)

REFUSE = """
CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
APPEND_ONLY = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_refuses()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses()",
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON feed FOR EACH ROW EXECUTE FUNCTION journal_refuses()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON feed FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses()",
)
PENDING = """
CREATE FUNCTION journal_becomes_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_pending (journal_id, topic) SELECT id, topic FROM written;
    RETURN NULL;
END $$;
CREATE TRIGGER becomes_pending AFTER INSERT ON journal REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION journal_becomes_pending()
"""
# ST_Relate, not ST_Covers: for points PostGIS answers ST_Covers with floating-point arithmetic of its own, which on a
# slanted edge may find both neighbours or neither; ST_Relate asks GEOS, whose orientation test is exact.
MICRO_GRID_AT = """
CREATE FUNCTION micro_grid_at(
    lon float8, lat float8, at timestamptz DEFAULT now(), nearest_limit_m float8 DEFAULT 30
) RETURNS TABLE (code text, rule text, distance_m float8)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH asked AS (
        SELECT ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point,
               nearest_limit_m / (110000 * greatest(cos(radians(lat)), 0.01)) AS reach,
               format('+proj=tmerc +lat_0=0 +lon_0=%s +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m +no_defs',
                      round(lon::numeric, 1)) AS plane
    ), covering AS (
        SELECT b.grid_code, count(*) OVER () AS how_many
        FROM boundary b, asked
        WHERE b.level = 'micro' AND b.valid @> at AND b.geom && asked.point
          AND (ST_Relate(b.geom, asked.point, 'T*****FF*') OR ST_Relate(b.geom, asked.point, '***T**FF*'))
        ORDER BY b.grid_code COLLATE "C"
        LIMIT 1
    ), near AS (
        SELECT b.grid_code,
               ST_Distance(ST_Transform(b.geom, asked.plane), ST_Transform(asked.point, asked.plane)) AS metres
        FROM boundary b, asked
        WHERE b.level = 'micro' AND b.valid @> at AND b.geom && ST_Expand(asked.point, asked.reach)
          AND NOT EXISTS (SELECT FROM covering)
    )
    SELECT grid_code, CASE WHEN how_many > 1 THEN 'tie' ELSE 'covers' END, 0.0::float8 FROM covering
    UNION ALL
    (SELECT grid_code, 'nearest', metres FROM near
     WHERE metres <= nearest_limit_m ORDER BY metres, grid_code COLLATE "C" LIMIT 1)
$$
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE case_number")
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
    )
    op.create_index(
        "uq_api_key_name",
        "api_key",
        ["name"],
        unique=True,
        postgresql_where="revoked_at IS NULL",
    )
    op.create_table(
        "camera",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "location",
            Geometry("POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("bearing_deg", sa.Double(), nullable=True),
        sa.Column("view_angle_deg", sa.Double(), nullable=True),
        sa.Column("view_range_m", sa.Double(), nullable=True),
        sa.Column("view", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=True),
        sa.Column("stream_url", sa.Text(), server_default="", nullable=False),
        sa.Column("snapshot_url", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("last_heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id ~ '^[0-9]{20}$'", name=op.f("ck_camera_gb28181")),
        sa.CheckConstraint("state IN ('online', 'offline', 'unknown')", name=op.f("ck_camera_state")),
        sa.CheckConstraint("bearing_deg >= 0 AND bearing_deg < 360", name=op.f("ck_camera_bearing")),
        sa.CheckConstraint("view_angle_deg > 0 AND view_angle_deg <= 360", name=op.f("ck_camera_angle")),
        sa.CheckConstraint("view_range_m > 0 AND view_range_m <= 20000", name=op.f("ck_camera_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
    )
    op.create_index(
        "idx_camera_location",
        "camera",
        ["location"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_index("idx_camera_view", "camera", ["view"], unique=False, postgresql_using="gist")
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("standard_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("group_zh", sa.Text(), nullable=False),
        sa.Column("group_en", sa.Text(), server_default="", nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('component', 'matter')", name=op.f("ck_category_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint(
            "standard_ref",
            "kind",
            "code",
            name=op.f("uq_category_standard_ref_kind_code"),
        ),
    )
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("journal_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_feed")),
        sa.UniqueConstraint("journal_id", name=op.f("uq_feed_journal_id")),
    )
    op.create_index("ix_feed_topic", "feed", ["topic", "position"], unique=False)
    op.create_table(
        "grid",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("head_name", sa.Text(), server_default="", nullable=False),
        sa.Column("head_phone", sa.Text(), server_default="", nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "code ~ '^([0-9]{9}|[0-9]{12}|[0-9]{15})$'",
            name=op.f("ck_grid_code_digits"),
        ),
        sa.CheckConstraint(
            "level = CASE length(code) WHEN 9 THEN 'town' WHEN 12 THEN 'village' ELSE 'micro' END",
            name=op.f("ck_grid_code_level"),
        ),
        sa.CheckConstraint(
            "parent_code IS NOT DISTINCT FROM CASE WHEN length(code) > 9 THEN left(code, -3) END",
            name=op.f("ck_grid_parent"),
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["grid.code"], name=op.f("fk_grid_parent_code_grid")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_grid")),
    )
    op.create_index(op.f("ix_grid_parent_code"), "grid", ["parent_code"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column(
            "data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_subject", "journal", ["topic", "subject", "id"], unique=False)
    op.create_table(
        "journal_pending",
        sa.Column("journal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_journal_pending")),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
    )
    op.create_table(
        "service_point",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "location",
            Geometry("POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("opening_hours", sa.Text(), server_default="", nullable=False),
        sa.Column("keeper", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "services",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_service_point")),
    )
    op.create_index(
        "idx_service_point_location",
        "service_point",
        ["location"],
        unique=False,
        postgresql_using="gist",
    )
    op.create_table(
        "boundary",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("grid_code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column(
            "geom",
            Geometry("MULTIPOLYGON", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("label", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("grid_code"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_boundary_one_at_a_time",
        ),
        sa.CheckConstraint(
            "NOT isempty(valid) AND lower_inc(valid) AND NOT upper_inc(valid)",
            name=op.f("ck_boundary_half_open"),
        ),
        sa.CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("ck_boundary_sound")),
        sa.ForeignKeyConstraint(["grid_code"], ["grid.code"], name=op.f("fk_boundary_grid_code_grid")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publication.id"],
            name=op.f("fk_boundary_publication_id_publication"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary")),
    )
    op.create_index("idx_boundary_geom", "boundary", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_boundary_grid_code"), "boundary", ["grid_code"], unique=False)
    op.create_index(
        "ix_boundary_in_force",
        "boundary",
        ["level", "grid_code"],
        unique=False,
        postgresql_where="upper_inf(valid)",
    )
    op.create_index(op.f("ix_boundary_publication_id"), "boundary", ["publication_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "number",
            sa.Text(),
            server_default=sa.text(
                "to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || '-' || lpad(nextval('case_number')::text, 6, '0')"
            ),
            nullable=False,
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("source_code", sa.Text(), nullable=True),
        sa.Column("location", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=True),
        sa.Column(
            "media",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default="discovered", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grid_code", sa.Text(), nullable=True),
        sa.Column("ambiguous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("route", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("alerts", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (state IN ('discovered', 'consulting', 'handling', 'verifying'))",
            name=op.f("ck_cases_closed"),
        ),
        sa.CheckConstraint(
            "state IN ('discovered', 'consulting', 'handling', 'verifying', 'closed', 'void')",
            name=op.f("ck_cases_state"),
        ),
        sa.CheckConstraint("accuracy_m >= 0", name=op.f("ck_cases_accuracy")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_cases_category_id_category")),
        sa.ForeignKeyConstraint(["grid_code"], ["grid.code"], name=op.f("fk_cases_grid_code_grid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(
        "ix_cases_grid",
        "cases",
        ["grid_code", "received_at"],
        unique=False,
        postgresql_ops={"grid_code": "text_pattern_ops"},
    )
    op.create_index(
        "ix_cases_open_location",
        "cases",
        ["location"],
        unique=False,
        postgresql_using="gist",
        postgresql_where="state IN ('discovered', 'consulting', 'handling', 'verifying')",
    )
    op.create_index(
        "ix_cases_open_recent",
        "cases",
        ["received_at", "id"],
        unique=False,
        postgresql_where="state IN ('discovered', 'consulting', 'handling', 'verifying')",
    )
    op.create_index("ix_cases_recent", "cases", ["received_at", "id"], unique=False)
    op.create_table(
        "source_code",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("vendor_code", sa.Text(), nullable=False),
        sa.Column("vendor_name", sa.Text(), server_default="", nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_source_code_category_id_category"),
        ),
        sa.PrimaryKeyConstraint("vendor", "vendor_code", name=op.f("pk_source_code")),
    )
    op.create_table(
        "time_limit",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("condition_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("condition_en", sa.Text(), server_default="", nullable=False),
        sa.Column("limit_class", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "unit IN ('urgent_hour', 'working_hour', 'working_day', 'calendar_day')",
            name=op.f("ck_time_limit_unit"),
        ),
        sa.CheckConstraint("value > 0", name=op.f("ck_time_limit_value")),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_time_limit_category_id_category"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_limit")),
        sa.UniqueConstraint(
            "category_id",
            "city",
            "condition_zh",
            name=op.f("uq_time_limit_category_id_city_condition_zh"),
        ),
    )
    op.create_index(
        "uq_time_limit_default",
        "time_limit",
        ["category_id"],
        unique=True,
        postgresql_where="is_default",
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.CheckConstraint("relation IN ('opened', 'joined')", name=op.f("ck_alert_relation")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_alert_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_alert_source_source_id")),
    )
    op.create_index(op.f("ix_alert_case_id"), "alert", ["case_id"], unique=False)
    op.create_table(
        "tile_shape",
        sa.Column("boundary_id", sa.BigInteger(), nullable=False),
        sa.Column("zoom", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["boundary_id"],
            ["boundary.id"],
            name=op.f("fk_tile_shape_boundary_id_boundary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("boundary_id", "zoom", name=op.f("pk_tile_shape")),
    )
    op.create_index(
        "idx_tile_shape_geom",
        "tile_shape",
        ["geom"],
        unique=False,
        postgresql_using="gist",
    )
    for statement in (REFUSE, *APPEND_ONLY, PENDING, MICRO_GRID_AT):
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION micro_grid_at, journal_becomes_pending, journal_refuses")
    op.execute("DROP SEQUENCE case_number")
