"""Sealing tokens: only their owner's row opens, keys can be changed, nothing leaks."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity.vault import Vault, VaultError, make_key

OLD, NEW = make_key("old"), make_key("new")
TOKEN = "0123456789abcdef" * 3


@given(st.text(), st.text(min_size=1))
def test_what_is_sealed_opens_for_its_owner(token: str, owner: str) -> None:
    vault = Vault(OLD)
    token = token.encode("utf-8", "replace").decode()
    owner = owner.encode("utf-8", "replace").decode()
    assert vault.open(vault.seal(token, owner), owner) == token


def test_the_same_token_is_sealed_differently_each_time_and_does_not_show() -> None:
    vault = Vault(OLD)
    first, second = vault.seal(TOKEN, "T1:U1"), vault.seal(TOKEN, "T1:U1")
    assert first != second
    assert TOKEN not in first
    assert TOKEN.encode() not in base64.b64decode(first.partition(":")[2])


def test_another_persons_row_does_not_open_it() -> None:
    vault = Vault(OLD)
    with pytest.raises(VaultError):
        vault.open(vault.seal(TOKEN, "T1:U1"), "T1:U2")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed = Vault(OLD).seal(TOKEN, "T1:U1")
    both = Vault(f"{NEW}, {OLD}")
    assert both.open(sealed, "T1:U1") == TOKEN
    assert both.needs_sealing_again(sealed)
    assert not both.needs_sealing_again(both.seal(TOKEN, "T1:U1"))
    with pytest.raises(VaultError, match="no longer has"):
        Vault(NEW).open(sealed, "T1:U1")


@given(st.binary(max_size=80))
def test_whatever_stands_in_the_row_is_a_sentence_and_not_a_crash(body: bytes) -> None:
    with pytest.raises(VaultError):
        Vault(OLD).open("old:" + base64.b64encode(body).decode(), "T1:U1")
    with pytest.raises(VaultError):
        Vault(OLD).open(body.decode("latin-1"), "T1:U1")


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ("", "no key"),
        ("abc", "must look like"),
        ("a b:QUJD", "must look like"),
        ("a:!!", "not base64"),
        ("a:QUJD", "3 bytes"),
        (f"{OLD},{OLD}", "twice"),
    ],
    ids=["none", "no colon", "id with a space", "no base64", "too short", "twice"],
)
def test_wrong_keys_are_named(keys: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Vault(keys)
