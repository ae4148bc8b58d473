"""Maps: the frozen lookup handed to rules. Loaded once per run, so a whole run sees one version of the mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from mapping.budgets import ProjectBudget
from mapping.kinds import MappingKind
from smoothx.lib.money import ZERO, total
from smoothx.lib.text import collapse_spaces, shorten_with_hash

# As long as a link's left side may be.
LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class Target:
    """The other side of a link."""

    id: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class LeftSide:
    """Procore's side of a link, found by the other one. `project_id` is set on what lives in a project."""

    id: str
    name: str
    is_active: bool = True
    project_id: str = ""


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A cost code as mapping knows it: `key` is what links are kept under, `parents` the divisions above.

    Parents come nearest first; `parent_codes` are their own texts ("03") in the same order, for a reader.
    `sub_job_id` is set on the copy a sub job has of its own.
    """

    key: str
    code: str
    name: str
    parents: tuple[str, ...] = ()
    parent_codes: tuple[str, ...] = ()
    sub_job_id: str = ""


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """What rules ask of a project beside its own mapping."""

    name: str
    department_ids: tuple[str, ...] = ()


def pair_key(code_key: str, cost_type: str) -> str:
    """What a cost code together with a cost type is mapped under: "33+S"."""
    return f"{code_key}+{cost_type}"


def term_key(text: str) -> str:
    """What a payment term is mapped under, whatever its capitals and spaces; at most 120 characters."""
    return shorten_with_hash(collapse_spaces(text).lower(), LONGEST_KEY)


@dataclass(frozen=True, slots=True)
class PostedClaim:
    """A claim of a contract that stands in the books. `net` and `tax` are what we posted, credits negative.

    `completed`, `retainage` and `earned` are the claim's own cumulative lines 4, 5 and 6. `held` and `released` are
    the retention its document moved. The `catch_up` amounts are the part of its cost and of its held retention that
    made up for earlier claims; they are inside `net` and `held`. `dated` is the day its document took, where that was
    the first open day after a closed period. `tax_wanted` is the tax its last plan came to, where that was not posted.
    """

    source_id: str
    number: int
    net: Decimal
    tax: Decimal
    completed: Decimal
    retainage: Decimal
    earned: Decimal
    held: Decimal
    released: Decimal
    catch_up_cost: Decimal = ZERO
    catch_up_retention: Decimal = ZERO
    catch_up_tax: Decimal = ZERO
    dated: date | None = None
    tax_wanted: Decimal | None = None

    @classmethod
    def from_facts(
        cls, source_id: str, *, number: int, facts: Mapping[str, str], tax_wanted: Decimal | None = None
    ) -> PostedClaim:
        """From the facts its plan gave, text decimals; one that is not there counts as 0.00."""
        names = [each.name for each in fields(cls) if each.name not in ("source_id", "number", "dated", "tax_wanted")]
        amounts = {name: Decimal(facts.get(name) or ZERO) for name in names}
        dated = facts.get("dated")
        day = date.fromisoformat(dated) if dated else None
        return cls(source_id, number, **amounts, dated=day, tax_wanted=tax_wanted)

    @property
    def lacking_tax(self) -> Decimal:
        """What the books lack of the claim's tax: no later claim's figures tell, since they are all without tax."""
        return ZERO if self.tax_wanted is None else self.tax_wanted - self.tax


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a contract stood on the start date: the cumulative figures of its last claim before it.

    Nothing is posted on it before a person confirmed it.
    """

    source_id: str
    number: int
    completed: Decimal
    retainage: Decimal
    earned: Decimal
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ContractLedger:
    """What the books hold of one contract: the opening balance and the claims posted, in claim order.

    `left_out` are the ids of claims a person left out, `left_out_claims` what they came to: they are taken as entered
    by hand, so the claims after them start from there. `made_of_bills` are those of the posted that came the other
    way, from bills of the books.
    """

    opening: Opening | None = None
    posted: tuple[PostedClaim, ...] = ()
    left_out: frozenset[str] = frozenset()
    left_out_claims: tuple[PostedClaim, ...] = ()
    made_of_bills: frozenset[str] = frozenset()

    @property
    def earned(self) -> Decimal:
        """Line 6 as the books have it: opening plus all we posted, without tax."""
        start = self.opening.earned if self.opening else ZERO
        return total([start, *(claim.net for claim in self.posted)])

    @property
    def retainage(self) -> Decimal:
        """Line 5 as the books have it: opening plus all we held, less all we released."""
        start = self.opening.retainage if self.opening else ZERO
        return total([start, *(claim.held - claim.released for claim in self.posted)])

    @property
    def tax(self) -> Decimal:
        """The tax that we posted of these claims."""
        return total(claim.tax + claim.catch_up_tax for claim in self.posted)

    @property
    def lacking_tax(self) -> Decimal:
        """Tax of claims changed or deleted after posting that no later claim has made up for."""
        return total(claim.lacking_tax - claim.catch_up_tax for claim in self.posted)

    @property
    def expected_previous(self) -> Decimal:
        """What line 7 of the next claim must say: the books' line 6, and what was left out to be entered by hand."""
        return total([self.earned, *(claim.net for claim in self.left_out_claims)])

    @property
    def expected_retainage(self) -> Decimal:
        """The retention the next claim must start from."""
        return total([self.retainage, *(claim.held - claim.released for claim in self.left_out_claims)])

    def claim(self, source_id: str) -> PostedClaim | None:
        return next((claim for claim in self.posted if claim.source_id == source_id), None)

    def has(self, source_id: str) -> bool:
        return self.claim(source_id) is not None

    def has_later(self, number: int) -> bool:
        return any(claim.number > number for claim in self.posted)

    def covers(self, *, source_id: str, number: int) -> bool:
        """The claim lies before the start date, inside the opening balance."""
        return self.opening is not None and (number <= self.opening.number or source_id == self.opening.source_id)

    def without(self, source_id: str) -> ContractLedger:
        kept = tuple(claim for claim in self.posted if claim.source_id != source_id)
        return replace(self, posted=kept)

    def before(self, *, source_id: str, number: int) -> ContractLedger:
        """The ledger a claim is built on: without itself, and without later claims, which are built on it."""

        def is_earlier(claim: PostedClaim) -> bool:
            return claim.number <= number and claim.source_id != source_id

        return replace(
            self,
            posted=tuple(filter(is_earlier, self.posted)),
            left_out_claims=tuple(filter(is_earlier, self.left_out_claims)),
        )


@dataclass(frozen=True, slots=True)
class Maps:
    """Keys: `links` (kind key, left id); `codes` a project's own cost code id; `names` lower-case QuickBooks name of
    vendors, customers and employees; `jobs` (parent customer id, lower-case name); `companies` lower-case Procore
    directory name; `listed` lower-case name in the QuickBooks list a cost code is pushed to; `accounts` QuickBooks
    account id; `projects` project id; `labels` (resource key, id) to the name of a department, cost type or sub
    job; `type_ids` a cost type's code to its id; `tax_rates` ("purchase" or "sale", QuickBooks tax code id) to
    percent; `vendor_terms` and `vendor_currencies` a QuickBooks vendor id; `parents` a QuickBooks
    customer id to the one above it; `carriers` an account id to the item that stands for it on sales lines;
    `contracts` commitment id.
    `approvals` is what a person allowed for the one document being planned: "catch_up", "tax", "add_suffix",
    "expense_account:77". For costs that go to Procore: `lefts` (kind key, right id), `budgets` project id, `posted`
    the document as it was planned when it was last sent, `taken_numbers` those of the other parts of its source.
    `agreed`: what both sides of a linked contact were last in step about.
    """

    links: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    codes: Mapping[str, CodeRef] = field(default_factory=dict)
    names: Mapping[str, Target] = field(default_factory=dict)
    jobs: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    companies: Mapping[str, Target] = field(default_factory=dict)
    listed: Mapping[str, Target] = field(default_factory=dict)
    accounts: Mapping[str, Target] = field(default_factory=dict)
    projects: Mapping[str, ProjectRef] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)
    type_ids: Mapping[str, str] = field(default_factory=dict)
    tax_rates: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    vendor_terms: Mapping[str, Target] = field(default_factory=dict)
    vendor_currencies: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    carriers: Mapping[str, Target] = field(default_factory=dict)
    contracts: Mapping[str, ContractLedger] = field(default_factory=dict)
    start_date: date | None = None
    approvals: frozenset[str] = frozenset()
    lefts: Mapping[tuple[str, str], LeftSide] = field(default_factory=dict)
    budgets: Mapping[str, ProjectBudget] = field(default_factory=dict)
    posted: Mapping[str, Any] = field(default_factory=dict)
    taken_numbers: frozenset[str] = frozenset()
    agreed: Mapping[str, str] = field(default_factory=dict)

    def find(self, kind: MappingKind, left_id: str) -> Target | None:
        return self.links.get((kind.key, left_id))

    def find_left(self, kind: MappingKind, right_id: str) -> LeftSide | None:
        """What of Procore is linked to this row of QuickBooks."""
        return self.lefts.get((kind.key, right_id))

    def code_of(self, cost_code_id: str) -> CodeRef | None:
        return self.codes.get(cost_code_id)

    def label(self, kind: MappingKind, left_id: str) -> str:
        """How a reader knows a left row of a short list; its id where the list was not read."""
        return self.labels.get((kind.left.key, left_id), left_id)

    def contract(self, commitment_id: str) -> ContractLedger:
        return self.contracts.get(commitment_id, ContractLedger())
