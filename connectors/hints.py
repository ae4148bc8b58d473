"""What a vendor's event says: that a record changed. It is only ever a reason to look, never the news itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from smoothx.lib.dates import parse_instant

# Longer ones are no id or name of either vendor.
LONGEST_TEXT = 100


class BadEvent(Exception):
    """The body of a delivery is not what the vendor sends. `code` counts such deliveries by their fault."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One event. `key` names it and is the same each time it is delivered; `entity` is the vendor's word for the kind
    of record, `operation` create, update, delete, merge, void or another word of theirs. `application` is the app
    that made the change, where the vendor tells. `related` are records the event names beside its own, by kind.
    """

    account_id: str
    key: str
    entity: str
    record_id: str
    operation: str
    project_id: str = ""
    changed_at: datetime | None = None
    application: str = ""
    related: tuple[tuple[str, str], ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)


def read_json(body: bytes) -> Any:
    """The value of a body. Raises BadEvent for what is no JSON, or too deep or too long to be read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadEvent("not_json") from error


def read_text(value: object) -> str:
    """An id or name as text, "" for none. Raises BadEvent for what cannot be one."""
    if value is None:
        return ""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else "\n"
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise BadEvent("not_an_event")
    return text


def need_text(value: object) -> str:
    """The same of what every event has. Raises BadEvent where it is missing."""
    text = read_text(value)
    if not text:
        raise BadEvent("not_an_event")
    return text


def read_instant(value: object) -> datetime | None:
    """A vendor's time, None where it is missing or cannot be read: an event counts without it."""
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except ValueError:
        return None
