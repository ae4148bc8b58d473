"""The set-up guide, walked through by a visitor: connect, read, automap, choose defaults, go live.

Everything a person would press is pressed over HTTP; only waiting and looking things up read the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection
from connectors.sandbox.firm.contractor import Contractor
from mapping.models import Link, MappingRun, Refresh, RemoteItem
from smoothx.demo.visitor import Lost, Visitor
from smoothx.tenants.models import Membership, Role, Tenant
from sync.golive import blockers, check_all
from sync.models import Entry, OpeningRun

PASSWORD = "correct horse battery"  # noqa: S105 - shown on the screen; the demo runs on this machine only
OWNER, STAFF = "owner@ridgeline.example", "staff@smoothx.example"
MAPPED_SECTIONS = ("contacts", "projects", "account-codes")
ACCOUNTS = {
    "bill_code": "Job Costs, Unassigned",
    "retention_payable_retained": "Retention Payable",
    "retention_payable_released": "Retention Payable Released",
}
READ_SECTIONS = (*MAPPED_SECTIONS, "cost-types", "tax-purchase", "tax-sales")
# The list each is chosen from, and the name in it.
CHOICES = {
    **{key: ("qbo.accounts", name) for key, name in ACCOUNTS.items()},
    "invoice_code": ("qbo.accounts", "Contract Revenue"),
    "retention_receivable_retained": ("qbo.accounts", "Retention Receivable"),
    "retention_receivable_released": ("qbo.accounts", "Retention Receivable Released"),
    "procore_bill_code": ("procore.standard_cost_codes", "Final cleaning"),
    "default_cost_type": ("procore.line_item_types", "Other"),
}
# In the United States purchases carry no tax code.
TAX_CHOICES = {
    "US": {"sales_tax_code": ("qbo.tax_codes", "NON")},
    "GB": {"purchase_tax_code": ("qbo.tax_codes", "20.0% S"), "sales_tax_code": ("qbo.tax_codes", "20.0% S")},
}
# Tax codes of either side that are the same, whose names do not tell.
TAX_SECTIONS = ("tax-purchase", "tax-sales")
TAX_PAIRS = (("S20", "20.0% S"), ("R5", "5.0% R"), ("Z0", "0.0% Z"))
OPEN_STATES = (Entry.State.QUEUED, Entry.State.SENDING, Entry.State.UNCERTAIN)

Say = Callable[[str], None]


def make_company(name: str) -> Tenant:
    """The demo's company with its owner, and a member of staff for /operations/. Made once."""
    tenant, _ = Tenant.objects.get_or_create(slug="demo", defaults={"name": name, "time_zone": "America/Denver"})
    users = get_user_model()
    for email, is_staff in ((OWNER, False), (STAFF, True)):
        user, is_new = users.objects.get_or_create(username=email, defaults={"email": email})
        if is_new:
            user.set_password(PASSWORD)
            user.is_staff = user.is_superuser = is_staff
            user.save()
        if not is_staff:
            Membership.objects.get_or_create(tenant=tenant, user=user, defaults={"role": Role.OWNER})
    return tenant


def set_up(visitor: Visitor, contractor: Contractor, say: Say) -> None:
    """From an empty company to a live one."""
    visitor.sign_in(OWNER, PASSWORD)
    say("Connecting to both sandboxes")
    connect(visitor, contractor)
    say("Reading both directories")
    for section in READ_SECTIONS:
        read(visitor, section)
    say("Mapping what matches")
    for section in MAPPED_SECTIONS:
        automap(visitor, section)
    link_tax_codes(visitor)
    say("Choosing the defaults and reading the opening balances")
    choose_defaults(visitor, TAX_CHOICES[contractor.country])
    push_missing(visitor, contractor)
    start(visitor, contractor.start_date)
    say("Live. Documents are crossing")


def connect(visitor: Visitor, contractor: Contractor) -> None:
    """Both consents, over the vendors' own pages, then the choice of the Procore company."""
    for vendor in ("procore", "qbo"):
        consent = visitor.post(reverse("connectors:connect", args=[vendor]))
        answer = {"realm_id": contractor.realm_id} if vendor == "qbo" else {}
        visitor.submit(consent, decision="allow", **answer)
    if not is_connected("procore"):
        visitor.post(reverse("connectors:choose_company"), company=str(contractor.procore_company_id))
    for vendor in ("procore", "qbo"):
        if not is_connected(vendor):
            message = f"{vendor} did not connect"
            raise Lost(message)


def is_connected(vendor: str) -> bool:
    return Connection.objects.filter(vendor=vendor, state=Connection.State.CONNECTED).exists()


def read(visitor: Visitor, section: str) -> None:
    """Press Refresh on both sides and wait for the readings to end."""
    for side in ("procore", "quickbooks"):
        visitor.post(reverse("mapping:refresh", args=[section]), side=side)
    wait_for(f"reading {section}", lambda: _readings(section, (Refresh.State.WAITING, Refresh.State.RUNNING)) == 0)
    if _readings(section, (Refresh.State.FAILED,)):
        message = f"reading {section} stopped"
        raise Lost(message)


def automap(visitor: Visitor, section: str) -> None:
    """Press Automap and wait for the run to end."""
    visitor.post(reverse("mapping:automap", args=[section]))
    wait_for(
        f"automap of {section}", lambda: _automaps(section, (MappingRun.State.WAITING, MappingRun.State.RUNNING)) == 0
    )
    if _automaps(section, (MappingRun.State.FAILED,)):
        message = f"automap of {section} stopped"
        raise Lost(message)


def _automaps(section: str, states: Iterable[str]) -> int:
    runs = MappingRun.objects.filter(section=section, what=MappingRun.What.AUTOMAP)
    return runs.filter(state__in=list(states)).count()


def _readings(section: str, states: Iterable[str]) -> int:
    return Refresh.objects.filter(section=section, state__in=list(states)).count()


def link_tax_codes(visitor: Visitor) -> None:
    """Link by hand those of TAX_PAIRS that this country has."""
    for section in TAX_SECTIONS:
        for code, name in TAX_PAIRS:
            row = RemoteItem.objects.filter(resource="procore.tax_codes", code=code).first()
            target = RemoteItem.objects.filter(resource="qbo.tax_codes", name=name).first()
            if row is not None and target is not None:
                visitor.post(reverse("mapping:link", args=[section, row.pk]), target=str(target.pk))


def choose_defaults(visitor: Visitor, tax_choices: Mapping[str, tuple[str, str]]) -> None:
    """Category lines, what the go-live check asks for, and that direct costs and files cross."""
    visitor.post(reverse("settings:defaults"), line_item_type="category")
    visitor.post(reverse("settings:screen", args=["projects"]), existing_projects="create")
    for key, (resource, name) in {**CHOICES, **tax_choices}.items():
        row = RemoteItem.objects.filter(resource=resource, name=name).first()
        if row is None:
            message = f"{name} is not among the {resource} that were read"
            raise Lost(message)
        visitor.post(reverse("settings:find", args=[key]), value=row.remote_id)
    for flow in ("direct_costs", "attachments_to_qbo", "attachments_to_procore"):
        visitor.post(reverse("settings:flow_switch"), flow=flow, on="1")


def push_missing(visitor: Visitor, contractor: Contractor) -> None:
    """Push, as vendors, the companies that hold a commitment and are not in QuickBooks yet."""
    named = {commitment.vendor_key for commitment in contractor.commitments}
    names = [c.procore_name for c in contractor.companies if c.key in named and c.qbo_name is None]
    linked = Link.objects.filter(kind="vendor").values("left_id")
    rows = RemoteItem.objects.filter(resource="procore.vendors", name__in=names).exclude(remote_id__in=linked)
    ids = dict(rows.values_list("remote_id", "pk"))
    for row_id in ids.values():
        visitor.post(
            reverse("mapping:push", args=["contacts", "procore"]), id=row_id, confirmed="1", **{"as": "vendor"}
        )
    wait_for(
        "the pushed vendors", lambda: Link.objects.filter(kind="vendor", left_id__in=list(ids)).count() == len(ids)
    )


def start(visitor: Visitor, start_date: date) -> None:
    """Opening balances, their confirmation, and going live."""
    day = start_date.isoformat()
    visitor.post(reverse("openings_read"), start_date=day)
    wait_for("the opening balances", lambda: not OpeningRun.objects.filter(state="running").exists())
    visitor.post(reverse("openings_confirm"), start_date=day)
    visitor.post(reverse("go_live"), start_date=day, confirmed="1")
    tenant = Tenant.objects.get(slug="demo")
    if tenant.state != Tenant.State.LIVE:
        left = ", ".join(check.label for check in blockers(check_all()))
        message = f"the company did not go live, what is open: {left}"
        raise Lost(message)


def wait_until_settled(expected: int, *, seconds: float) -> None:
    """Wait until this many claims are known and nothing is on its way any more."""

    def is_settled() -> bool:
        bills = Entry.objects.filter(flow="bills")
        # What only waits to be looked at again lies further ahead than any retry.
        is_due = Q(due_at__lte=timezone.now() + timedelta(minutes=20))
        moving = Entry.objects.filter(is_due | Q(claimed_until__isnull=False) | Q(state__in=OPEN_STATES))
        return bills.count() >= expected and not moving.exists()

    wait_for("all documents to settle", is_settled, seconds=seconds)


def wait_for(what: str, is_done: Callable[[], Any], *, seconds: float = 90.0) -> None:
    """Look four times a second. Raises Lost when it takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > end:
            message = f"waited {seconds:g} seconds for {what}"
            raise Lost(message)
        time.sleep(0.25)
