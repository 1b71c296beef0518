"""How the forecast end of each run moved."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "end_moves",
        sa.Column("runbook_id", sa.String(80), primary_key=True),
        sa.Column("run", sa.String(40), primary_key=True),
        sa.Column("at", sa.Float, primary_key=True),
        sa.Column("ends_at", sa.Float, nullable=False),
        sa.Column("because", sa.String(12), nullable=False, server_default=""),
        sa.Column("task_id", sa.String(80), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_table("end_moves")
