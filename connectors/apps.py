from django.apps import AppConfig
from django.core.checks import register

from connectors.checks import check_production


class ConnectorsConfig(AppConfig):
    name = "connectors"

    def ready(self) -> None:
        register(check_production)
