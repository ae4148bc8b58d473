"""Rows of a push that exist on the other side are linked instead of created: a few at once, many by a worker."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.models import Link, LinkChange
from mapping.pushing import namesakes, runs
from smoothx.tenants.models import AuditEntry, DueWork
from sync import push_runs
from tests import worlds
from tests.sync.pushes import Died, add_companies, add_vendors, begin, carry, names, outcome

pytestmark = pytest.mark.timeout(180)


def test_the_rows_that_exist_are_linked_in_one_go(contacts: Any, owner: Any) -> None:
    ids = add_companies(["Batch A", "Batch B", "Batch C"])
    for name in ("Batch A", "Batch B"):
        worlds.act(contacts.qbo, "add_vendor", name=name)
    worlds.read_section("contacts")
    run = begin(ids, owner)
    assert namesakes.link_existing(run, owner)
    assert outcome(run) == {"done": 2, "waiting": 1}
    assert set(Link.objects.values_list("chosen_by", "run_id")) == {("hand", run.pk)}
    assert not namesakes.link_existing(run, owner)


def test_many_rows_that_exist_are_linked_by_a_worker_which_may_die(
    contacts: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_companies(names(5))
    add_vendors([{"DisplayName": name} for name in names(4)])
    worlds.read_section("contacts")
    monkeypatch.setattr(namesakes, "LINKED_AT_ONCE", 3)
    monkeypatch.setattr(namesakes, "SET_SIZE", 2)
    run = begin(ids, owner)
    assert namesakes.link_existing(run, owner)
    assert not runs.confirm(run, owner)
    assert not namesakes.link_existing(run, owner)
    assert not Link.objects.exists()

    def die(*_: Any, **__: Any) -> None:
        raise Died

    assert namesakes.link_next(run) == 2
    with monkeypatch.context() as patch:
        patch.setattr(namesakes, "link_together", die)
        with pytest.raises(Died):
            carry(run)
    assert (Link.objects.count(), outcome(run)) == (2, {"done": 2, "waiting": 3})
    carry(run)
    assert (run.state, run.message, outcome(run)) == ("preview", "4 rows are linked.", {"done": 4, "waiting": 1})
    assert set(Link.objects.values_list("chosen_by", "run_id", "actor_id")) == {("hand", run.pk, owner.pk)}
    assert LinkChange.objects.filter(run=run, actor=owner, action="linked").count() == 4
    assert [note.detail["links"] for note in AuditEntry.objects.filter(action="push.linked")] == [2, 2]
    assert DueWork.objects.get(topic=push_runs.TOPIC).due_at is None
    assert runs.confirm(run, owner)
    carry(run)
    assert (run.state, run.linked, outcome(run)) == ("done", 1, {"done": 5})
