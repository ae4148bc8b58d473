"""The Celery application. Messages are hints: what is due stands in PostgreSQL, so losing them loses nothing."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smoothx.settings")

app = Celery("smoothx")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["mapping.automap", "mapping.directory", "mapping.imports", "mapping.options"])
