"""A linked project and its sub-customer. QuickBooks is asked only where the two seem to differ."""

from __future__ import annotations

from dataclasses import replace

from sync.flows._jobs import LinkedProject
from sync.flows.project_changes import FLOW, find_differences
from sync.jobs import load_jobs, read_job
from sync.models import Entry
from sync.sources.directory import read_project
from sync.sources.reader import Reader, SetReader
from sync.work import Work


def read_linked_project(work: Work, entry: Entry) -> LinkedProject:
    project = read_project(work, entry)
    job = load_jobs(work.procore.connection, [project.id]).get(project.id)
    if job is None:
        return LinkedProject(project)
    if not job.is_gone and find_differences(project, job, work.base_maps, work.defaults):
        job = read_job(work.qbo, job)
        work.forget_mapping()
    # The version says nothing by itself, and every payment raises it.
    is_same = not find_differences(project, job, work.base_maps, work.defaults)
    return LinkedProject(project, replace(job, version="") if is_same else job)


READERS: dict[str, Reader] = {FLOW.key: read_linked_project}
SET_READERS: dict[str, SetReader] = {}
