"""Flows, settings and checks as they stand, from the functions the pages read them from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Max, Min
from django.urls import reverse

from mapping.choices import load_defaults
from mapping.defaults import DEFAULTS, Choice, DefaultKind, Defaults
from mapping.sides import load_sides
from smoothx.api.absolute import absolute
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import golive
from sync.checklist import Check
from sync.flow import Flow
from sync.golive_defaults import find_missing, find_required
from sync.ledger import ENDED_STATES
from sync.models import Entry, FlowSetting
from sync.pages.frame import SIDES
from sync.pages.needs import is_for_person
from sync.pages.setting_urls import check_url, url_of_flow, url_of_setting
from sync.registry import all_flows
from sync.versions.recording import Stamp, load_stamps, name_of
from sync.versions.snapshot import Kept, load_settings, words_of


@dataclass(slots=True)
class Tally:
    """What the ledger holds of one flow."""

    states: Counter[str] = field(default_factory=Counter)
    for_person: int = 0
    oldest_open_at: datetime | None = None
    last_posted_at: datetime | None = None


def list_flows() -> Iterator[dict[str, Any]]:
    """Every declared flow, in the order they run. Five statements at most, however many documents there are."""
    defaults = load_defaults(load_sides().quickbooks)
    switched = {row.flow: row for row in FlowSetting.objects.select_related("changed_by")}
    tallies = load_tallies()
    for flow in all_flows().values():
        yield _flow(flow, switched.get(flow.key), tallies.get(flow.key, Tally()), defaults)


def _flow(flow: Flow, setting: FlowSetting | None, tally: Tally, defaults: Defaults) -> dict[str, Any]:
    is_on = setting.is_on if setting else flow.is_on_at_first
    return {
        "key": flow.key,
        "label": flow.label,
        "noun": flow.noun,
        "help": flow.help,
        "source": SIDES[flow.source],
        "target": SIDES[flow.target],
        "is_by_button": flow.trigger == "push",
        "is_on": is_on,
        "switched_by": _name_or_none(setting.changed_by if setting else None),
        "switched_at": setting.changed_at if setting else None,
        "missing": [_missing(kind) for kind in find_missing(flow, defaults)] if is_on else [],
        "counts": {state.value: tally.states[state.value] for state in Entry.State},
        "needs_person": tally.for_person,
        "oldest_open_at": tally.oldest_open_at,
        "last_posted_at": tally.last_posted_at,
        "entries": absolute(f"{reverse('api:entries')}?flow={flow.key}"),
        "link": absolute(url_of_flow(flow.key)),
    }


def _missing(kind: DefaultKind) -> dict[str, str]:
    return {
        "key": kind.key,
        "label": kind.label,
        "sentence": kind.ask or kind.if_empty,
        "link": absolute(url_of_setting(kind.key)),
    }


def load_tallies() -> dict[str, Tally]:
    """By flow, in one statement over the ledger."""
    found: dict[str, Tally] = {}
    groups = Entry.objects.order_by().values_list("flow", "state", "first_code")
    told = groups.annotate(count=Count("id"), oldest=Min("created_at"), last=Max("posted_at"))
    for flow, state, code, count, oldest, last in told:
        tally = found.setdefault(flow, Tally())
        tally.states[state] += count
        tally.for_person += count if is_for_person(state, code) else 0
        if state not in ENDED_STATES:
            tally.oldest_open_at = min(tally.oldest_open_at or oldest, oldest)
        tally.last_posted_at = max(filter(None, (tally.last_posted_at, last)), default=None)
    return found


def list_settings() -> Iterator[dict[str, Any]]:
    """Every declared setting in the order of the pages."""
    facts = golive.load_facts()
    required = find_required(facts.defaults, facts.last_run, knows_books=golive.knows_books(facts))
    kept, stamps = load_settings(), load_stamps()
    for kind in DEFAULTS.values():
        yield _setting(
            kind,
            facts.defaults,
            kept.get(f"default:{kind.key}"),
            stamps.get(kind.key),
            is_required=kind.key in required,
        )


def _setting(
    kind: DefaultKind, defaults: Defaults, kept: Kept | None, stamp: Stamp | None, *, is_required: bool
) -> dict[str, Any]:
    values = _values(kind, defaults)
    # What stood before the first version was chosen by nobody knows whom.
    is_known = stamp is not None and not stamp.is_first
    return {
        "key": kind.key,
        "label": kind.label,
        "help": kind.help,
        "if_empty": kind.if_empty,
        "screen": kind.screen,
        "group": kind.group,
        "type": _type(kind),
        "takes_many": kind.takes_many,
        "is_required": is_required,
        "values": [{"id": value.id, "name": value.name, "is_active": value.is_active} for value in values],
        "words": words_of(f"default:{kind.key}", kept),
        "origin": "chosen" if kept is not None else "preset" if values else "empty",
        "changed_by": stamp.who if stamp is not None and is_known else None,
        "changed_at": stamp.at if stamp is not None and is_known else None,
        "used_by": [flow.key for flow in all_flows().values() if kind in flow.uses],
        "link": absolute(url_of_setting(kind.key)),
    }


def _values(kind: DefaultKind, defaults: Defaults) -> Iterable[Choice]:
    if kind.takes_many:
        return defaults.get_many(kind)
    chosen = defaults.get(kind)
    return () if chosen is None else (chosen,)


def _type(kind: DefaultKind) -> str:
    if kind.chooses is not None:
        return "row"
    if kind.bounds is not None:
        return "number"
    return "text" if kind.tokens else "option"


def read_go_live() -> dict[str, Any]:
    """The checks of going live, for a company that is live as well: what stopped being right shows."""
    tenant = Tenant.objects.get(pk=require_tenant_id())
    checks = golive.check_all()
    return {
        "state": tenant.state,
        "start_date": tenant.start_date,
        "live_at": tenant.live_at,
        "is_ready": not golive.blockers(checks),
        "checks": [_check(check) for check in checks],
        "link": absolute(reverse("dashboard")),
    }


def _check(check: Check) -> dict[str, Any]:
    url = check_url(check)
    return {
        "key": check.key,
        "group": check.group,
        "label": check.label,
        "state": check.outcome,
        "sentence": check.detail,
        "left": check.left,
        "link": absolute(url),
        "link_label": check.fix_label if url else "",
    }


def _name_or_none(person: User | None) -> str | None:
    return name_of(person) if person is not None else None
