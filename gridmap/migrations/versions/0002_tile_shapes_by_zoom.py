"""Tile shapes know their grid and are found by zoom and place at once: a tile of 5,000 grids needs no detour."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tile_shape", sa.Column("grid_code", sa.Text()))
    op.execute("UPDATE tile_shape SET grid_code = b.grid_code FROM boundary b WHERE b.id = boundary_id")
    op.alter_column("tile_shape", "grid_code", nullable=False)
    op.create_foreign_key(op.f("fk_tile_shape_grid_code_grid"), "tile_shape", "grid", ["grid_code"], ["code"])
    op.drop_index("idx_tile_shape_geom", "tile_shape")
    op.create_index("ix_tile_shape_zoom_geom", "tile_shape", ["zoom", "geom"], postgresql_using="gist")


def downgrade() -> None:
    op.drop_index("ix_tile_shape_zoom_geom", "tile_shape")
    op.create_index("idx_tile_shape_geom", "tile_shape", ["geom"], postgresql_using="gist")
    op.drop_column("tile_shape", "grid_code")
