"""The page before going live: the checklist, the opening balances and the start date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django import forms
from django.urls import reverse
from django.utils import timezone

from connectors.procore.records_owner import is_prime_key
from smoothx.lib.money import ZERO
from smoothx.lib.shapes import Action, Empty, Progress
from smoothx.tenants.access import TenantRequest, has_role
from smoothx.tenants.models import Role
from sync import openings
from sync.checklist import Check
from sync.golive import blockers, check_all
from sync.models import OpeningBalance, OpeningRun
from sync.pages.retention import SIDES, Side, books_retention
from sync.pages.setting_urls import check_url

ADVICE = "Good to know"
MOST_NAMED = 3
STATES = {"done": "done", "open": "open", "block": "block", "wait": "wait"}


class StartDateForm(forms.Form):
    start_date = forms.DateField(
        label="Start date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the start date.", "invalid": "This is not a date."},
    )


def onboarding_context(request: TenantRequest) -> dict[str, Any]:
    checks = check_all()
    run = last_run()
    may = has_role(request.membership, Role.ADMIN)
    steps = [check for check in checks if check.group != ADVICE]
    first = next((check for check in steps if check.outcome == "block" and check.fix), None)
    is_opening_next = first is None or first.key == "openings"
    return {
        "checklist": _checklist(steps, main=None if is_opening_next else first),
        "opening": opening_context(run, may_act=may, is_main=is_opening_next),
        "go_live": _go_live(blockers(steps), run, may_act=may),
        "notices": [_advice(check) for check in checks if check.group == ADVICE],
    }


def last_run() -> OpeningRun | None:
    return OpeningRun.objects.order_by("-started_at").first()


def _checklist(checks: Iterable[Check], *, main: Check | None) -> dict[str, Any]:
    """`main` is the step whose button is the page's primary one."""
    checks = list(checks)
    groups = [
        {
            "label": label,
            "done": sum(check.outcome == "done" for check in checks if check.group == label),
            "total": sum(check.group == label for check in checks),
            "items": [_item(check, is_main=check is main) for check in checks if check.group == label],
        }
        for label in dict.fromkeys(check.group for check in checks)
    ]
    done = sum(check.outcome == "done" for check in checks)
    return {
        "done": done,
        "total": len(checks),
        "percent": done * 100 // len(checks) if checks else 0,
        "blockers": len(blockers(checks)),
        "groups": groups,
    }


def _item(check: Check, *, is_main: bool) -> dict[str, Any]:
    url = check_url(check)
    action = Action(label=check.fix_label, url=url, variant="main" if is_main else "") if url else None
    return {"state": STATES[check.outcome], "title": check.label, "detail": check.detail, "action": action}


def _advice(check: Check) -> dict[str, Any]:
    url = check_url(check)
    return {
        "severity": "info",
        "title": check.label,
        "detail": check.detail,
        "action": Action(label=check.fix_label, url=url) if url else None,
    }


def _go_live(left: list[Check], run: OpeningRun | None, *, may_act: bool) -> dict[str, Any]:
    return {
        "form": StartDateForm(initial={"start_date": run.start_date if run else None}),
        "url": reverse("go_live"),
        "can": may_act and not left,
        "reason": _reason(left, may_act=may_act),
        "blockers": len(left),
        "note": "",
    }


def _reason(left: list[Check], *, may_act: bool) -> str:
    if not may_act:
        return "An administrator or owner of your company goes live."
    if not left:
        return "Approved documents cross from then on. You can pause at any time."
    names = [check.label for check in left]
    if len(names) > MOST_NAMED:
        return f"Ready when {len(names)} steps of the checklist are done."
    return f"Ready when {names[0]} is done." if len(names) == 1 else f"Ready when these are done: {', '.join(names)}."


@dataclass(frozen=True, slots=True)
class _Stage:
    """How far the opening balances are."""

    state: str
    progress: Progress | None = None
    empty: Empty | None = None


def opening_context(
    run: OpeningRun | None, *, may_act: bool, is_main: bool = True, is_live: bool = False
) -> dict[str, Any]:
    """The card of opening balances. `is_main`: its next step is the page's primary button."""
    rows = list(OpeningBalance.objects.select_related("confirmed_by").order_by("project_name", "contract_name"))
    stage = _stage(run, has_rows=bool(rows))
    read = _read_action(run, is_main=is_main)
    confirm = _confirm_action(run, len(rows), is_main=is_main)
    totals = {side.key: _side_totals(rows, side, is_live=is_live) for side in SIDES}
    return {
        "state": stage.state,
        "progress": stage.progress,
        "action": read if may_act and stage.state != "reading" else None,
        "confirm": confirm if may_act and stage.state == "ready" else None,
        "as_of_date": run.start_date if run else None,
        "confirmed_note": _confirmed_note(rows) if stage.state == "confirmed" else None,
        "rows": [_row(row) for row in rows] if stage.state in ("ready", "confirmed") else [],
        # Once documents cross, the accounts hold more than what they opened with.
        "totals": totals["payable"],
        "owner_totals": totals["receivable"],
        "shows_books": any(each and each["books_retainage"] is not None for each in totals.values()),
        "empty": stage.empty,
    }


def _read_action(run: OpeningRun | None, *, is_main: bool) -> Action:
    label = "Read opening balances" if run is None else "Read again"
    variant: Literal["", "main"] = "main" if is_main and run is None else ""
    return Action(label=label, url=reverse("openings_read"), dialog=True, variant=variant)


def _confirm_action(run: OpeningRun | None, count: int, *, is_main: bool) -> Action:
    label = f"Confirm {count} balance{'' if count == 1 else 's'}" if count else "Confirm"
    return Action(
        label=label,
        url=reverse("openings_confirm"),
        method="post",
        variant="main" if is_main else "",
        fields={"start_date": run.start_date.isoformat()} if run else None,
    )


def _stage(run: OpeningRun | None, *, has_rows: bool) -> _Stage:
    if run is None:
        return _Stage("not_started")
    if run.state == "running":
        return _Stage(
            "reading", Progress(label="Reading Procore, projects", done=run.read, total=run.expected or None)
        )
    if run.state != "done":
        text = run.message or "It was stopped before the end. Read again."
        return _Stage("not_started", empty=Empty(title="Reading stopped", text=text, icon="triangle"))
    if has_rows:
        return _Stage("confirmed" if run.found.get("confirmed") else "ready")
    title = f"No contract was billed before {run.start_date:%-d %b %Y}"
    empty = Empty(title=title, text="There is nothing to carry over.", icon="check")
    return _Stage("confirmed" if run.found.get("confirmed") else "ready", empty=empty)


def _confirmed_note(rows: list[OpeningBalance]) -> str:
    times = [(row.confirmed_at, row.confirmed_by) for row in rows if row.confirmed_at]
    if not times:
        return "Confirmed"
    at, person = max(times, key=lambda pair: pair[0])
    who = f" by {person.get_full_name() or person.email}" if person else ""
    return f"Confirmed{who}, {timezone.localtime(at):%-d %b %Y}"


def _row(row: OpeningBalance) -> dict[str, Any]:
    dated = f", {row.document_date:%-d %b %Y}" if row.document_date else ""
    adds_up = row.retainage == row.completed - row.earned
    return {
        "contract": row.contract_name or f"Contract {row.commitment_id}",
        "title": row.contract_name,
        "party": row.vendor_name,
        "project": row.project_name,
        "kind": "Prime contract" if is_prime_key(row.commitment_id) else "Commitment",
        "last_claim": f"No. {row.number}{dated}",
        "completed": row.completed,
        "retainage": row.retainage,
        "net": row.earned,
        "tax": row.tax or None,
        "books_retainage": None,
        "difference": None,
        "note": "" if adds_up else "Its lines 4, 5 and 6 do not add up in Procore.",
    }


def _side_totals(rows: list[OpeningBalance], side: Side, *, is_live: bool) -> dict[str, Any] | None:
    """What is owed to subcontractors and what owners owe are never added up. Once documents cross, the accounts hold
    more than what they opened with."""
    own = [row for row in rows if is_prime_key(row.commitment_id) == side.is_prime]
    if not own:
        return None
    noun = "prime contract" if side.is_prime else "contract"
    label = f"{len(own)} {noun}{'' if len(own) == 1 else 's'}"
    return {"label": label, **_totals(own, books=None if is_live else books_retention(side))}


def _totals(rows: list[OpeningBalance], *, books: Decimal | None) -> dict[str, Any]:
    totals = openings.totals(rows)
    return {
        "completed": totals.completed,
        "retainage": totals.retainage,
        "net": totals.earned,
        "books_retainage": books,
        "difference": None if books is None else books - totals.retainage + ZERO,
    }
