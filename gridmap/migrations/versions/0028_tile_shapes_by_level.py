"""A tile of a whole city asks for the town alone: its index need not bring all 50,000 micro-grids along."""

from alembic import op

revision = "0028"
down_revision = "0024"
branch_labels = None
depends_on = None

_IN_FORCE = "upper_inf(valid)"


def upgrade() -> None:
    _replace(("ix_tile_shape_zoom_geom", "ix_tile_shape_past"), "ix_tile_shape_in_force", ["zoom", "level", "geom"])


def downgrade() -> None:
    _replace(("ix_tile_shape_in_force", "ix_tile_shape_past"), "ix_tile_shape_zoom_geom", ["zoom", "geom"])


def _replace(old: tuple[str, str], in_force: str, columns: list[str]) -> None:
    for index in old:
        op.drop_index(index, "tile_shape")
    op.create_index(in_force, "tile_shape", columns, postgresql_using="gist", postgresql_where=_IN_FORCE)
    op.create_index(
        "ix_tile_shape_past", "tile_shape", [*columns, "valid"], postgresql_using="gist", postgresql_where=f"NOT {_IN_FORCE}"
    )
