"""`make fuzz`: bytes and words nobody meant, for as long as wanted, on what reads from outside. The one rule: any input
is understood or refused in the way its reader promises; everything else is a finding, printed with its seed.

Inputs are good ones, damaged: that gets further than noise. Targets: signature, form and payload, command grammar,
Cutover's JSON, and what is drawn for Slack.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import random
import re
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson

from bot.blocks.check import check
from bot.blocks.html import to_html
from bot.blocks.message import message
from bot.blocks.parts import section
from bot.blocks.text import bold, literal, literal_lines, phrase, plain
from bot.cutover import wire, wire_document
from bot.errors import BotError
from bot.model import Text
from bot.slack.front import read
from bot.slack.ingress import parse
from bot.slack.signature import is_authentic
from handlers import grammar

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TASK = {
    "id": "7",
    "type": "task",
    "attributes": {"name": "Start", "stage": "startable", "start_planned": 1763712000, "predecessor_ids": [1, 2]},
    "relationships": {"stream": {"data": {"id": "3", "type": "stream"}}},
}
GOOD_JSON = orjson.dumps(
    {"data": [TASK, {**TASK, "id": "8"}], "meta": {"page": {"number": 1, "total": 2}}, "links": {"next": None}}
)
PAYLOAD = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "trigger_id": "1.2.a",
    "actions": [{"action_id": "task.start", "value": '{"v":1,"r":"1","t":"2"}', "action_ts": "1.1"}],
    "container": {"message_ts": "1.2", "channel_id": "C1"},
    "view": {"private_metadata": '{"channel":"C1"}', "state": {"values": {"a": {"input": {"value": "x"}}}}},
}
FORMS = (
    urlencode({"payload": orjson.dumps(PAYLOAD).decode()}).encode(),
    urlencode({"command": "/task", "text": 'start "core switch" <@U1|dana>', "trigger_id": "1.2.a"}).encode(),
    orjson.dumps({"type": "event_callback", "event_id": "E1", "event": {"type": "app_home_opened", "user": "U1"}}),
)
ODD = (
    "<!channel>", "<@U1>", "&lt;!here&gt;", "\u202e", "\u200b", "`", "```", "*", "_", "~", ">", "\n", "\0", "\x1b[31m",
    "😀", "e\u0301" * 9, "\ud83d", "“", "”", "'", '"', "\\", ":smile:", "<https://x|y>", "\u2028", "a" * 300, "%", "",
)  # fmt: skip
COMMANDS = ('start "core switch" override', "finish call the roll", "skip 7 because", "status red it burns", "#4")
CONTROL = ("<!", "<@", "<#", "<http", "<mailto")


def damaged(chance: random.Random, raw: bytes) -> bytes:
    """The same with some of its bytes changed, doubled, or gone."""
    out = bytearray(raw)
    for _ in range(chance.choice((0, 1, 1, 2, 4, 16))):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(4):
            case 0:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del out[at : at + chance.randrange(1, 20)]
            case 2:
                out[at:at] = chance.choice((b"[" * 70, b"null", b'"', b"{}", b"1e999", b"%00", b"&payload=", b"\xff"))
            case _:
                end = at + chance.randrange(1, 40)
                out[at:at] = out[at:end]
    return bytes(out)


def words(chance: random.Random, *more: str) -> str:
    pool = ODD + more
    return "".join(
        chance.choice(pool) if chance.random() < 0.7 else chr(chance.choice((32, chance.randrange(1, 0x3000))))
        for _ in range(chance.randrange(12))
    )


def signature(chance: random.Random) -> None:
    """Only what was signed is authentic."""
    body, now = damaged(chance, FORMS[1]), 1_763_712_000
    stamp = str(now + chance.randrange(-400, 400))
    good = "v0=" + hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    given = good if chance.random() < 0.5 else damaged(chance, good.encode()).decode("latin-1")
    shown = stamp if chance.random() < 0.7 else words(chance, stamp)
    taken = is_authentic((SECRET,), shown, given, body, now)
    expected = given == good and shown == stamp and abs(now - int(stamp)) <= 300
    assert taken == expected, (shown, given)


def payload(chance: random.Random) -> None:
    """A delivery, or nothing."""
    raw = damaged(chance, chance.choice(FORMS))
    for kind in ("application/x-www-form-urlencoded", "application/json"):
        found = parse(kind, raw)
        if found is not None and found[0] in ("command", "interactive", "event"):
            delivery = read(*found)
            assert delivery is None or (len(delivery.key) < 200 and delivery.key.isascii())


def command(chance: random.Random) -> None:
    """Verb and words, or a sentence."""
    text = words(chance, *COMMANDS, " ", " ")
    try:
        verb, rest = grammar.split_verb(text)
        grammar.split_target(rest)
        assert " " not in verb
    except BotError:
        pass


def decoder(chance: random.Random) -> None:
    """Tasks, or `BadAnswer`."""
    raw = damaged(chance, GOOD_JSON)
    try:
        for item in wire_document.sheet(raw).resources:
            wire.task(item, "1")
    except BotError:
        pass


def drawing(chance: random.Random) -> None:
    """Within Slack's limits, and nothing in it acts."""
    name = Text(words(chance, *COMMANDS))
    lines: list[Any] = [literal(name), literal_lines(name), bold(name), phrase("{who} did {name}", who="U", name=name)]
    made = message([section(line) for line in lines])
    assert check({"text": made.text, "blocks": list(made.blocks)}) == []
    for line in lines:
        assert not any(mark in line for mark in CONTROL), line
    assert plain(name, 75)
    try:
        assert not re.search(r"<(?!/?(p|br|b|i|strong|em|code|pre|ul|ol|li|a|s|u|del|blockquote)\b)", to_html(name.raw))
    except BotError:
        pass


TARGETS: dict[str, Callable[[random.Random], None]] = {
    one.__name__: one for one in (signature, payload, command, decoder, drawing)
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", default=list(TARGETS), help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    findings = 0
    for name in given.targets:
        ends, number = time.monotonic() + given.seconds, 0
        while time.monotonic() < ends and findings < 10:
            try:
                TARGETS[name](random.Random(f"{given.seed}:{number}"))
            except Exception as error:
                findings += 1
                print(f"{name} {given.seed}:{number}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            number += 1
        print(f"{name}: {number} inputs", flush=True)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
