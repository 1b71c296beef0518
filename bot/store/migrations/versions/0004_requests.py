"""CapyDB cutover requests that are followed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "cutover_requests",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("due_at", sa.Float),
        sa.Column("lease_owner", sa.String(80)),
        sa.Column("lease_until", sa.Float),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("request_id", sa.String(80), nullable=False, server_default=""),
        sa.Column("data", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("cutover_requests")
