"""A company with something of everything on its pages, made of rows alone. Names are as long as people make them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from mapping.automap.running import automap
from mapping.bulk.tasks import begin as begin_change
from mapping.choices import choose
from mapping.imports.preview import check_run, start_preview
from mapping.kinds import CUSTOMER, VENDOR
from mapping.models import Link, MappingRun, RemoteItem, RunRow
from mapping.pushing.runs import begin
from mapping.screens import SECTIONS
from smoothx.tenants.api_keys import make_key, note_use, revoke_key
from smoothx.tenants.models import ApiKey, AuditEntry, Membership
from sync.drift import Difference, to_text
from sync.models import Connection, Entry, OpeningRun, PayrollFile, PayrollRow
from tests import factories
from tests.factories import bill_line, figures, make_attempt, make_entry, make_opening, make_outgoing, notice
from tests.mapping.factories import make_code, make_company, make_customer, make_link, make_vendor

LONG = "Rocky Mountain Structural Steel Fabrication and Erection Specialists of Colorado, L.L.C."
UNBROKEN = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
FACTS = figures("89015.50", "8901.55", "12640.00", completed="1531464.00", retainage="140506.40")
LINES = [
    bill_line("76835.50", description=f"23-31-00 {LONG} - {LONG}"),
    bill_line("12180.00", chosen_by="QB Bill Account Code", source_code="23-34-00", description="23-34-00 HVAC fans"),
    bill_line("-8901.55", role="retained", description="Retention held, invoice 6", source_code=""),
    bill_line("12640.00", role="released", description="Retention released, invoice 6", source_code=""),
]
PLANNED = {"document": {"entity": "Bill", "vendor_id": "318", "total": "92753.95", "lines": LINES}, "facts": FACTS}


@dataclass(frozen=True)
class Furniture:
    """The rows that addresses name."""

    posted: Entry
    stopped: Entry
    twin: Entry
    company: RemoteItem
    contact: RemoteItem
    link: Link
    connection: Connection
    member: Membership
    imported: MappingRun
    pushed: MappingRun
    changed: MappingRun
    recoded: MappingRun
    payroll: PayrollFile
    api_key: ApiKey


def furnish(owner: Any) -> Furniture:
    """Everything of the active tenant, which goes live."""
    connection, _ = factories.connections()
    factories.make_project("501", name=LONG)
    company, contact, link = make_contacts()
    make_codes()
    posted, stopped, twin = make_documents()
    make_openings(owner)
    for section in ("contacts", "account-codes"):
        automap(SECTIONS[section], owner)
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=True)
    AuditEntry.note(actor=owner, action="company.changed", subject=LONG, before={"name": UNBROKEN})
    type(owner.memberships.get().tenant).objects.filter(pk=owner.memberships.get().tenant_id).update(
        state="live", start_date=date(2026, 7, 1), live_at=timezone.now()
    )
    member, imported = owner.memberships.get(), import_contacts(owner)
    pushed, recoded = push_of_many(owner), look_at_recoded(owner, posted)
    payroll, api_key = read_payroll(owner), make_keys(owner)
    runs = {"imported": imported, "pushed": pushed, "changed": leave_out_many(owner), "recoded": recoded}
    return Furniture(
        posted, stopped, twin, company, contact, link, connection, member, payroll=payroll, api_key=api_key, **runs
    )


def read_payroll(owner: Any) -> PayrollFile:
    """A file with a row that can be taken and one that cannot, both with long names."""
    made: PayrollFile = PayrollFile.objects.create(name=f"{UNBROKEN}.csv", started_by=owner, facts={"columns": {}})
    known = {"employee": LONG, "project": LONG, "code": "03-300", "pay_type": "Regular", "memo": UNBROKEN}
    known |= {"worked_on": date(2026, 9, 15), "hours": Decimal(8), "rate": Decimal("42.50")}
    PayrollRow.objects.create(file=made, number=2, key="1", verdict=PayrollRow.Verdict.NEW, **known)
    PayrollRow.objects.create(file=made, number=3, reasons=[f"{UNBROKEN} is no project."], **known)
    return made


def look_at_recoded(owner: Any, posted: Entry) -> MappingRun:
    """What the mapping of today would change, of a document with long names and of one that is paid."""
    choose("bill_number", "contract", owner)
    Entry.objects.filter(pk=posted.pk).update(flow="bills", target_total=Decimal("92753.95"))
    run: MappingRun = MappingRun.objects.create(
        what="change", section="recoding", state="preview", started_by=owner, expected=2, options={"ids": [posted.pk]}
    )
    changes = to_text(
        [
            Difference(("Line", "1", "AccountRef"), "a5030", "a5040"),
            Difference(("PrivateNote",), UNBROKEN, LONG),
            Difference(("TxnDate",), "2026-08-01", "2026-08-31"),
        ]
    )
    data = {"fingerprint": "f", "changes": changes}
    told = {"run": run, "label": f"{LONG}, invoice 6", "left_id": str(posted.pk), "is_chosen": False, "data": data}
    RunRow.objects.create(number=1, verdict="change", **told)
    RunRow.objects.create(number=2, verdict="kept", reason="Bill FRM-1187 is paid, in whole or in part.", **told)
    return run


def push_of_many(owner: Any) -> MappingRun:
    """A preview of companies whose names are as long as the others."""
    rows = RemoteItem.objects.filter(name__in=(LONG, UNBROKEN, "Smith Electric LLC"))
    return begin(
        SECTIONS["contacts"],
        "procore",
        role="vendor",
        ids=list(rows.values_list("pk", flat=True)),
        address="",
        actor=owner,
    )


def leave_out_many(owner: Any) -> MappingRun:
    """What a worker is to do, and nobody has begun."""
    values = {"address": "/mapping/account-codes/?tab=procore"}
    return begin_change(SECTIONS["account-codes"], "leave_out", owner, values=values, count=12_345)


def import_contacts(owner: Any) -> MappingRun:
    """A preview with a row that can be linked and some that cannot, their names as long as the others."""
    content = (
        f"Company,Vendor,Role\nSmith Electric LLC,Smith Electrical Inc,Vendor\n{LONG},{LONG},\n{UNBROKEN},1-Jan,\n"
    )
    file = io.BytesIO(content.encode())
    run = start_preview(SECTIONS["contacts"], file, size=len(content.encode()), name=f"{UNBROKEN}.csv", actor=owner)
    check_run(run)
    return run


def make_contacts() -> tuple[RemoteItem, RemoteItem, Link]:
    for number in range(1, 61):
        make_company(f"Subcontractor {number:02d} of Larimer County")
    company = make_company(LONG, email=f"accounts.payable@{UNBROKEN.lower()}.example", phone="(303) 555-0119")
    make_company(UNBROKEN)
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc", email="office@smith.example")
    contact = make_vendor("Old Harbor Supply", is_active=False)
    make_vendor(f"{LONG} (old)")
    make_customer("Denver Water Authority")
    pairs = [
        make_link(VENDOR, make_company("Front Range Mechanical LLC"), make_vendor("Front Range Mechanical")),
        make_link(VENDOR, make_company(f"{UNBROKEN} II"), contact),
        make_link(CUSTOMER, make_company("City of Golden"), make_customer("City of Golden")),
    ]
    return company, make_vendor("Castle Rock Plumbing"), pairs[0]


def make_codes() -> None:
    for number, name in enumerate(("Concrete", "Masonry", LONG, UNBROKEN), start=3):
        make_code(f"{number:02d}", name)
    for number, name in (("5030", "Concrete"), ("5040", "Masonry and stone"), ("5990", "Job costs, unassigned")):
        row = factories.make_account(f"a{number}", number, name)
        RemoteItem.objects.filter(pk=row.pk).update(subtype="Cost of Goods Sold")
    factories.make_account("r1", "2100", "Retention payable", "-127866.40")
    choose("line_item_type", "category", None)
    choose("bill_code", "a5990", None)
    choose("retention_payable_retained", "r1", None)
    choose("retention_payable_released", "r1", None)


def make_keys(owner: Any) -> ApiKey:
    """One in use, and one that was revoked."""
    revoke_key(make_key(LONG[:60], owner)[0], owner)
    key, _ = make_key(UNBROKEN[:60], owner, last_day=timezone.localdate() + timedelta(days=90))
    note_use(key)
    return key


def make_documents() -> tuple[Entry, Entry, Entry]:
    """One in every state, and a posted one with its lines, attempts and bodies."""
    known = {"planned": PLANNED, "facts": FACTS, "amount": Decimal("92753.95"), "title": f"{LONG}, invoice 6"}
    warning = notice("bill_code_used", "23-34-00 HVAC fans", amount="12180.00", default="QB Bill Account Code")
    posted = make_entry("posted_with_warnings", notices=[warning], party=LONG, **known)
    outgoing = make_outgoing(posted, body={"DocNumber": "FRM-1187", "PrivateNote": UNBROKEN * 3})
    make_attempt(outgoing, outcome="no_answer")
    make_attempt(outgoing, request_id="1-69b2e1aa-4d8c0b7e3b1f2a6c5d4e3f21", answer={"DocNumber": "FRM-1187"})
    stopped = make_entry("blocked", notices=[notice("vendor_not_mapped", LONG)], party=LONG, **known)
    found = {"target_id": "77", "target_number": "FRM-1187", "amount": "92753.95", "days": "3"}
    twin = make_entry("held", notices=[notice("duplicate_number", "bill FRM-1187", **found)], **known)
    codes = {
        "waiting": "previous_not_posted",
        "rejected": "books_closed",
        "uncertain": "no_answer",
        "changed_by_hand": "changed_by_hand",
        "ineligible": "before_start_date",
        "left_out": "duplicate_number",
    }
    for state, code in codes.items():
        make_entry(state, party=UNBROKEN, notices=[notice(code, "Bill FRM-1187")], facts=FACTS)
    make_entry("queued", due_at=timezone.now())
    make_entry("sending")
    for _ in range(60):
        make_entry("posted", facts=FACTS, target_number="FRM-1187-2026-02-ADJU")
    return posted, stopped, twin


def make_openings(owner: Any) -> None:
    start_date = date(2026, 7, 1)
    found = {"confirmed": True, "claims_after": 3}
    OpeningRun.objects.create(start_date=start_date, state="done", read=1, expected=1, found=found)
    make_opening(confirmed_by=owner, confirmed_at=timezone.now())
    make_opening(contract_name=UNBROKEN, vendor_name=LONG, tax=Decimal("120.00"))


def add_second_factor(person: Any) -> None:
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
