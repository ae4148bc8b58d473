"""Many documents in one call. Each is still planned, recorded, tried and settled for itself, in the engine's order.

A batch is no document: there is no row for it. What its call did not answer is in doubt one by one, and looked for one
by one, so a worker that dies in the middle leaves what it would have left with single sends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models.functions import Now

from connectors.errors import Missing, Rejected, Throttled, VendorError
from connectors.qbo.client import MOST_BATCH_ITEMS
from sync import ledger, outbox, settle, sources
from sync.amending import draft_amendment
from sync.flow import Flow
from sync.models import Entry, Outgoing
from sync.planning import plan_one
from sync.posting import learn_namesake
from sync.queueing import Priority
from sync.recording import draft_create, record, save_drafts
from sync.targets import Answer
from sync.updating import record_gone
from sync.work import Work

# Documents in one call. A sync action of Procore would take 1,000; of 250 fewer are in doubt when an answer is lost.
MOST_AT_ONCE = {"qbo": MOST_BATCH_ITEMS, "procore": 250}
# Documents taken and read together: whole calls, and few enough that an urgent document need not wait long.
MOST_TOGETHER = {"qbo": 4 * MOST_BATCH_ITEMS, "procore": 250}
PRIORITY = Priority.PUSH

Fail = Callable[[Entry, Exception], None]
SendOne = Callable[[Flow, Entry, Outgoing], None]


class Batches:
    """Carries claimed entries of one flow. `fail` ends a run that met an error, `send_one` sends a recorded write.

    When `gives_way` says that somebody else's turn has come, what is not planned yet is due as before, and what is
    planned goes out in one more call.
    """

    def __init__(
        self, work: Work, *, fail: Fail, send_one: SendOne, gives_way: Callable[[], bool] = lambda: False
    ) -> None:
        self.work = work
        self._fail, self._send_one, self._gives_way = fail, send_one, gives_way
        self._throttled: Throttled | None = None

    def carry(self, flow: Flow, entries: Sequence[Entry]) -> None:
        """Take these through the five steps; whatever happens ends in a visible state of each.

        A call goes out as soon as it is full: the next one is planned in the time that the vendor's limit asks for
        between two.
        """
        self.work.ahead.expect(entries)
        try:
            read = sources.reader_for_many(self.work, flow, entries)
        except Exception as error:
            for entry in entries:
                self._fail(entry, error)
            return
        drafts: list[Outgoing] = []
        names: set[str] = set()
        for place, entry in enumerate(entries):
            # One at least, or two that give way to each other would get nowhere.
            if place and self._is_over():
                ledger.give_back(entries[place:], after=self.rest_seconds)
                break
            draft = self._plan_safely(flow, entry, read, names)
            if draft is not None:
                drafts.append(draft)
            if len(drafts) == MOST_AT_ONCE[flow.target]:
                self._record_and_send(flow, drafts)
                drafts = []
        self._record_and_send(flow, drafts)
        if flow.links:
            # Not before: what a set makes of its own rows is told by their names.
            self.work.forget_mapping()

    def _is_over(self) -> bool:
        return self._throttled is not None or self._gives_way()

    def _plan_safely(self, flow: Flow, entry: Entry, read: Callable[[Entry], Any], names: set[str]) -> Outgoing | None:
        """The write to send with others, if there is one; `names` are those of the set so far."""
        try:
            draft = self._plan(flow, entry, read)
        except Exception as error:
            self._fail(entry, error)
            return None
        if draft is None:
            return None
        name = _name_of(draft)
        if name in names:
            # One of that name is on its way with this very set: planned again, this one will see it.
            ledger.finish(entry, (), due_at=Now())
            return None
        names.add(name)
        return draft

    def _plan(self, flow: Flow, entry: Entry, read: Callable[[Entry], Any]) -> Outgoing | None:
        """The write to send with others, or None when the entry is decided without one or went out by itself."""
        try:
            source = read(entry)
        except Missing:
            self._send_alone(flow, entry, record_gone(self.work, entry))
            return None
        plan = plan_one(self.work, flow, entry, source)
        if plan is None:
            return None
        if flow.amends:
            return draft_amendment(self.work, entry, plan)
        if plan.document is not None and not entry.is_posted and not entry.approvals:
            return draft_create(self.work, entry, plan)
        # What a person allowed (a number twice) is said of a call as a whole, so that one goes alone.
        self._send_alone(flow, entry, record(self.work, flow, entry, plan))
        return None

    def _send_alone(self, flow: Flow, entry: Entry, outgoing: Outgoing | None) -> None:
        if outgoing is not None:
            self._send_one(flow, entry, outgoing)

    def _record_and_send(self, flow: Flow, drafts: Sequence[Outgoing]) -> None:
        if drafts:
            save_drafts(drafts)
            self._send(flow, drafts)

    def _send(self, flow: Flow, drafts: Sequence[Outgoing]) -> None:
        if self._throttled is not None:
            self._put_off(drafts, self._throttled.after)
            return
        try:
            results = outbox.send_many(self.work, drafts, flow)
        except Rejected:
            # Refused as a whole, for what is wrong with one of them perhaps: each by itself says which.
            for draft in drafts:
                self._send_one(flow, draft.entry, draft)
            return
        self._settle(flow, [(draft, results[draft.pk]) for draft in drafts if draft.pk in results])

    def _settle(self, flow: Flow, results: Sequence[tuple[Outgoing, Answer | VendorError]]) -> None:
        made = [(draft, result) for draft, result in results if isinstance(result, Answer)]
        if made:
            settle.posted_many(self.work, flow, made)
        for draft, result in results:
            if isinstance(result, Throttled):
                self._throttled = result
                self._put_off([draft], result.after)
            elif isinstance(result, VendorError):
                if result.fault == "name_exists":
                    learn_namesake(self.work, draft)
                settle.send_failed(self.work, draft.entry, draft, result)

    def _put_off(self, drafts: Sequence[Outgoing], seconds: float) -> None:
        for draft in drafts:
            settle.not_sent_yet(draft.entry, draft, seconds)

    @property
    def rest_seconds(self) -> float:
        """How long the vendor wants to be spared; 0 when its limit was not met."""
        return self._throttled.after if self._throttled is not None else 0.0


def choose_in_order(places: Sequence[ledger.Place], limit: int) -> list[int]:
    """The first of each group, those with the most behind them before the others: so the fewest calls are needed."""
    firsts: dict[str, ledger.Place] = {}
    behind = Counter(place.group or str(place.pk) for place in places)
    for place in places:
        group = place.group or str(place.pk)
        if group not in firsts or (place.position, place.pk) < (firsts[group].position, firsts[group].pk):
            firsts[group] = place
    longest = sorted(firsts, key=lambda group: (-behind[group], firsts[group].pk))
    return [firsts[group].pk for group in longest[:limit]]


def _name_of(draft: Outgoing) -> str:
    """What no two creates of one call may share: a name in its list, a number of its party."""
    body = draft.body
    if "DocNumber" in body:
        party = body.get("VendorRef") or body.get("CustomerRef") or {}
        return f"{draft.target_type}:{party.get('value')}:{body['DocNumber']}".casefold()
    return str(body.get("DisplayName") or body.get("Name") or body.get("name") or draft.key).casefold()
