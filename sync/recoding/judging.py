"""What writing one posted document again by today's mapping would change, or why it is not written again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from connectors.errors import Missing, Reconnect, Throttled, VendorError
from connectors.procore.records import UnreadableRecord
from sync import sources
from sync.basis import WRITTEN_FROM
from sync.codes import sentence_for
from sync.drift import Difference, find_differences
from sync.made_forms import is_made, sent_form
from sync.merge import fingerprint
from sync.models import Entry
from sync.plan import RESEND, Notice, Plan
from sync.presenting import to_json
from sync.registry import all_flows
from sync.resending import find_refusal
from sync.targets import adapter_for
from sync.updating import approval_for
from sync.work import Work
from sync.written import load_written

# It would change; it comes out as it is; it would change but must not; it cannot be said now.
CHANGE, SAME, KEPT, UNSURE = "change", "same", "kept", "unsure"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` says why a document is kept, `fingerprint` names the document that would be written. `facts` are those
    of its plan, None where it was not planned."""

    verdict: str
    reason: str = ""
    fingerprint: str = ""
    differences: Sequence[Difference] = ()
    facts: Mapping[str, str] | None = None


def judge(work: Work, entry: Entry) -> Judgement:
    """Reads the source, and the document itself where it would come out otherwise. Writes nothing.

    Raises Throttled and Reconnect, which say nothing about the document.
    """
    flow = all_flows()[entry.flow]
    try:
        source = sources.read(work, entry)
        if fingerprint(source) != entry.facts.get(WRITTEN_FROM, fingerprint(source)):
            return Judgement(KEPT, "It changed at its source since it was posted, and is carried by itself.")
        maps = work.maps_for(entry)
        # As it is planned once a person sends it again.
        maps = replace(maps, approvals=maps.approvals | {approval_for(RESEND, "")})
        plan = flow.rule(source, maps, work.defaults)
        found = _judge_plan(work, entry, plan)
        return found if plan.document is None else replace(found, facts=plan.facts)
    except Missing:
        return Judgement(KEPT, "It is gone, on one side or the other.")
    except UnreadableRecord:
        return Judgement(UNSURE, "Its source cannot be read.")
    except (Throttled, Reconnect):
        raise
    except VendorError:
        return Judgement(UNSURE, "One side did not answer. Look through them again.")


def _judge_plan(work: Work, entry: Entry, plan: Plan[Any]) -> Judgement:
    if plan.document is None:
        return Judgement(KEPT, _why(plan.removal or next(iter(plan.blockers))))
    print_ = fingerprint(plan.document)
    return Judgement(SAME) if print_ == entry.fingerprint else _compare(work, entry, plan.document, print_)


def _why(notice: Notice) -> str:
    return sentence_for(notice.code, notice.subject, notice.detail)


def _compare(work: Work, entry: Entry, document: Any, print_: str) -> Judgement:
    standing = adapter_for(entry.target_type).look(work, entry)
    refusal = find_refusal(work, entry, document, standing)
    written = load_written(entry)
    wire = to_json(document.to_wire())
    wire = sent_form(wire) if is_made(wire) else wire
    differences = find_differences(written.sent, {}, wire) if written is not None else ()
    return Judgement(KEPT if refusal else CHANGE, refusal, print_, differences)
