"""Inbox, intents, links, letters."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _deliveries_and_wishes()
    _links_and_letters()


def _index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _deliveries_and_wishes() -> None:
    op.create_table(
        "inbox",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("done_at", sa.Float),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    )
    _index("inbox_open", "inbox", "received_at", "done_at IS NULL")
    op.create_table(
        "intents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("runbook_id", sa.String(80), nullable=False),
        sa.Column("task_id", sa.String(80), nullable=False, server_default=""),
        sa.Column("seen", sa.String(80), nullable=False, server_default=""),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("settled_at", sa.Float),
    )
    _index("intents_open", "intents", "at", "state IN ('open', 'unknown')")
    op.create_index("intents_target", "intents", ["runbook_id", "task_id", "at"])


def _links_and_letters() -> None:
    op.create_table(
        "links",
        sa.Column("team_id", sa.String(40), primary_key=True),
        sa.Column("channel_id", sa.String(40), primary_key=True),
        sa.Column("runbook_id", sa.String(80), nullable=False),
        sa.Column("runbook_name", sa.Text, nullable=False),
        sa.Column("linked_by", sa.String(40), nullable=False),
        sa.Column("linked_at", sa.Float, nullable=False),
        sa.Column("message_ts", sa.String(40), nullable=False),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(120), nullable=False, unique=True),
        sa.Column("channel_id", sa.String(40), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("message_ts", sa.String(40)),
        sa.Column("error", sa.Text),
    )
    _index("letters_waiting", "letters", "due_at", "state IN ('waiting', 'sending')")


def downgrade() -> None:
    for table in ("letters", "links", "intents", "inbox"):
        op.drop_table(table)
