"""One worker process of the check: the sweep and the tasks as in production, taken from Redis one by one.

Celery's own process is left out, which would take longer to start than a run lasts. What it does about a task is done
here: the message is acknowledged after it, also when it failed. One that is to come later is lost, as by a worker that
dies with it in hand: its row must bring it.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from queue import Empty
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from kombu.exceptions import OperationalError as BrokerAway
from kombu.simple import SimpleQueue
from redis import RedisError

from smoothx.celery import app
from smoothx.demo.chaos.clocks import Clock, set_database_clock
from smoothx.demo.chaos.failing import Failpoint, hurry
from smoothx.demo.chaos.strokes import Life
from smoothx.demo.chaos.verdict import FAILED
from smoothx.demo.year.vendors import Sandbox
from smoothx.tenants.models import DueWork
from smoothx.tenants.scope import tenant_scope
from sync.models import Outgoing
from sync.registry import all_flows
from sync.tasks import HOOKS, POLL_BOOKS, POLL_PROCORE, PRUNE, sweep

log = logging.getLogger(__name__)

MOST_TASKS = 200
SECONDS_WITHOUT_SERVICES = 10.0
# Retries come within a quarter of an hour; what merely waits for something is looked at later than that.
RETRY_WITHIN = timedelta(minutes=20)
MOST_ROUNDS = 80
# What comes again by itself, whether there is anything to do or not.
BY_ITSELF = (POLL_PROCORE, POLL_BOOKS, HOOKS, PRUNE)
# Longer than any list is left unread, and than a project in which nothing moves.
LOOKS_AGAIN_AFTER = timedelta(hours=2)


def warm_up() -> None:
    """Load what else each worker would load for itself."""
    app.loader.import_default_modules()
    app.finalize()
    app.connection_for_read().get_transport_cls()
    all_flows()
    gc.freeze()


def live(life: Life, *, clock_off: float) -> None:
    """Work until nothing is due, unless the life's own end comes first. `clock_off` is what all clocks are off."""
    hurry()
    if life.rests:
        # Both sandboxes share a clock.
        Sandbox(settings.QBO_API_URL).control("clock", {"advance_seconds": life.rests})
        _wait_for_database()
        with _services_awaited():
            set_database_clock(clock_off)
    Clock(clock_off + life.clock_off).install()
    Failpoint(life).install()
    work_off(MOST_TASKS)


def come_to_rest(tenant_id: int, *, clock_off: float, is_last: bool) -> float:
    """Let time pass until nothing is left to do and both sides were asked again. Answers what the clock is off then.

    Time passes by moving the clock to whatever comes due next. `is_last`: both are asked until there is nothing to
    write; otherwise more follows, and to have asked once is enough.
    """
    hurry()
    clock = Clock(clock_off)
    clock.install()
    written_before: int | None = None
    for _ in range(MOST_ROUNDS):
        tasks = work_off(MOST_TASKS)
        if len(tasks) == MOST_TASKS:
            log.error("%s: no rest after %s tasks, the last of them %s", FAILED, MOST_TASKS, tasks[-10:])
            break
        waits = _next_wait()
        if waits is not None:
            clock.advance(max(waits.total_seconds(), 0) + 1)
            continue
        with tenant_scope(tenant_id):
            written = Outgoing.objects.count()
        if written_before is not None and (written == written_before or not is_last):
            break
        written_before = written
        clock.advance(LOOKS_AGAIN_AFTER.total_seconds())
        for topic in (POLL_PROCORE, POLL_BOOKS):
            DueWork.mark(tenant_id=tenant_id, topic=topic)
    else:
        log.error("%s: no rest after %s rounds", FAILED, MOST_ROUNDS)
    return clock.seconds_off


def work_off(most: int) -> list[str]:
    """Sweep and carry out, until neither the database nor Redis knows of anything that is due. The tasks, `most` if
    there was more to do."""
    tasks: list[str] = []
    while len(tasks) < most:
        with _services_awaited(), app.connection_for_read() as broker:
            channel: Any = broker
            queues = [SimpleQueue(channel, queue) for queue in app.conf.task_queues]
            while len(tasks) < most:
                close_old_connections()
                swept = sweep()
                tasks.append(_take_one(queues))
                if not tasks[-1] and not swept:
                    return tasks[:-1]
    return tasks


def _take_one(queues: Sequence[SimpleQueue]) -> str:
    """Carry out the first message of any queue. Its task, "" without one."""
    for queue in queues:
        try:
            message = queue.get(block=False)
        except Empty:
            continue
        try:
            _carry_out(message)
        finally:
            message.ack()
        return str(message.headers["task"])
    return ""


def _carry_out(message: Any) -> None:
    _args, kwargs, _options = message.payload
    eta = parse_datetime(message.headers.get("eta") or "")
    # Celery reckons by the machine's clock, which nobody moves.
    if eta is not None and eta > datetime.now(UTC):
        return
    try:
        app.tasks[message.headers["task"]](**kwargs)
    except (OperationalError, InterfaceError):
        # The database went away under the task: it comes again by its row.
        log.warning("chaos.task_lost")
        connection.close()
    except Exception:
        log.exception(FAILED)


@contextlib.contextmanager
def _services_awaited() -> Iterator[None]:
    """Stay through a restart of either service, as Celery does."""
    try:
        yield
    except (OperationalError, InterfaceError, BrokerAway, RedisError):
        log.warning("chaos.service_away")
        connection.close()
        _wait_for_database()


def _wait_for_database() -> None:
    end = time.monotonic() + SECONDS_WITHOUT_SERVICES
    while time.monotonic() < end:
        with contextlib.suppress(OperationalError):
            connection.ensure_connection()
            return
        connection.close()
        time.sleep(0.02)


def _next_wait() -> timedelta | None:
    """How long until something is due that does not come again anyway; None when nothing is, or only much later.

    Only the rows of due work count, as they do for the sweep: a document without one would wait for ever.
    """
    now = timezone.now()
    due = DueWork.objects.filter(due_at__lte=now + RETRY_WITHIN).exclude(topic__in=BY_ITSELF)
    times = [at - now for at in due.values_list("due_at", flat=True) if at]
    return min(times, default=None)
