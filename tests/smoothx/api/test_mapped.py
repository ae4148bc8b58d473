"""Mapped pairs as the API tells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapping.kinds import CUSTOMER, VENDOR
from mapping.models import Link
from mapping.screens import SECTIONS
from smoothx.tenants.models import Tenant
from tests.mapping.factories import make_company, make_customer, make_link, make_vendor
from tests.smoothx.api.conftest import Ask

Asked = Callable[..., tuple[Any, int]]


def test_pairs_of_a_section_with_both_names(asked: Asked, scope: Tenant, admin_user: Any) -> None:
    aspen, roofing = make_company("Aspen Roofing", remote_id="518"), make_vendor("Aspen Roofing LLC", remote_id="60")
    pair = make_link(VENDOR, aspen, roofing, actor=admin_user, reason="Name")
    told, few = asked("links/", {"section": "contacts"})
    assert told == {
        "results": [
            {
                "id": pair.pk,
                "kind": "vendor",
                "role": "Vendor",
                "procore": {"id": "518", "name": "Aspen Roofing", "code": "", "is_active": True},
                "quickbooks": {"id": "60", "name": "Aspen Roofing LLC", "code": "", "is_active": True},
                "chosen_by": "hand",
                "reason": "Name",
                "linked_by": admin_user.email,
                "linked_at": pair.at.isoformat().replace("+00:00", "Z"),
                "link": "http://testserver/mapping/contacts/?tab=mapped&q=Aspen+Roofing",
            }
        ],
        "next": None,
    }
    for place in range(5):
        make_link(CUSTOMER, make_company(f"Owner {place}"), make_customer(f"Owner {place} Inc", is_active=False))
    told, many = asked("links/", {"section": "contacts"})
    assert [row["kind"] for row in told["results"]] == ["vendor", *["customer"] * 5]
    assert {row["quickbooks"]["is_active"] for row in told["results"][1:]} == {False}
    assert few == many == 4
    assert asked("links/", {"section": "projects"})[0] == {"results": [], "next": None}


def test_a_row_the_directory_lost_is_told_by_its_id(ask: Ask, scope: Tenant) -> None:
    company, vendor = make_company("Aspen", remote_id="518"), make_vendor("Aspen", remote_id="60")
    make_link(VENDOR, company, vendor)
    company.delete()
    (row,) = ask("links/", {"section": "contacts"}).json()["results"]
    assert row["procore"] == {"id": "518", "name": "518", "code": "", "is_active": None}
    assert (row["quickbooks"]["name"], row["linked_by"]) == ("Aspen", None)


def test_pairs_come_in_pages(ask: Ask, scope: Tenant) -> None:
    pairs = [make_link(VENDOR, make_company(f"C{n}"), make_vendor(f"V{n}")).pk for n in range(3)]
    Link.objects.update(at=Link.objects.get(pk=pairs[0]).at)
    page = ask("links/", {"section": "contacts", "limit": 2}).json()
    assert [row["id"] for row in page["results"]] == pairs[:2]
    cursor = page["next"].rpartition("cursor=")[2]
    rest = ask("links/", {"section": "contacts", "limit": 2, "cursor": cursor}).json()
    assert ([row["id"] for row in rest["results"]], rest["next"]) == (pairs[2:], None)


def test_the_section_has_to_be_named(ask: Ask) -> None:
    allowed = ", ".join(list(SECTIONS)[:-1]) + f" or {list(SECTIONS)[-1]}"
    for query, said in (({}, "section is needed."), ({"section": "x"}, "section cannot be “x”.")):
        response = ask("links/", query)
        assert (response.status_code, response.json()["message"]) == (400, f"{said} It takes {allowed}.")
