"""What decides which mapping screens the active tenant sees, read from its choices and its books."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from connectors.models import Connection
from connectors.probe import books_of
from mapping.defaults import DEFAULTS
from mapping.models import DefaultChoice, Link
from mapping.screens import Situation
from mapping.sides import Sides, choose_sides


def load_situation(sides: Sides) -> Situation:
    """One query; the books' facts are those of the connection at hand."""
    return _situation(dict(_choices().values_list("key", "value")), sides)


def load_sides_and_situation() -> tuple[Sides, Situation]:
    """Both in one query; in two where no side was ever connected."""
    choices = ArraySubquery(_choices().values(found=JSONObject(key="key", value="value")))
    connections = list(Connection.objects.annotate(choices=choices))
    sides = choose_sides(connections)
    if not connections:
        return sides, load_situation(sides)
    return sides, _situation({row["key"]: row["value"] for row in connections[0].choices}, sides)


def _choices() -> QuerySet[DefaultChoice]:
    chosen: QuerySet[DefaultChoice] = DefaultChoice.objects.all()
    return chosen.filter(key__in=[key for key, kind in DEFAULTS.items() if kind.options])


def _situation(choices: dict[str, str], sides: Sides) -> Situation:
    return Situation(choices, books_of(sides.quickbooks) if sides.quickbooks is not None else None)


def load_linked_kinds() -> frozenset[str]:
    """The keys of the kinds that have any link."""
    return frozenset(Link.objects.order_by().values_list("kind", flat=True).distinct())
