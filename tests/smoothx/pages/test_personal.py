"""What belongs to the person: profile, choosing the company, having none."""

from __future__ import annotations

from typing import Any

from smoothx.tenants.models import Membership, Tenant
from smoothx.tenants.scope import tenant_scope
from tests.factories import make_entry


def test_the_profile_leads_to_signing_in_and_lists_companies(
    viewer: Any, client_of: Any, other_tenant: Tenant
) -> None:
    Membership.objects.create(tenant=other_tenant, user=viewer, role="admin")
    response = client_of(viewer).get("/profile/")
    assert response.context["companies"] == [
        {"name": "Basin Contractors", "role": "Administrator"},
        {"name": "Ridgeline Builders", "role": "Viewer"},
    ]
    assert [(row["title"], row["action"].url) for row in response.context["rows"]] == [
        ("E-mail", "/accounts/email/"),
        ("Password", "/accounts/password/change/"),
        ("Two-factor", "/accounts/2fa/"),
    ]
    assert response.context["rows"][2]["detail"].startswith("Off.")


def test_switching_shows_the_other_companys_rows(
    viewer: Any, client_of: Any, tenant: Tenant, other_tenant: Tenant
) -> None:
    Membership.objects.create(tenant=other_tenant, user=viewer, role="viewer")
    for company, number in ((tenant, "Ours"), (other_tenant, "Theirs")):
        with tenant_scope(company.pk):
            make_entry(number=number)
    client = client_of(viewer)
    assert "Theirs" in client.get("/activity/").content.decode()
    response = client.post("/switch-company/", {"tenant": str(tenant.pk), "next": "/activity/"})
    assert response["Location"] == "/activity/"
    text = client.get("/activity/").content.decode()
    assert "Ours" in text
    assert "Theirs" not in text


def test_a_company_one_does_not_belong_to_cannot_be_chosen(viewer: Any, client_of: Any, other_tenant: Tenant) -> None:
    client = client_of(viewer)
    for wanted in (str(other_tenant.pk), "", "x", "999999"):
        assert client.post("/switch-company/", {"tenant": wanted}).status_code == 404
    assert client.get("/").context["tenant"].name == "Ridgeline Builders"


def test_without_a_company_every_page_leads_to_the_same_place(viewer: Any, client_of: Any) -> None:
    Membership.objects.all().delete()
    client = client_of(viewer)
    for address in ("/", "/activity/", "/reconcile/", "/settings/access/"):
        assert client.get(address)["Location"] == "/no-company/"
    assert "belongs to no company here" in client.get("/no-company/").content.decode()
    assert client.get("/profile/").status_code == 200


def test_with_a_company_there_is_nothing_to_say(viewer: Any, client_of: Any) -> None:
    assert client_of(viewer).get("/no-company/")["Location"] == "/"
