"""Shaping text for systems that limit it."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SPACES = re.compile(r"\s+")
# A tag begins with a letter, "/", "!" or "?": "slab < 4 in. and > 2 in." keeps its words.
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[/!?a-z][^<>]*>", re.DOTALL | re.IGNORECASE)
_HASH_TAIL = 7


def collapse_spaces(text: str) -> str:
    """One blank for every run of white space, none at the ends; non-breaking blanks count as blanks."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


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
