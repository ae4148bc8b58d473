"""Procore's companies, projects and cost codes as rows of the directory."""

from __future__ import annotations

from connectors.procore import records
from mapping.directory.items.rows import DirectoryRow, make_row

# Subtype of a cost code that only projects have: it stands among the standard codes so that it can be mapped.
PROJECT_ONLY = "project_only"
PROJECT_ONLY_PREFIX = "code:"


def company_item(company: records.Company) -> DirectoryRow:
    address = company.address
    return make_row(
        remote_id=company.id,
        name=company.name,
        email=company.email,
        phone=company.phone,
        is_active=company.is_active,
        data={
            "company_name": company.legal_name,
            "tax_id": company.tax_id,
            "mobile": company.mobile,
            "street": address.street,
            "city": address.city,
            "state_code": address.state_code,
            "zip": address.zip,
            "country_code": address.country_code,
        },
    )


def project_item(project: records.Project) -> DirectoryRow:
    address = project.address
    return make_row(
        remote_id=project.id,
        name=project.name,
        code=project.number,
        is_active=project.is_active,
        data={
            "customer_id": project.customer_id or "",
            "customer_label": project.customer_label,
            "has_customer_field": project.has_customer_field,
            "department_ids": list(project.department_ids),
            "street": address.street,
            "city": address.city,
            "state_code": address.state_code,
            "zip": address.zip,
            "country_code": address.country_code,
        },
    )


def standard_code_item(code: records.CostCode, *, is_active: bool = True) -> DirectoryRow:
    return make_row(
        remote_id=code.id,
        name=code.name or code.full_code,
        code=code.full_code,
        parent_id=code.parent_id or "",
        is_active=is_active,
    )


def project_code_item(code: records.CostCode, *, project_name: str = "", is_active: bool = True) -> DirectoryRow:
    """A project's own copy. `data` says which standard code it is a copy of; None for one made on the project.

    Many projects and their sub jobs have the same codes, so the name tells the place; `own_name` is without it.
    """
    own_name = code.name or code.full_code
    return make_row(
        remote_id=code.id,
        name=name_in_project(own_name, ", ".join(place for place in (project_name, code.sub_job) if place)),
        code=code.full_code,
        parent_id=code.parent_id or "",
        project_id=code.project_id or "",
        is_active=is_active,
        data={
            "standard_id": code.standard_id,
            "full_code": code.full_code,
            "sub_job_id": code.sub_job_id,
            "own_name": own_name,
        },
    )


def project_only_code_item(*, key: str, code: str, name: str, parent_key: str) -> DirectoryRow:
    """The row under which a code without a standard code is mapped, once for all projects that have it."""
    return make_row(
        remote_id=key,
        name=name or code,
        code=code,
        parent_id=parent_key,
        subtype=PROJECT_ONLY,
        is_active=True,
    )


def name_in_project(name: str, project_name: str) -> str:
    return f"{name}, {project_name}" if project_name else name
