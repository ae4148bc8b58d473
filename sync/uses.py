"""Which left rows of a mapping the documents not posted yet name, by their last reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connectors.procore import resources as procore
from mapping.directory.project_codes import map_key
from mapping.maps import pair_key, term_key
from mapping.models import RemoteItem
from sync.models import Entry
from sync.naming import CODES, DIRECT, LOOKED_UP, PAIRS, PARTY, PROJECT_ID, TERMS
from sync.registry import all_flows

# Documents of Procore whose facts name what their lines name.
FLOWS = ("bills", "direct_costs", "owner_invoices", "purchase_orders", "estimates")
# What each of them looks up: the code of an owner invoice's line leads to no cost account.
NEEDS = {key: frozenset(kind.key for kind in all_flows()[key].needs) for key in FLOWS}
OPEN_STATES = (Entry.State.QUEUED, Entry.State.WAITING, Entry.State.BLOCKED, Entry.State.HELD, Entry.State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A document of Procore that waits, and what its lines name. `party_id` is its vendor, or the contract's owner."""

    flow: str
    title: str
    project_id: str
    party_id: str
    facts: dict[str, str] = field(default_factory=dict)

    def named(self, word: str) -> list[str]:
        """What it names by this word of sync/naming.py."""
        own = {PARTY: self.party_id, PROJECT_ID: self.project_id}
        if word in own:
            return [own[word]] if own[word] else []
        return self.facts.get(word, "").split()


class Uses:
    """Loaded in sets, and only what the kinds asked for need."""

    @cached_property
    def bills(self) -> list[OpenBill]:
        concerned = Entry.objects.filter(flow__in=FLOWS, state__in=OPEN_STATES, target_id="").order_by("id")
        return [OpenBill(*row) for row in concerned.values_list("flow", "title", "project_id", "party_id", "facts")]

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
        ids = {code_id for bill in self.bills for code_id in bill.named(CODES)}
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
        if finder is None:
            return {}
        for bill in self.bills:
            for left_id in dict.fromkeys(finder(self, bill)) if kind_key in NEEDS[bill.flow] else ():
                titles[left_id].append(bill.title)
        return dict(titles)

    def codes_of(self, bill: OpenBill) -> Iterator[str]:
        """The codes of its lines and the divisions that cover them."""
        for code_id in bill.named(CODES):
            key = self.keys.get(code_id, "")
            seen: set[str] = set()
            while key and key not in seen:
                yield key
                seen.add(key)
                key = self.parents.get(key, "")

    def pairs_of(self, bill: OpenBill) -> Iterator[str]:
        for pair in bill.named(PAIRS):
            code_id, _, cost_type = pair.partition("+")
            if code_id in self.keys:
                yield pair_key(self.keys[code_id], cost_type)


Finder = Callable[[Uses, OpenBill], Iterable[str]]


def _named(word: str) -> Finder:
    return lambda uses, bill: bill.named(word)


def _term(uses: Uses, bill: OpenBill) -> list[str]:
    text = bill.facts.get(TERMS, "")
    return [term_key(text)] if text else []


# What is found by a word that has to be looked up.
_LOOKING: dict[str, Finder] = {
    PROJECT_ID: lambda uses, bill: uses.departments.get(bill.project_id, ()),
    CODES: Uses.codes_of,
    PAIRS: Uses.pairs_of,
    TERMS: _term,
}
FINDERS: dict[str, Finder] = {
    **{kind: _named(word) for kind, word in DIRECT.items()},
    **{kind: _LOOKING[word] for kind, word in LOOKED_UP.items()},
}
