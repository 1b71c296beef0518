"""The closed set of errors a person can meet. The one rule: each has a sentence and says what to do next.

`sentence` and `hint` are our own words and safe to show; whatever came from outside is in `detail` as `Text`
and goes through `bot.blocks` before anybody sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.text import EMPTY, Text


class BotError(Exception):
    """Base of all errors that are shown to people.

    `code` is stable and counted in metrics; `detail` is untrusted text from outside.
    """

    code = "error"
    hint_default = ""
    speaker = "Cutover"
    """Who said what is in `detail`."""

    def __init__(self, sentence: str, hint: str | None = None, *, detail: Text = EMPTY) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = self.hint_default if hint is None else hint
        self.detail = detail


class BadInput(BotError):
    """What the person typed or chose cannot be used."""

    code = "bad_input"


class NotLinked(BadInput):
    """The command needs a runbook and the channel has none."""

    code = "not_linked"


class Ambiguous(BadInput):
    """A name fits more than one thing; `handlers` offers a picker instead of this sentence where it can."""

    code = "ambiguous"


class NotAllowed(BotError):
    """The bot's own policy refuses; Cutover was not asked. `noted`: it is on record already."""

    code = "not_allowed"
    noted = False


class CutoverError(BotError):
    """Cutover answered with an error, or not at all."""

    code = "cutover"


@dataclass(frozen=True, slots=True)
class Finding:
    """One entry of Cutover's `errors` array. `source` is the JSON pointer or parameter named."""

    code: str
    detail: Text = EMPTY
    source: str = ""


class Refused(CutoverError):
    """Cutover understood and said no (400, 409, 422): `findings` tells why. Nothing was changed."""

    code = "refused"

    def __init__(
        self,
        sentence: str,
        hint: str | None = None,
        *,
        status: int,
        findings: tuple[Finding, ...] = (),
        detail: Text = EMPTY,
    ) -> None:
        super().__init__(sentence, hint, detail=detail)
        self.status = status
        self.findings = findings

    def has(self, code: str) -> bool:
        """Whether one of the findings carries `code` (exact, or a prefix when it ends in a dot)."""
        return any(f.code == code or (code.endswith(".") and f.code.startswith(code)) for f in self.findings)


class Unauthorised(CutoverError):
    """401: the token is missing, wrong or revoked."""

    code = "cutover_unauthorised"


class Forbidden(CutoverError):
    """403: the token's person may not do this."""

    code = "cutover_forbidden"


class NotFound(CutoverError):
    """404: never existed, archived, deleted, or hidden from this token's person."""

    code = "cutover_not_found"


class NotOnThisInstance(CutoverError):
    """405 or 501, or 404 for a whole addition: this Cutover does not offer it."""

    code = "not_on_this_instance"


class RateLimited(CutoverError):
    """429, and the deadline passed before it cleared. `retry_after` in seconds if Cutover said so."""

    code = "cutover_rate_limited"

    def __init__(self, sentence: str, hint: str | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(sentence, hint)
        self.retry_after = retry_after


class Unavailable(CutoverError):
    """Cutover could not be reached or answered 5xx, and certainly changed nothing (reads, or refused connections)."""

    code = "cutover_down"


class BadAnswer(CutoverError):
    """Cutover answered with something that is not what its reference says; names the field."""

    code = "cutover_bad_answer"


class UnknownOutcome(CutoverError):
    """A write was sent and no answer came: it may or may not have happened. Never repeated blindly."""

    code = "unknown_outcome"


class CapyError(BotError):
    """CapyDB answered with an error, or not at all."""

    code = "capydb"
    speaker = "CapyDB"


class CapyUnauthorised(CapyError):
    """401: the key is missing, wrong or revoked."""

    code = "capydb_unauthorised"


class CapyForbidden(CapyError):
    """403: the key lacks a scope, or belongs to another project."""

    code = "capydb_forbidden"


class CapyNotFound(CapyError):
    """404: no such project or preview, or none of this key's."""

    code = "capydb_not_found"


class CapyRefused(CapyError):
    """400, 409 and other answers that say no: nothing was opened."""

    code = "capydb_refused"


class CapyRateLimited(CapyError, RateLimited):
    """429. Nothing was changed."""

    code = "capydb_rate_limited"


class CapyUnavailable(CapyError, Unavailable):
    """CapyDB could not be reached or answered 5xx, and certainly changed nothing."""

    code = "capydb_down"


class CapyBadAnswer(CapyError, BadAnswer):
    """What answered is not CapyDB, or another CapyDB."""

    code = "capydb_bad_answer"


class CapyUnknownOutcome(CapyError, UnknownOutcome):
    """A request was sent and no answer came: it may or may not be open. Never repeated blindly."""

    code = "capydb_unknown_outcome"


class SlackError(BotError):
    """Slack refused a call. `error` is Slack's own word, `messages` its explanations."""

    code = "slack"

    def __init__(
        self, error: str, *, method: str, messages: tuple[str, ...] = (), retry_after: float | None = None
    ) -> None:
        super().__init__(f"Slack refused {method}: {error}.")
        self.error = error
        self.method = method
        self.messages = messages
        self.retry_after = retry_after


class StoreUnavailable(BotError):
    """The bot's own database cannot be written: nothing that changes Cutover may go on."""

    code = "store_down"
    hint_default = "Nothing was done. Reading still works; tell whoever runs the bot to look at its disk."
