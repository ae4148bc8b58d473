"""Users and roles: inviting, changing, removing, and never without an owner."""

from __future__ import annotations

import re
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from smoothx.tenants.models import AuditEntry, Membership, Tenant


@pytest.fixture
def client(owner: Any, client_of: Any) -> Any:
    return client_of(owner)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def roles(tenant: Tenant) -> dict[str, str]:
    return dict(Membership.objects.filter(tenant=tenant).values_list("user__email", "role"))


def membership(user: Any) -> Membership:
    return Membership.objects.get(user=user)


def test_a_new_person_is_invited_and_can_set_a_password(client: Any, tenant: Tenant) -> None:
    response = client.post("/settings/users/invite/", {"email": "Nina@Ridgeline.example", "role": "approver"})
    assert said(response) == ["nina@ridgeline.example was invited as approver"]
    assert roles(tenant)["nina@ridgeline.example"] == "approver"
    user = User.objects.get(email="nina@ridgeline.example")
    assert user.has_usable_password() is False
    (message,) = mail.outbox
    assert message.to == ["nina@ridgeline.example"]
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", message.body)
    assert link is not None
    browser = Client()
    form_url = browser.get(link[1])["Location"]
    browser.post(form_url, {"password1": "a long pass phrase", "password2": "a long pass phrase"})
    signed_in = browser.post("/accounts/login/", {"login": "nina@ridgeline.example", "password": "a long pass phrase"})
    assert signed_in["Location"] == "/"
    assert browser.get("/activity/").status_code == 200


def test_a_person_with_an_account_is_only_told(client: Any, tenant: Tenant, stranger: Any) -> None:
    client.post("/settings/users/invite/", {"email": stranger.email, "role": "viewer"})
    assert roles(tenant)[stranger.email] == "viewer"
    (message,) = mail.outbox
    assert message.subject == "Smoothx: you now belong to Ridgeline Builders"
    assert "password" not in message.body
    assert User.objects.filter(email=stranger.email).count() == 1


@pytest.mark.parametrize(
    ("is_new", "todo"),
    [(True, "ask for a password at {}/accounts/password/reset/"), (False, "sign in at {}/accounts/login/")],
)
def test_who_invites_is_told_of_a_mail_that_did_not_go(
    client: Any, tenant: Tenant, stranger: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, is_new: bool, todo: str
) -> None:
    def refuse(*_: Any) -> int:
        raise SMTPServerDisconnected("The mail server hung up")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    email = "nina@ridgeline.example" if is_new else stranger.email
    response = client.post("/settings/users/invite/", {"email": email, "role": "viewer"})
    told = todo.format(settings.BASE_URL)
    assert said(response) == [f"{email} was invited as viewer, but the mail could not be sent. Tell them to {told}"]
    assert (response.status_code, roles(tenant)[email]) == (302, "viewer")


def test_nobody_is_invited_twice_and_nonsense_is_refused(client: Any, tenant: Tenant, viewer: Any) -> None:
    twice = client.post("/settings/users/invite/", {"email": viewer.email, "role": "admin"})
    assert twice.status_code == 422
    assert twice.context["form"].errors == {"email": [f"{viewer.email} belongs to this company already."]}
    bad = client.post("/settings/users/invite/", {"email": "nobody", "role": "emperor"})
    assert set(bad.context["form"].errors) == {"email", "role"}
    assert roles(tenant)[viewer.email] == "viewer"
    assert (len(roles(tenant)), len(mail.outbox)) == (2, 0)


def test_an_owner_changes_a_role(client: Any, tenant: Tenant, scope: Any, viewer: Any) -> None:
    response = client.post(f"/settings/users/{membership(viewer).pk}/role/", {"role": "admin"})
    assert said(response) == ["victor@ridgeline.example is now administrator"]
    assert roles(tenant)[viewer.email] == "admin"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.detail) == (
        "user.role_changed",
        viewer.email,
        {"before": "viewer", "after": "admin"},
    )


def test_an_unknown_role_changes_nothing(client: Any, tenant: Tenant, viewer: Any) -> None:
    response = client.post(f"/settings/users/{membership(viewer).pk}/role/", {"role": "emperor"})
    assert said(response) == ["Choose one of the roles."]
    assert roles(tenant)[viewer.email] == "viewer"


@pytest.mark.parametrize("change", ["role", "remove"])
def test_the_last_owner_stays(client: Any, tenant: Tenant, owner: Any, change: str) -> None:
    response = client.post(f"/settings/users/{membership(owner).pk}/{change}/", {"role": "viewer"})
    assert said(response) == ["The company needs an owner. Make somebody else owner first."]
    assert roles(tenant) == {owner.email: "owner"}


def test_one_of_two_owners_may_go(client: Any, tenant: Tenant, owner: Any, viewer: Any) -> None:
    client.post(f"/settings/users/{membership(viewer).pk}/role/", {"role": "owner"})
    client.post(f"/settings/users/{membership(owner).pk}/remove/")
    assert roles(tenant) == {viewer.email: "owner"}
    assert client.get("/settings/users/")["Location"] == "/no-company/"


def test_removing_asks_and_keeps_the_account(client: Any, tenant: Tenant, viewer: Any) -> None:
    address = f"/settings/users/{membership(viewer).pk}/remove/"
    asked = client.get(address)
    assert asked.context["confirm"].button == "Remove from the company"
    assert "action_url" not in asked.content.decode()
    assert viewer.email in roles(tenant)
    client.post(address)
    assert viewer.email not in roles(tenant)
    assert User.objects.filter(pk=viewer.pk).exists()


def test_a_member_of_another_company_cannot_be_touched(client: Any, other_tenant: Tenant, stranger: Any) -> None:
    pk = membership(stranger).pk
    assert client.post(f"/settings/users/{pk}/role/", {"role": "viewer"}).status_code == 404
    assert client.post(f"/settings/users/{pk}/remove/").status_code == 404
    assert roles(other_tenant) == {stranger.email: "owner"}


def test_an_administrator_looks_and_sees_no_buttons(admin_user: Any, owner: Any, client_of: Any) -> None:
    response = client_of(admin_user).get("/settings/users/")
    assert [row["email"] for row in response.context["rows"]] == [admin_user.email, owner.email]
    assert all(row["role_url"] is None and row["remove_url"] is None for row in response.context["rows"])
    assert response.context["invite_url"] is None
