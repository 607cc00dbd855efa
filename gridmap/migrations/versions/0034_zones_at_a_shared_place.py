"""`zone_at` asks for places as `micro_grid_at` does: by a pattern that reads the same both ways.

PostGIS 3.5 keeps a geometry that is asked about several times, here the point, and then compares the two the other way round, with
the pattern as it stood: of several zones around a place it overlooked the one on whose border the place lies.
"""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_RULE = """
CREATE OR REPLACE FUNCTION zone_at(lon float8, lat float8, category text, at timestamptz DEFAULT now())
RETURNS TABLE (code text, target text) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT z.code, z.target_code
    FROM zone z, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point
    WHERE z.valid @> at AND z.geom && point AND {covers}
      AND (cardinality(z.takes) = 0 OR EXISTS (SELECT FROM unnest(z.takes) AS t WHERE starts_with(category, t)))
    ORDER BY z.code COLLATE "C"
    LIMIT 1
$$
"""
_BEFORE = "(ST_Relate(z.geom, point, 'T*****FF*') OR ST_Relate(z.geom, point, '***T**FF*'))"


def upgrade() -> None:
    op.execute(_RULE.format(covers="NOT ST_Relate(z.geom, point, 'FF*FF****')"))  # Not disjoint.


def downgrade() -> None:
    op.execute(_RULE.format(covers=_BEFORE))
