"""The memo of a document: the firm's text, what must be said of the document, and our mark, whole and always last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mapping.defaults import DefaultKind, Defaults
from mapping.templates import fill

# QuickBooks keeps 4,000 characters; what follows the text is short.
LONGEST_TEXT = 1000
# A single value, so that a long name leaves room for the others.
LONGEST_VALUE = 500


def make_text(kind: DefaultKind, defaults: Defaults, values: Mapping[str, str]) -> str:
    """The text of the memo, as the firm wants it."""
    chosen = defaults.get(kind)
    template = chosen.id if chosen is not None else kind.preset
    return fill(template, {name: value[:LONGEST_VALUE] for name, value in values.items()})[:LONGEST_TEXT]


def join_memo(text: str, told: str, mark: str) -> str:
    """`told` is what must be said of the document, each sentence with a blank in front, or nothing."""
    return f"{text}{told} {mark}".lstrip()


def tell_period(first: date | None, last: date | None) -> str:
    """ "1 Feb 2026 to 28 Feb 2026", or the one day that is known."""
    days = [f"{day:%-d %b %Y}" for day in (first, last) if day is not None]
    return " to ".join(dict.fromkeys(days))
