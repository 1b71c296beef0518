"""How the page for a token looks. The one rule: nothing is loaded from anywhere, and every word is escaped."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d1c1d; --paper: #fff; --soft: #616061; --line: #bbb; --go: #007a5a;
  --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #1a1d21; --soft: #ababad; --line: #565856;
  --go: #148567; --bad: #ff8a80; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 8vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; } p.soft { color: var(--soft); } p.bad { color: var(--bad); font-weight: 600; }
label { display: block; font-weight: 600; margin: 1.5rem 0 .4rem; }
input { box-sizing: border-box; width: 100%; padding: .65rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .4rem; }
button { margin-top: 1rem; padding: .65rem 1.4rem; font: inherit; font-weight: 600; color: #fff; background: var(--go);
  border: 0; border-radius: .4rem; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid #1d9bd1; outline-offset: 2px; }
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer: the address is a secret, so it is neither kept nor passed on."""


def form(name: str, user_id: str, path: str, problem: str = "") -> str:
    """The form. `name`: whom Slack shows as the asker; `path`: where it is sent, relative to the page."""
    bad = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    return _page(
        "Connect to Cutover",
        f"<p>For <strong>{escape(name)}</strong> ({escape(user_id)}) in Slack. <strong>Is that not you?</strong> "
        "Then close this page: whoever sent you the link would act with your account.</p>"
        f'{bad}<form method="post" action="{escape(path)}" autocomplete="off">'
        '<label for="token">Your Cutover token</label>'
        '<input id="token" name="token" type="password" required autofocus autocomplete="off" spellcheck="false" '
        'maxlength="1000"><button>Connect</button></form>'
        '<p class="soft">Cutover lets only people with its Developer role make tokens. It is checked at once and kept '
        "encrypted; only its last four characters are shown again. This page works once, for ten minutes.</p>",
    )


def connected(name: str, tail: str) -> str:
    """It worked."""
    return _page(
        "Connected",
        f"<p>You are connected as <strong>{escape(name)}</strong>, with the token that ends in "
        f"<strong>{escape(tail)}</strong>. What you do in Slack is done as you now.</p>"
        '<p class="soft">Close this page and go back to Slack; there you can disconnect again.</p>',
    )


def refused(sentence: str) -> str:
    """Nothing was done."""
    return _page("Nothing was done", f'<p>{escape(sentence)}</p><p class="soft">Ask for a new link in Slack.</p>')


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
