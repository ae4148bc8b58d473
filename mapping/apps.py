from importlib import import_module

from django.apps import AppConfig


class MappingConfig(AppConfig):
    name = "mapping"

    def ready(self) -> None:
        # Needs models, which exist only now.
        import_module("mapping.receivers")
