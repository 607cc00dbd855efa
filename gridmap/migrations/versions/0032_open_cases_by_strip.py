"""Open cases are found by strip, latitude and category: a fifth of the search of the GiST index, and half of the filling."""

from alembic import op
from sqlalchemy import text

revision = "0032"
down_revision = "0027"
branch_labels = None
depends_on = None

_OPEN = "closed_at IS NULL"


def upgrade() -> None:
    strip = text("(CAST(floor(ST_X(location) * 500) AS int))")
    op.create_index("ix_cases_open_place", "cases", [strip, text("ST_Y(location)"), "category_id"], postgresql_where=_OPEN)
    op.drop_index("ix_cases_open_location", "cases")


def downgrade() -> None:
    op.create_index("ix_cases_open_location", "cases", ["location"], postgresql_using="gist", postgresql_where=_OPEN)
    op.drop_index("ix_cases_open_place", "cases")
