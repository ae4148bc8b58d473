"""What decides which mapping screens the active tenant sees, read from its choices and its books."""

from __future__ import annotations

from connectors.probe import books_of
from mapping.defaults import DEFAULTS
from mapping.models import DefaultChoice, Link
from mapping.screens import Situation
from mapping.sides import Sides


def load_situation(sides: Sides) -> Situation:
    """One query; the books' facts are those of the connection at hand."""
    choices = DefaultChoice.objects.filter(key__in=[key for key, kind in DEFAULTS.items() if kind.options])
    books = books_of(sides.quickbooks) if sides.quickbooks is not None else None
    return Situation(dict(choices.values_list("key", "value")), books)


def load_linked_kinds() -> frozenset[str]:
    """The keys of the kinds that have any link."""
    return frozenset(Link.objects.order_by().values_list("kind", flat=True).distinct())
