"""Alerts are kept to the letter; `micro_grid_at` measures long edges as the program does.

json, not jsonb, for what a sender sent: jsonb drops the order of keys and repeated ones, writes numbers anew, and refuses
numbers that JSON allows (1e-99999), which would lose the alert.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# NOT ST_Relate(…, disjoint): covers, by GEOS' exact orientation test (see 0001), asked once. An edge that is straight in degrees is not straight in the plane: hence ST_Segmentize.
MICRO_GRID_AT = """
CREATE OR REPLACE FUNCTION micro_grid_at(
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
          AND NOT ST_Relate(b.geom, asked.point, 'FF*FF****')
        ORDER BY b.grid_code COLLATE "C"
        LIMIT 1
    ), near AS (
        SELECT b.grid_code,
               ST_Distance(ST_Transform({shape}, asked.plane), ST_Transform(asked.point, asked.plane)) AS metres
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
    op.execute("ALTER TABLE alert ALTER COLUMN payload TYPE json USING payload::json")
    op.execute(MICRO_GRID_AT.format(shape="ST_Segmentize(b.geom, 0.001)"))


def downgrade() -> None:
    op.execute("ALTER TABLE alert ALTER COLUMN payload TYPE jsonb USING payload::jsonb")
    op.execute(MICRO_GRID_AT.format(shape="b.geom"))
