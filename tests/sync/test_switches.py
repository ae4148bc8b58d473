"""Whether a flow runs: as it was switched, else as it is declared to begin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Cursor
from sync import ledger
from sync.models import FlowSetting
from sync.registry import all_flows, flow
from sync.switches import is_on, load_flows_off
from sync.switching import switch
from sync.work import Work
from tests.factories import connections

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def off_at_first(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = replace(flow("bills"), key="orders", is_on_at_first=False)
    monkeypatch.setitem(all_flows(), "orders", made)
    return made


def test_a_flow_that_is_off_at_first_runs_once_it_is_switched_on(off_at_first: Any, owner: Any) -> None:
    assert ("orders" in load_flows_off(), "bills" in load_flows_off()) == (True, False)
    assert ("orders" in Work().flows_off, ledger.is_true_by_now("flow:orders")) == (True, False)
    switch(off_at_first, owner, is_on=True)
    assert ("orders" in Work().flows_off, ledger.is_true_by_now("flow:orders"), is_on("orders")) == (False, True, True)
    switch(off_at_first, owner, is_on=None)
    assert (FlowSetting.objects.count(), is_on("orders")) == (0, False)


def test_a_flow_that_is_on_at_first_stops_when_switched_off(owner: Any) -> None:
    switch(flow("bills"), owner, is_on=False)
    assert (is_on("bills"), ledger.is_true_by_now("flow:bills")) == (False, False)
    switch(flow("bills"), owner, is_on=None)
    assert is_on("bills")


def test_changes_of_projects_while_they_were_off_are_read_again(owner: Any) -> None:
    left, right = connections()
    read_at = timezone.now() + timedelta(hours=1)
    for connection, resource in ((right, "qbo.changes"), (left, "procore.projects"), (left, "procore.requisitions")):
        Cursor.objects.create(connection=connection, resource=resource, read_until=read_at)
    for key, again in (("bills", {"qbo.changes"}), ("project_changes", {"qbo.changes", "procore.projects"})):
        Cursor.objects.update(read_until=read_at)
        switch(flow(key), owner, is_on=False)
        switch(flow(key), owner, is_on=True)
        assert set(Cursor.objects.exclude(read_until=read_at).values_list("resource", flat=True)) == again
