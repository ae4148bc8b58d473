"""What phone, e-mail and address say for and against two rows being one firm. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mapping.matching.firms import Firm

# What more rows than this of one list share is a bookkeeper's or a landlord's.
MOST_SHARING = 3
PHONE, EMAIL, DOMAIN, STREET, ZIP = 2.0, 2.0, 1.75, 1.0, 0.25
TAX_NUMBER = 1.75
TAX_NUMBER_WORD = "tax number"
EMAIL_DOMAIN_WORD = "e-mail domain"
SAME_STATE = 0.15
SHARED = 0.6


@dataclass(slots=True, frozen=True)
class Evidence:
    """`proof` adds up what agrees; `kinds` of agreement; `against` counts what contradicts."""

    proof: float
    agreeing: tuple[str, ...]
    differing: tuple[str, ...]


class Contacts:
    """How many rows of either list have a phone, an e-mail address, a domain, a street."""

    def __init__(self, lefts: Iterable[Firm], rights: Iterable[Firm]) -> None:
        self._left = _count(lefts)
        self._right = _count(rights)

    def sharing(self, value: str) -> int:
        return max(self._left[value], self._right[value])


def _count(firms: Iterable[Firm]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for firm in firms:
        counts.update(value for value in (firm.phone, firm.email, firm.domain, place_of(firm)) if value)
    return counts


def place_of(firm: Firm) -> str:
    return f"{firm.street} {firm.zip or firm.state}" if firm.street else ""


def share_contact(left: Firm, right: Firm) -> bool:
    """Whether anything agrees, seen quickly."""
    return bool(
        (left.phone and left.phone == right.phone)
        or (left.email and left.email == right.email)
        or (left.domain and left.domain == right.domain)
        or (left.street and left.street == right.street)
    )


class _Scales:
    """Collects what agrees and differs, one fact after another."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.proof = 0.0
        self.agreeing: list[str] = []
        self.differing: list[str] = []

    def agree(self, word: str, value: str, amount: float) -> None:
        sharing = self._contacts.sharing(value)
        if sharing > MOST_SHARING:
            return
        self.proof += amount if sharing == 1 else amount * SHARED
        self.agreeing.append(word)

    def compare(self, word: str, one: str, other: str, amount: float) -> None:
        """A fact both rows know."""
        if one and one == other:
            self.agree(word, one, amount)
        elif one and other:
            self.differing.append(word)


def weigh(left: Firm, right: Firm, contacts: Contacts) -> Evidence:
    scales = _Scales(contacts)
    scales.compare("phone", left.phone, right.phone, PHONE)
    if left.domain and left.domain == right.domain and left.email != right.email:
        scales.agree(EMAIL_DOMAIN_WORD, left.domain, DOMAIN)
    elif left.domain and right.domain and left.domain != right.domain:
        scales.differing.append(EMAIL_DOMAIN_WORD)
    else:
        scales.compare("e-mail", left.email, right.email, EMAIL)
    if left.tax_number and left.tax_number == right.tax_number:
        # Four figures: some firms of a long list share them by chance, so it is not asked how many do.
        scales.proof += TAX_NUMBER
        scales.agreeing.append(TAX_NUMBER_WORD)
    elif left.tax_number and right.tax_number:
        scales.differing.append(TAX_NUMBER_WORD)
    if left.street and left.street == right.street and _same_area(left, right):
        scales.agree("address", place_of(left), STREET)
    elif left.zip and left.zip == right.zip:
        scales.proof += ZIP
    if left.state and left.state == right.state:
        scales.proof += SAME_STATE
    elif left.state and right.state:
        scales.differing.append("state")
    return Evidence(scales.proof, tuple(scales.agreeing), tuple(scales.differing))


def _same_area(left: Firm, right: Firm) -> bool:
    if left.zip and right.zip:
        return left.zip == right.zip
    return not left.state or not right.state or left.state == right.state
