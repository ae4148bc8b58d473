"""Encrypting what must not be read from a database dump: vendor tokens.

Keys are Fernet keys, FIELD_ENCRYPTION_KEYS; the first encrypts, all decrypt, so keys can be rotated.
"""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class CannotDecrypt(Exception):
    """No configured key opens this value: a key was removed too early, or the value was altered."""


def encrypt(text: str, keys: list[str]) -> str:
    return MultiFernet([Fernet(key) for key in keys]).encrypt(text.encode()).decode()


def decrypt(sealed: str, keys: list[str]) -> str:
    try:
        return MultiFernet([Fernet(key) for key in keys]).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        message = "no encryption key opens this value"
        raise CannotDecrypt(message) from error
