"""Slack user to Cutover user. The one rule: by the whole e-mail address, which Slack has verified; never by name."""

from __future__ import annotations

from bot.cutover import CutoverClient
from bot.errors import BadInput, Forbidden, NotFound
from bot.model import Person
from bot.slack.people import People


async def cutover_person(client: CutoverClient, people: People, user_id: str) -> Person | None:
    """The Cutover user of a Slack user; None when there is none with that address, or Slack does not tell it."""
    member = await people.member(user_id)
    return await person_by_email(client, member.email) if member.email and not member.is_bot else None


async def person_by_email(client: CutoverClient, email: str) -> Person | None:
    """The active Cutover user with exactly this address."""
    try:
        person = await client.get_user(email)
    except (NotFound, Forbidden, BadInput):
        return None
    same = person.email.casefold() == email.casefold()
    return person if same and not person.archived else None
