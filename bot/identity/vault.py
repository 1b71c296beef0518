"""Seals people's tokens for the database. The one rule: what is stored opens for its own person only.

AES-256-GCM with a random nonce; the owner (team and user) is bound in as associated data, so a sealed token copied to
another person's row does not open. Keys have ids: the first seals, all open, so a key is changed without a stop.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from typing import Final

from bot.errors import BotError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,20}\Z")


class VaultError(BotError):
    """A token cannot be sealed or opened; the sentence never holds any of it."""

    code = "vault"


class Vault:
    """`keys`: `id:base64 of 32 bytes`, separated by commas. Raises ValueError naming the key that is wrong."""

    def __init__(self, keys: str) -> None:
        self._keys: dict[str, bytes] = {}
        for number, part in enumerate((one.strip() for one in keys.split(",") if one.strip()), start=1):
            key_id, key = _read(part, number)
            if key_id in self._keys:
                raise ValueError(f"the key id {key_id} is there twice")
            self._keys[key_id] = key
        if not self._keys:
            raise ValueError("no key is given; make one with `cutover-bot key`")
        self._first = next(iter(self._keys))

    @property
    def current(self) -> str:
        """Id of the key that seals."""
        return self._first

    def seal(self, token: str, owner: str) -> str:
        """`key id:base64`, for the row of `owner`."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self._first]).encrypt(nonce, token.encode(), owner.encode())
        return f"{self._first}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, owner: str) -> str:
        """The token. Raises `VaultError` when the key is gone, or the row was changed or belongs to somebody else."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key_id, _, body = sealed.partition(":")
        if key_id not in self._keys:
            raise VaultError("Your Cutover token was sealed with a key that the bot no longer has.", "Connect again.")
        try:
            raw = base64.b64decode(body, validate=True)
            return AESGCM(self._keys[key_id]).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise VaultError("Your stored Cutover token cannot be opened.", "Connect again.") from None

    def mark(self, text: str) -> str:
        """`key id:hex`: nobody without the key can make it for another text."""
        return f"{self._first}:{_mark(self._keys[self._first], text)}"

    def is_marked(self, text: str, mark: str) -> bool | None:
        """Whether `mark` was made for this text; None when its key is not here any more."""
        key_id, _, body = mark.partition(":")
        key = self._keys.get(key_id)
        return None if key is None else hmac.compare_digest(_mark(key, text).encode(), body.encode())

    def needs_sealing_again(self, sealed: str) -> bool:
        """Whether it was sealed with an older key."""
        return not sealed.startswith(f"{self._first}:")


def make_key(key_id: str = "k1") -> str:
    """A fresh `id:base64` for BOT_ENCRYPTION_KEYS."""
    return f"{key_id}:{base64.b64encode(os.urandom(_KEY_BYTES)).decode()}"


def _mark(key: bytes, text: str) -> str:
    own = hmac.digest(key, b"cutover-bot audit heads", hashlib.sha256)  # not the very key that seals tokens
    return hmac.new(own, text.encode(), hashlib.sha256).hexdigest()


def _read(part: str, number: int) -> tuple[str, bytes]:
    key_id, colon, body = part.partition(":")
    if not colon or not _KEY_ID.match(key_id):
        raise ValueError(f"key {number} must look like id:base64")
    try:
        key = base64.b64decode(body, validate=True)
    except binascii.Error:
        raise ValueError(f"the key {key_id} is not base64") from None
    if len(key) != _KEY_BYTES:
        raise ValueError(f"the key {key_id} has {len(key)} bytes instead of {_KEY_BYTES}")
    return key_id, key
