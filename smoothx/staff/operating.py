"""What the operator's commands share: which companies, who asks, and what is written down about it."""

from __future__ import annotations

import getpass
import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from smoothx.lib.dates import parse_instant
from smoothx.tenants.models import AuditEntry, Tenant

MOST_NAMED = 10
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def add_tenant(parser: ArgumentParser, *, is_required: bool = False) -> None:
    told = "the company: its number, its short name or its name" + ("" if is_required else " (all, unless given)")
    parser.add_argument("--tenant", required=is_required, metavar="COMPANY", help=told)


def add_apply(parser: ArgumentParser) -> None:
    parser.add_argument("--apply", action="store_true", help="do it; without this nothing is changed, only told")
    parser.add_argument(
        "--operator", default="", metavar="NAME", help="who asks, for the audit log (the signed-in user, unless given)"
    )


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, for other programs")


def find_tenants(named: str | None) -> list[Tenant]:
    """The named company, or all by number. Raises CommandError, naming what there is."""
    if named is None:
        return list(Tenant.objects.order_by("id"))
    by_number = (
        Tenant.objects.filter(pk=int(named)) if named.isdecimal() and len(named) < 19 else Tenant.objects.none()
    )
    found = [*by_number, *Tenant.objects.filter(slug=named), *Tenant.objects.filter(name__iexact=named)]
    if len({tenant.pk for tenant in found}) > 1:
        message = f"Several companies are called {named!r}. Give the number: {_list(found)}."
        raise CommandError(message)
    if not found:
        message = f"There is no company {named!r}. There are: {_list(Tenant.objects.order_by('id'))}."
        raise CommandError(message)
    return found[:1]


def find_tenant(named: str) -> Tenant:
    return find_tenants(named)[0]


def _list(tenants: Any) -> str:
    shown = [f"{tenant.pk} {tenant.name} ({tenant.slug})" for tenant in list(tenants)[: MOST_NAMED + 1]]
    return ", ".join(shown[:MOST_NAMED]) + (" and more" if len(shown) > MOST_NAMED else "") if shown else "none"


def read_time(text: str | None, name: str) -> datetime | None:
    """A moment: "2026-03-14T08:00Z", a day, or how long ago ("30m", "12h", "7d"). Raises CommandError."""
    if not text:
        return None
    amount, unit = text[:-1], _UNITS.get(text[-1])
    if unit and amount.isdecimal() and len(amount) < 6:
        return timezone.now() - timedelta(**{unit: int(amount)})
    try:
        at = parse_instant(text) or datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{name} {text!r} is no time. Write 2026-03-14T08:00Z, 2026-03-14, 30m, 12h or 7d."
        raise CommandError(message) from error
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def name_operator(given: str) -> str:
    """Who runs the command, for the audit log."""
    try:
        return (given.strip() or getpass.getuser())[:100]
    except (KeyError, OSError):
        # A container's user without a name.
        return "operator"


def audit(operator: str, action: str, subject: str, **detail: Any) -> None:
    """Write into the audit log of the active company what its operator did."""
    AuditEntry.note(actor=None, action=action, subject=subject, operator=operator, **detail)


def count_of(count: int, noun: str, *, with_verb: bool = False) -> str:
    """ "1 document", "12 events"; with the verb "1 document is", "12 events are"."""
    counted, verb = (noun, " is") if count == 1 else (f"{noun}s", " are")
    return f"{count:,} {counted}{verb if with_verb else ''}"


def to_json(value: Any) -> str:
    return json.dumps(value, indent=2, default=str, ensure_ascii=False)


def to_table(headings: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Columns as wide as what stands in them; empty columns but the first are left out."""
    texts = [[_text(row.get(name)) for name in headings] for row in rows]
    kept = [at for at, _ in enumerate(headings) if at == 0 or any(row[at] for row in texts)]
    lines = [[headings[at].replace("_", " ") for at in kept], *([row[at] for at in kept] for row in texts)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(kept))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(timezone.get_current_timezone()):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value in (None, 0) else str(value)
