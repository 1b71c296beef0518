"""Watching: lanes of letters, slots of messages, watched runbooks, schedules, what a link hears."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("links", sa.Column("hearing", sa.Text, nullable=False, server_default="{}"))
    _letters()
    _lanes()
    _due()


def _claimed(*, idle: bool = False) -> list[sa.Column[Any]]:
    return [
        sa.Column("due_at", sa.Float, nullable=idle),
        sa.Column("lease_owner", sa.String(80)),
        sa.Column("lease_until", sa.Float),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    ]


def _letters() -> None:
    for name in ("slot", "thread_slot"):
        op.add_column("letters", sa.Column(name, sa.String(200), nullable=False, server_default=""))
    for name in ("pin", "urgent"):
        op.add_column("letters", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("letters", sa.Column("place", sa.Integer))
    where = sa.text("state IN ('waiting', 'sending')")
    op.create_index("letters_lane", "letters", ["channel_id", "id"], sqlite_where=where, postgresql_where=where)


def _lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("channel_id", sa.String(40), primary_key=True),
        *_claimed(idle=True),
        sa.Column("next_at", sa.Float, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("paused", sa.Text),
    )
    op.create_table(
        "posts",
        sa.Column("channel_id", sa.String(40), primary_key=True),
        sa.Column("slot", sa.String(200), primary_key=True),
        sa.Column("message_ts", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.execute(
        "INSERT INTO lanes (channel_id, due_at) "
        "SELECT DISTINCT channel_id, 0.0 FROM letters WHERE state IN ('waiting', 'sending')"
    )


def _due() -> None:
    op.create_table(
        "watches",
        sa.Column("runbook_id", sa.String(80), primary_key=True),
        *_claimed(),
        sa.Column("snapshot", sa.LargeBinary),
        sa.Column("read_at", sa.Float),
        sa.Column("swept_at", sa.Float),
        sa.Column("stale_since", sa.Float),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "schedules",
        sa.Column("key", sa.String(120), primary_key=True),
        *_claimed(),
        sa.Column("data", sa.Text, nullable=False, server_default="{}"),
        sa.Column("snapshot", sa.LargeBinary),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO watches (runbook_id, due_at) SELECT DISTINCT runbook_id, 0.0 FROM links")


def downgrade() -> None:
    for table in ("counters", "schedules", "watches", "posts", "lanes"):
        op.drop_table(table)
    op.drop_index("letters_lane", "letters")
    for column in ("place", "urgent", "pin", "thread_slot", "slot"):
        op.drop_column("letters", column)
    op.drop_column("links", "hearing")
