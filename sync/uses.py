"""Which left rows of a mapping the documents not posted yet name, by their last reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connectors.procore import resources as procore
from mapping.directory.project_codes import map_key
from mapping.kinds import (
    COST_CODE_ACCOUNT,
    COST_CODE_CLASS,
    COST_CODE_ITEM,
    COST_TYPE_CLASS,
    DEPARTMENT_CLASS,
    DEPARTMENT_LOCATION,
    OVERRIDE_ACCOUNT,
    OVERRIDE_ITEM,
    PAIR_ACCOUNT,
    PAIR_ITEM,
    PAYMENT_TERM,
    PROJECT,
    PROJECT_CLASS,
    SUB_JOB,
    TAX_PURCHASE,
    VENDOR,
)
from mapping.maps import pair_key, term_key
from mapping.models import RemoteItem
from sync.models import Entry

# Their facts name what their lines name.
COST_FLOWS = ("bills", "direct_costs")
OPEN_STATES = (Entry.State.QUEUED, Entry.State.WAITING, Entry.State.BLOCKED, Entry.State.HELD, Entry.State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A subcontractor invoice or direct cost that waits, and what its lines name."""

    title: str
    project_id: str
    vendor_id: str
    facts: dict[str, str] = field(default_factory=dict)

    def listed(self, name: str) -> list[str]:
        return self.facts.get(name, "").split()


class Uses:
    """Loaded in sets, and only what the kinds asked for need."""

    @cached_property
    def bills(self) -> list[OpenBill]:
        concerned = Entry.objects.filter(flow__in=COST_FLOWS, state__in=OPEN_STATES, target_id="").order_by("id")
        return [OpenBill(*row) for row in concerned.values_list("title", "project_id", "party_id", "facts")]

    @cached_property
    def departments(self) -> dict[str, list[str]]:
        """Project id to its departments."""
        rows = RemoteItem.objects.filter(
            resource=procore.PROJECTS.key, remote_id__in={bill.project_id for bill in self.bills}
        )
        return {key: found or [] for key, found in rows.values_list("remote_id", "data__department_ids")}

    @cached_property
    def keys(self) -> dict[str, str]:
        """A project's own cost code id to what it is mapped under."""
        ids = {code_id for bill in self.bills for code_id in bill.listed("cost_codes")}
        rows = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key, remote_id__in=ids)
        values = rows.values_list("remote_id", "code", "data__standard_id")
        return {remote_id: map_key(standard_id, code) for remote_id, code, standard_id in values}

    @cached_property
    def parents(self) -> dict[str, str]:
        """The division above each code in use and above each of those divisions, read level by level."""
        found: dict[str, str] = {}
        wanted = set(self.keys.values())
        rows = RemoteItem.objects.filter(resource=procore.STANDARD_COST_CODES.key)
        while wanted:
            level = dict(rows.filter(remote_id__in=wanted).values_list("remote_id", "parent_id"))
            found |= level
            wanted = set(level.values()) - {""} - set(found)
        return found

    def titles_of(self, kind_key: str) -> dict[str, list[str]]:
        """Left id to the titles of the documents that name it, each once."""
        finder = FINDERS.get(kind_key)
        titles: dict[str, list[str]] = defaultdict(list)
        for bill in self.bills if finder is not None else ():
            for left_id in dict.fromkeys(finder(self, bill)) if finder is not None else ():
                titles[left_id].append(bill.title)
        return dict(titles)

    def codes_of(self, bill: OpenBill) -> Iterator[str]:
        """The codes of its lines and the divisions that cover them."""
        for code_id in bill.listed("cost_codes"):
            key = self.keys.get(code_id, "")
            seen: set[str] = set()
            while key and key not in seen:
                yield key
                seen.add(key)
                key = self.parents.get(key, "")

    def pairs_of(self, bill: OpenBill) -> Iterator[str]:
        for pair in bill.listed("pairs"):
            code_id, _, cost_type = pair.partition("+")
            if code_id in self.keys:
                yield pair_key(self.keys[code_id], cost_type)


Finder = Callable[[Uses, OpenBill], Iterable[str]]


def _listed(name: str) -> Finder:
    return lambda uses, bill: bill.listed(name)


def _term(uses: Uses, bill: OpenBill) -> list[str]:
    text = bill.facts.get("payment_terms", "")
    return [term_key(text)] if text else []


FINDERS: dict[str, Finder] = {
    VENDOR.key: lambda uses, bill: [bill.vendor_id] if bill.vendor_id else [],
    PROJECT.key: lambda uses, bill: [bill.project_id] if bill.project_id else [],
    PROJECT_CLASS.key: lambda uses, bill: [bill.project_id] if bill.project_id else [],
    DEPARTMENT_CLASS.key: lambda uses, bill: uses.departments.get(bill.project_id, ()),
    DEPARTMENT_LOCATION.key: lambda uses, bill: uses.departments.get(bill.project_id, ()),
    COST_CODE_ACCOUNT.key: Uses.codes_of,
    COST_CODE_ITEM.key: Uses.codes_of,
    COST_CODE_CLASS.key: Uses.codes_of,
    PAIR_ACCOUNT.key: Uses.pairs_of,
    PAIR_ITEM.key: Uses.pairs_of,
    OVERRIDE_ACCOUNT.key: _listed("cost_codes"),
    OVERRIDE_ITEM.key: _listed("cost_codes"),
    COST_TYPE_CLASS.key: _listed("cost_types"),
    SUB_JOB.key: _listed("sub_jobs"),
    TAX_PURCHASE.key: _listed("tax_codes"),
    PAYMENT_TERM.key: _term,
}
