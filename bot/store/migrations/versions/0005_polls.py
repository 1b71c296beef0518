"""Go/no-go polls."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "polls",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("due_at", sa.Float),
        sa.Column("lease_owner", sa.String(80)),
        sa.Column("lease_until", sa.Float),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("data", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("polls")
