"""The defaults a firm chose: read for the rules, and changed with a check against the vendors' lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from connectors.models import Connection, Vendor
from connectors.probe import books_of
from connectors.qbo.records import Books
from mapping.candidates import NEVER_USED
from mapping.changing import one_change
from mapping.defaults import DEFAULTS, Choice, DefaultKind, Defaults
from mapping.models import DefaultChoice, RemoteItem
from mapping.options.fitness import find_misfit
from mapping.sides import SIDE_LABELS, SideKey, Sides, load_sides
from mapping.signals import announce
from mapping.templates import find_fault
from smoothx.tenants.models import AuditEntry

# What the column holds.
MOST_CHARACTERS = 2_000
NUMBER = re.compile("0|[1-9][0-9]{0,8}")


class ChoiceRefused(Exception):
    """A default cannot take this value. `code` is stable, `sentence` is for the reader.

    Codes: unknown_default, unknown_option, books_lack_it, unknown_item, inactive_item, wrong_type, not_in_bounds,
    bad_text, too_many.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def choose(key: str, value: str, actor: Any) -> DefaultChoice | None:
    """Take `value` for the default `key`; empty takes the choice back.

    An option's key, a remote id, a whole number or a text; of a kind that takes many, several parted by commas.
    Answers the choice that stands then. Raises ChoiceRefused. What waits for the default is told.
    """
    kind = DEFAULTS.get(key)
    if kind is None:
        raise ChoiceRefused("unknown_default", f"There is no setting called {key}.")
    value = join_value(split_value(kind, value))
    if value:
        check_choice(kind, value)
    with one_change(actor):
        before: DefaultChoice | None = DefaultChoice.objects.filter(key=key).first()
        if (before.value if before else "") == value:
            return before
        chosen = _store(key, value, actor)
        detail = {"before": before.value if before else "", "after": value}
        AuditEntry.note(actor=actor, action="default.choose", subject=kind.label, key=key, **detail)
        announce([f"default:{key}"])
    return chosen


def check_choice(kind: DefaultKind, value: str) -> None:
    """Raises ChoiceRefused when a part of `value` is none of the options, no usable row, or no number allowed."""
    parts = split_value(kind, value)
    fault = find_fault(value, kind.tokens, kind.longest) if kind.tokens else ""
    if fault:
        raise ChoiceRefused("bad_text", fault)
    if len(value) > MOST_CHARACTERS:
        raise ChoiceRefused("too_many", f"{kind.label} takes fewer. Take some out.")
    if kind.chooses is None:
        for part in parts:
            _check_option(kind, part)
        return
    connection = connection_of(kind, load_sides())
    rows = RemoteItem.objects.filter(connection=connection, resource=kind.chooses.key, remote_id__in=parts)
    found = {row.remote_id: row for row in rows}
    for part in parts:
        _check_row(kind, found.get(part))


def _check_row(kind: DefaultKind, row: RemoteItem | None) -> None:
    label = kind.chooses.label if kind.chooses else ""
    if row is None:
        raise ChoiceRefused("unknown_item", f"It is not in the list of {label}. Refresh, and choose again.")
    if not row.is_active:
        raise ChoiceRefused("inactive_item", f"{row.name} is inactive in {side_name_of(kind)}. Choose another.")
    if not is_usable(kind, row):
        types = " or ".join(kind.account_types) or "product or service"
        raise ChoiceRefused("wrong_type", f"{row.name} is of type {row.subtype}. It takes {types}.")


def _check_option(kind: DefaultKind, value: str) -> None:
    if kind.tokens:
        return
    if kind.bounds is not None:
        _check_number(kind, value, kind.bounds)
        return
    if value not in dict(kind.options):
        raise ChoiceRefused("unknown_option", f"{kind.label} has no such option.")
    misfit = find_misfit(kind, value, known_books(load_sides().quickbooks))
    if misfit:
        raise ChoiceRefused("books_lack_it", misfit)


def _check_number(kind: DefaultKind, value: str, bounds: tuple[int, int]) -> None:
    """A whole number as it is kept: "7", not "07" or "7.0"."""
    least, most = bounds
    number = int(value) if NUMBER.fullmatch(value) else None
    if number is None or not least <= number <= most:
        text = f"{kind.label} is a whole number from {least:,} to {most:,}."
        raise ChoiceRefused("not_in_bounds", text)


def split_value(kind: DefaultKind, value: str) -> list[str]:
    """The ids, options or numbers a stored value stands for, each once."""
    parts = value.split(",") if kind.takes_many else [value]
    return list(dict.fromkeys(part for part in parts if part))


def join_value(parts: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(parts))


def known_books(connection: Connection | None) -> Books | None:
    """The books' facts, None until they were asked what mapping must know: that older facts lack it is no "off"."""
    facts = (connection.facts.get("books") or {}) if connection is not None else {}
    return books_of(connection) if connection is not None and "buys_items" in facts else None


def is_usable(kind: DefaultKind, row: RemoteItem) -> bool:
    if row.subtype in NEVER_USED.get(row.resource, ()):
        return False
    return not kind.account_types or row.subtype in kind.account_types


def usable_rows(kind: DefaultKind, connection: Connection | None) -> QuerySet[RemoteItem]:
    """The active rows of the vendor's list a default may choose. `connection` is that vendor's."""
    resource = kind.chooses.key if kind.chooses else ""
    rows: QuerySet[RemoteItem] = RemoteItem.objects.filter(connection=connection, resource=resource, is_active=True)
    rows = rows.exclude(subtype__in=NEVER_USED.get(resource, ()))
    return rows.filter(subtype__in=kind.account_types) if kind.account_types else rows


def side_of(kind: DefaultKind) -> SideKey:
    """Whose list it chooses from."""
    return "procore" if kind.chooses is not None and kind.chooses.key.startswith("procore.") else "quickbooks"


def side_name_of(kind: DefaultKind) -> str:
    return SIDE_LABELS[side_of(kind)]


def connection_of(kind: DefaultKind, sides: Sides) -> Connection | None:
    return sides.of(side_of(kind))


def load_defaults(connection: Connection | None) -> Defaults:
    """What is chosen, named as in the vendors' lists now, and the facts of the books. `connection` is QuickBooks'."""
    stored = DefaultChoice.objects.filter(key__in=list(DEFAULTS)).values_list("key", "value")
    chosen = {key: split_value(DEFAULTS[key], value) for key, value in stored}
    names = _load_names(connection, chosen)
    read = {key: tuple(_read_choice(DEFAULTS[key], part, names) for part in parts) for key, parts in chosen.items()}
    choices = {key: parts[0] for key, parts in read.items() if parts and not DEFAULTS[key].takes_many}
    many = {key: parts for key, parts in read.items() if parts and DEFAULTS[key].takes_many}
    books = books_of(connection) if connection else None
    if books is None:
        return Defaults(choices, many)
    return Defaults(
        choices,
        many,
        home_currency=books.home_currency,
        books_country=books.country or "US",
        uses_sales_tax=books.uses_sales_tax,
        closed_until=books.closed_until,
        classes=books.classes,
        tracks_locations=books.tracks_locations,
    )


Names = dict[tuple[str, str], tuple[str, bool]]


def _load_names(connection: Connection | None, chosen: dict[str, list[str]]) -> Names:
    """(resource, id) -> (name, is active). A Procore list is one of whatever connection to Procore there is."""
    wanted: dict[str, set[str]] = {}
    sides: dict[str, str] = {}
    for key, parts in chosen.items():
        kind = DEFAULTS[key]
        if kind.chooses is not None:
            wanted.setdefault(kind.chooses.key, set()).update(parts)
            sides[kind.chooses.key] = side_of(kind)
    fits = Q()
    for resource, ids in wanted.items():
        whose = Q(connection__vendor=Vendor.PROCORE) if sides[resource] == "procore" else Q(connection=connection)
        fits |= whose & Q(resource=resource, remote_id__in=ids)
    rows = RemoteItem.objects.filter(fits) if fits else RemoteItem.objects.none()
    values = rows.order_by("id").values_list("resource", "remote_id", "name", "is_active")
    return {(resource, remote_id): (name, is_active) for resource, remote_id, name, is_active in values}


def _read_choice(kind: DefaultKind, value: str, names: Names) -> Choice:
    """An option that was withdrawn, or a row the list never had, is shown by its own text as inactive."""
    if kind.bounds is not None or kind.tokens:
        return Choice(value, value)
    if kind.chooses is None:
        label = dict(kind.options).get(value)
        return Choice(value, label or value, is_active=label is not None)
    name, is_active = names.get((kind.chooses.key, value), (value, False))
    return Choice(value, name, is_active)


def _store(key: str, value: str, actor: Any) -> DefaultChoice | None:
    if not value:
        DefaultChoice.objects.filter(key=key).delete()
        return None
    by = actor if getattr(actor, "is_authenticated", False) else None
    chosen: DefaultChoice
    chosen, _ = DefaultChoice.objects.update_or_create(key=key, defaults={"value": value, "chosen_by": by})
    return chosen
