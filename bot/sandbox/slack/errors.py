"""What the sandbox refuses, in Slack's words and in the control interface's words.

The one rule: a Web API error is HTTP 200 with `ok: false` and Slack's own code; only rate limits and faults
change the status.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class SlackError(Exception):
    """A refusal of the Web API: `code` is Slack's, `extra` joins the answer, `findings` go to response_metadata."""

    def __init__(self, code: str, findings: list[str] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.findings = findings or []
        self.extra = extra

    def answer(self) -> Json:
        """The JSON that Slack sends for it."""
        body: Json = {"ok": False, "error": self.code, **self.extra}
        if self.findings:
            body["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in self.findings]}
        return body


class RateLimited(Exception):
    """Answered as HTTP 429 with Retry-After in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"rate limited for {retry_after} s")
        self.retry_after = retry_after


class Refused(Exception):
    """A control call that a person could not have done; `status` is 400, 404 or 409."""

    def __init__(self, code: str, detail: str, status: int = 400, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.extra = extra

    def answer(self) -> Json:
        return {"ok": False, "error": self.code, "detail": self.detail, **self.extra}


def missing(field: str, at: str = "") -> SlackError:
    """The refusal for a required argument that is not there."""
    where = f" [json-pointer:{at}]" if at else ""
    return SlackError("invalid_arguments", [f"missing required field: {field}{where}"])
