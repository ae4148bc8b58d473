"""The Celery application. Messages are hints: what is due stands in PostgreSQL, so losing them loses nothing."""

from __future__ import annotations

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smoothx.settings")

app = Celery("smoothx")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(
    [f"mapping.{package}" for package in ("automap", "bulk", "counts", "directory", "imports", "options")]
)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Workers and beat write the same lines as the web; without a receiver Celery would set up its own."""
    logging.config.dictConfig(settings.LOGGING)
