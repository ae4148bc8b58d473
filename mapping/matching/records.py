"""What a matcher is given and what it answers: rows of two lists, and pairs of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

Band = Literal["sure", "unsure"]
Subject = Literal["contact", "employee", "project", "code", "tax", "word"]

MOST_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row of either list, empty where the vendor says nothing.

    `code` is a cost code, an account number or SKU, a project number, an employee number. `other_name` is a second
    name of the same row: a vendor's legal name beside the one it is shown by. `parent` are the names above the row in
    full ("Acme Builders", "03 Concrete"). `subtype` is what sort of row it is where a list has several: Account, Item,
    Class. `tax_number` may be masked but for its end. `rate` is a tax code's, in percent. The parts of a person's name
    are apart where the vendor keeps them so.
    """

    id: str
    name: str
    code: str = ""
    email: str = ""
    phone: str = ""
    is_active: bool = True
    other_name: str = ""
    parent: str = ""
    subtype: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    tax_number: str = ""
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    suffix: str = ""
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """That `left_id` may be `right_id`. `score` is 0 to 100, `reason` says why in a reader's words.

    "sure" is safe to link without a person; "unsure" is for a person to decide.
    """

    left_id: str
    right_id: str
    score: int
    reason: str
    band: Band


class Match(Protocol):
    """A matcher of one subject.

    Answers the sure pairs, and for every left without one up to `limit` unsure ones, each list best first. Two runs
    over the same rows in another order answer the same. `taken` are rights that are linked already: never suggested,
    but they still count when asking whether a name is one of its kind. `rejected` are (left id, right id) a person
    said no to. Inactive rows are never suggested. With `shares_right` several lefts may have one right (cost codes to
    accounts). With `codes_first` an equal code that one row has on each side is sure by itself, whatever the names.
    """

    def __call__(
        self,
        lefts: Iterable[Candidate],
        rights: Iterable[Candidate],
        *,
        taken: Set[str] = frozenset(),
        rejected: Set[tuple[str, str]] = frozenset(),
        shares_right: bool = False,
        codes_first: bool = False,
        limit: int = MOST_SUGGESTED,
    ) -> list[Suggestion]: ...
