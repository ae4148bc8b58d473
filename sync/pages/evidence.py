"""What was sent and answered: attempts with the vendor's request ids, the exact bodies, and keys for support."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.models import Call
from sync.models import Attempt, Entry, Outgoing
from sync.pages.frame import target_noun, target_side, verbs_of
from sync.pages.timeline import SIDE_NAMES, number_sends
from sync.written import KEPT, LINKED

# Most documents are written once or twice; a long list of old bodies would only slow the page.
MOST_PAYLOADS = 6
# A person agreed to the document as it was; nothing was sent.
AS_IT_STOOD = {KEPT: "Kept as it was", LINKED: "Linked to it"}
OUTCOMES = {
    "": ("No answer", "unsure"),
    "no_answer": ("No answer", "unsure"),
    "accepted": ("Accepted", None),
    "found": ("Found there", None),
    "nothing_found": ("Not there", None),
    "try_again": ("Not reachable", "wait"),
    "stale_version": ("Changed meanwhile", "wait"),
    "connection_lost": ("Connection lost", "warn"),
    "no_permission": ("Not permitted", "bad"),
}


def attempts_of(attempts: Iterable[Attempt], calls: Sequence[Call]) -> list[dict[str, Any]]:
    """Every try, newest first."""
    by_key = _calls_by_key(calls)
    rows = [
        _attempt(number, attempt, _call_of(attempt, by_key.get(attempt.outgoing.key, [])))
        for number, attempt in number_sends(attempts)
    ]
    return rows[::-1]


def _attempt(number: int, attempt: Attempt, call: Call | None) -> dict[str, Any]:
    outcome, severity = OUTCOMES.get(attempt.outcome, ("Refused", "bad"))
    operation = "Look for" if attempt.action == "probe" else verbs_of(attempt.outgoing)[0]
    return {
        "number": number,
        "at": attempt.started_at,
        "operation": f"{operation} {_noun(attempt.outgoing)}",
        "outcome": outcome,
        "status": str(call.status) if call and call.status else "",
        "request_id": attempt.request_id or (call.request_id if call else ""),
        "duration": f"{call.duration_ms / 1000:.1f} s" if call else None,
        "severity": severity,
    }


def _calls_by_key(calls: Iterable[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for call in sorted(calls, key=lambda row: row.at):
        found.setdefault(call.key, []).append(call)
    return found


def _call_of(attempt: Attempt, calls: Sequence[Call]) -> Call | None:
    """The last call of this write that began before the try ended: a short retry inside a try has the same key."""
    if not calls or attempt.action == "probe":
        return None
    end = attempt.ended_at or calls[-1].at
    index = bisect_right([call.at for call in calls], end)
    return calls[index - 1] if index else None


def payloads_of(entry: Entry, outgoing: Sequence[Outgoing], attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """What was sent and answered, newest first, then the plan it came from."""
    side = SIDE_NAMES[target_side(entry)]
    shown: list[dict[str, Any]] = []
    for row in sorted(outgoing, key=lambda o: o.created_at, reverse=True):
        if row.operation in AS_IT_STOOD:
            shown.append(_payload(f"As it stood in {side}", AS_IT_STOOD[row.operation], row.body))
            continue
        note = f"{verbs_of(row)[0]} {_noun(row)}"
        if row.state == Outgoing.State.FAILED:
            note += ", not accepted"
        title = f"Sent to {side}" if row.sent_at else f"To be sent to {side}"
        if not row.body and row.operation in ("create", "update"):
            # Pruned (sync/pruning.py): what a later change replaced.
            note += ", its content is no longer kept"
        shown.append(_payload(title, note, row.body))
        answer = next((a.answer for a in reversed(attempts) if a.outgoing_id == row.pk and a.answer), None)
        if answer:
            shown.append(_payload(f"Answer from {side}", note, answer))
    shown = shown[:MOST_PAYLOADS]
    if entry.planned:
        has_lines = bool((entry.planned.get("document") or {}).get("lines"))
        note = "Lines, who chose each code, and the figures" if has_lines else ""
        shown.append(_payload("What was planned", note, entry.planned))
    return shown


def _noun(outgoing: Outgoing) -> str:
    """Alone, without the number that "Lock on" is made for."""
    return target_noun(outgoing.target_type).lower().removesuffix(" on")


def _payload(title: str, note: str, body: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return {"title": title, "note": note, "text": text, "is_open": False}


def details_of(entry: Entry, outgoing: Sequence[Outgoing]) -> list[dict[str, str]]:
    """Stable codes, keys and ids, for support."""
    last = max(outgoing, key=lambda row: row.created_at, default=None)
    facts = {
        "Document": str(entry.pk),
        "Codes": ", ".join(notice.get("code", "") for notice in entry.notices),
        "Flow": entry.flow,
        "Source": f"{entry.source_type} {entry.source_id}",
        "Target": f"{entry.target_type} {entry.target_id}".strip(),
        "Target version": entry.target_version,
        "Write key": last.key if last else "",
        "Revision": str(entry.revision),
        "Approvals": ", ".join(entry.approvals),
    }
    return [{"label": label, "value": value} for label, value in facts.items() if value]
