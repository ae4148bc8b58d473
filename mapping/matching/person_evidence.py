"""What besides the name says that two rows are one person, or two: e-mail, employee number, phone. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mapping.matching.records import Candidate

# Anybody may have an address here: another one is no other person.
PRIVATE_DOMAINS = frozenset(
    {
        "gmail.com", "googlemail.com", "yahoo.com", "ymail.com", "rocketmail.com", "hotmail.com", "outlook.com",
        "live.com", "msn.com", "aol.com", "icloud.com", "me.com", "mac.com", "comcast.net", "verizon.net",
        "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net", "spectrum.net", "earthlink.net",
        "proton.me", "protonmail.com", "gmx.com", "mail.com", "zoho.com", "frontier.com", "optonline.net",
        "roadrunner.com", "rr.com", "juno.com", "netzero.net",
    }
)  # fmt: skip
PHONE_DIGITS = 10

EMAIL_ADDS, NUMBER_ADDS, PRIVATE_ADDS, PHONE_ADDS, SHARED_ADDS = 0.16, 0.16, 0.12, 0.10, 0.03
MOST_ADDED = 0.20
CONFLICT_COSTS = 0.28
OTHER_PHONE_COSTS = 0.01

_NOT_CODE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"([a-z]*)0*(\d+)")


@dataclass(frozen=True, slots=True)
class Contact:
    """A row's e-mail, phone (last ten digits) and employee number as they are compared."""

    email: str
    phone: str
    number: str

    @property
    def mailbox(self) -> str:
        return self.email.rpartition("@")[0]

    @property
    def is_private(self) -> bool:
        return self.email.rpartition("@")[2] in PRIVATE_DOMAINS


@dataclass(frozen=True, slots=True)
class Evidence:
    """`proofs`: how many of company e-mail and employee number agree. `conflicts`: one of them differs.

    `supports`: a private e-mail or a phone agrees, that no one else has.
    """

    score: float = 0.0
    proofs: int = 0
    supports: bool = False
    conflicts: bool = False
    reasons: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def read_contact(row: Candidate) -> Contact:
    email = row.email.strip().lower()
    digits = "".join(letter for letter in row.phone if letter.isdigit())[-PHONE_DIGITS:]
    return Contact(email if "@" in email else "", digits if len(set(digits)) > 2 else "", _normal_number(row.code))


def _normal_number(code: str) -> str:
    plain = _NOT_CODE.sub("", code.lower())
    match = _NUMBER.fullmatch(plain)
    return match.group(1) + match.group(2) if match else plain


class Shared:
    """E-mails, phones and numbers that more than one row of a side has: an office's, not a person's."""

    def __init__(self, lefts: Iterable[Contact], rights: Iterable[Contact]) -> None:
        self._shared: set[str] = set()
        for side in (list(lefts), list(rights)):
            for values in ((c.email for c in side), (c.phone for c in side), (f"#{c.number}" for c in side)):
                self._shared |= {value for value, count in Counter(values).items() if count > 1}

    def email(self, contact: Contact) -> bool:
        return contact.email in self._shared

    def phone(self, contact: Contact) -> bool:
        return contact.phone in self._shared

    def number(self, contact: Contact) -> bool:
        return f"#{contact.number}" in self._shared


def weigh(left: Contact, right: Contact, shared: Shared, *, use_numbers: bool = True) -> Evidence:
    """The evidence of a pair. `use_numbers`: whether the two lists number people alike."""
    score, proofs, supports = 0.0, 0, False
    reasons: list[str] = []
    doubts: list[str] = []
    if left.email and left.email == right.email:
        is_own = not shared.email(left)
        proofs += is_own and not left.is_private
        supports |= is_own and left.is_private
        score += SHARED_ADDS if not is_own else PRIVATE_ADDS if left.is_private else EMAIL_ADDS
        reasons.append("Same e-mail" if is_own else "Same e-mail, which others have too")
    elif _emails_conflict(left, right):
        doubts.append("Company e-mails differ")
    if use_numbers and left.number and right.number:
        if left.number == right.number and not shared.number(left):
            proofs += 1
            score += NUMBER_ADDS
            reasons.append("Same employee number")
        elif left.number != right.number:
            doubts.append("Employee numbers differ")
    if left.phone and right.phone:
        is_same = left.phone == right.phone
        is_own = is_same and not shared.phone(left)
        supports |= is_own
        score += PHONE_ADDS if is_own else SHARED_ADDS if is_same else -OTHER_PHONE_COSTS
        reasons += ["Same phone"] if is_same else []
    score = min(MOST_ADDED, score) - CONFLICT_COSTS * bool(doubts)
    return Evidence(score, proofs, supports, bool(doubts), tuple(reasons), tuple(doubts))


def _emails_conflict(left: Contact, right: Contact) -> bool:
    """Two addresses of a firm are two people. One mailbox name at two firms may be a firm that moved."""
    if not left.email or not right.email or left.is_private or right.is_private:
        return False
    return left.mailbox != right.mailbox
