"""The buttons of a document, and what pressing them does. The rules of each act are in sync.actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Action, Confirm
from smoothx.tenants.access import TenantRequest, for_role, get_row, has_role
from smoothx.tenants.models import Role
from sync import actions, lock_acts, locks, project_acts
from sync.models import Entry
from sync.pages.differences import differences_of
from sync.pages.frame import source_name, target_name, target_side
from sync.pages.linking import may_link, twins_of
from sync.pages.needs import BUSY
from sync.pages.rows import notice_headline
from sync.pages.timeline import SIDE_NAMES

Do = Callable[[Entry, Any], None]
GONE = frozenset({"target_deleted", "target_missing"})
# Nothing is kept here: it is gone, it is on hold on purpose, or a project, which is kept in its own way.
KEPT_OTHERWISE = GONE | project_acts.KEPT | {"paused", "flow_off", "connection_lost"}


@dataclass(frozen=True, slots=True)
class Act:
    """`fits` says whether the button is shown for an entry as it stands, `role` who may press it.

    `done` is said before the other side has answered, so it claims no more than that the act is on its way.
    """

    label: str
    icon: str
    done: str
    do: Do
    fits: Callable[[Entry, frozenset[str]], bool]
    role: Role = Role.APPROVER


def _is_settled(entry: Entry) -> bool:
    return entry.state not in BUSY and entry.state != Entry.State.UNCERTAIN


def _may_leave_out(entry: Entry, codes: frozenset[str]) -> bool:
    return _is_settled(entry) and actions.may_leave_out(entry) and entry.state != Entry.State.LEFT_OUT


def _may_keep(entry: Entry, codes: frozenset[str]) -> bool:
    if codes & actions.CONTACT_DIFFERS:
        return True
    is_open = entry.state in (Entry.State.HELD, Entry.State.CHANGED_BY_HAND)
    return entry.is_posted and is_open and not codes & KEPT_OTHERWISE


ACTS: Mapping[str, Act] = {
    "follow-project": Act(
        "Change the sub-customer", "send", "Its sub-customer is being changed as in Procore.",
        project_acts.follow_procore,
        lambda entry, codes: bool(codes & project_acts.DIFFERENT),
    ),
    "link-successor": Act(
        "Link to the new one", "link", "It is linked to the new one.", project_acts.link_successor,
        lambda entry, codes: bool(codes & project_acts.REPLACED), Role.ADMIN,
    ),
    "keep-project": Act(
        "Keep as it is", "check", "Its sub-customer is kept as it is.", project_acts.keep_sub_customer,
        lambda entry, codes: bool(codes & project_acts.KEPT),
    ),
    "post-anyway": Act(
        "Post anyway", "send", "It is being posted anyway.", actions.post_anyway,
        lambda entry, codes: not entry.is_posted and bool(codes & actions.MAY_BE_TWICE),
    ),
    "post-difference": Act(
        "Post the difference", "send", "The difference is being posted as a labelled line.", actions.post_difference,
        lambda entry, codes: "previous_changed" in codes,
    ),
    "post-with-tax": Act(
        "Post with QuickBooks' tax", "send", "It is being posted with the tax QuickBooks works out.",
        actions.post_with_tax,
        lambda entry, codes: bool(codes & {"tax_differs", "sales_tax_differs"}),
    ),
    "post-again": Act(
        "Post again", "send", "It is being posted again.", actions.post_again,
        lambda entry, codes: bool(codes & GONE),
    ),
    "keep": Act("Keep as it is", "check", "Kept as it is.", actions.keep_as_is, _may_keep),
    "put-back": Act(
        "Put ours back", "send", "What {here} has is being written over the changes.", actions.put_back,
        lambda entry, codes: bool(codes & (actions.BY_HAND | actions.CONTACT_DIFFERS)),
    ),
    "delete-there": Act(
        "Delete in QuickBooks", "slash", "It is being deleted in QuickBooks, unless it is paid.", actions.delete_there,
        lambda entry, codes: entry.is_posted and bool(codes & actions.SOURCE_GONE),
    ),
    "remove-here": Act(
        "Delete in Procore", "slash", "It is being deleted in Procore.", actions.remove_here,
        lambda entry, codes: entry.is_posted and bool(codes & actions.BOOKED_GONE),
    ),
    "unlock": Act(
        "Unlock in Procore", "unlock", "It is being unlocked in Procore, and stays open until you lock it again.",
        lock_acts.unlock, lambda entry, codes: "lock:locked" in codes,
    ),
    "lock-again": Act(
        "Lock again", "lock", "It is being locked in Procore again.", lock_acts.lock_again,
        lambda entry, codes: "lock:open" in codes,
    ),
    "retry": Act(
        "Check again", "refresh", "It is checked again now.", actions.retry,
        lambda entry, codes: entry.state not in BUSY,
    ),
    "leave-out": Act("Leave out", "slash", "Left out. It stays in Procore.", actions.leave_out, _may_leave_out),
}  # fmt: skip
# What cannot be taken back, and so is asked about first: the title, the consequence, the button.
QUESTIONS = {
    "follow-project": (
        "Change the sub-customer as in Procore",
        "QuickBooks gets what the project says. Moved under another customer, all that was posted to it moves along.",
        "Change it",
    ),
    "put-back": (
        "Put back what {here} has",
        "{name} is written again as {here} has it. These changes made in {there} are lost{memo}.",
        "Put ours back",
    ),
    "delete-there": (
        "Delete {name} in QuickBooks",
        "It is deleted in QuickBooks as long as nothing is paid on it. QuickBooks cannot bring it back.",
        "Delete in QuickBooks",
    ),
    "remove-here": (
        "Delete {name} in Procore",
        "What it was made from is deleted in QuickBooks. Procore cannot bring it back.",
        "Delete in Procore",
    ),
}
MOST_ASKED = 8
# These change what is posted, so they come first; the rest is behind the dots when there are more than two.
MAIN_ACTS = 2


@dataclass(frozen=True, slots=True)
class Buttons:
    actions: list[Action]
    more: list[Action]


def buttons_of(entry: Entry, request: TenantRequest, lock: locks.Standing) -> Buttons:
    """What this person may do with this document now. Viewers look. How its record is locked is no code of its own."""
    if not has_role(request.membership, Role.APPROVER):
        return Buttons([], [])
    codes = codes_of(entry) | {f"lock:{lock}"}
    allowed = {key: act for key, act in ACTS.items() if has_role(request.membership, act.role)}
    offered = [_button(entry, key, act) for key, act in allowed.items() if act.fits(entry, codes)]
    if may_link(entry):
        url = reverse("activity:link", args=[entry.pk])
        at = 1 if twins_of(entry) else len(offered)
        offered.insert(at, Action(label="Link to existing", url=url, icon="link", dialog=True))
    return Buttons(offered[:MAIN_ACTS], offered[MAIN_ACTS:])


def _ask(request: TenantRequest, entry: Entry, key: str) -> HttpResponse:
    title, text, button = QUESTIONS[key]
    words = _words(entry)
    confirm = Confirm(
        title=title.format_map(words),
        text=text.format_map(words),
        action_url=act_url(entry, key),
        button=button,
        cancel_url=reverse("activity:document", args=[entry.pk]),
        items=_name_touched(entry)[:MOST_ASKED],
        variant="bad",
    )
    return render_dialog(request, "components/confirm.html", {"confirm": confirm}, title=confirm.title)


def _words(entry: Entry) -> dict[str, str]:
    """What texts of acts call the document and its two sides. Only QuickBooks keeps a memo apart."""
    here, there = actions.name_source(entry), SIDE_NAMES[target_side(entry)]
    has_memo = there == "QuickBooks" and not codes_of(entry) & actions.CONTACT_DIFFERS and not _is_voided(entry)
    kept = ", a memo excepted" if has_memo else ""
    return {"name": target_name(entry), "here": here, "there": there, "memo": kept}


def _is_voided(entry: Entry) -> bool:
    """Its memo is QuickBooks' own word for that, and goes with the rest."""
    return any((notice.get("detail") or {}).get("done") == "voided" for notice in entry.notices)


def _name_touched(entry: Entry) -> list[str]:
    """What is written over, or what of a project is not as in Procore, line by line."""
    rows = (differences_of(entry) or {"rows": []})["rows"]
    changes = [row.told for row in rows if row.is_theirs and (not row.is_memo or _is_voided(entry))]
    told = [notice_headline(each)[0] for each in entry.notices if each.get("code") in project_acts.DIFFERENT]
    return changes or told


def _button(entry: Entry, key: str, act: Act) -> Action:
    if key in QUESTIONS:
        return Action(label=act.label, url=act_url(entry, key), icon=act.icon, dialog=True)
    return Action(label=act.label, url=act_url(entry, key), method="post", icon=act.icon)


def act_url(entry: Entry, key: str) -> str:
    return reverse("activity:act", args=[entry.pk, key])


def codes_of(entry: Entry) -> frozenset[str]:
    return frozenset(notice.get("code", "") for notice in entry.notices)


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def act(request: TenantRequest, entry_id: int, key: str) -> HttpResponse:
    """Do one act. An act that does not fit any more changes nothing and says why.

    One that cannot be undone is asked about first: a get answers its question.
    """
    if key not in ACTS:
        raise Http404
    entry = get_row(Entry, pk=entry_id)
    chosen = ACTS[key]
    if request.method == "GET":
        return _ask(request, entry, key) if key in QUESTIONS else HttpResponseNotAllowed(["POST"])
    if not has_role(request.membership, chosen.role):
        raise PermissionDenied
    try:
        chosen.do(entry, request.user)
    except actions.NotPossible as error:
        messages.error(request, str(error))
    else:
        undo = f"undo:{act_url(entry, 'retry')}" if key == "leave-out" else ""
        messages.success(request, f"{source_name(entry)}. {chosen.done.format_map(_words(entry))}", extra_tags=undo)
    return go_back(request, reverse("activity:document", args=[entry.pk]))
