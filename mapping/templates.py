"""Texts with tokens: "{contract}, invoice {number}." Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

TOKEN = re.compile(r"\{([^{}]*)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def find_fault(template: str, tokens: Sequence[str], longest: int) -> str:
    """Why the text cannot be used, in a sentence; "" when it can."""
    named = ", ".join(f"{{{token}}}" for token in tokens)
    if len(template) > longest:
        return f"It is {len(template):,} characters long, {longest:,} at most."
    if _CONTROL.search(template):
        return "It must be one line of plain text."
    unknown = [token for token in TOKEN.findall(template) if token not in tokens]
    if unknown:
        return f"There is no {{{unknown[0]}}}. It may hold {named}."
    if re.search(r"[{}]", TOKEN.sub("", template)):
        return f"A brace is missing or too many. Braces are only around {named}."
    return ""


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with its tokens filled in; a token that has no value is left out."""
    return TOKEN.sub(lambda found: values.get(found[1], ""), template)
