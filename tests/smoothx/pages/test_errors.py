"""What a person sees when something cannot be shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from smoothx.pages import personal_views
from smoothx.tenants.models import Tenant


def test_an_address_that_does_not_exist(viewer: Any, client_of: Any) -> None:
    response = client_of(viewer).get("/nothing/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/mapping/contacts/?tab=procore&show=project-%00",
        "/mapping/contacts/history/?left=%00",
        "/mapping/contacts/open/procore/%00/",
        "/activity/?q=a%00b",
    ],
)
def test_an_address_with_a_character_no_text_has(address: str, viewer: Any, client_of: Any, scope: Tenant) -> None:
    response = client_of(viewer).get(address)
    assert response.status_code == 400
    assert "The request was not understood" in response.content.decode()


def test_a_role_that_is_too_weak(viewer: Any, client_of: Any, scope: Tenant) -> None:
    response = client_of(viewer).get("/settings/company/")
    assert response.status_code == 403
    assert "Your role does not allow this" in response.content.decode()


def test_a_form_that_was_open_too_long(viewer: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.post("/switch-company/", {"tenant": "1"})
    assert response.status_code == 403
    assert "This page was open too long" in response.content.decode()


def test_a_fault_of_ours(viewer: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(viewer)
    client.raise_request_exception = False
    monkeypatch.setattr(personal_views, "_sign_in_rows", None)
    response = client.get("/profile/")
    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()
