"""Log lines: JSON for machines, one readable line for people. Secrets are taken out of both, wherever they stand.

A message begins with the name of its event ("sync.poll.failed topic=..."). Lines of libraries, which have none, are
named after their logger.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from connectors.redact import HIDDEN, is_secret_name, redact_text
from smoothx.lib.log_context import bound_fields
from smoothx.tenants.scope import active_tenant_id

_EVENT = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+(?=[:\s]|$)")
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_COOKIE = re.compile(r"(?i)\b(sessionid|csrftoken|csrfmiddlewaretoken|cookie)(['\"]?\s*[=:]\s*['\"]?)[^;,\s'\"]+")
# Whoever has such an address has the account.
_KEY_IN_PATH = re.compile(r"(/accounts/(?:password/reset/key|confirm-email)/)[^/\s]+")
# A key of the API, but not what the pages show of it.
_API_KEY = re.compile(r"\b(sx_[0-9]+_)[A-Za-z0-9_-]{9,}")
# Names of settings whose values no line may hold.
SECRET_SETTINGS = (
    "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "PROCORE_CLIENT_SECRET", "QBO_CLIENT_SECRET", "PROCORE_WEBHOOK_TOKENS",
    "QBO_WEBHOOK_VERIFIER_TOKENS", "METRICS_TOKEN", "EMAIL_HOST_PASSWORD",
)  # fmt: skip
# A shorter value is no secret, and hiding it would spoil every line.
SHORTEST_SECRET = 6


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says, in order: time, level, event, whom it concerns, words, what was added, the traceback."""
    text = record.getMessage()
    named = _EVENT.match(text)
    known = {
        "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "event": named[0] if named else record.name,
        "tenant": active_tenant_id(),
        **bound_fields(),
        "text": hide(text[named.end() :].lstrip(": ") if named else text),
        **_added(record),
        "logger": record.name,
        "error": hide(_traceback_of(record)),
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def hide(text: str) -> str:
    """A text without tokens, cookies, keys in addresses and values of our own secret settings."""
    text = _KEY_IN_PATH.sub(rf"\g<1>{HIDDEN}", _COOKIE.sub(rf"\g<1>\g<2>{HIDDEN}", redact_text(text)))
    text = _API_KEY.sub(rf"\g<1>{HIDDEN}", text)
    secrets = _secrets_pattern(_own_secrets())
    return secrets.sub(HIDDEN, text) if secrets is not None else text


class JsonLine(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(fields_of(record), default=str, ensure_ascii=False)


class ReadableLine(logging.Formatter):
    """Time, level, event, words, then the other fields as name=value; a traceback below."""

    def format(self, record: logging.LogRecord) -> str:
        fields = fields_of(record)
        head = [fields.pop("at")[11:23], fields.pop("level").ljust(7), fields.pop("event"), fields.pop("text", "")]
        error = fields.pop("error", "")
        fields.pop("logger")
        line = " ".join([part for part in head if part] + [f"{name}={value}" for name, value in fields.items()])
        return f"{line}\n{error}" if error else line


def _added(record: logging.LogRecord) -> dict[str, Any]:
    """What came as `extra`. Objects are left out: Django adds the whole request, Celery a task's arguments."""
    given = {name: value for name, value in vars(record).items() if name not in _OWN}
    return {name: _shown(name, value) for name, value in given.items() if isinstance(value, str | int | float)}


def _shown(name: str, value: str | int | float) -> str | int | float:
    if is_secret_name(name):
        return HIDDEN
    return hide(value) if isinstance(value, str) else value


def _traceback_of(record: logging.LogRecord) -> str:
    told = logging.Formatter().formatException(record.exc_info) if record.exc_info and record.exc_info[0] else ""
    return told or record.exc_text or ""


def _own_secrets() -> tuple[str, ...]:
    if not settings.configured:
        # Gunicorn's own process has none.
        return ()
    values = (getattr(settings, name, "") for name in SECRET_SETTINGS)
    return tuple(text for value in values for text in ([value] if isinstance(value, str) else value))


@lru_cache(maxsize=8)
def _secrets_pattern(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    telling = [re.escape(secret) for secret in secrets if len(secret) >= SHORTEST_SECRET]
    return re.compile("|".join(telling)) if telling else None
