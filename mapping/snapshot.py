"""The parts of the frozen lookup that rules are handed: one query each, only the columns in use.

Each loader answers a plain dict for the active tenant. Inactive rows are included and say so: a rule must be able to
tell "inactive in QuickBooks" from "not there".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.directory.project_codes import map_key
from mapping.divisions import ancestors
from mapping.kinds import MappingKind
from mapping.maps import CodeRef, LeftSide, ProjectRef, Target
from mapping.models import Link, RemoteItem


def load_links(
    kinds: Iterable[MappingKind], *, left_ids: Collection[str] | None = None
) -> dict[tuple[str, str], Target]:
    """(kind key, left id) to the right side, of all left rows or of these.

    A right row the directory never had is inactive, named by its id.
    """
    wanted = list(kinds)
    resource = Case(*(When(kind=kind.key, then=Value(kind.right.key)) for kind in wanted), default=Value(""))
    rights = RemoteItem.objects.filter(
        connection_id=OuterRef("right_connection_id"),
        resource=OuterRef("right_resource"),
        remote_id=OuterRef("right_id"),
    ).values(found=JSONObject(name="name", is_active="is_active"))
    links = Link.objects.filter(kind__in=[kind.key for kind in wanted]).annotate(right_resource=resource)
    if left_ids is not None:
        links = links.filter(left_id__in=list(left_ids))
    rows = links.annotate(right=Subquery(rights[:1])).values_list("kind", "left_id", "right_id", "right")
    return {
        (kind, left_id): Target(right_id, right["name"], right["is_active"])
        if right
        else Target(right_id, right_id, is_active=False)
        for kind, left_id, right_id, right in rows
    }


def load_lefts(kinds: Iterable[MappingKind]) -> dict[tuple[str, str], LeftSide]:
    """(kind key, right id) to the left side, of kinds that are one to one."""
    wanted = list(kinds)
    resource = Case(*(When(kind=kind.key, then=Value(kind.left.key)) for kind in wanted), default=Value(""))
    lefts = RemoteItem.objects.filter(
        connection_id=OuterRef("left_connection_id"), resource=OuterRef("left_resource"), remote_id=OuterRef("left_id")
    ).values(found=JSONObject(name="name", is_active="is_active", project_id="project_id"))
    links = Link.objects.filter(kind__in=[kind.key for kind in wanted]).annotate(left_resource=resource)
    rows = links.annotate(left=Subquery(lefts[:1])).values_list("kind", "right_id", "left_id", "left")
    return {
        (kind, right_id): LeftSide(left_id, **left) if left else LeftSide(left_id, left_id, is_active=False)
        for kind, right_id, left_id, left in rows
    }


def load_codes() -> dict[str, CodeRef]:
    """A project's own cost code id to what it is mapped under, with the divisions above it, nearest first."""
    standard = RemoteItem.objects.filter(resource=procore.STANDARD_COST_CODES.key)
    parents, texts = {}, {}
    for remote_id, parent_id, code in standard.values_list("remote_id", "parent_id", "code"):
        parents[remote_id], texts[remote_id] = parent_id, code
    above: dict[str, tuple[str, ...]] = {}
    codes: dict[str, CodeRef] = {}
    rows = RemoteItem.objects.filter(resource=procore.PROJECT_COST_CODES.key)
    columns = ("remote_id", "code", "name", "data__own_name", "data__standard_id", "data__sub_job_id")
    for remote_id, code, name, own_name, standard_id, sub_job_id in rows.values_list(*columns):
        key = map_key(standard_id, code)
        if key not in above:
            above[key] = ancestors(key, parents)
        divisions = tuple(texts.get(parent, "") for parent in above[key])
        codes[remote_id] = CodeRef(key, code, own_name or name, above[key], divisions, sub_job_id or "")
    return codes


def load_names() -> dict[str, Target]:
    """Lower-case display name to the QuickBooks vendor, customer or employee that has it: a new contact must avoid it.

    What is gone from its list holds no name any more.
    """
    lists = [qbo.VENDORS.key, qbo.CUSTOMERS.key, qbo.EMPLOYEES.key]
    people = RemoteItem.objects.filter(resource__in=lists, parent_id="", vanished_at__isnull=True)
    return {name: target for (name,), target in _by_name(people).items()}


def load_listed(resource_key: str) -> dict[str, Target]:
    """Lower-case name to the row at the top of this list that has it."""
    rows = RemoteItem.objects.filter(resource=resource_key, parent_id="", vanished_at__isnull=True)
    return {name: target for (name,), target in _by_name(rows).items()}


def load_accounts() -> dict[str, Target]:
    accounts = RemoteItem.objects.filter(resource=qbo.ACCOUNTS.key)
    values = accounts.values_list("remote_id", "name", "is_active")
    return {remote_id: Target(remote_id, name, is_active) for remote_id, name, is_active in values}


def load_jobs() -> dict[tuple[str, str], Target]:
    """(parent customer id, lower-case name) to the sub-customer or project."""
    jobs = RemoteItem.objects.filter(resource=qbo.CUSTOMERS.key).exclude(parent_id="")
    return {(parent_id, name): target for (parent_id, name), target in _by_name(jobs, "parent_id").items()}


def load_parents() -> dict[str, str]:
    """QuickBooks customer id to the customer above it."""
    jobs = RemoteItem.objects.filter(resource=qbo.CUSTOMERS.key).exclude(parent_id="")
    return dict(jobs.values_list("remote_id", "parent_id"))


def load_projects() -> dict[str, ProjectRef]:
    """Project id to its name and departments."""
    rows = RemoteItem.objects.filter(resource=procore.PROJECTS.key)
    values = rows.values_list("remote_id", "name", "data__department_ids")
    return {remote_id: ProjectRef(name, tuple(departments or ())) for remote_id, name, departments in values}


def load_labels() -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """The names of Procore's short lists, and each cost type's code with its id, unless two types share it."""
    lists = (procore.DEPARTMENTS, procore.COST_TYPES, procore.SUB_JOBS, procore.TAX_CODES)
    resources = [each.key for each in lists]
    values = RemoteItem.objects.filter(resource__in=resources).values_list("resource", "remote_id", "code", "name")
    rows = list(values)
    types = [(code, remote_id) for resource, remote_id, code, _ in rows if resource == procore.COST_TYPES.key and code]
    uses = Counter(code for code, _ in types)
    labels = {(resource, remote_id): name for resource, remote_id, _, name in rows}
    return labels, {code: remote_id for code, remote_id in types if uses[code] == 1}


def load_tax_rates() -> dict[tuple[str, str], Decimal]:
    """(use, QuickBooks tax code id) to its percentage, where it is known. Use is "purchase" or "sale"."""
    codes = RemoteItem.objects.filter(resource=qbo.TAX_CODES.key)
    columns = ("remote_id", "data__purchase_rate", "data__sales_rate")
    found: dict[tuple[str, str], Decimal] = {}
    for remote_id, purchase, sale in codes.values_list(*columns):
        rates = {"purchase": purchase, "sale": sale}
        found |= {(use, remote_id): Decimal(rate) for use, rate in rates.items() if rate}
    return found


def load_vendor_facts() -> tuple[dict[str, Target], dict[str, str]]:
    """QuickBooks vendor id to the term it is paid by, and to the currency it is kept in."""
    vendors = RemoteItem.objects.filter(resource=qbo.VENDORS.key)
    rows = list(vendors.values_list("remote_id", "data__term_id", "data__currency"))
    terms = {
        remote_id: Target(remote_id, name, is_active)
        for remote_id, name, is_active in RemoteItem.objects.filter(resource=qbo.TERMS.key).values_list(
            "remote_id", "name", "is_active"
        )
    }
    by_vendor = {vendor: terms.get(term, Target(term, f"Term {term}")) for vendor, term, _ in rows if term}
    return by_vendor, {vendor: currency for vendor, _, currency in rows if currency}


def load_companies() -> dict[str, Target]:
    """Lower-case name to the company of Procore's directory."""
    companies = RemoteItem.objects.filter(resource=procore.VENDORS.key, vanished_at__isnull=True)
    return {name: target for (name,), target in _by_name(companies).items()}


def _by_name(rows: QuerySet[RemoteItem], *columns: str) -> Mapping[tuple[str, ...], Target]:
    """(columns, lower-case name) to the row; where two share it the active one, then the lower id."""
    found: dict[tuple[str, ...], Target] = {}
    ordered = rows.order_by("is_active", "-remote_id").values_list("remote_id", "name", "is_active", *columns)
    for remote_id, name, is_active, *values in ordered:
        found[(*values, name.lower())] = Target(remote_id, name, is_active)
    return found
