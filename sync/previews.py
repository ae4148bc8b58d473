"""What a push would make, planned by the very rule that will make it, from the directory and without any effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from connectors.errors import VendorError
from connectors.procore.documents import DirectoryCompany
from connectors.qbo.documents import Contact
from connectors.qbo.lists_documents import ServiceItem
from mapping.directory.upserts import upsert_companies, upsert_records
from mapping.divisions import ancestors
from mapping.kinds import CUSTOMER
from mapping.pushing.pushes import Planned, Planner, Wanted
from mapping.screens import Section
from mapping.sides import SideKey
from mapping.subjects import load_parents
from sync.codes import sentence_for
from sync.directory_records import company_of, contact_of, project_of
from sync.flow import Flow
from sync.flows._cost_codes import CodePush
from sync.flows.contacts import PushRequest
from sync.models import Entry
from sync.plan import Notice, Plan
from sync.posting import NAME_LISTS
from sync.registry import flow as flow_called
from sync.work import NotConnected, Work

# The flow that carries rows of Procore, by the kind it links; rows of QuickBooks have one.
FROM_PROCORE = {
    "vendor": "contacts_to_qbo",
    "project": "projects",
    "cost_code_item": "items_to_qbo",
    "cost_code_class": "classes_to_qbo",
}
LISTS = {"vendor": NAME_LISTS, "project": ("Customer",), "cost_code_item": ("Item",), "cost_code_class": ("Class",)}


# What a project lacks before it can be created, as the list of a push groups it.
VERDICTS = {
    "customer_field_missing": "waits",
    "customer_not_set": "waits",
    "customer_not_mapped": "unmapped",
    "customer_unknown": "unmapped",
    "customer_is_vendor": "vendor",
}


def flow_for(section: Section, side: SideKey) -> Flow:
    key = FROM_PROCORE[section.kinds[0].key] if side == "procore" else "contacts_to_procore"
    return flow_called(key)


def planner(section: Section, side: SideKey) -> Planner:
    """Plans rows with the mapping and the directory as they are now."""
    return _Previewer(flow_for(section, side))


class _Previewer:
    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._work = Work()

    def __call__(self, wanted: Wanted) -> Planned:
        became = self._pushed.get((wanted.row.remote_id, wanted.role))
        if became:
            reason = "It was pushed before. Link it to what it became instead."
            return Planned(name=wanted.row.name, reason=reason, taken_by=became)
        entry = Entry(flow=self._flow.key, approvals=list(wanted.approvals), part=wanted.role)
        plan = self._flow.rule(self._source(wanted), self._work.maps_for(entry), self._work.defaults)
        return _planned(plan, self._customers)

    @cached_property
    def _customers(self) -> dict[str, str]:
        """QuickBooks customers by id, those that companies are mapped to."""
        links = self._work.base_maps.links
        return {target.id: target.name for (kind, _), target in links.items() if kind == CUSTOMER.key}

    def _source(self, wanted: Wanted) -> Any:
        row = wanted.row
        role = "customer" if wanted.role == "customer" else "vendor"
        if self._flow.key == "contacts_to_qbo":
            return PushRequest(company_of(row), "customer" if role == "customer" else "vendor")
        if self._flow.key == "contacts_to_procore":
            return contact_of(row, is_customer=role == "customer")
        if self._flow.key == "projects":
            return project_of(row)
        return CodePush(
            id=row.remote_id,
            code=row.code,
            name=row.name,
            parents=ancestors(row.remote_id, self._parents),
            is_division=row.remote_id in self._divisions,
            is_active=row.is_active,
        )

    @cached_property
    def _pushed(self) -> dict[tuple[str, str], str]:
        posted = Entry.objects.filter(flow=self._flow.key).exclude(target_id="")
        return {
            (source_id, part): target
            for source_id, part, target in posted.values_list("source_id", "part", "target_id")
        }

    @cached_property
    def _parents(self) -> dict[str, str]:
        return load_parents()

    @cached_property
    def _divisions(self) -> set[str]:
        return set(self._parents.values())


def ask_name(section: Section, side: SideKey, name: str) -> Sequence[str]:
    """Remote ids of the rows opposite of `side` with this name now; each is in the directory from here on."""
    try:
        return _ask_procore(name) if side == "quickbooks" else _ask_books(LISTS[section.kinds[0].key], name)
    except (VendorError, NotConnected):
        # What the directory knows has to do; the push itself is refused should the name be in use.
        return ()


def _ask_books(entities: Sequence[str], name: str) -> list[str]:
    client = Work().qbo
    found: list[str] = []
    for entity in entities:
        # A sub-customer of the name may stand below any customer.
        is_contact = len(entities) > 1 and entity == "Customer"
        record = client.find_by_name(entity, name, parent_id="" if is_contact else None)
        if record is not None:
            upsert_records(client.connection, entity, [record])
            found.append(str(record["Id"]))
    return found


def _ask_procore(name: str) -> list[str]:
    client = Work().procore
    companies = client.find_company(name)
    upsert_companies(client.connection, companies)
    return [company.id for company in companies]


def _planned(plan: Plan[Any], customers: Mapping[str, str]) -> Planned:
    warnings = tuple(_sentence(notice) for notice in plan.warnings)
    if plan.document is not None:
        below = getattr(plan.document, "parent_id", "")
        under = (("Customer", customers[below]),) if below in customers else ()
        facts = (*under, *_facts(plan.document))
        return Planned(name=plan.document.name, facts=facts, warnings=warnings, below=below)
    blocker = plan.blockers[0]
    taken = blocker.detail.get("id", "") if blocker.code == "name_exists" else ""
    # Only a name in use is known to be the row's; others tell of a setting or of what the row lacks.
    name = blocker.subject if taken else ""
    return Planned(
        name=name,
        warnings=warnings,
        reason=_sentence(blocker),
        taken_by=taken,
        verdict=VERDICTS.get(blocker.code, ""),
        subject=blocker.subject,
    )


def _sentence(notice: Notice) -> str:
    if notice.code == "name_changed":
        # The code's own sentence tells of it afterwards.
        return f"QuickBooks does not take the name as it is, so it becomes {notice.subject}."
    return sentence_for(notice.code, notice.subject, notice.detail)


def _facts(document: Any) -> tuple[tuple[str, str], ...]:
    """What is sent, in a reader's words and in the order it is shown; empty values are left out."""
    match document:
        case Contact():
            address = document.address
            named = [
                ("Name", document.name),
                ("Company name", document.company_name),
                ("E-mail", document.email),
                ("Phone", document.phone),
                ("Street", address.line),
                ("City", address.city),
                ("State", address.region),
                ("Postcode", address.postal_code),
                ("Country", address.country),
            ]
        case DirectoryCompany():
            named = [
                ("Name", document.name),
                ("E-mail", document.email),
                ("Phone", document.phone),
                ("Street", document.street),
                ("City", document.city),
                ("State", document.state_code),
                ("Postcode", document.zip),
                ("Country", document.country_code),
            ]
        case ServiceItem():
            named = [
                ("Name", document.name),
                ("SKU", document.code),
                ("Type", "Service"),
                ("Income account", document.income_account_name),
                ("Expense account", document.expense_account_name),
            ]
        case _:
            named = [("Name", document.name)]
    return tuple((label, value) for label, value in named if value)
