"""What we posted, what stands on the other side and what its source says now, field by field in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.models import RemoteItem
from smoothx.lib.dates import parse_date
from sync import drift
from sync.actions import CONTACT_DIFFERS
from sync.drift import Difference, Path
from sync.made_forms import is_made, sent_form
from sync.models import Entry
from sync.pages.frame import source_place, target_side
from sync.pages.rows import show_amount
from sync.updating import changes_of, name_difference
from sync.written import load_written

# What each kind of reference leads to.
LISTS = {
    "VendorRef": qbo.VENDORS,
    "CustomerRef": qbo.CUSTOMERS,
    "AccountRef": qbo.ACCOUNTS,
    "APAccountRef": qbo.ACCOUNTS,
    "ItemRef": qbo.ITEMS,
    "ClassRef": qbo.CLASSES,
    "DepartmentRef": qbo.DEPARTMENTS,
    "SalesTermRef": qbo.TERMS,
    "TaxCodeRef": qbo.TAX_CODES,
    "CompanyRef": procore.VENDORS,
    "CostCodeRef": procore.PROJECT_COST_CODES,
    "CostTypeRef": procore.COST_TYPES,
}
SHOWN = frozenset({"changed_by_hand", "details_changed_by_hand", "changed_and_removed", "paid_and_changed",
                   "closed_and_changed", "sign_changed", "order_billed_and_changed",
                   "claim_approved_and_changed"})  # fmt: skip
NOTHING = "Nothing"


@dataclass(frozen=True, slots=True)
class Row:
    """`is_theirs`: somebody changed it where it was posted. `is_ours`: its source changed it since."""

    field: str
    posted: str
    theirs: str
    wanted: str
    is_theirs: bool
    is_ours: bool
    is_memo: bool = False

    @property
    def told(self) -> str:
        return f"{self.field}: {self.theirs}"


def differences_of(entry: Entry) -> dict[str, Any] | None:
    """The card of a document that stands otherwise than Procore wants it, None for every other."""
    codes = {notice.get("code", "") for notice in entry.notices}
    if codes & CONTACT_DIFFERS:
        return _contact_differences(entry)
    if not codes & SHOWN:
        return None
    theirs = {each.path: each for each in changes_of(entry.notices)}
    wanted = _wanted_changes(entry)
    paths = list(dict.fromkeys((*theirs, *wanted)))
    if not paths:
        return None
    names = load_names(entry.target_connection_id, [*theirs.values(), *wanted.values()])
    rows = [_row(path, theirs.get(path), wanted.get(path), names) for path in paths]
    return _card(entry, rows, before="We posted", has_more=len(theirs) == drift.MOST_TOLD)


def _card(entry: Entry, rows: Sequence[Row], *, before: str, has_more: bool = False) -> dict[str, Any]:
    """`before` is what the values are called that both sides had."""
    there = target_side(entry)
    return {
        "rows": rows,
        "count": len(rows),
        "has_more": has_more,
        "before": before,
        "there": there,
        "here": source_place(entry),
    }


def _contact_differences(entry: Entry) -> dict[str, Any]:
    """The details of a contact that are others on the side which follows."""
    told = next(notice["detail"] for notice in entry.notices if notice.get("code") in CONTACT_DIFFERS)
    rows = [
        Row(
            field=field[:1].upper() + field[1:],
            posted=before or "Not known",
            theirs=theirs or NOTHING,
            wanted=ours or NOTHING,
            is_theirs=True,
            is_ours=ours != before,
        )
        for field, before, theirs, ours in json.loads(told["fields"])
    ]
    return _card(entry, rows, before="Last the same")


def _wanted_changes(entry: Entry) -> dict[Path, Difference]:
    """What its source changed since the document was written; `theirs` of these is what the source has."""
    wire, written = entry.planned.get("wire"), load_written(entry)
    if not wire or written is None or entry.planned.get("fingerprint") == entry.fingerprint:
        return {}
    wanted = sent_form(wire) if is_made(wire) else wire
    return {each.path: each for each in drift.find_differences(written.sent, {}, wanted)}


def _row(
    path: Path, theirs: Difference | None, wanted: Difference | None, names: Mapping[tuple[str, str], str]
) -> Row:
    posted = theirs.posted if theirs else wanted.posted if wanted else ""
    standing = theirs.theirs if theirs else posted
    now = wanted.theirs if wanted else posted
    label = name_difference(path)
    return Row(
        field=label[:1].upper() + label[1:],
        posted=show_value(path, posted, names),
        theirs=show_value(path, standing, names),
        wanted=show_value(path, now, names),
        is_theirs=theirs is not None,
        is_ours=wanted is not None,
        is_memo=path == drift.MEMO,
    )


def show_value(path: Path, value: str, names: Mapping[tuple[str, str], str]) -> str:
    if not value:
        return NOTHING
    if path[-1] in LISTS:
        return names.get((path[-1], value), value)
    day = parse_date(value) if path[-1].endswith("Date") else None
    if day is not None:
        return f"{day:%-d %b %Y}"
    if path[-1] == drift.WHOLE_LINE:
        amount, _, rest = value.partition(" ")
        return f"{show_amount(amount)} {rest}".strip()
    return show_amount(value) if path[-1] in drift.AMOUNTS else value


def load_names(connection_id: int, found: Sequence[Difference]) -> dict[tuple[str, str], str]:
    """Names of what the references lead to: as the directory knows them, else as the document itself says."""
    said = {(each.path[-1], each.theirs): each.name for each in found if each.name}
    asked = {(each.path[-1], value) for each in found for value in (each.posted, each.theirs) if value}
    by_list = {(LISTS[step].key, value): (step, value) for step, value in asked if step in LISTS}
    rows = RemoteItem.objects.filter(
        connection=connection_id,
        resource__in={key for key, _ in by_list},
        remote_id__in={value for _, value in by_list},
    ).values_list("resource", "remote_id", "name")
    known = {
        by_list[resource, remote_id]: name for resource, remote_id, name in rows if (resource, remote_id) in by_list
    }
    return said | known
