"""Linked contacts that differ now: shown first, and brought in step only when a person says so.

Worked out from the directory with the very rule that writes, without asking a vendor. A person's word is for what they
were shown: a contact that was changed since is asked about again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import transaction

from connectors.procore import resources as procore
from mapping.choices import load_defaults
from mapping.maps import Maps
from mapping.models import RemoteItem
from mapping.sides import Sides, load_sides
from mapping.snapshot import load_companies, load_names
from smoothx.tenants.models import AuditEntry
from sync.batches import PRIORITY
from sync.codes import sentence_for
from sync.contact_links import ROLES, load_links
from sync.contact_watch import AIM, RESOURCES, aim_at, load_entries, queue, running_flow
from sync.directory_records import company_of, contact_of
from sync.flow import Flow
from sync.flows import _contact_fields as details
from sync.flows._contact_fields import PUT_OURS
from sync.flows._contact_pairs import TARGET, LinkedPair, Role, fields_of
from sync.models import Entry, Event
from sync.plan import Plan
from sync.sets import write_back
from sync.tasks import nudge

BUSY = (Entry.State.QUEUED, Entry.State.SENDING, Entry.State.UNCERTAIN)
DIFFER = frozenset({"contact_changed_twice", "contact_differs"})


class CannotUpdate(Exception):
    """Nothing was queued; the text says why."""


@dataclass(frozen=True, slots=True)
class Differing:
    """One contact, and each detail as (name, theirs, ours). `refusal` says why it would not be written."""

    role: Role
    source_id: str
    target_id: str
    target_name: str
    name: str
    changes: tuple[tuple[str, str, str], ...]
    approval: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Backlog:
    """`going` contacts are on their way."""

    flow: Flow
    found: tuple[Differing, ...]
    going: int

    @property
    def wanted(self) -> list[Differing]:
        return [each for each in self.found if not each.refusal]

    @property
    def refused(self) -> list[Differing]:
        return [each for each in self.found if each.refusal]


def find_backlog() -> Backlog | None:
    """None while neither direction is switched on."""
    flow = running_flow()
    return _Finder(flow).find() if flow is not None else None


def begin(actor: Any) -> int:
    """Look again and queue every contact that can be written, with the person's word. Answers how many."""
    backlog = find_backlog()
    if backlog is None:
        message = "Switch on first which side is right."
        raise CannotUpdate(message)
    wanted, flow = backlog.wanted, backlog.flow
    with transaction.atomic():
        sides = load_sides()
        queue(flow, sides, [(each.role, each.source_id) for each in wanted], priority=PRIORITY)
        entries = load_entries(flow, sides, [each.source_id for each in wanted])
        for each in wanted:
            _allow(flow, entries[each.role, each.source_id], each)
        chosen = [entries[each.role, each.source_id] for each in wanted]
        write_back(chosen, ["approvals", "facts", "tries", "source_fingerprint", *AIM])
        text = "Told to bring it in step"
        Event.objects.bulk_create([Event(entry=entry, actor=actor, what="approved", text=text) for entry in chosen])
        AuditEntry.note(actor=actor, action="contacts.begun", subject=f"{len(wanted)} contacts", flow=flow.key)
        if wanted:
            nudge()
    return len(wanted)


def _allow(flow: Flow, entry: Entry, differing: Differing) -> None:
    if entry.facts.get(TARGET) != differing.target_id:
        entry.facts = {TARGET: differing.target_id}
    aim_at(flow, entry, differing.target_id, differing.target_name)
    entry.tries, entry.source_fingerprint = 0, ""
    entry.approvals = [differing.approval] if differing.approval else []


class _Finder:
    """Runs the rule over all linked pairs of the directory."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._sides: Sides = load_sides()
        self._defaults = load_defaults(self._sides.quickbooks)
        self._links = load_links()
        # All that a rule of such a flow looks up: whether somebody else has the new name.
        self._maps = Maps(names=load_names(), companies=load_companies())

    def find(self) -> Backlog:
        found = [differing for pair in self._pairs() if (differing := self._look(pair)) is not None]
        found.sort(key=lambda each: (each.name.casefold(), each.role))
        going = sum(entry.state in BUSY for entry in self._entries.values())
        return Backlog(self._flow, tuple(found), going)

    def _pairs(self) -> Iterator[LinkedPair]:
        companies = self._rows(procore.VENDORS.key, [company_id for _, company_id in self._links.contacts])
        contacts = {role: self._rows(resource.key, self._contact_ids(role)) for role, resource in RESOURCES.items()}
        for (role, company_id), contact_id in self._links.contacts.items():
            company, contact = companies.get(company_id), contacts[role].get(contact_id)
            if company is None or contact is None or self._is_in_hand(role, company, contact):
                continue
            yield LinkedPair(
                role=role,
                company_id=company_id,
                company=company_of(company),
                contact=contact_of(contact, is_customer=role == "customer"),
                is_second=role == "customer" and ("vendor", company_id) in self._links.contacts,
            )

    def _contact_ids(self, role: Role) -> list[str]:
        return [contact_id for (each, _), contact_id in self._links.contacts.items() if each == role]

    def _rows(self, resource_key: str, ids: Sequence[str]) -> dict[str, RemoteItem]:
        rows = RemoteItem.objects.filter(resource=resource_key, remote_id__in=ids, connection__in=self._sides.known)
        return {row.remote_id: row for row in rows}

    @cached_property
    def _entries(self) -> dict[tuple[Role, str], Entry]:
        rows = Entry.objects.filter(flow=self._flow.key).only("part", "source_id", "state", "facts", "updated_at")
        return {(ROLES[row.part], row.source_id): row for row in rows}

    def _is_in_hand(self, role: Role, company: RemoteItem, contact: RemoteItem) -> bool:
        """On its way, left out, or written since the directory last heard of the record that was changed."""
        source, target = (company, contact) if self._flow.source == "procore" else (contact, company)
        entry = self._entries.get((role, source.remote_id))
        if entry is None:
            return False
        is_written = entry.state == Entry.State.POSTED and entry.updated_at > target.seen_at
        return entry.state in (*BUSY, Entry.State.LEFT_OUT) or is_written

    def _look(self, pair: LinkedPair) -> Differing | None:
        """What bringing this pair in step would write, None when there is nothing to write and nothing in the way."""
        if not self._differs(pair):
            return None
        is_from_procore = self._flow.source == "procore"
        company_id, contact_id = pair.company_id, pair.contact.id if pair.contact else ""
        source_id, target_id = (company_id, contact_id) if is_from_procore else (contact_id, company_id)
        entry = self._entries.get((pair.role, source_id))
        facts = dict(entry.facts) if entry is not None else {}
        plan = self._plan(pair, facts)
        version = next((n.detail["version"] for n in (*plan.blockers, *plan.warnings) if n.code in DIFFER), "")
        approval = f"{PUT_OURS}:{version}" if version else ""
        if approval:
            plan = self._plan(pair, facts, approval)
        refusal = _refusal_of(plan)
        shown = plan.document.shown if plan.document is not None else {}
        if not shown and not refusal:
            return None
        _, theirs = self._values(pair)
        changes = tuple((details.WORDS[field], theirs[field].text, shown[field]) for field in shown)
        target = pair.contact if is_from_procore else pair.company
        target_name = target.name if target is not None else ""
        return Differing(pair.role, source_id, target_id, target_name, pair.name, changes, approval, refusal)

    def _plan(self, pair: LinkedPair, facts: Mapping[str, str], *approvals: str) -> Plan[Any]:
        maps = replace(self._maps, agreed=facts, approvals=frozenset(approvals))
        return self._flow.rule(pair, maps, self._defaults)

    def _differs(self, pair: LinkedPair) -> bool:
        """Most pairs of a long list do not, which a comparison tells sooner than a plan."""
        ours, theirs = self._values(pair)
        return any(ours[field].key and not ours[field].is_same(theirs[field]) for field in self._fields)

    @cached_property
    def _fields(self) -> tuple[details.Field, ...]:
        return fields_of(self._defaults)

    def _values(self, pair: LinkedPair) -> tuple[details.Values, details.Values]:
        """The details of the side that is right, and of the other."""
        home = self._defaults.books_country
        company = details.read_company(pair.company, role=pair.role, home=home) if pair.company is not None else {}
        contact = details.read_contact(pair.contact, home=home) if pair.contact is not None else {}
        return (company, contact) if self._flow.source == "procore" else (contact, company)


def _refusal_of(plan: Plan[Any]) -> str:
    """Why nothing can be written although something differs. What is inactive, say, is no difference to settle."""
    if plan.document is not None and plan.document.is_empty:
        told = [notice for notice in plan.warnings if notice.code == "address_not_written"]
    else:
        told = [notice for notice in plan.blockers if notice.code == "rename_clash"]
    return sentence_for(told[0].code, told[0].subject, told[0].detail) if told else ""
