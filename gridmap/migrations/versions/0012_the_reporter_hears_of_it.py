"""The reporter hears how it went: an address to write to, what is told, one link each a round, its ways out; and closed cases by time."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reporter", sa.Column("email", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("reply", sa.Text(), server_default="", nullable=False))
    op.add_column("rating_link", sa.Column("reporter_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_rating_link_reporter_id_reporter"), "rating_link", "reporter", ["reporter_id"], ["id"])
    op.create_unique_constraint(
        op.f("uq_rating_link_reporter_id_case_id_round"), "rating_link", ["reporter_id", "case_id", "round"]
    )
    op.alter_column("notice_delivery", "notice_id", nullable=True)
    op.add_column("notice_delivery", sa.Column("link_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notice_delivery_link_id_rating_link"), "notice_delivery", "rating_link", ["link_id"], ["id"])
    op.create_unique_constraint(op.f("uq_notice_delivery_link_id_channel"), "notice_delivery", ["link_id", "channel"])
    op.create_check_constraint(op.f("ck_notice_delivery_of_one"), "notice_delivery", "num_nonnulls(notice_id, link_id) = 1")
    op.drop_constraint(op.f("ck_notice_delivery_channel"), "notice_delivery", type_="check")
    op.create_check_constraint(op.f("ck_notice_delivery_channel"), "notice_delivery", "channel IN ('webhook', 'mail', 'gateway')")
    op.create_index("ix_cases_closed", "cases", ["closed_at"], postgresql_where="closed_at IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_cases_closed", "cases")
    op.execute("DELETE FROM notice_delivery WHERE link_id IS NOT NULL")
    op.drop_constraint(op.f("ck_notice_delivery_channel"), "notice_delivery", type_="check")
    op.create_check_constraint(op.f("ck_notice_delivery_channel"), "notice_delivery", "channel IN ('webhook', 'mail')")
    op.drop_column("notice_delivery", "link_id")
    op.alter_column("notice_delivery", "notice_id", nullable=False)
    op.drop_column("rating_link", "reporter_id")
    op.drop_column("cases", "reply")
    op.drop_column("reporter", "email")
