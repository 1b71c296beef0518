"""How the RAG status of watched runbooks and their streams went."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "rag_marks",
        sa.Column("runbook_id", sa.String(80), primary_key=True),
        sa.Column("stream_id", sa.String(80), primary_key=True),
        sa.Column("at", sa.Float, primary_key=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_table("rag_marks")
