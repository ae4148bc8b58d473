"""The go-live check: what must be right before documents may cross, and going live, pausing and resuming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from connectors.models import Connection, Vendor
from mapping.choices import known_books, load_defaults
from mapping.defaults import DefaultKind, Defaults
from mapping.options.fitness import find_misfits
from mapping.options.ways import find_in_force
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import ledger
from sync.books import first_look
from sync.checklist import Check
from sync.golive_defaults import check_defaults
from sync.golive_mapping import check_mapping
from sync.models import OpeningBalance, OpeningRun
from sync.tasks import nudge, start_polling
from sync.work import Work


@dataclass(frozen=True, slots=True)
class Facts:
    """What the checks look at, read once."""

    connections: dict[str, Connection]
    defaults: Defaults
    last_run: OpeningRun | None
    unconfirmed: int


class CannotGoLive(Exception):
    """Blockers are left; `checks` names them."""

    def __init__(self, checks: list[Check]) -> None:
        super().__init__(", ".join(check.label for check in checks))
        self.checks = checks


def check_all() -> list[Check]:
    """Every check in the order of the set-up guide."""
    facts = load_facts()
    return [check for build in BUILDERS for check in build(facts)]


def load_facts() -> Facts:
    return Facts(
        connections={row.vendor: row for row in Connection.objects.order_by("id")},
        defaults=load_defaults(Connection.objects.filter(vendor=Vendor.QBO).first()),
        last_run=OpeningRun.objects.order_by("-started_at").first(),
        unconfirmed=OpeningBalance.objects.filter(confirmed_at__isnull=True).count(),
    )


def blockers(checks: list[Check]) -> list[Check]:
    return [check for check in checks if check.outcome in ("block", "wait")]


def _connections(facts: Facts) -> list[Check]:
    return [_connection(facts, Vendor.PROCORE), _connection(facts, Vendor.QBO)]


def _connection(facts: Facts, vendor: Vendor) -> Check:
    connection = facts.connections.get(vendor)
    key, label = f"connect_{vendor}", f"Connect {vendor.label}"
    if connection is not None and connection.is_healthy:
        return Check(key, "Connect", label, "done", connection.account_name)
    state = connection.state if connection else Connection.State.DISCONNECTED
    detail = {
        Connection.State.CHOOSING: "Connected. Choose which company to use.",
        Connection.State.BROKEN: "The connection is lost. Connect again.",
    }.get(Connection.State(state), "Not connected yet.")
    return Check(key, "Connect", label, "block", detail, "access", "Connect")


def _mapping(facts: Facts) -> list[Check]:
    contacts, projects, *others = check_mapping(facts.defaults)
    return [contacts, projects, _way(facts), *others]


def _way(facts: Facts) -> Check:
    """Which of the four ways is in force. Choosing it is choosing Default Line Item Type, which blocks by itself."""
    found = find_in_force(lambda kind: chosen.id if (chosen := facts.defaults.get(kind)) else "")
    label = "How cost codes are mapped"
    if found is None:
        text = "Compare the four ways and choose one."
        return Check("way", "Mapping", label, "open", text, "options", "Compare")
    return Check("way", "Mapping", label, "done", found.title, "options", "Compare")


def _defaults(facts: Facts) -> list[Check]:
    return [
        *check_defaults(facts.defaults, facts.last_run, knows_books=knows_books(facts)),
        *_misfits(facts),
    ]


def knows_books(facts: Facts) -> bool:
    quickbooks = facts.connections.get(Vendor.QBO)
    return quickbooks is not None and bool(quickbooks.facts.get("books"))


def _misfits(facts: Facts) -> list[Check]:
    """Choices that the books cannot carry out: a class or location would be lost without a word."""
    books = known_books(facts.connections.get(Vendor.QBO))

    def chosen(kind: DefaultKind) -> str:
        found = facts.defaults.get(kind)
        return found.id if found else ""

    return [
        Check(f"{kind.key}_fits", "Defaults", kind.label, "block", reason, f"setting:{kind.key}", "Choose another")
        for kind, reason in find_misfits(chosen, books)
    ]


def _openings(facts: Facts) -> list[Check]:
    label, group = "Opening balances", "Start"
    run = facts.last_run
    if run is None:
        text = "Choose a start date and read where each contract stands."
        return [Check("openings", group, label, "block", text, "openings", "Choose a start date")]
    if run.state == "running":
        return [Check("openings", group, label, "wait", f"Reading, {run.read} of {run.expected} projects.")]
    if run.state != "done":
        return [Check("openings", group, label, "block", run.message, "openings", "Read again")]
    if not run.found.get("confirmed"):
        which, them = ("1 contract", "it") if facts.unconfirmed == 1 else (f"{facts.unconfirmed} contracts", "them")
        text = f"{which} started before {run.start_date:%-d %b %Y}. Check and confirm {them}."
        return [Check("openings", group, label, "block", text, "openings", "Check them")]
    return [Check("openings", group, label, "done", f"Confirmed for {run.start_date:%-d %b %Y}.")]


def _advice(facts: Facts) -> list[Check]:
    advice = []
    procore = facts.connections.get(Vendor.PROCORE)
    if procore is not None and procore.is_healthy and not procore.facts.get("customer_field"):
        text = "New projects cannot become sub-customers until your Procore administrator adds it."
        advice.append(
            Check(
                "customer_field",
                "Good to know",
                "Customer field is missing in Procore",
                "open",
                text,
                "guide_customer_field",
                "Show the steps",
            )
        )
    start, closed = (facts.last_run.start_date if facts.last_run else None), facts.defaults.closed_until
    if closed is not None:
        fits = start is None or start > closed
        text = "Fine with this start date." if fits else "Documents dated in the closed period will be refused."
        advice.append(Check("closed", "Good to know", f"Books are closed to {closed:%-d %b %Y}", "open", text))
    return advice


BUILDERS: tuple[Callable[[Facts], list[Check]], ...] = (_connections, _mapping, _defaults, _openings, _advice)


def go_live(actor: User) -> Tenant:
    """Let documents cross from the confirmed start date on. Raises CannotGoLive while blockers are left."""
    checks = check_all()
    left = blockers(checks)
    if left:
        raise CannotGoLive(left)
    run = OpeningRun.objects.filter(state="done").order_by("-started_at").first()
    tenant = Tenant.objects.get(pk=require_tenant_id())
    first_look(Work())
    with transaction.atomic():
        tenant.state = Tenant.State.LIVE
        tenant.start_date = run.start_date if run else None
        tenant.live_at = tenant.live_at or timezone.now()
        tenant.save(update_fields=["state", "start_date", "live_at"])
        AuditEntry.note(actor=actor, action="tenant.live", subject=tenant.name, start_date=str(tenant.start_date))
        ledger.release(["tenant:live"])
        start_polling()
        nudge()
    return tenant


def pause(actor: User) -> None:
    """Stop sending at once; changes are still collected and wait."""
    _set_state(actor, Tenant.State.PAUSED, "tenant.paused")


def resume(actor: User) -> int:
    """Go on; answers how many documents were waiting."""
    _set_state(actor, Tenant.State.LIVE, "tenant.resumed")
    released = ledger.release(["tenant:live"])
    start_polling()
    nudge()
    return released


def _set_state(actor: User, state: Tenant.State, action: str) -> None:
    Tenant.objects.filter(pk=require_tenant_id()).exclude(state=Tenant.State.SETUP).update(state=state)
    AuditEntry.note(actor=actor, action=action, subject="company")
