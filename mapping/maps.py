"""Maps: the frozen lookup handed to rules. Loaded once per run, so a whole run sees one version of the mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from mapping.kinds import MappingKind
from smoothx.lib.money import ZERO, total


@dataclass(frozen=True, slots=True)
class Target:
    """The other side of a link."""

    id: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A cost code as mapping knows it: `key` is what links are kept under, `parents` the divisions above, nearest first."""

    key: str
    code: str
    name: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostedClaim:
    """A claim of a contract that stands in the books. `net` and `tax` are what we posted, credits negative.

    `completed`, `retainage` and `earned` are the claim's cumulative lines 4, 5 and 6 as posted.
    """

    source_id: str
    number: int
    net: Decimal
    tax: Decimal
    completed: Decimal
    retainage: Decimal
    earned: Decimal


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a contract stood on the start date: the cumulative figures of its last claim before it, confirmed by a person."""

    source_id: str
    number: int
    completed: Decimal
    retainage: Decimal
    earned: Decimal
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ContractLedger:
    """What the books hold of one contract: the opening balance and the claims posted, in claim order."""

    opening: Opening | None = None
    posted: tuple[PostedClaim, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def earned(self) -> Decimal:
        """Line 6 as the books have it: opening plus all we posted, without tax."""
        start = self.opening.earned if self.opening else ZERO
        return total([start, *(claim.net for claim in self.posted)])

    def has(self, source_id: str) -> bool:
        return any(claim.source_id == source_id for claim in self.posted)

    def covers(self, *, source_id: str, number: int) -> bool:
        """The claim lies before the start date, inside the opening balance."""
        return self.opening is not None and (number <= self.opening.number or source_id == self.opening.source_id)

    def without(self, source_id: str) -> ContractLedger:
        kept = tuple(claim for claim in self.posted if claim.source_id != source_id)
        return ContractLedger(self.opening, kept, self.left_out)


@dataclass(frozen=True, slots=True)
class Maps:
    """`links` is keyed by (kind key, left id); `codes` by a project's own cost code id; `names` by lower-case QuickBooks
    name of vendors, customers and employees; `jobs` by (parent customer id, lower-case name); `companies` by lower-case
    Procore directory name; `contracts` by commitment id."""

    links: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    codes: Mapping[str, CodeRef] = field(default_factory=dict)
    names: Mapping[str, Target] = field(default_factory=dict)
    jobs: Mapping[tuple[str, str], Target] = field(default_factory=dict)
    companies: Mapping[str, Target] = field(default_factory=dict)
    contracts: Mapping[str, ContractLedger] = field(default_factory=dict)
    start_date: date | None = None

    def find(self, kind: MappingKind, left_id: str) -> Target | None:
        return self.links.get((kind.key, left_id))

    def code_of(self, cost_code_id: str) -> CodeRef | None:
        return self.codes.get(cost_code_id)

    def contract(self, commitment_id: str) -> ContractLedger:
        return self.contracts.get(commitment_id, ContractLedger())
