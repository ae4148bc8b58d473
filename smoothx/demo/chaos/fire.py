"""One volley: workers are let loose while the vendors fail and the services are struck; afterwards peace is made."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from connectors import accounts
from connectors.grants import TokenPair
from connectors.models import Connection, InboundEvent, Vendor
from smoothx.demo.chaos.breeding import Nursery
from smoothx.demo.chaos.ground import wipe_redis
from smoothx.demo.chaos.strokes import Deed, Volley
from smoothx.demo.year.vendors import Vendors
from smoothx.embedded.services import crash_database
from smoothx.tenants.models import DueWork
from sync.tasks import POLL_BOOKS, POLL_PROCORE

WEBHOOK_SECONDS = 5
# Our own writes bring events in turn, which ask for nothing.
MOST_RESTS = 3
# Everybody else who is in this database.
CUT = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class NoRest(Exception):
    """What should come to rest failed; the text says where its log is."""


class Field:
    """Where the volleys are fired: a live company whose scope is entered, and the process its workers come from."""

    def __init__(self, tenant_id: int, vendors: Vendors, nursery: Nursery) -> None:
        self.tenant_id = tenant_id
        self.vendors = vendors
        self.nursery = nursery

    def fire(self, volley: Volley) -> list[str]:
        """Let the workers work while all of it befalls them; how each of them ended."""
        self._set_vendors(volley)
        for topic in (POLL_PROCORE, POLL_BOOKS):
            DueWork.mark(tenant_id=self.tenant_id, topic=topic)
        self.nursery.order(volley=[[asdict(life) for life in slot] for slot in volley.slots])
        began_at = time.monotonic()
        for stroke in sorted(volley.strokes, key=lambda each: each.after_ms):
            if not self.nursery.has_answered(within=began_at + stroke.after_ms / 1000 - time.monotonic()):
                # A stroke after the last worker ended befalls nobody.
                self._do(stroke.deed)
        answer = self.nursery.answer()
        self.nursery.clock_off += answer["passed"]
        ends: list[str] = answer["ends"]
        return ends

    def make_peace(self, *, is_last: bool) -> None:
        """Nothing fails any more, people mend what only people can, and the engine gets time.

        Before another volley only as much as its acts need; the last time until nothing is left.
        """
        for side in self.vendors.both:
            side.control("faults", method="DELETE")
        self._await_webhooks()
        connection.close()
        # What goes by the clock of Redis, which nobody moves: pauses after a 429, and a breaker that is open.
        wipe_redis()
        for _ in range(MOST_RESTS):
            self._reconnect()
            self._rest(is_last=is_last)
            # What could not be delivered is tried again as time passes.
            self._await_webhooks()
            # Access that died with its worker shows when the next one asks for new one.
            is_lost = Connection.objects.filter(state=Connection.State.BROKEN).exists()
            if not is_lost and not (is_last and InboundEvent.objects.filter(handled_at__isnull=True).exists()):
                return

    def _rest(self, *, is_last: bool) -> None:
        self.nursery.order(rest=self.tenant_id, is_last=is_last)
        found = self.nursery.answer()["rest"]
        if not found:
            message = f"the engine does not come to rest, see {self.nursery.log}"
            raise NoRest(message)
        moved = float(found["clock_off"]) - self.nursery.clock_off
        self.nursery.clock_off += moved
        # Both sandboxes share a clock.
        self.vendors.qbo.control("clock", {"advance_seconds": moved})

    def _set_vendors(self, volley: Volley) -> None:
        for side, faults in ((self.vendors.procore, volley.procore), (self.vendors.qbo, volley.books)):
            side.control("webhooks", {"mode": volley.webhooks})
            if faults:
                side.control("faults", list(faults))

    def _do(self, deed: Deed) -> None:
        deeds: Mapping[Deed, Callable[[], Any]] = {
            "wipe_redis": wipe_redis,
            "cut_database": _cut_database,
            "restart_database": crash_database,
            "expire_tokens": _expire_tokens,
        }
        # Two strokes may meet.
        with contextlib.suppress(OperationalError):
            deeds[deed]()
        if deed.endswith("database"):
            connection.close()

    def _await_webhooks(self) -> None:
        for side in self.vendors.both:
            side.control(f"webhooks?wait={WEBHOOK_SECONDS}", method="GET")

    def _reconnect(self) -> None:
        """A worker that dies with a new pair of tokens in hand takes the connection with it: somebody signs in."""
        for row in Connection.objects.filter(state=Connection.State.BROKEN):
            side, name = (self.vendors.qbo, "realm") if row.vendor == Vendor.QBO else (self.vendors.procore, "company")
            pair = TokenPair.from_wire(side.control("token", {name: row.account_id}), asked_at=timezone.now())
            accounts.bind(
                row,
                vendor=row.vendor,
                account_id=row.account_id,
                name=row.account_name,
                facts=row.facts,
                actor=None,
                pair=pair,
            )


def _cut_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CUT)


def _expire_tokens() -> None:
    Connection.objects.update(access_expires_at=timezone.now())
