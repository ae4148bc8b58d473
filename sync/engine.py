"""The engine: read, plan, record, send, settle. The only place where a document's fate is decided.

| died after | what the rows say              | who heals                     | why nothing doubles     |
| read, plan | entry claimed                  | the claim runs out, it is due | nothing was sent        |
| record     | outgoing open                  | superseded, planned again     | it was never sent       |
| send       | outgoing sending, try unended  | probe, then adopt or resend   | same key, and looked for|
| settle     | as above                       | as above                      | as above                |
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection

from connectors.errors import Missing, Throttled, VendorError
from connectors.models import Vendor
from connectors.procore.records import UnreadableRecord
from smoothx.lib.log_context import bound
from smoothx.tenants.models import Tenant
from sync import batches, ledger, outbox, settle, sources
from sync.flow import Flow
from sync.models import Entry, Outgoing
from sync.planning import plan_one
from sync.posting import learn_namesake
from sync.recording import record
from sync.registry import all_flows
from sync.updating import record_gone
from sync.work import NotConnected, Work

log = logging.getLogger(__name__)

PAGE = 100
# How PostgreSQL names the end of a connection, where it still could.
LOST_STATES = ("08", "57P")


class Engine:
    """Works off one tenant's due entries. One instance per run; many may run side by side."""

    def __init__(self) -> None:
        self.work = Work()
        self.owner = uuid.uuid4().hex
        # How long a vendor wants to be spared. Then nothing more is taken up in this run.
        self.rest_seconds = 0.0

    @property
    def is_throttled(self) -> bool:
        return self.rest_seconds > 0

    def run_due(self, *, seconds: float = 50.0, gives_way: Callable[[], bool] = lambda: False) -> int:
        """Handle what is due until nothing is, the time is up or `gives_way` says that somebody else's turn has come.

        Answers how many entries were handled.
        """
        end = time.monotonic() + seconds

        def is_over() -> bool:
            return self.is_throttled or time.monotonic() >= end or gives_way()

        handled = 0
        while not is_over():
            due = ledger.due_entries(PAGE)
            taken = self._take_some(due, is_over)
            handled += taken
            if not taken:
                break
        return handled

    def _take_some(self, due: list[Entry], is_over: Callable[[], bool]) -> int:
        """Those at the head that go together, or one by one what comes before the first such. Answers how many."""
        together = self._find_together(due)
        if not together:
            alone = due
        elif together[0] is due[0]:
            return self._take_together(due[0], is_over)
        else:
            alone = due[: due.index(together[0])]
        self.work.ahead.expect(alone)
        return sum(not is_over() and self._take(entry) for entry in alone)

    def _find_together(self, due: list[Entry]) -> list[Entry]:
        """What is due of flows of which enough is due to be worth a common call, in order."""
        fit = [entry for entry in due if self._may_go_together(entry)]
        counts = Counter(entry.flow for entry in fit)
        flows = all_flows()
        return [entry for entry in fit if counts[entry.flow] >= flows[entry.flow].fewest_together]

    def _may_go_together(self, entry: Entry) -> bool:
        is_in_doubt = getattr(entry, "open_state", None) in (Outgoing.State.SENDING, Outgoing.State.UNCERTAIN)
        is_left_out = entry.state == Entry.State.LEFT_OUT
        flow = all_flows()[entry.flow]
        return flow.sends_together and not is_in_doubt and not is_left_out and not self._find_halt(flow)

    def _take_together(self, first: Entry, is_over: Callable[[], bool]) -> int:
        """Claim and carry what is due of the first one's flow. Answers how many entries were taken."""
        flow = all_flows()[first.flow]
        limit = batches.MOST_AT_ONCE[flow.target] if flow.in_order else batches.MOST_TOGETHER[flow.target]
        choose = batches.choose_in_order if flow.in_order else None
        entries = ledger.claim_many(flow.key, self.owner, limit=limit, priority=first.priority, choose=choose)
        carrier = batches.Batches(self.work, fail=self._fail, send_one=self._send, gives_way=is_over)
        if entries:
            with bound(flow=flow.key):
                carrier.carry(flow, entries)
        self._rest(carrier.rest_seconds)
        return len(entries)

    def _rest(self, seconds: float) -> None:
        self.rest_seconds = max(self.rest_seconds, seconds)

    def _take(self, entry: Entry) -> bool:
        if not ledger.claim(entry, self.owner):
            return False
        with bound(flow=entry.flow, entry=entry.pk):
            self.handle(entry)
        return True

    def handle(self, entry: Entry) -> None:
        """Take one claimed entry through the five steps; whatever happens ends in a visible state."""
        flow = all_flows()[entry.flow]
        try:
            if self._is_stopped(flow, entry):
                return
            if getattr(entry, "open_state", None) and self._finish_open_write(flow, entry):
                return
            self._cross(flow, entry)
        except Exception as error:
            self._fail(entry, error)

    def _fail(self, entry: Entry, error: Exception) -> None:
        """End the run of an entry that met this error before anything was sent."""
        match error:
            case NotConnected():
                lost = Vendor(error.vendor).label
                self._hold(entry, "connection_lost", settle.CONNECTION_RESTORED, subject=lost)
            case Throttled():
                self._rest(error.after)
                settle.come_back(entry, error.after)
            case VendorError():
                settle.read_failed(self.work, entry, error)
            case UnreadableRecord():
                settle.block(entry, "source_unreadable", vendor_text=str(error))
            case OperationalError() | InterfaceError() if _is_database_gone(error):
                self._outlast(entry, error)
            case _:
                _log_internal(entry, error)
                settle.block(entry, "internal")

    def _outlast(self, entry: Entry, error: Exception) -> None:
        """Leave the entry claimed: the claim runs out, and the next worker goes on from what the rows say.

        The database may be back already, and to say that something failed would hide a write whose answer is not kept.
        What ends so again and again, with the database there each time, is a fault of ours: it is told as one.
        """
        if not connection.is_usable():
            connection.close()
        try:
            is_believed = ledger.count_loss(entry)
        except (OperationalError, InterfaceError):
            is_believed = True
        if is_believed:
            raise error
        _log_internal(entry, error)
        settle.tell_and_try_again(entry, "internal", after=ledger.CLAIM_LASTS)

    def _is_stopped(self, flow: Flow, entry: Entry) -> bool:
        """Left out, or held while the company is not live or the flow is off. A push is a person's own act."""
        if entry.state == Entry.State.LEFT_OUT:
            # Only a person takes it back in, whatever happens at its source.
            ledger.finish(entry, ())
            return True
        halt = self._find_halt(flow)
        if halt is not None:
            self._hold(entry, *halt)
        return halt is not None

    def _find_halt(self, flow: Flow) -> tuple[str, str] | None:
        """Why nothing of this flow may cross now, and what that waits for."""
        if flow.trigger == "push":
            return None
        if self.work.tenant.state != Tenant.State.LIVE:
            return "paused", "tenant:live"
        return ("flow_off", f"flow:{flow.key}") if flow.key in self.work.flows_off else None

    def _hold(self, entry: Entry, code: str, waits_for: str, *, subject: str = "") -> None:
        if settle.hold(entry, code, subject=subject, waits_for=waits_for):
            # It came true meanwhile: what this run knows is out of date.
            self.work = Work()

    def _cross(self, flow: Flow, entry: Entry) -> None:
        try:
            source = sources.read(self.work, entry)
        except Missing:
            self._send_if_any(flow, entry, record_gone(self.work, entry))
            return
        plan = plan_one(self.work, flow, entry, source)
        if plan is None:
            return
        self._send_if_any(flow, entry, record(self.work, flow, entry, plan))

    def _send_if_any(self, flow: Flow, entry: Entry, outgoing: Outgoing | None) -> None:
        if outgoing is not None:
            self._send(flow, entry, outgoing)

    def _send(self, flow: Flow, entry: Entry, outgoing: Outgoing) -> None:
        try:
            answer = outbox.send(self.work, outgoing, entry, flow)
        except outbox.Stopped:
            self._hold(entry, "paused", "tenant:live")
        except Throttled as error:
            self._rest(error.after)
            settle.not_sent_yet(entry, outgoing, error.after)
        except VendorError as error:
            if error.fault == "name_exists":
                learn_namesake(self.work, outgoing)
            settle.send_failed(self.work, entry, outgoing, error)
        else:
            settle.posted(self.work, flow, entry, outgoing, answer)

    def _finish_open_write(self, flow: Flow, entry: Entry) -> bool:
        """A write is open from an earlier run. True when that decides the entry; False to plan it again."""
        outgoing = outbox.current(entry)
        if outgoing is None:
            return False
        if outgoing.state == Outgoing.State.OPEN:
            outbox.supersede(outgoing)
            return False
        try:
            answer = outbox.probe(self.work, outgoing, entry)
        except Missing as error:
            # What was to be changed is gone, so that write can have no effect any more.
            settle.send_failed(self.work, entry, outgoing, error)
            return True
        if answer is not None:
            settle.posted(self.work, flow, entry, outgoing, answer)
        elif outbox.may_send_again(outgoing, flow.target):
            outgoing.probes += 1
            self._send(flow, entry, outgoing)
        else:
            settle.still_uncertain(entry, timedelta(seconds=30))
        return True


def _log_internal(entry: Entry, error: Exception) -> None:
    log.error("sync.engine.internal", extra={"entry": entry.pk, "flow": entry.flow}, exc_info=error)


def _is_database_gone(error: Exception) -> bool:
    """Whether the connection to the database was lost, which says nothing about the document."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(LOST_STATES)
