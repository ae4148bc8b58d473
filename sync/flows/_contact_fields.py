"""The details of a linked contact as each side has them, whether they are the same, and what becomes of a difference.

Three values decide: what the side that is right has, what the other has, and what both had when they were last in
step. What changed on the other side alone, or on both, is never written over without a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.procore.records import Company
from connectors.qbo.documents import clean_name
from connectors.qbo.records import Contact
from mapping.normalize import fold
from mapping.pushing.approvals import SUFFIXES
from smoothx.lib.text import collapse_spaces, stable_hash
from sync.flows._regions import find_country, find_state

Field = Literal["name", "email", "phone", "address"]
FIELDS: tuple[Field, ...] = ("name", "email", "phone", "address")
WORDS: Mapping[Field, str] = {"name": "name", "email": "e-mail", "phone": "phone", "address": "address"}
PARTS = ("street", "city", "state", "postal code", "country")
# A person's word about the differences they looked at.
PUT_OURS, KEEP_THEIRS = "put_back", "keep_theirs"
# Digits before a number that say no more than the country, in the country both sides are in.
_NATIONAL_LENGTH = 10
_SIGNS = re.compile(r"[^\w]+")


@dataclass(frozen=True, slots=True)
class Value:
    """`text` is for a reader; `key` is compared, empty where there is nothing; what is among `others` is the same.

    `parts` are an address's own keys, in the order of PARTS.
    """

    text: str = ""
    key: str = ""
    others: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()

    def is_same(self, other: Value) -> bool:
        return self.key == other.key or self.key in other.others or other.key in self.others


Values = Mapping[Field, Value]
Verdict = Literal["nothing", "in_step", "write", "theirs_changed", "both_changed"]
# Differences a person is shown before anything is written over them.
CONTESTED = frozenset({"theirs_changed", "both_changed"})


@dataclass(frozen=True, slots=True)
class Compared:
    """One detail: `ours` of the side that is right, `theirs` of the other, `before` when both were last in step."""

    field: Field
    ours: Value
    theirs: Value
    before: str
    verdict: Verdict


def decide(ours: Value, theirs: Value, agreed: tuple[str, str] | None) -> Verdict:
    """What becomes of one detail. `agreed` are the keys of both sides when they were last in step, None for never."""
    if not ours.key:
        return "nothing"
    if ours.is_same(theirs):
        return "in_step"
    if agreed is None:
        # Without a common past nobody knows which of two values is the newer one.
        return "both_changed" if theirs.key else "write"
    is_ours_new, is_theirs_new = ours.key != agreed[0], theirs.key != agreed[1]
    if is_theirs_new and not is_ours_new:
        return "theirs_changed"
    if is_theirs_new and theirs.key:
        return "both_changed"
    return "write" if is_ours_new else "nothing"


def compare(ours: Values, theirs: Values, agreed: Mapping[str, str], fields: Iterable[Field]) -> tuple[Compared, ...]:
    """The details to be kept in step. `agreed` is what `agree` made of them last."""
    found = []
    for field in fields:
        mine, other = ours.get(field, Value()), theirs.get(field, Value())
        past = read_agreed(agreed, field)
        found.append(
            Compared(field, mine, other, agreed.get(f"{field}.shown", ""), decide(mine, other, past)),
        )
    return tuple(found)


def read_agreed(agreed: Mapping[str, str], field: Field) -> tuple[str, str] | None:
    if f"{field}.ours" not in agreed:
        return None
    return agreed[f"{field}.ours"], agreed.get(f"{field}.theirs", "")


def agree(field: Field, ours: Value, theirs: Value) -> dict[str, str]:
    """What is kept in mind of a detail both sides are in step about, or that a person left as it stands."""
    return {f"{field}.ours": ours.key, f"{field}.theirs": theirs.key, f"{field}.shown": theirs.text}


def version_of(contested: Iterable[Compared]) -> str:
    """A short mark of what the other side has in these details: a person's word is for what they looked at."""
    return stable_hash(*(f"{each.field}={each.theirs.key}" for each in contested), length=12)


def name_fields(fields: Iterable[Field]) -> str:
    """ "e-mail and phone", "name, e-mail and address"."""
    words = [WORDS[field] for field in fields]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def to_text(contested: Iterable[Compared]) -> str:
    """The differences as a notice keeps them, for the page that shows them."""
    return json.dumps([[WORDS[each.field], each.before, each.theirs.text, each.ours.text] for each in contested])


def read_company(company: Company, *, role: str, home: str) -> Values:
    """The details of a company. `home` is the country that an address without one is in.

    Its name counts as the same as QuickBooks takes it, and with the suffix that told a second contact of it apart.
    """
    address, name = company.address, clean_name(company.name)
    return {
        "name": Value(company.name, company.name, frozenset({name, name + SUFFIXES[role]})),
        "email": read_email(company.email),
        "phone": read_phone(company.phone, company.mobile),
        "address": read_address(
            address.street, address.city, address.state_code, address.zip, address.country_code, home=home
        ),
    }


def read_contact(contact: Contact, *, home: str) -> Values:
    """The details of a vendor or customer. The lines below its street may be the bookkeeper's own."""
    return {
        "name": Value(contact.name, contact.name, frozenset({contact.name.removesuffix(SUFFIXES[contact.role])})),
        "email": read_email(contact.email),
        "phone": read_phone(contact.phone, contact.mobile),
        "address": read_address(
            contact.street,
            contact.city,
            contact.region,
            contact.postal_code,
            contact.country,
            more_lines=contact.more_lines,
            home=home,
        ),
    }


def read_email(text: str) -> Value:
    """QuickBooks may hold several addresses in one: each of them counts as the same."""
    each = [part.casefold() for part in re.split(r"[,;\s]+", text.strip()) if part]
    return Value(text.strip(), ",".join(each), frozenset(each))


def read_phone(text: str, mobile: str = "") -> Value:
    """Compared by digits. A number that stands there as the mobile one is there."""
    other = _phone_key(mobile)
    return Value(text.strip(), _phone_key(text), frozenset({other} if other else ()))


def _phone_key(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) == _NATIONAL_LENGTH + 1 and digits.startswith("1"):
        digits = digits[1:]
    return digits or collapse_spaces(text).casefold()


def read_address(
    street: str, city: str, region: str, postal_code: str, country: str, *, home: str, more_lines: tuple[str, ...] = ()
) -> Value:
    """A country alone is no address, and one without a country is at home."""
    if not any((street, city, region, postal_code)):
        return Value()
    code = find_country(country) if country else home
    state = find_state(region, country=code) or _plain(region)
    rest = (_plain(city), state, _plain(postal_code).replace(" ", ""), code or _plain(country))
    whole = ", ".join((street, *more_lines))
    parts = (_plain(whole), *rest[:-1], rest[-1] if country else "")
    shown = ", ".join(part for part in (whole, city, f"{region} {postal_code}".strip(), country) if part)
    without_more = frozenset({"|".join((_plain(street), *rest))} if more_lines else ())
    return Value(shown, "|".join((_plain(whole), *rest)), without_more, parts)


def is_same_street(company: Company, contact: Contact) -> bool:
    street = _plain(company.address.street)
    return street in (_plain(contact.street), _plain(", ".join((contact.street, *contact.more_lines))))


def find_lost_parts(ours: Value, theirs: Value, *, home: str) -> tuple[str, ...]:
    """What the other side's address has and ours lacks: writing ours would empty it, or mix two addresses. An address
    without a country is at `home`, which is no loss.
    """
    if not theirs.parts:
        return ()
    pairs = zip(PARTS, ours.parts, theirs.parts, strict=True)
    return tuple(
        part for part, mine, other in pairs if other and not mine and not (part == "country" and other == home)
    )


def _plain(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", fold(text)).split())
