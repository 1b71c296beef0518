"""What a refusal means for a letter and its lane. The one rule: only what Slack says for good ends a letter.

Source of the words: the reference of chat.postMessage and chat.update.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from bot.errors import SlackError
from bot.slack.web import SlackOutcomeUnknown


class Verdict(StrEnum):
    """`limited`: too fast. `down`: certainly not taken. `doubt`: may have been taken. `gone`: the message to edit is
    not there. `thread`: the message to answer is not there. `channel`: nothing can be posted there. `token`: nothing
    can be posted anywhere. `content`: this message is refused. `other`: a word that is not known."""

    LIMITED = "limited"
    DOWN = "down"
    DOUBT = "doubt"
    GONE = "gone"
    THREAD = "thread"
    CHANNEL = "channel"
    TOKEN = "token"  # noqa: S105
    CONTENT = "content"
    OTHER = "other"


_WORDS: Final = {
    Verdict.LIMITED: ("ratelimited", "rate_limited", "message_limit_exceeded"),
    Verdict.DOWN: ("unreachable", "service_unavailable", "request_timeout", "team_added_to_org"),
    # "It's possible some aspect of the operation succeeded before the error was raised", says the reference.
    Verdict.DOUBT: ("internal_error", "fatal_error"),
    Verdict.GONE: ("message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"),
    Verdict.THREAD: ("thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"),
    Verdict.CHANNEL: (
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_only_channel",
        "ekm_access_denied",
        "team_access_not_granted",
        "cannot_dm_bot",
        "user_not_found",
        "messages_tab_disabled",
    ),
    Verdict.TOKEN: (
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "access_denied",
        "org_login_required",
        "two_factor_setup_required",
    ),
    Verdict.CONTENT: (
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_too_long",
        "msg_blocks_too_long",
        "block_mismatch",
        "invalid_metadata_format",
        "metadata_too_large",
        "no_text",
    ),
}
_BY_WORD: Final = {word: verdict for verdict, words in _WORDS.items() for word in words}


def verdict(error: SlackError) -> Verdict:
    """What this refusal means."""
    if isinstance(error, SlackOutcomeUnknown):
        return Verdict.DOUBT
    return _BY_WORD.get(error.error, Verdict.OTHER)
