"""What is only read as a whole is kept as text; case numbers go on after 999,999.

json, not jsonb, for journal rows, routes and media: the database never looks into them, and taking a kilobyte apart to put
it together again was a sixth of what an alert cost it. lpad() cuts what is too long: the millionth case would have got the
number of the hundred thousandth.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (("journal", "data", "{}"), ("cases", "media", "[]"), ("cases", "route", None))
NUMBER = "to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') || '-' || {counted}"


def upgrade() -> None:
    _keep_as("json")
    counted = "to_char(nextval('case_number'), 'FM999999999999000000')"
    op.execute(f"ALTER TABLE cases ALTER number SET DEFAULT {NUMBER.format(counted=counted)}")


def downgrade() -> None:
    counted = "lpad(nextval('case_number')::text, 6, '0')"
    op.execute(f"ALTER TABLE cases ALTER number SET DEFAULT {NUMBER.format(counted=counted)}")
    _keep_as("jsonb")


def _keep_as(kind: str) -> None:
    for table, column, default in COLUMNS:
        op.execute(f"ALTER TABLE {table} ALTER {column} DROP DEFAULT")
        op.execute(f"ALTER TABLE {table} ALTER {column} TYPE {kind} USING {column}::{kind}")
        if default is not None:
            op.execute(f"ALTER TABLE {table} ALTER {column} SET DEFAULT '{default}'")
