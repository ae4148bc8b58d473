"""What mapping does when the connections tell something, or a choice was made. Connected at start-up."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.dispatch import receiver

from connectors.models import Connection, Vendor
from connectors.signals import connection_restored
from mapping.automap.tasks import start_suggesting_chosen
from mapping.changing import settings_changed, settings_changing
from mapping.defaults import CLASS_TYPE, CODE_KEY, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE, LOCATION_SOURCE, SUB_JOBS
from mapping.models import DefaultChoice
from mapping.options.tasks import start_counting

# The choices that decide which screens there are (mapping.screens), and what they were before the change at hand.
DECIDING = (CLASS_TYPE, CODE_KEY, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE, LOCATION_SOURCE, SUB_JOBS)
_before: ContextVar[dict[str, str] | None] = ContextVar("deciding choices before a change", default=None)


@receiver(connection_restored)
def count_new_books(*, connection: Connection, **_: Any) -> None:
    """The page of the four ways recommends one from figures, which are there when it is first opened."""
    if connection.vendor == Vendor.QBO:
        start_counting(connection)


@receiver(settings_changing)
def note_choices(**_: Any) -> None:
    _before.set(_read_deciding())


@receiver(settings_changed)
def look_at_new_screens(**_: Any) -> None:
    """A screen nobody needed has no suggestions. It would say that nothing is close, once it is needed."""
    if _read_deciding() != _before.get():
        start_suggesting_chosen()


def _read_deciding() -> dict[str, str]:
    found = DefaultChoice.objects.filter(key__in=[kind.key for kind in DECIDING])
    return dict(found.values_list("key", "value"))
