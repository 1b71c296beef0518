"""A letter to a channel. The one rule: its key says what it tells, so that the same thing is told once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks.message import Message


@dataclass(frozen=True, slots=True)
class Letter:
    """`slot`: the message it stands in, edited in place when it is there already; empty for a post of its own.

    `thread_slot`: the slot whose message it answers. `pin`: pinned once posted. `urgent`: before what can wait.
    """

    key: str
    channel_id: str
    message: Message
    slot: str = ""
    thread_slot: str = ""
    pin: bool = False
    urgent: bool = False
