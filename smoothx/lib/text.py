"""Shaping text for systems that limit it."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SPACES = re.compile(r"\s+")
_TAGS = re.compile(r"<[^>]*>")


def collapse_spaces(text: str) -> str:
    """One blank for every run of white space, none at the ends; non-breaking blanks count as blanks."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def strip_tags(text: str) -> str:
    return collapse_spaces(_TAGS.sub(" ", text))


def shorten_with_hash(text: str, limit: int) -> str:
    """`text`, or its head and a six-digit hash tail when longer than `limit`, so that two long texts stay apart."""
    if len(text) <= limit:
        return text
    tail = hashlib.sha256(text.encode()).hexdigest()[:6].upper()
    return f"{text[: limit - 7]}~{tail}"


def stable_hash(*parts: object, length: int = 36) -> str:
    """A hex digest of the parts; equal parts give equal text on every machine. At most 64 characters."""
    joined = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:length]
