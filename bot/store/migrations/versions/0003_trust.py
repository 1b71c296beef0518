"""Trust: who is paired with which Cutover user, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _accounts()
    _audit()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("team_id", sa.String(40), primary_key=True),
        sa.Column("user_id", sa.String(40), primary_key=True),
        sa.Column("cutover_id", sa.String(80), nullable=False, unique=True),
        sa.Column("sealed", sa.Text),
        sa.Column("tail", sa.String(8), nullable=False, server_default=""),
        sa.Column("fingerprint", sa.String(64), unique=True),
        sa.Column("connected_at", sa.Float, nullable=False),
        sa.Column("proven", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("writer", sa.String(40), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_table(
        "audit_heads",
        sa.Column("writer", sa.String(40), primary_key=True),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(120), nullable=False, server_default=""),
    )
    op.create_table(
        "audit_waiting",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.add_column("intents", sa.Column("audited", sa.String(12), nullable=False, server_default=""))
    where = sa.text("audited <> state")
    op.create_index("intents_unaudited", "intents", ["at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("intents_unaudited", "intents")
    op.drop_column("intents", "audited")
    for table in ("audit_waiting", "audit_heads", "audit", "accounts"):
        op.drop_table(table)
