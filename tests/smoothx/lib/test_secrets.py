"""Sealed values: the keys that open them, and the ones that do not."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from smoothx.lib.secrets import CannotDecrypt, decrypt, encrypt

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@pytest.mark.parametrize("text", ["", "token", "clé 鍵", "x" * 5000])
def test_what_is_sealed_opens_again(text: str) -> None:
    sealed = encrypt(text, [OLD])
    assert decrypt(sealed, [OLD]) == text
    assert text == "" or text not in sealed


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert encrypt("token", [OLD]) != encrypt("token", [OLD])


def test_a_new_first_key_still_opens_what_the_old_one_sealed() -> None:
    sealed = encrypt("token", [OLD])
    assert decrypt(sealed, [NEW, OLD]) == "token"


def test_the_first_key_seals() -> None:
    sealed = encrypt("token", [NEW, OLD])
    assert decrypt(sealed, [NEW]) == "token"
    with pytest.raises(CannotDecrypt):
        decrypt(sealed, [OLD])


@pytest.mark.parametrize("keys", [[OTHER], [OTHER, NEW]])
def test_no_other_key_opens_it(keys: list[str]) -> None:
    with pytest.raises(CannotDecrypt, match=r"^no encryption key opens this value$"):
        decrypt(encrypt("token", [OLD]), keys)


@pytest.mark.parametrize(
    "damage", [lambda sealed: sealed[:-4] + "AAA=", lambda sealed: sealed[:20], lambda _: "token"]
)
def test_an_altered_value_does_not_open(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(CannotDecrypt):
        decrypt(damage(encrypt("token", [OLD])), [OLD])


@pytest.mark.parametrize("keys", [[], ["too short"]])
def test_keys_that_are_none_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r"[Ff]ernet"):
        encrypt("token", keys)
