"""What one run of the engine works with: the tenant, both connections and one frozen version of the mapping."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models.functions import Now

from connectors.models import Connection, Vendor
from connectors.procore import resources as procore
from connectors.procore.claim_items import CommitmentClaim
from connectors.procore.client import ProcoreClient
from connectors.procore.records import CostCode
from connectors.procore.records_costs import ListedCost
from connectors.procore.records_files import Attachment
from connectors.qbo import resources as qbo
from connectors.qbo.client import QboClient
from connectors.qbo.records import PostedDocument
from connectors.qbo.records_files import Attachable
from connectors.resource import Resource
from mapping.budgets import ProjectBudget
from mapping.choices import load_defaults
from mapping.defaults import Defaults
from mapping.kinds import KINDS
from mapping.maps import LeftSide, Maps, Target
from mapping.snapshot import (
    load_accounts,
    load_codes,
    load_companies,
    load_jobs,
    load_labels,
    load_lefts,
    load_links,
    load_listed,
    load_names,
    load_parents,
    load_projects,
    load_tax_rates,
    load_vendor_facts,
)
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import require_tenant_id
from sync import ledger
from sync.ahead import Ahead
from sync.carriers import load_carriers
from sync.cost_maps import COST_FLOWS, LEFT_KINDS, with_costs
from sync.models import Entry
from sync.registry import all_flows
from sync.switches import load_flows_off

# Flows whose documents are sold to the sub-customer of a project.
SALES = frozenset({"owner_invoices", "estimates"})
# How long it holds that a document of the books is one of the ledger's.
OURS_SECONDS = 10.0
# The QuickBooks list each of these flows adds to.
PUSHED_CODES = {"items_to_qbo": qbo.ITEMS, "classes_to_qbo": qbo.CLASSES}


class NotConnected(Exception):
    """The tenant has no working connection to this vendor."""

    def __init__(self, vendor: str) -> None:
        super().__init__(f"no working connection to {vendor}")
        self.vendor = vendor


class Work:
    """Loaded lazily and in sets; `forget_mapping` makes the next document see links made meanwhile."""

    def __init__(self) -> None:
        self.tenant = Tenant.objects.annotate(read_at=Now()).get(pk=require_tenant_id())
        # Called between the parts of a long piece of work, so that nobody takes its worker for dead.
        self.keep_lease: Callable[[], None] = lambda: None
        # Asked there as well: whether somebody else should have the worker now.
        self.gives_way: Callable[[], bool] = lambda: False
        self.ahead = Ahead()
        self._listed: dict[str, dict[str, Target]] = {}
        # The payment terms of purchase orders, by the order's id.
        self.order_terms: dict[str, str] = {}
        self._documents: dict[tuple[str, str], list[PostedDocument]] = {}
        # Until when it holds, and the ids.
        self._ours: dict[tuple[str, str], tuple[float, set[str]]] = {}
        # What costs on their way to Procore ask of a project, by its id: its budget codes, and its direct costs.
        self.budgets: dict[str, ProjectBudget] = {}
        self.direct_costs: dict[str, list[ListedCost]] = {}
        # The invoices of a commitment, by its id, for bills that become invoices.
        self.claims: dict[str, list[CommitmentClaim]] = {}
        # A change of the mapping or a setting made before is seen by this run; one made later may not be.
        self.mapped_at: datetime = self.tenant.read_at
        # The files of Procore records, by resource and id, and of attachments in the books, by id; None is gone.
        self.files: dict[tuple[str, str], tuple[Attachment, ...]] = {}
        self.attachables: dict[str, Attachable | None] = {}
        # What hangs on documents of the books that files are sent to, by kind and id.
        self.attached: dict[tuple[str, str], list[Attachable]] = {}
        self._connections = {row.vendor: row for row in Connection.objects.exclude(account_id="").order_by("id")}

    def connection(self, vendor: str) -> Connection:
        """The working connection. Raises NotConnected when it is missing, half made or lost."""
        connection = self._connections.get(vendor)
        if connection is None or not connection.is_healthy:
            raise NotConnected(vendor)
        return connection

    def find_connection(self, vendor: str) -> Connection | None:
        """The connection as it is, None where there never was one."""
        return self._connections.get(vendor)

    @cached_property
    def procore(self) -> ProcoreClient:
        return ProcoreClient(self.connection(Vendor.PROCORE))

    @cached_property
    def qbo(self) -> QboClient:
        return QboClient(self.connection(Vendor.QBO))

    @cached_property
    def flows_off(self) -> frozenset[str]:
        return load_flows_off()

    @cached_property
    def defaults(self) -> Defaults:
        return load_defaults(self._connections.get(Vendor.QBO))

    @cached_property
    def base_maps(self) -> Maps:
        labels, type_ids = load_labels()
        vendor_terms, vendor_currencies = load_vendor_facts()
        return Maps(
            links=load_links(KINDS.values()),
            codes=load_codes(),
            names=load_names(),
            jobs=load_jobs(),
            companies=load_companies(),
            projects=load_projects(),
            labels=labels,
            type_ids=type_ids,
            tax_rates=load_tax_rates(),
            vendor_terms=vendor_terms,
            vendor_currencies=vendor_currencies,
            start_date=self.tenant.start_date,
        )

    @cached_property
    def lefts(self) -> dict[tuple[str, str], LeftSide]:
        """What of Procore vendors, sub-customers and employees of the books are linked to."""
        return load_lefts(LEFT_KINDS)

    @cached_property
    def invoices_of_bills(self) -> frozenset[str]:
        """Invoices in Procore that bills of the books became: they never go back as bills."""
        made = Entry.objects.filter(flow="order_bills").exclude(target_id="")
        return frozenset(made.values_list("target_id", flat=True))

    @cached_property
    def openings(self) -> dict[str, Any]:
        return ledger.load_openings()

    def maps_for(self, entry: Entry) -> Maps:
        """The maps with what the books hold of the entry's contract, and what a person approved for this document."""
        contracts = {}
        if entry.group:
            opening = self.openings.get(entry.group)
            contracts[entry.group] = ledger.load_contract(entry.flow, entry.group, opening)
        maps = replace(self.base_maps, contracts=contracts, approvals=frozenset(entry.approvals))
        if entry.flow in COST_FLOWS:
            return with_costs(self, maps, entry)
        flow = all_flows().get(entry.flow)
        if flow is not None and flow.amends:
            return replace(maps, agreed=dict(entry.facts))
        if entry.flow in SALES:
            return replace(maps, parents=self.parents, carriers=load_carriers(self))
        return self._with_lists(maps, entry) if entry.flow in PUSHED_CODES else maps

    def _with_lists(self, maps: Maps, entry: Entry) -> Maps:
        """What only a cost code on its way to a QuickBooks list asks for."""
        return replace(maps, listed=self.listed(PUSHED_CODES[entry.flow].key), accounts=self.accounts)

    @cached_property
    def parents(self) -> dict[str, str]:
        return load_parents()

    @cached_property
    def accounts(self) -> dict[str, Target]:
        return load_accounts()

    def listed(self, resource_key: str) -> dict[str, Target]:
        if resource_key not in self._listed:
            self._listed[resource_key] = load_listed(resource_key)
        return self._listed[resource_key]

    @cached_property
    def standard_codes(self) -> dict[str, CostCode]:
        """The company's cost codes as Procore has them now, by id. Read whole, since a list must be named anyway."""
        lists = [row["id"] for page in self.procore.list(procore.COST_CODE_LISTS) for row in page]
        codes = procore.STANDARD_COST_CODES
        pages = chain.from_iterable(self.procore.list(codes, standard_cost_code_list_id=each) for each in lists)
        rows = [row for page in pages for row in page if not row.get("deleted_at")]
        return {code.id: code for code in map(CostCode.from_standard, rows)}

    def read_booked(self, resource: Resource, record_id: str) -> dict[str, Any]:
        """A record of the books that an entry comes of, read with those of the entries after it."""
        return self.ahead.get(self.qbo, resource, record_id)

    def documents_of(self, entity: str, party_id: str) -> list[PostedDocument]:
        """All bills (invoices, credits, ...) of one party, read once per run; what the run posts is added to it."""
        key = (entity, party_id)
        if key not in self._documents:
            self._documents[key] = self.qbo.find_documents(entity, party_id)
        return self._documents[key]

    def ours_of(self, entity: str, party_id: str) -> set[str]:
        """Ids of documents of one party that the ledger was found to have, a moment ago at the most: the caller adds
        what it finds. A person may let go of one at any time."""
        until, ours = self._ours.get((entity, party_id), (0.0, set()))
        if time.monotonic() >= until:
            ours = set()
            self._ours[entity, party_id] = (time.monotonic() + OURS_SECONDS, ours)
        return ours

    def remember_document(self, entity: str, document: PostedDocument) -> None:
        self._documents.get((entity, document.party_id), []).append(document)

    def learn_facts(self) -> bool:
        """Whether the accounts were asked again since this run began what they allow, and allow something else. Then
        the run goes on by that."""
        known = {row.pk: row for row in self._connections.values()}
        now = dict(Connection.objects.filter(pk__in=known).values_list("pk", "facts"))
        changed = [pk for pk, facts in now.items() if facts != known[pk].facts]
        for pk in changed:
            known[pk].facts = now[pk]
        if changed:
            self.forget_mapping()
        return bool(changed)

    def forget_mapping(self) -> None:
        self.mapped_at = read_clock()
        self._listed.clear()
        for name in ("base_maps", "defaults", "openings", "accounts", "lefts", "parents"):
            self.__dict__.pop(name, None)
