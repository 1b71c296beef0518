"""The note that goes to CapyDB with a request. The one rule: it fits, and says who asked, for what, by which wish.

To CapyDB the requester is the key; so the person stands in the note, and the mark by which the bot knows it again.
"""

from __future__ import annotations

import re
from typing import Final

from bot.actions.perform import signature
from bot.blocks.clean import clean, cut
from bot.journal import Intent
from bot.model import Text
from bot.model.cutover_request import NOTE_LIMIT

_NAME: Final = 60
_ADDED: Final = re.compile(
    r"(?:\A|\n\n)Requested from Slack by [^\n]*\((?P<user>[UW][A-Z0-9]{2,20})\)[^\n]*Ref cutover-bot-\w+\Z"
)


def mark(intent: Intent) -> str:
    """The same for each arrival of one wish, and for no other."""
    return f"cutover-bot-{intent.key[:12]}"


def compose(intent: Intent, typed: Text, task: Text, runbook: Text) -> str:
    """What was typed, then who asked and for which task."""
    about = f' for task "{_short(task)}" of "{_short(runbook)}"' if task else ""
    who = signature("Requested", intent.user_name.raw, intent.user_id)
    added = f"{who}{about}. Ref {mark(intent)}"
    words = cut(clean(typed.raw, lines=True), NOTE_LIMIT - len(added) - 2)
    return f"{words}\n\n{added}" if words else added


def taken_apart(note: Text) -> tuple[Text, str]:
    """(what was typed, the Slack id of who asked). The id is empty where the bot did not write the note."""
    found = _ADDED.search(note.raw)
    return (Text(note.raw[: found.start()]), found["user"]) if found else (note, "")


def _short(name: Text) -> str:
    return cut(clean(name.raw), _NAME)
