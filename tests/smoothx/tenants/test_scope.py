"""Which tenant the running code works for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from smoothx.tenants.scope import NoActiveTenant, active_tenant_id, require_tenant_id, tenant_scope


def test_outside_there_is_none() -> None:
    assert active_tenant_id() is None
    with pytest.raises(NoActiveTenant, match=r"enter tenant_scope\(\) first"):
        require_tenant_id()


def test_scopes_nest_and_end_with_their_block() -> None:
    with tenant_scope(1):
        with tenant_scope(2):
            assert (active_tenant_id(), require_tenant_id()) == (2, 2)
        assert require_tenant_id() == 1
    assert active_tenant_id() is None


def test_a_scope_ends_when_its_block_fails() -> None:
    with tenant_scope(1):
        with pytest.raises(ZeroDivisionError), tenant_scope(2):
            _ = 1 / 0
        assert require_tenant_id() == 1


def test_another_thread_works_for_nobody() -> None:
    seen: list[int | None] = []
    with tenant_scope(1):
        thread = threading.Thread(target=lambda: seen.append(active_tenant_id()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_threads_do_not_disturb_each_other() -> None:
    both = threading.Barrier(2, timeout=20)
    seen: dict[int, int] = {}

    def work(tenant_id: int) -> None:
        with tenant_scope(tenant_id):
            both.wait()
            seen[tenant_id] = require_tenant_id()
            both.wait()

    threads = [threading.Thread(target=work, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {1: 1, 2: 2}


def test_what_a_generator_yields_is_read_in_the_callers_scope() -> None:
    """A scope belongs to the running code: whoever hands out rows lazily must be read inside the scope."""

    def lazily() -> Iterator[int | None]:
        yield active_tenant_id()
        yield active_tenant_id()

    rows = lazily()
    with tenant_scope(1):
        assert next(rows) == 1
    assert next(rows) is None
