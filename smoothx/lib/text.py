"""Shaping text for systems that limit it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

_SPACES = re.compile(r"\s+")
# A tag begins with a letter, "/", "!" or "?": "slab < 4 in. and > 2 in." keeps its words.
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[/!?a-z][^<>]*>", re.DOTALL | re.IGNORECASE)
_HASH_TAIL = 7
# Control characters, halves of characters beyond the first plane, and marks that turn the direction of what follows:
# a database refuses some of them, and none belongs in a name. The joiners of emoji stay.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def collapse_spaces(text: str) -> str:
    """One blank for every run of white space, none at the ends; non-breaking blanks count as blanks."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def drop_unfit(text: str) -> str:
    """Without what cannot be stored or would garble a page: control characters and direction marks."""
    return _UNFIT.sub("", text)


def read_text(value: Any) -> str:
    """What a vendor sends for a text, which may be a number or nothing, as one line that can be stored."""
    return "" if value is None else drop_unfit(collapse_spaces(str(value)))


def strip_tags(text: str) -> str:
    """What a reader of the HTML would see; text that only uses "<" and ">" as signs stays as it is."""
    return collapse_spaces(_TAGS.sub(" ", text))


def shorten_with_hash(text: str, limit: int) -> str:
    """`text`, or its head and a six-digit hash tail when longer than `limit`, so that two long texts stay apart.

    Raises ValueError for a limit that holds no more than the tail.
    """
    if limit <= _HASH_TAIL:
        message = f"a limit of {limit} characters holds no text beside the tail"
        raise ValueError(message)
    if len(text) <= limit:
        return text
    tail = hashlib.sha256(text.encode()).hexdigest()[: _HASH_TAIL - 1].upper()
    return f"{text[: limit - _HASH_TAIL]}~{tail}"


def stable_hash(*parts: object, length: int = 36) -> str:
    """A hex digest of the parts; equal parts give equal text on every machine. At most 64 characters."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:length]
