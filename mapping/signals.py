"""What mapping tells those above it, and what it asks them. Mapping itself knows of no document.

`mapping_changed` is sent on commit with `tenant_id` and `subjects`, texts like "link:vendor:518" or
"default:bill_code": what waits for one of them may go on. The hooks are answered by sync, which registers a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import transaction
from django.dispatch import Signal

from connectors.models import Connection
from mapping.models import Link
from smoothx.tenants.scope import require_tenant_id

P = ParamSpec("P")
T = TypeVar("T")

mapping_changed = Signal()
# Who hears of them locks each subject, and the database holds only so many locks at a time.
SENT_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class OpenDocuments:
    """How many documents a change would stop, and what the first of them are called."""

    count: int = 0
    titles: tuple[str, ...] = ()


class Hook(Generic[P, T]):
    """A question to the layer above; answers `silent` until somebody registers. One answerer, the last registered."""

    def __init__(self, silent: Callable[P, T]) -> None:
        self._silent = silent
        self._answer = silent

    def register(self, answer: Callable[P, T]) -> Callable[P, T]:
        self._answer = answer
        return answer

    def reset(self) -> None:
        self._answer = self._silent

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._answer(*args, **kwargs)


def _count_no_documents(links: Sequence[Link]) -> Mapping[int, OpenDocuments]:
    return {}


def _count_none_waiting(kind_keys: Sequence[str]) -> Mapping[tuple[str, str], int]:
    return {}


def _find_none_in_use(kind_key: str) -> frozenset[str]:
    return frozenset()


def _ask_nobody(connection: Connection, resource_key: str, lost_ids: Sequence[str]) -> Mapping[str, str]:
    return {}


# What rows that are gone from a QuickBooks list were merged into, as documents of ours tell that were posted to them:
# connection, resource key, ids -> {lost id: kept id}, only what is certain. May call QuickBooks.
ask_survivors = Hook(_ask_nobody)
# Documents that unlinking would stop: links -> {link pk: OpenDocuments}, only those that stop any.
count_documents = Hook(_count_no_documents)
# Documents that wait for a link: kind keys -> {(kind key, left id): how many}, only those above zero.
count_waiting = Hook(_count_none_waiting)
# Left ids of a kind that open documents name: kind key -> ids.
ids_in_use = Hook(_find_none_in_use)


def _hear_nothing(connection: Connection, resource_key: str, rows: Sequence[Any]) -> None:
    return None


# Rows (mapping.directory.items.DirectoryRow) are about to be written to the directory: connection, resource key, rows.
before_rows_change = Hook(_hear_nothing)


def link_subject(kind_key: str, left_id: str) -> str:
    return f"link:{kind_key}:{left_id}"


def announce(subjects: Iterable[str]) -> None:
    """Send `mapping_changed` when the transaction commits, at once when none is open."""
    named = list(dict.fromkeys(subjects))
    if not named:
        return
    tenant_id = require_tenant_id()
    for start in range(0, len(named), SENT_AT_ONCE):
        transaction.on_commit(partial(_send, tenant_id, named[start : start + SENT_AT_ONCE]))


def _send(tenant_id: int, subjects: list[str]) -> None:
    mapping_changed.send(sender=Link, tenant_id=tenant_id, subjects=subjects)
