"""A linked pair of contacts, and what rules of either direction do alike to keep it in step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from connectors.procore.records import Company
from connectors.qbo.records import Contact
from mapping.defaults import CONTACT_FIELDS, CONTACT_RENAME, Defaults
from mapping.kinds import CUSTOMER, VENDOR, MappingKind
from mapping.maps import Maps, Target
from sync.flows import _contact_fields as details
from sync.flows._contact_fields import CONTESTED, KEEP_THEIRS, PUT_OURS, Compared, Field, Value, Values
from sync.flows._contacts import read_email
from sync.plan import Notes

Role = Literal["vendor", "customer"]
ROLE_KINDS: Mapping[str, MappingKind] = {"vendor": VENDOR, "customer": CUSTOMER}
# In what both sides are in step about: which record of the other side it is of.
TARGET = "target"


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """A Procore company and the vendor or customer it is linked to, as both are now; None where one is gone.

    `is_linked` is False when the link was ended. `is_second`: the company is linked to a vendor beside this customer.
    """

    role: Role
    company_id: str
    company: Company | None
    contact: Contact | None
    is_linked: bool = True
    is_second: bool = False

    @property
    def name(self) -> str:
        known = self.company or self.contact
        return known.name if known else self.company_id


def is_fit(pair: LinkedPair, notes: Notes, *, here: str, there: str) -> bool:
    """Whether the pair can be kept in step at all; a note says why not."""
    records = {"Procore": pair.company, "QuickBooks": pair.contact}
    ours, theirs = records[here], records[there]
    lifted_by = (f"link:{ROLE_KINDS[pair.role].key}:{pair.company_id}",) if pair.company_id else ()
    if not pair.is_linked:
        notes.block("contact_not_linked", pair.name, also_lifted_by=lifted_by)
    elif ours is None or theirs is None:
        system = here if ours is None else there
        notes.block("contact_gone", pair.name, also_lifted_by=lifted_by, system=system)
    elif not ours.is_active:
        notes.block("inactive_here", pair.name, system=here)
    elif not theirs.is_active:
        notes.block("contact_inactive_there", pair.name, also_lifted_by=lifted_by, system=there)
    elif pair.is_second and here == "QuickBooks":
        notes.block("vendor_counts", pair.name)
    return not notes.blockers


class Step:
    """One pair on its way from the side `here` to the record `target_id` of the side `there`. Local to a rule."""

    def __init__(
        self,
        pair: LinkedPair,
        maps: Maps,
        defaults: Defaults,
        notes: Notes,
        *,
        here: str,
        there: str,
        target_id: str,
    ) -> None:
        self._pair, self._notes, self._target_id = pair, notes, target_id
        self._sides = {"here": here, "system": there}
        self._approvals, self._home = maps.approvals, defaults.books_country
        # What was agreed of another record says nothing about this one.
        self._agreed = maps.agreed if maps.agreed.get(TARGET) == target_id else {}
        self._fields = fields_of(defaults)
        self._written: frozenset[Field] = frozenset()
        self._kept: frozenset[Field] = frozenset()

    def clean(self, values: Values, *, longest_phone: int | None = None) -> Values:
        """Without what the other side does not take; a note says what."""
        cleaned = dict(values)
        email, phone = values["email"], values["phone"]
        if "email" in self._fields and email.text:
            first = read_email(email.text, self._notes)
            cleaned["email"] = replace(email, text=first) if first else Value()
        is_number = any(letter.isdigit() for letter in phone.text)
        if "phone" in self._fields and phone.text and (not is_number or len(phone.text) > (longest_phone or 100)):
            self._notes.warn("phone_left_out", phone.text)
            cleaned["phone"] = Value()
        return cleaned

    def compare(self, ours: Values, theirs: Values) -> tuple[Compared, ...]:
        return details.compare(ours, theirs, self._agreed, self._fields)

    def choose(self, compared: Sequence[Compared], *, name: str, taken: Mapping[str, Target]) -> dict[Field, str]:
        """The details to write now. `taken` are the names of the other side, `name` the one it would get."""
        contested = [each for each in compared if each.verdict in CONTESTED]
        version = details.version_of(contested)
        puts = f"{PUT_OURS}:{version}" in self._approvals
        if contested and f"{KEEP_THEIRS}:{version}" in self._approvals:
            self._kept = frozenset(each.field for each in contested)
        elif contested and not puts:
            self._tell(contested, version)
        wanted = [each for each in compared if each.verdict == "write" or (puts and each in contested)]
        writes = [each for each in wanted if self._may_write(each, name, taken)]
        self._written = frozenset(each.field for each in writes)
        return {each.field: each.ours.text for each in writes}

    def _tell(self, contested: Sequence[Compared], version: str) -> None:
        is_open = any(each.verdict == "both_changed" for each in contested)
        told = {
            **self._sides,
            "what": details.name_fields(each.field for each in contested),
            "version": version,
            "fields": details.to_text(contested),
        }
        if is_open:
            self._notes.block("contact_changed_twice", self._pair.name, **told)
        else:
            self._notes.warn("contact_differs", self._pair.name, **told)

    def _may_write(self, each: Compared, name: str, taken: Mapping[str, Target]) -> bool:
        if each.field == "name":
            holder = taken.get(name.lower())
            if holder is not None and holder.id != self._target_id:
                self._notes.block("rename_clash", name, name=each.theirs.text, **self._sides)
            return not self._notes.blockers
        lost = details.find_lost_parts(each.ours, each.theirs, home=self._home)
        if each.field == "address" and lost:
            self._notes.warn("address_not_written", lost[0], **self._sides)
        return not lost

    def agree(self, compared: Iterable[Compared], after: Values) -> dict[str, str]:
        """What is kept in mind once the change is made. `after` are the other side's details as they will be."""
        agreed = dict(self._agreed) | {TARGET: self._target_id}
        for each in compared:
            if each.field in self._written:
                agreed |= details.agree(each.field, each.ours, after[each.field])
            elif each.verdict == "in_step" or each.field in self._kept:
                agreed |= details.agree(each.field, each.ours, each.theirs)
        return agreed


def fields_of(defaults: Defaults) -> tuple[Field, ...]:
    """The details the firm has chosen to keep in step."""
    chosen: list[Field] = ["name"] if defaults.says(CONTACT_RENAME, "yes") else []
    return (*chosen, *(field for field in details.FIELDS if defaults.says(CONTACT_FIELDS, field)))
