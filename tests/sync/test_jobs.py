"""What the directory and the ledger know of a linked project's sub-customer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from connectors.procore import resources as procore
from mapping.kinds import PROJECT
from mapping.links import link
from mapping.maps import Target
from mapping.models import RemoteItem
from sync.flows._jobs import Job
from sync.jobs import load_jobs
from sync.models import Entry
from tests.factories import connections
from tests.mapping.factories import make_customer, make_row

pytestmark = pytest.mark.usefixtures("scope")


def make_job(name: str, parent: RemoteItem, **facts: Any) -> RemoteItem:
    return make_customer(name, parent_id=parent.remote_id, subtype="job", data={"sync_token": "3"}, **facts)


def link_rows(left: RemoteItem, right: RemoteItem) -> None:
    link(
        PROJECT,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        chosen_by="hand",
    )


def make_entry(flow: str, project: RemoteItem, **facts: Any) -> Entry:
    left, right = connections()
    known = {"source_connection": left, "target_connection": right, "project_id": project.remote_id, "state": "posted"}
    source_id = f"{flow}-{Entry.objects.count()}"
    return Entry.objects.create(**{"flow": flow, "source_type": "x", "source_id": source_id, **known, **facts})


def test_a_job_is_known_by_its_rows_its_history_and_its_documents() -> None:
    left, books = connections()
    owner = make_customer("Larimer Holdings")
    phase = make_job("Phases", owner)
    project, job = make_row(procore.PROJECTS, "Larimer Lofts"), make_job("Lofts", phase)
    link_rows(project, job)
    RemoteItem.objects.filter(pk=project.pk).update(name="Renamed")
    RemoteItem.objects.filter(pk=job.pk).update(name="Lofts 2")
    make_entry("projects", project, source_id=project.remote_id, target_id=job.remote_id, target_type="Customer")
    make_entry("bills", project, target_id="9", target_type="Bill")
    make_entry("bills", project, state="blocked")
    make_entry("bills", project, state="left_out")
    make_entry("expenses", project, source_connection=books, state="ineligible")
    make_entry("expenses", project, source_connection=books, state="waiting")
    make_entry("attachments_to_qbo", project, state="waiting")
    make_entry("bill_payments", make_row(procore.PROJECTS, "Another"), target_id="8", target_type="payment_issued")
    facts = {"kept_name": "Renamed", "kept_job": job.remote_id, "name": "only planned"}
    make_entry("project_changes", project, source_id=project.remote_id, facts=facts, state="held")
    with CaptureQueriesContext(database) as caught:
        found = load_jobs(left, [project.remote_id, "404"])
    assert found == {
        project.remote_id: Job(
            id=job.remote_id,
            name="Lofts 2",
            version="3",
            parents=(Target(phase.remote_id, "Phases"), Target(owner.remote_id, "Larimer Holdings")),
            is_ours=True,
            linked_name="Lofts",
            project_name="Larimer Lofts",
            agreed={"name": "Renamed", "job": job.remote_id},
            documents=3,
            unposted=1,
        )
    }
    assert len(caught) <= 12


def test_what_was_agreed_on_for_another_sub_customer_counts_no_more() -> None:
    left, _ = connections()
    owner = make_customer("Larimer Holdings")
    project, job = make_row(procore.PROJECTS, "Larimer Lofts"), make_job("Lofts", owner)
    link_rows(project, job)
    facts = {"name": "Renamed", "job": "another"}
    make_entry("project_changes", project, source_id=project.remote_id, facts=facts, target_id="another")
    assert load_jobs(left, [project.remote_id])[project.remote_id].agreed == {}


def test_a_sub_customer_the_directory_lost_is_gone_with_the_name_it_had() -> None:
    left, _ = connections()
    project, job = make_row(procore.PROJECTS, "Larimer Lofts"), make_job("Lofts", make_customer("Larimer Holdings"))
    link_rows(project, job)
    RemoteItem.objects.filter(pk=job.pk).delete()
    found = load_jobs(left, [project.remote_id])[project.remote_id]
    assert (found.name, found.is_gone, found.linked_name) == ("Lofts", True, "Lofts")
