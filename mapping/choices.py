"""The defaults a firm chose: read for the rules, and changed with a check against the vendors' lists."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from connectors.models import Connection
from connectors.probe import books_of
from connectors.qbo.records import Books
from mapping.candidates import NEVER_USED
from mapping.defaults import DEFAULTS, Choice, DefaultKind, Defaults
from mapping.models import DefaultChoice, RemoteItem
from mapping.options.fitness import find_misfit
from mapping.sides import load_sides
from mapping.signals import announce
from smoothx.tenants.models import AuditEntry


class ChoiceRefused(Exception):
    """A default cannot take this value. `code` is stable, `sentence` is for the reader.

    Codes: unknown_default, unknown_option, books_lack_it, unknown_item, inactive_item, wrong_type.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def choose(key: str, value: str, actor: Any) -> DefaultChoice | None:
    """Take `value`, an option's key or a remote id, for the default `key`; empty takes the choice back.

    Answers the choice that stands then. Raises ChoiceRefused. What waits for the default is told.
    """
    kind = DEFAULTS.get(key)
    if kind is None:
        raise ChoiceRefused("unknown_default", f"There is no setting called {key}.")
    if value:
        check_choice(kind, value)
    with transaction.atomic():
        before: DefaultChoice | None = DefaultChoice.objects.filter(key=key).first()
        if (before.value if before else "") == value:
            return before
        chosen = _store(key, value, actor)
        detail = {"before": before.value if before else "", "after": value}
        AuditEntry.note(actor=actor, action="default.choose", subject=kind.label, key=key, **detail)
        announce([f"default:{key}"])
    return chosen


def check_choice(kind: DefaultKind, value: str) -> None:
    """Raises ChoiceRefused when `value` is none of the options, or no usable row of the vendor's list."""
    if kind.chooses is None:
        _check_option(kind, value)
        return
    row: RemoteItem | None = RemoteItem.objects.filter(
        connection=load_sides().quickbooks, resource=kind.chooses.key, remote_id=value
    ).first()
    if row is None:
        raise ChoiceRefused(
            "unknown_item", f"It is not in the list of {kind.chooses.label}. Refresh, and choose again."
        )
    if not row.is_active:
        raise ChoiceRefused("inactive_item", f"{row.name} is inactive in QuickBooks. Choose another.")
    if not is_usable(kind, row):
        types = " or ".join(kind.account_types) or "product or service"
        raise ChoiceRefused("wrong_type", f"{row.name} is of type {row.subtype}. It takes {types}.")


def _check_option(kind: DefaultKind, value: str) -> None:
    if value not in dict(kind.options):
        raise ChoiceRefused("unknown_option", f"{kind.label} has no such option.")
    misfit = find_misfit(kind, value, known_books(load_sides().quickbooks))
    if misfit:
        raise ChoiceRefused("books_lack_it", misfit)


def known_books(connection: Connection | None) -> Books | None:
    """The books' facts, None until they were asked what mapping must know: that older facts lack it is no "off"."""
    facts = (connection.facts.get("books") or {}) if connection is not None else {}
    return books_of(connection) if connection is not None and "buys_items" in facts else None


def is_usable(kind: DefaultKind, row: RemoteItem) -> bool:
    if row.subtype in NEVER_USED.get(row.resource, ()):
        return False
    return not kind.account_types or row.subtype in kind.account_types


def usable_rows(kind: DefaultKind, connection: Connection | None) -> QuerySet[RemoteItem]:
    """The active rows of the vendor's list a default may choose."""
    resource = kind.chooses.key if kind.chooses else ""
    rows: QuerySet[RemoteItem] = RemoteItem.objects.filter(connection=connection, resource=resource, is_active=True)
    rows = rows.exclude(subtype__in=NEVER_USED.get(resource, ()))
    return rows.filter(subtype__in=kind.account_types) if kind.account_types else rows


def load_defaults(connection: Connection | None) -> Defaults:
    """What is chosen, named as in the books now, and the facts of the books. `connection` is QuickBooks'."""
    chosen = dict(DefaultChoice.objects.filter(key__in=list(DEFAULTS)).values_list("key", "value"))
    names = _load_names(connection, chosen)
    choices = {key: _read_choice(DEFAULTS[key], value, names) for key, value in chosen.items()}
    books = books_of(connection) if connection else None
    if books is None:
        return Defaults(choices)
    return Defaults(
        choices,
        home_currency=books.home_currency,
        books_country=books.country or "US",
        uses_sales_tax=books.uses_sales_tax,
        closed_until=books.closed_until,
        classes=books.classes,
        tracks_locations=books.tracks_locations,
    )


def _load_names(connection: Connection | None, chosen: dict[str, str]) -> dict[tuple[str, str], tuple[str, bool]]:
    rows = RemoteItem.objects.filter(
        connection=connection,
        resource__in={kind.chooses.key for kind in DEFAULTS.values() if kind.chooses},
        remote_id__in=set(chosen.values()),
    )
    values = rows.values_list("resource", "remote_id", "name", "is_active")
    return {(resource, remote_id): (name, is_active) for resource, remote_id, name, is_active in values}


def _read_choice(kind: DefaultKind, value: str, names: dict[tuple[str, str], tuple[str, bool]]) -> Choice:
    """An option that was withdrawn, or a row the list never had, is shown by its own text as inactive."""
    if kind.chooses is None:
        label = dict(kind.options).get(value)
        return Choice(value, label or value, is_active=label is not None)
    name, is_active = names.get((kind.chooses.key, value), (value, False))
    return Choice(value, name, is_active)


def _store(key: str, value: str, actor: Any) -> DefaultChoice | None:
    if not value:
        DefaultChoice.objects.filter(key=key).delete()
        return None
    chosen: DefaultChoice
    chosen, _ = DefaultChoice.objects.update_or_create(key=key, defaults={"value": value, "chosen_by": actor})
    return chosen
