"""Directory rows made up for tests of mapping. All need a tenant's scope."""

from __future__ import annotations

from itertools import count
from typing import Any

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.kinds import VENDOR, MappingKind
from mapping.links import link
from mapping.models import Link, RemoteItem
from mapping.normalize import normal_name
from tests.factories import connections

_numbers = count(1000)


def make_row(resource: Resource, name: str, **facts: Any) -> RemoteItem:
    """A row of a vendor's list; ids are given out unless told."""
    left, right = connections()
    known = {
        "connection": left if resource.key.startswith("procore.") else right,
        "remote_id": str(next(_numbers)),
        "normal_name": normal_name(name),
    }
    return RemoteItem.objects.create(resource=resource.key, name=name, **{**known, **facts})


def make_company(name: str, **facts: Any) -> RemoteItem:
    return make_row(procore.VENDORS, name, **facts)


def make_vendor(name: str, **facts: Any) -> RemoteItem:
    return make_row(qbo.VENDORS, name, **facts)


def make_customer(name: str, **facts: Any) -> RemoteItem:
    return make_row(qbo.CUSTOMERS, name, **facts)


def make_code(code: str, name: str, **facts: Any) -> RemoteItem:
    return make_row(procore.STANDARD_COST_CODES, name, code=code, **facts)


def make_account(name: str, **facts: Any) -> RemoteItem:
    return make_row(qbo.ACCOUNTS, name, **{"subtype": "Cost of Goods Sold", **facts})


def make_link(kind: MappingKind, left: RemoteItem, right: RemoteItem, **facts: Any) -> Link:
    return Link.objects.create(
        kind=kind.key,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        **{"chosen_by": Link.ChosenBy.HAND, **facts},
    )


def link_rows(left: RemoteItem, right: RemoteItem, kind: MappingKind = VENDOR, **facts: Any) -> Link:
    """Link them as a person would, with the history and what else it brings. Raises LinkRefused."""
    return link(
        kind,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        **{"chosen_by": Link.ChosenBy.HAND, **facts},
    )


def wanted_link(left: RemoteItem, right: RemoteItem, kind: MappingKind = VENDOR) -> Link:
    """Not written yet."""
    return Link(
        kind=kind.key,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        chosen_by=Link.ChosenBy.HAND,
    )
