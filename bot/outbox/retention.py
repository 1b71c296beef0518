"""What is thrown away. The one rule: nothing that is still to be sent, and no message that may still be edited."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from bot.store.tables import lanes, letters, letters_open, posts

_DAY: Final = 86_400.0
LETTERS: Final = 7 * _DAY
"""Long enough that a change that is found again (after a restore, say) is not told again."""
PAUSED: Final = _DAY
"""A channel that came back after that does not hear what was."""
POSTS: Final = 90 * _DAY
_ENDED: Final = ("sent", "failed", "replaced", "summed")


def prune(connection: sa.Connection, now: float) -> None:
    """Forget what is over; give up what a paused channel could not be told for a day."""
    paused = sa.select(lanes.c.channel_id).where(lanes.c.paused.is_not(None))
    late = (letters.c.channel_id.in_(paused), letters.c.at < now - PAUSED)
    given_up = sa.update(letters).where(letters_open, *late)
    connection.execute(given_up.values(state="failed", error="paused"))
    connection.execute(sa.delete(letters).where(letters.c.state.in_(_ENDED), letters.c.at < now - LETTERS))
    connection.execute(sa.delete(posts).where(posts.c.at < now - POSTS))
