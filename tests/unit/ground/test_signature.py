"""Slack's signature: only who knows the secret gets in, and nothing that is sent can raise."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from ground_tools import SECRET
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.signature import WINDOW, is_authentic

NOW = 1531420618.0
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.c"
    b"om%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc8"
    b"87a14d10d2c447fce8b6703c"
)


def sign(secret: str, stamp: str, body: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


def test_the_example_of_slacks_own_reference_is_authentic() -> None:
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert is_authentic([SECRET], "1531420618", signature, BODY, NOW)


@given(st.binary(max_size=200), st.integers(0, 10**11), st.text(min_size=1))
def test_what_was_signed_with_the_secret_is_authentic(body: bytes, now: int, secret: str) -> None:
    assert is_authentic([secret], str(now), sign(secret, str(now), body), body, float(now))


@given(st.binary(max_size=50), st.integers(0, 255), st.data())
def test_one_changed_byte_is_enough_to_be_refused(body: bytes, value: int, data: st.DataObject) -> None:
    stamp = str(int(NOW))
    signature = sign(SECRET, stamp, body)
    place = data.draw(st.integers(0, len(body)))
    changed = body[:place] + bytes([value]) + body[place:]
    assert not is_authentic([SECRET], stamp, signature, changed, NOW)
    place = data.draw(st.integers(3, 66))
    other = "0" if signature[place] != "0" else "1"
    assert not is_authentic([SECRET], stamp, signature[:place] + other + signature[place + 1 :], body, NOW)


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)), st.binary(), st.floats())
def test_whatever_is_sent_is_judged_and_never_raises(stamp: str, signature: str, body: bytes, now: float) -> None:
    assert is_authentic([SECRET], stamp, signature, body, now) is False


@pytest.mark.parametrize(("off", "good"), [(WINDOW, True), (-WINDOW, True), (WINDOW + 1, False), (-WINDOW - 1, False)])
def test_a_request_is_good_for_five_minutes_either_way(off: int, good: bool) -> None:
    stamp = str(int(NOW) + off)
    assert is_authentic([SECRET], stamp, sign(SECRET, stamp, b"x"), b"x", NOW) is good


@pytest.mark.parametrize("stamp", ["", " 1531420618", "1531420618.0", "+1531420618", "١٥٣١٤٢٠٦١٨", "1" * 13, "1e9"])
def test_a_timestamp_is_plain_digits(stamp: str) -> None:
    assert not is_authentic([SECRET], stamp, sign(SECRET, stamp, b"x"), b"x", NOW)


def test_while_the_secret_changes_both_are_good() -> None:
    stamp = str(int(NOW))
    for secret in ("new", "old"):
        assert is_authentic(["new", "old"], stamp, sign(secret, stamp, b"x"), b"x", NOW)
    assert not is_authentic(["new", "old"], stamp, sign("older", stamp, b"x"), b"x", NOW)
    assert not is_authentic([], stamp, sign("", stamp, b"x"), b"x", NOW)


@pytest.mark.parametrize(("digits", "good"), [(11, True), (12, True), (13, False)])
def test_a_timestamp_has_at_most_twelve_digits(digits: int, good: bool) -> None:
    stamp = "1" * digits
    assert is_authentic([SECRET], stamp, sign(SECRET, stamp, b"x"), b"x", float(stamp)) is good
