"""The form for a person's own Cutover token, and what is said about it. The one rule: the token is never shown again.

Its input stands in a block whose name begins with `SECRET`: what is sent from there is not kept on disk. The name is a
new one each time, else Slack would put the old token back into a form that is shown again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from bot.blocks import forms, parts
from bot.blocks.forms import Errors, State
from bot.blocks.ids import SECRET, ActionId, ViewId
from bot.blocks.message import Message, View, message
from bot.blocks.text import Mrkdwn, bold, join, phrase
from bot.blocks.values import ViewMeta, encode_meta
from bot.errors import BadInput
from bot.model import Person

TITLE = "Connect to Cutover"
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class ConnectForm:
    """A token as pasted; its text does not show in a log or a traceback."""

    token: SecretStr


def connect(once: str, *, channel: str = "", problem: Message | None = None) -> View:
    """The form. `once` names its input; `problem` is what was wrong with the token before."""
    told = Mrkdwn(
        "Paste a Cutover token of your own. From then on you act here as yourself: with your own permissions, "
        "and with your name in Cutover's records."
    )
    notes = (
        Mrkdwn(
            "🔑 Cutover lets only people with its *Developer* role make tokens. Your Cutover administrator gives it."
        ),
        Mrkdwn("👀 Slack cannot hide what is typed into a form: mind who sees your screen."),
        Mrkdwn("🔒 It is checked at once and kept encrypted; only its last four characters are shown again."),
    )
    blocks = [
        *(list(problem.blocks) if problem is not None else []),
        parts.section(told),
        parts.field("Your Cutover token", parts.text_input(longest=_LONGEST), f"{SECRET}_{once[-20:]}"),
        parts.context(*notes),
    ]
    meta = encode_meta(ViewMeta(channel=channel))
    return View(parts.modal(TITLE, ViewId.CONNECT, blocks, submit="Connect", meta=meta))


def read_connect(state: State) -> ConnectForm | Errors:
    """The token as pasted: people copy quotes, spaces and `Bearer` with it."""
    values = state.get("values", state)
    name = next((str(one) for one in values if str(one).startswith(SECRET)), "") if isinstance(values, Mapping) else ""
    given: Any = forms.element(state, name).get("value")
    try:
        return ConnectForm(tidied(given if isinstance(given, str) else ""))
    except BadInput as error:
        return {name: error.sentence}


def tidied(given: str) -> SecretStr:
    """The token in what was pasted. Raises `BadInput`, which does not hold it."""
    token = given.strip().strip("\"'`").strip().removeprefix("Bearer").strip()
    if not token:
        raise BadInput("Paste the token.")
    if any(char.isspace() for char in token) or not token.isascii() or not token.isprintable():
        raise BadInput("A token has no spaces and no special characters: copy it again.")
    return SecretStr(token)


def link(url: str) -> Message:
    """Where to paste the token instead: a page that hides it."""
    told = Mrkdwn(
        "Paste a Cutover token of your own on the bot's page. From then on you act here as yourself: with your own "
        "permissions, and with your name in Cutover's records."
    )
    notes = (
        Mrkdwn("🔗 The link is for you alone, for one use, and good for ten minutes. Pass it on to nobody."),
        Mrkdwn("🔑 Cutover lets only people with its *Developer* role make tokens."),
    )
    opens = parts.link_button("Open the page", ActionId.OPEN_LINK, url)
    return message([parts.section(told), parts.actions(opens), parts.context(*notes)])


def connected(person: Person, tail: str) -> Mrkdwn:
    """What was found, and what could not be."""
    lines = [
        phrase("✅ Connected as {who} ({email}).", who=bold(person.name), email=person.email),
        phrase("Cutover accepts your token, which ends in `{tail}`. What you do here is done as you now.", tail=tail),
        Mrkdwn(
            "Cutover cannot say whose token it is before something is written with it. Should that turn out to be "
            "somebody else's, the connection is removed."
        ),
        Mrkdwn("`/cutover disconnect` forgets the token."),
    ]
    return join("\n", lines)


def account_line(tail: str, since: datetime) -> Mrkdwn:
    """With which account somebody acts who is connected."""
    return phrase(
        "What you do here is done as yourself, with your own Cutover token (it ends in `{tail}`), since {since}.",
        tail=tail,
        since=since,
    )
