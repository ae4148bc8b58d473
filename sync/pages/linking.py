"""Linking one document to one that is on the other side already: the dialog with a search, and both side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from connectors.links import procore_direct_cost_url, qbo_txn_url
from smoothx.lib.dates import parse_date
from smoothx.lib.money import ZERO
from smoothx.lib.replies import go_back, next_of, render_dialog
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role
from sync import actions, adoption
from sync.adoption import ALIKE, Candidate, CannotSearch
from sync.models import Entry
from sync.pages.fixes import document_url
from sync.pages.frame import source_kind, source_name, source_place, target_noun, target_side
from sync.pages.rows import read_amount, show_amount
from sync.pages.timeline import SIDE_NAMES
from sync.targets import MONEY_ENTITIES, signed

MOST_SHOWN = 20


@for_role(Role.APPROVER)
def link(request: TenantRequest, entry_id: int) -> HttpResponse:
    """The dialog that takes a document of the books for this one, and its answer."""
    entry = get_row(Entry, pk=entry_id)
    if request.method != "POST":
        return _dialog(request, entry)
    target_id = request.POST.get("target", "")
    if not target_id:
        return _dialog(request, entry, error="Choose the document it is.", status=422)
    try:
        actions.link_existing(entry, request.user, target_id=target_id)
    except actions.NotPossible as error:
        return _dialog(request, entry, error=str(error), status=422)
    noun = target_noun(entry.target_type).lower()
    messages.success(request, f"{source_name(entry)}. Linked to {noun} {entry.target_number or target_id}.")
    return go_back(request, document_url(entry))


def may_link(entry: Entry) -> bool:
    """There is a plan to compare with, and nothing is posted."""
    planned = entry.planned.get("document") or {}
    is_stopped = entry.state in (Entry.State.HELD, Entry.State.REJECTED, Entry.State.BLOCKED)
    return not entry.is_posted and (bool(twins_of(entry)) or (is_stopped and planned.get("entity") in MONEY_ENTITIES))


def twins_of(entry: Entry) -> list[dict[str, str]]:
    """The documents in the books that look like this one, from its notices."""
    details = [n.get("detail") or {} for n in entry.notices if n.get("code") in ALIKE]
    return [detail for detail in details if detail.get("target_id")]


def _dialog(request: HttpRequest, entry: Entry, *, error: str = "", status: int = 200) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()
    planned = entry.planned.get("document") or {}
    noun = target_noun(planned.get("entity", "Bill"))
    twins = [twin for twin in twins_of(entry) if wanted.casefold() in twin.get("target_number", "").casefold()]
    others, more, trouble = _search(entry, wanted, {twin["target_id"] for twin in twins_of(entry)})
    address = reverse("activity:link", args=[entry.pk])
    title = f"Link {source_name(entry)}"
    there = SIDE_NAMES[target_side(entry)]
    dialog = {
        "title": title,
        "side": source_place(entry),
        "noun": source_kind(entry),
        "context": ", ".join(text for text in (entry.party, show_amount(str(entry.amount or ""))) if text),
        "other_side": target_side(entry),
        "other_nouns": f"{there} {noun.lower()}s by number, amount or date",
        "action_url": address,
        "search_url": address,
        "q": wanted,
        "kinds": [],
        "suggestions": [_twin_option(twin, noun, is_checked=len(twins) == 1) for twin in twins],
        "others": [_option(each, noun) for each in others],
        "others_label": f"Other {noun.lower()}s of {entry.party or 'the same party'}",
        "more": more,
        "button": "Link it",
        "cancel_url": next_of(request, document_url(entry)),
        "error": error or trouble,
    }
    return render_dialog(request, "mapping/_dialog.html", {"dialog": dialog}, title=title, status=status)


def _search(entry: Entry, wanted: str, shown: set[str]) -> tuple[list[Candidate], int, str]:
    """What the books hold beside the twins, how many more, and why nothing could be asked. Procore is not searched."""
    planned = entry.planned.get("document") or {}
    if not planned.get("party_id") or planned.get("entity") not in MONEY_ENTITIES:
        return [], 0, ""
    try:
        found = [each for each in adoption.search_books(entry, wanted) if each.id not in shown]
    except CannotSearch as error:
        return [], 0, str(error)
    return found[:MOST_SHOWN], max(len(found) - MOST_SHOWN, 0), ""


def _twin_option(twin: Mapping[str, str], noun: str, *, is_checked: bool) -> dict[str, Any]:
    days = twin.get("days", "")
    when = "same date" if days == "0" else f"{days} days apart" if days else ""
    facts = [show_amount(twin.get("amount", "")), when]
    name = f"{noun} {twin.get('target_number') or twin['target_id']}"
    return _choice(twin["target_id"], name, facts, is_checked=is_checked)


def _option(candidate: Candidate, noun: str) -> dict[str, Any]:
    dated = f"{candidate.dated:%-d %b %Y}" if candidate.dated else ""
    facts = [show_amount(str(candidate.amount)), dated, candidate.memo[:80]]
    name = f"{noun} {candidate.number or candidate.id}"
    reason = f"{', '.join(fact for fact in facts if fact)}. {candidate.misfit}" if candidate.misfit else ""
    return _choice(candidate.id, name, facts, disabled_reason=reason)


def _choice(
    key: str, name: str, facts: list[str], *, is_checked: bool = False, disabled_reason: str = ""
) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "context": ", ".join(fact for fact in facts if fact),
        "score": None,
        "reason": "",
        "is_checked": is_checked,
        "disabled_reason": disabled_reason,
    }


def comparison_of(entry: Entry) -> dict[str, Any] | None:
    """What was planned beside each document it may be already; None where there is nothing to compare."""
    twins = twins_of(entry)
    planned = entry.planned.get("document") or {}
    if not twins or entry.is_posted or not planned:
        return None
    entity = planned.get("entity", "")
    ours = _entries_of(entry, entity, [twin["target_id"] for twin in twins])
    rows = [
        {
            "name": f"{target_noun(entity)} {twin.get('target_number') or twin['target_id']}",
            "url": _address_of(entry, entity, twin["target_id"]),
            "number": twin.get("target_number") or "None",
            "date": parse_date(twin.get("date")),
            "amount": signed(entity, read_amount(twin.get("amount")) or ZERO),
            "from_entry": ours.get(twin["target_id"]),
        }
        for twin in twins
    ]
    return {
        "own": {
            "name": source_name(entry),
            "number": planned.get("number") or "None",
            "date": parse_date(planned.get("date")),
            "amount": read_amount(planned.get("total")),
        },
        "rows": rows,
        "here": source_place(entry),
        "there": target_side(entry),
    }


def _address_of(entry: Entry, entity: str, target_id: str) -> str:
    """Where the other document opens, empty for a kind that has no page of its own."""
    if target_side(entry) == "quickbooks":
        return qbo_txn_url(entity, target_id)
    project_id = str((entry.planned.get("document") or {}).get("project_id") or entry.project_id)
    return procore_direct_cost_url(project_id, target_id) if entity == "direct_cost" else ""


def _entries_of(entry: Entry, entity: str, target_ids: list[str]) -> dict[str, dict[str, str]]:
    """Which of the documents we made ourselves, and from what."""
    rows = Entry.objects.filter(
        target_connection=entry.target_connection, target_type=entity, target_id__in=target_ids
    )
    return {row.target_id: {"url": document_url(row), "name": row.title or source_name(row)} for row in rows}
