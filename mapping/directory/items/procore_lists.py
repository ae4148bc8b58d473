"""Procore's small lists as rows of the directory.

What lives in a project is named with the project's number and name: several projects have a "Level 2", and several may
have one name. `own_name` is without it.
"""

from __future__ import annotations

from connectors.procore import lists
from mapping.directory.items.procore import name_in_project
from mapping.directory.items.rows import DirectoryRow, make_row
from mapping.maps import pair_key, term_key


def cost_type_item(cost_type: lists.CostType) -> DirectoryRow:
    return make_row(
        remote_id=cost_type.id,
        name=cost_type.name or cost_type.code,
        code=cost_type.code,
        subtype=cost_type.base_type,
        is_active=True,
    )


def tax_code_item(code: lists.TaxCode) -> DirectoryRow:
    """`rate` is percent as text, empty where Procore sends none."""
    return make_row(
        remote_id=code.id,
        name=code.name,
        code=code.code,
        is_active=code.is_active,
        data={"rate": "" if code.rate is None else f"{code.rate.normalize():f}"},
    )


def department_item(department: lists.Department) -> DirectoryRow:
    return make_row(remote_id=department.id, name=department.name, is_active=True)


def employee_item(person: lists.Person) -> DirectoryRow:
    return make_row(
        remote_id=person.id,
        name=person.name,
        code=person.number,
        email=person.email,
        phone=person.phone,
        is_active=person.is_active,
        data={"given_name": person.first_name, "family_name": person.last_name, "job_title": person.job_title},
    )


def time_type_item(time_type: lists.TimeType) -> DirectoryRow:
    return make_row(remote_id=time_type.id, name=time_type.name, code=time_type.code, is_active=time_type.is_active)


def location_item(location: lists.Location, *, project_id: str, project_name: str) -> DirectoryRow:
    return make_row(
        remote_id=location.id,
        name=name_in_project(" > ".join(location.path), project_name),
        code=location.code,
        parent_id=location.parent_id,
        project_id=project_id,
        is_active=True,
        data={"own_name": location.path[-1], "full_name": ":".join(location.path)},
    )


def sub_job_item(job: lists.SubJob, *, project_id: str, project_name: str, project_label: str = "") -> DirectoryRow:
    """`project_label` is the project's name with its number; `full_name` compares with QuickBooks, which has none."""
    return make_row(
        remote_id=job.id,
        name=name_in_project(job.name or job.code, project_label or project_name),
        code=job.code,
        project_id=project_id,
        is_active=True,
        data={"own_name": job.name or job.code, "full_name": f"{project_name}:{job.name or job.code}"},
    )


def pair_item(*, code_key: str, code: str, code_name: str, budget: lists.BudgetCode) -> DirectoryRow:
    """A cost code with one of its cost types, once for all projects that have it."""
    return make_row(
        remote_id=pair_key(code_key, budget.cost_type),
        name=f"{code_name or code}, {budget.cost_type_name or budget.cost_type}",
        code=code,
        is_active=budget.is_active,
        data={"code_key": code_key, "cost_type": budget.cost_type, "cost_type_id": budget.cost_type_id},
    )


def payment_term_item(text: str) -> DirectoryRow:
    """Payment terms are free text in Procore: each distinct text is a row."""
    return make_row(remote_id=term_key(text), name=text, is_active=True)
