"""Plans documents of one company again: a record, a flow, a project, a state."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from smoothx.staff.again import Wanted, plan_again, poll_now
from smoothx.staff.operating import (
    MOST_NAMED,
    add_apply,
    add_json,
    add_tenant,
    audit,
    count_of,
    find_tenant,
    name_operator,
    to_json,
)
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Entry
from sync.registry import all_flows

WHY_NOT: dict[str | None, str] = {
    None: "is no document of this company",
    Entry.State.LEFT_OUT: "was left out by a person, and stays so",
}


class Command(BaseCommand):
    help = (
        "Read and plan documents of one company again, as the button Check again does: by document, by flow, by "
        "project, "
        "by state, by the vendor's id of the record, or several of these together. A document that is right stays "
        "as it "
        "is; nothing is sent twice, and what a person left out stays left out. Without --apply it only tells which."
    )

    def add_arguments(self, parser: Any) -> None:
        add_tenant(parser, is_required=True)
        parser.add_argument("--entry", type=int, action="append", default=[], metavar="N", help="a document's number")
        parser.add_argument("--flow", default="", help="all documents of a flow (manage.py flows --list)")
        parser.add_argument("--project", default="", metavar="ID", help="all documents of a project, by Procore's id")
        parser.add_argument("--state", default="", help="all documents in a state, such as blocked or rejected")
        parser.add_argument("--record", default="", metavar="ID", help="the record's id in the system it comes from")
        parser.add_argument("--poll", action="store_true", help="also ask both sides now what changed since last time")
        add_json(parser)
        add_apply(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        _check(options)
        wanted = Wanted(
            entries=tuple(options["entry"]),
            flow=options["flow"],
            project=options["project"],
            state=options["state"],
            record=options["record"],
        )
        tenant = find_tenant(options["tenant"])
        if options["poll"] and tenant.state == Tenant.State.SETUP:
            message = f"{tenant.name} is not live, so there is nothing to poll for yet. Nothing was changed."
            raise CommandError(message)
        with tenant_scope(tenant.pk):
            found = wanted.select() if wanted != Wanted() else Entry.objects.none()
            told = {
                "tenant": tenant.pk,
                "documents": found.count(),
                "first": [_name(entry) for entry in found.defer("planned", "facts")[:MOST_NAMED]],
                "not_planned": _name_others(options["entry"], found),
                "polls": options["poll"],
                "is_paused": tenant.state == Tenant.State.PAUSED,
                "is_done": options["apply"],
            }
            if options["apply"]:
                self._apply(found, options)
        self.stdout.write(to_json(told) if options["json"] else _words(told))

    def _apply(self, found: Any, options: Any) -> None:
        operator = name_operator(options["operator"])
        names = ("entry", "flow", "project", "state", "record", "poll")
        given = {name: options[name] for name in names if options[name]}
        count = plan_again(found, told=f"By {operator}, who runs this installation")
        if options["poll"]:
            poll_now()
        audit(operator, "operator.planned_again", count_of(count, "document"), **given)


def _check(options: Any) -> None:
    if options["flow"] and options["flow"] not in all_flows():
        message = f"There is no flow {options['flow']!r}. There are: {', '.join(all_flows())}."
        raise CommandError(message)
    if options["state"] and options["state"] not in Entry.State.values:
        message = f"There is no state {options['state']!r}. There are: {', '.join(Entry.State.values)}."
        raise CommandError(message)
    if options["state"] == Entry.State.LEFT_OUT:
        message = "What a person left out stays left out, until a person takes it back on its page."
        raise CommandError(message)
    if not any(options[name] for name in ("entry", "flow", "project", "state", "record", "poll")):
        message = "Say which documents: --entry, --flow, --project, --state or --record. Or --poll alone."
        raise CommandError(message)


def _name(entry: Entry) -> str:
    return f"{entry.pk} {entry.flow} {entry.source_id} {entry.title or entry.number} ({entry.state})"


def _name_others(keys: list[int], found: QuerySet[Entry]) -> list[str]:
    """Why documents that were named are not planned again."""
    left = sorted(set(keys) - set(found.filter(pk__in=keys).values_list("pk", flat=True)))
    states = dict(Entry.objects.filter(pk__in=left).values_list("pk", "state"))
    return [f"{key} {WHY_NOT.get(states.get(key), 'does not fit what else is asked for')}" for key in left]


def _words(told: dict[str, Any]) -> str:
    count, first, is_done = told["documents"], told["first"], told["is_done"]
    lines = []
    if count or not told["polls"]:
        verb = count_of(count, "document", with_verb=True) if is_done else f"{count_of(count, 'document')} would be"
        lines = [f"{verb} planned again.", *(f"  {name}" for name in first)]
    if count > len(first):
        lines.append(f"  and {count - len(first):,} more")
    lines += [f"Not planned: {name}." for name in told["not_planned"]]
    if told["polls"]:
        lines.append(f"Both sides {'are' if is_done else 'would be'} asked what changed.")
    if told["is_paused"]:
        lines.append("The company is paused: nothing is sent until somebody there resumes it.")
    if not is_done:
        lines.append("Nothing was changed. Add --apply to do it.")
    return "\n".join(lines)
