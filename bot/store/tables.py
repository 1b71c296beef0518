"""All tables. The one rule: times are Unix seconds (float, UTC), so that both databases hold the same.

Indexes over some rows only are in `indexes`.

`letters.state`: waiting, sending, sent, failed, replaced (a newer letter took its slot), summed (a summary counts it).
`letters.place` is the id of the letter whose turn it took over. `counters` tell replicas that something changed.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


def _claimed(*, idle: bool = False) -> list[sa.Column[Any]]:
    """What a row needs to be claimed (`bot.store.claims`); `idle`: it may have nothing to be due for."""
    return [
        sa.Column("due_at", sa.Float, nullable=idle),
        sa.Column("lease_owner", sa.String(80)),
        sa.Column("lease_until", sa.Float),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
    ]


inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("done_at", sa.Float),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
)

intents = sa.Table(
    "intents",
    metadata,
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
    sa.Column("audited", sa.String(12), nullable=False, server_default=""),
)
# A condition in words: SQLite uses an index over some rows only where a statement names the very same constants.
intents_open = sa.text("intents.state IN ('open', 'unknown')")
sa.Index("intents_target", intents.c.runbook_id, intents.c.task_id, intents.c.at)

links = sa.Table(
    "links",
    metadata,
    sa.Column("team_id", sa.String(40), primary_key=True),
    sa.Column("channel_id", sa.String(40), primary_key=True),
    sa.Column("runbook_id", sa.String(80), nullable=False),
    sa.Column("runbook_name", sa.Text, nullable=False),
    sa.Column("linked_by", sa.String(40), nullable=False),
    sa.Column("linked_at", sa.Float, nullable=False),
    sa.Column("message_ts", sa.String(40), nullable=False),
    sa.Column("hearing", sa.Text, nullable=False, server_default="{}"),
)

letters = sa.Table(
    "letters",
    metadata,
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
    sa.Column("slot", sa.String(200), nullable=False, server_default=""),
    sa.Column("thread_slot", sa.String(200), nullable=False, server_default=""),
    sa.Column("pin", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("urgent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("place", sa.Integer),
)
letters_open = sa.text("letters.state IN ('waiting', 'sending')")

lanes = sa.Table(
    "lanes",
    metadata,
    sa.Column("channel_id", sa.String(40), primary_key=True),
    *_claimed(idle=True),
    sa.Column("next_at", sa.Float, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("paused", sa.Text),
)

posts = sa.Table(
    "posts",
    metadata,
    sa.Column("channel_id", sa.String(40), primary_key=True),
    sa.Column("slot", sa.String(200), primary_key=True),
    sa.Column("message_ts", sa.String(40), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

watches = sa.Table(
    "watches",
    metadata,
    sa.Column("runbook_id", sa.String(80), primary_key=True),
    *_claimed(),
    sa.Column("snapshot", sa.LargeBinary),
    sa.Column("read_at", sa.Float),
    sa.Column("swept_at", sa.Float),
    sa.Column("stale_since", sa.Float),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
)

end_moves = sa.Table(
    "end_moves",
    metadata,
    sa.Column("runbook_id", sa.String(80), primary_key=True),
    sa.Column("run", sa.String(40), primary_key=True),
    sa.Column("at", sa.Float, primary_key=True),
    sa.Column("ends_at", sa.Float, nullable=False),
    sa.Column("because", sa.String(12), nullable=False, server_default=""),
    sa.Column("task_id", sa.String(80), nullable=False, server_default=""),
)

rag_marks = sa.Table(
    "rag_marks",
    metadata,
    sa.Column("runbook_id", sa.String(80), primary_key=True),
    sa.Column("stream_id", sa.String(80), primary_key=True),
    sa.Column("at", sa.Float, primary_key=True),
    sa.Column("status", sa.String(40), nullable=False),
    sa.Column("message", sa.Text, nullable=False, server_default=""),
)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    *_claimed(),
    sa.Column("data", sa.Text, nullable=False, server_default="{}"),
    sa.Column("snapshot", sa.LargeBinary),
)

cutover_requests = sa.Table(
    "cutover_requests",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    *_claimed(idle=True),
    sa.Column("request_id", sa.String(80), nullable=False, server_default=""),
    sa.Column("data", sa.Text, nullable=False),
)

polls = sa.Table(
    "polls",
    metadata,
    sa.Column("key", sa.String(120), primary_key=True),
    *_claimed(idle=True),
    sa.Column("data", sa.Text, nullable=False),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("team_id", sa.String(40), primary_key=True),
    sa.Column("user_id", sa.String(40), primary_key=True),
    sa.Column("cutover_id", sa.String(80), nullable=False, unique=True),
    sa.Column("sealed", sa.Text),
    sa.Column("tail", sa.String(8), nullable=False, server_default=""),
    sa.Column("fingerprint", sa.String(64), unique=True),
    sa.Column("connected_at", sa.Float, nullable=False),
    sa.Column("proven", sa.Boolean, nullable=False, server_default=sa.false()),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("writer", sa.String(40), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
sa.Index("audit_at", audit.c.at)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("writer", sa.String(40), primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("seal", sa.String(120), nullable=False, server_default=""),
)

audit_waiting = sa.Table(
    "audit_waiting",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
