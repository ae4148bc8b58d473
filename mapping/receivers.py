"""What mapping does when the connections tell something. Connected at start-up."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from connectors.models import Connection, Vendor
from connectors.signals import connection_restored
from mapping.options.tasks import start_counting


@receiver(connection_restored)
def count_new_books(*, connection: Connection, **_: Any) -> None:
    """The page of the four ways recommends one from figures, which are there when it is first opened."""
    if connection.vendor == Vendor.QBO:
        start_counting(connection)
