"""How the processes log: read by Django's settings, and by gunicorn before there are any."""

from __future__ import annotations

from typing import Any

from smoothx.lib.env import BadSetting

FORMATS = {"json": "smoothx.watching.lines.JsonLine", "line": "smoothx.watching.lines.ReadableLine"}


def logging_config(form: str, level: str) -> dict[str, Any]:
    """The dictionary for logging.config. Raises BadSetting for a form that is neither json nor line."""
    if form not in FORMATS:
        message = f"LOG_FORMAT must be json or line, not {form!r}"
        raise BadSetting(message)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": {"()": FORMATS[form]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Each request has a line of its own, which names no address with a key in it.
            "django.request": {"level": "ERROR"},
            # Two lines for each of a million tasks that had nothing to do.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
