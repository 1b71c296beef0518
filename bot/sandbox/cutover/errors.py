"""Refusals as the Cutover API words them: a status and one or more JSON:API error objects; clients map on
`code`."""

from __future__ import annotations

from typing import NamedTuple

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Finding(NamedTuple):
    """One error object: machine code, sentence, and where it points (JSON pointer or parameter name)."""

    code: str
    detail: str
    pointer: str = ""
    parameter: str = ""


class Refusal(Exception):
    """The request is answered with `status` and these findings, and nothing has changed."""

    def __init__(self, status: int, *findings: Finding, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {', '.join(f.code for f in findings)}")
        self.status = status
        self.findings = findings
        self.headers = headers or {}

    def body(self) -> dict[str, object]:
        """The `errors` document. The reference's `status` member is left out: its allowed values lack 400 and 404."""
        return {"errors": [self._error(finding) for finding in self.findings]}

    def _error(self, finding: Finding) -> dict[str, object]:
        error: dict[str, object] = {"title": TITLES.get(self.status, "Error"), "detail": finding.detail}
        if finding.code:
            error["code"] = finding.code
        source = {k: v for k, v in (("pointer", finding.pointer), ("parameter", finding.parameter)) if v}
        if source:
            error["source"] = source
        return error


def malformed(detail: str, *, pointer: str = "", parameter: str = "") -> Refusal:
    """400: the URL, a header or the body is not in the form that the reference gives."""
    return Refusal(400, Finding("invalid", detail, pointer, parameter))


def forbidden(detail: str = "Only authorized users may do this") -> Refusal:
    """403: the token is known, its person may not do this."""
    return Refusal(403, Finding("unauthorized", detail))


def missing(what: str = "The resource") -> Refusal:
    """404: never existed, archived, or deleted."""
    return Refusal(404, Finding("not_found", f"{what} could not be found"))


def invalid(code: str, detail: str, pointer: str = "") -> Refusal:
    """422: understood, and forbidden by a rule."""
    return Refusal(422, Finding(code, detail, pointer))
