from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from sync.registry import discover


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        discover(settings.FLOW_PACKAGES)
        # Needs models, which exist only now.
        import_module("sync.receivers")
        import_module("sync.recoding.tasks")
