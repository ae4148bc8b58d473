"""Takes stored webhook events, or documents whose tries came to nothing, again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from connectors.models import InboundEvent, Vendor
from smoothx.staff.again import plan_again, replay, select_events, tried_without_result
from smoothx.staff.operating import (
    MOST_NAMED,
    add_apply,
    add_json,
    add_tenant,
    audit,
    count_of,
    find_tenant,
    name_operator,
    read_time,
    to_json,
)
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Entry


class Command(BaseCommand):
    help = (
        "Take the stored webhook events of one company again, for a record or a span of time: each record and list "
        "they name is asked for once more. With --tries instead: the documents a try of which came to nothing in that "
        "span and that are not in order since, for instance after an outage of a vendor. Nothing is sent twice. "
        "Events are kept for KEEP_EVENTS_DAYS. Without --apply it only tells which."
    )

    def add_arguments(self, parser: Any) -> None:
        add_tenant(parser, is_required=True)
        told = "2026-03-14T08:00Z, a day, or how long ago: 30m, 12h, 7d"
        parser.add_argument("--since", metavar="TIME", help=f"from when on: {told}")
        parser.add_argument("--until", metavar="TIME", help="until when (now, unless given)")
        parser.add_argument("--record", default="", metavar="ID", help="events about the record with this id")
        parser.add_argument(
            "--entity", default="", help='events about this kind, in the vendor\'s word: Bill, "Projects"'
        )
        parser.add_argument("--vendor", default="", choices=Vendor.values, help="events of this vendor")
        parser.add_argument("--tries", action="store_true", help="documents whose tries came to nothing, not events")
        add_json(parser)
        add_apply(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        since = read_time(options["since"], "--since")
        until = read_time(options["until"], "--until") or timezone.now()
        _check(options, since, until)
        tenant = find_tenant(options["tenant"])
        if tenant.state == Tenant.State.SETUP and not options["tries"]:
            message = f"{tenant.name} is not live, and its events are looked into from then on. Nothing was changed."
            raise CommandError(message)
        with tenant_scope(tenant.pk):
            told = self._take(options, since, until)
        self.stdout.write(to_json({"tenant": tenant.pk, **told}) if options["json"] else _words(told))

    def _take(self, options: Any, since: datetime | None, until: datetime) -> dict[str, Any]:
        operator = name_operator(options["operator"])
        if options["tries"] and since is not None:
            documents = tried_without_result(since, until)
            what, count, first = "documents", documents.count(), [_name_entry(each) for each in documents[:MOST_NAMED]]
            act = partial(plan_again, documents, told=f"By {operator}, who runs this installation")
        else:
            names = ("record", "entity", "vendor")
            events = select_events(since=since, until=until, **{name: options[name] for name in names})
            first = [_name_event(each) for each in events.defer("body")[:MOST_NAMED]]
            what, count, act = "events", events.count(), partial(replay, events)
        if options["apply"]:
            count = act()
            given = {name: options[name] for name in ("record", "entity", "vendor") if options[name]}
            span = {"since": since.isoformat() if since else "", "until": until.isoformat()}
            audit(operator, f"operator.replayed_{what}", count_of(count, what.removesuffix("s")), **given, **span)
        return {"what": what, "count": count, "first": first, "is_done": options["apply"]}


def _check(options: Any, since: datetime | None, until: datetime) -> None:
    if options["tries"] and (since is None or options["record"] or options["entity"] or options["vendor"]):
        message = "--tries needs --since, and goes with no --record, --entity or --vendor. For one record use resync."
        raise CommandError(message)
    if since is None and not options["record"]:
        message = "Say which events: --since, --record, or both."
        raise CommandError(message)
    if since is not None and since > until:
        message = "--since is after --until."
        raise CommandError(message)


def _name_entry(entry: Entry) -> str:
    return f"{entry.pk} {entry.flow} {entry.source_id} ({entry.state})"


def _name_event(event: InboundEvent) -> str:
    return (
        f"{event.received_at:%Y-%m-%d %H:%M:%S} {event.operation} {event.entity} {event.record_id} ({event.outcome})"
    )


def _words(told: dict[str, Any]) -> str:
    count, first = told["count"], told["first"]
    noun, done = {"events": ("event", "looked into"), "documents": ("document", "planned")}[told["what"]]
    verb = count_of(count, noun, with_verb=True) if told["is_done"] else f"{count_of(count, noun)} would be"
    more: Sequence[str] = [f"  and {count - len(first):,} more"] if count > len(first) else []
    hint: Sequence[str] = [] if told["is_done"] else ["Nothing was changed. Add --apply to do it."]
    return "\n".join([f"{verb} {done} again.", *(f"  {name}" for name in first), *more, *hint])
