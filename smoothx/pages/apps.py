from typing import Any

from django.apps import AppConfig

from smoothx.celery import app


class PagesConfig(AppConfig):
    """Sits on top of all apps, so every process that has Django has the Celery application too."""

    name = "smoothx.pages"
    label = "pages"
    celery: Any = app
