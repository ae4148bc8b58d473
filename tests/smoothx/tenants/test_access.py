"""Who may open what: the four roles, strangers, and rows that do not exist for others."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from smoothx.tenants.access import for_role, get_row, has_role
from smoothx.tenants.models import AuditEntry, Membership, Role
from smoothx.tenants.scope import NoActiveTenant, tenant_scope

# Least role of a page -> who may open it.
ALLOWED = {
    Role.VIEWER: {"viewer", "approver", "admin", "owner"},
    Role.APPROVER: {"approver", "admin", "owner"},
    Role.ADMIN: {"admin", "owner"},
    Role.OWNER: {"owner"},
}
SENTENCES = {
    Role.APPROVER: "This needs the role Approver. Ask an owner of your company.",
    Role.ADMIN: "This needs the role Administrator. Ask an owner of your company.",
    Role.OWNER: "This needs the role Owner. Ask an owner of your company.",
}


def request_of(user: Any, membership: Any = None) -> HttpRequest:
    request = RequestFactory().get("/settings/?tab=2")
    request.user = user
    if membership is not None:
        request.membership = membership  # type: ignore[attr-defined]
    return request


def page(least: Role) -> Any:
    @for_role(least)
    def settings_page(request: HttpRequest, name: str = "none") -> HttpResponse:
        return HttpResponse(name)

    return settings_page


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("least", list(Role))
def test_roles(least: Role, role: str, django_user_model: Any) -> None:
    membership = Membership(role=role)
    request = request_of(django_user_model(username="somebody"), membership)
    assert has_role(membership, least) == (role in ALLOWED[least])
    if role in ALLOWED[least]:
        assert page(least)(request, name="opened").content == b"opened"
        return
    with pytest.raises(PermissionDenied) as caught:
        page(least)(request)
    assert str(caught.value) == SENTENCES[least]


def test_every_role_is_in_the_table() -> None:
    assert set(ALLOWED) == set(Role)
    assert set.union(*ALLOWED.values()) == set(Role.values)


def test_a_role_nobody_has_opens_nothing() -> None:
    with pytest.raises(ValueError, match="emperor"):
        has_role(Membership(role="emperor"), Role.VIEWER)


def test_who_is_not_signed_in_signs_in_first() -> None:
    answer = page(Role.VIEWER)(request_of(AnonymousUser()))
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/settings/%3Ftab%3D2")


def test_who_has_no_company_is_sent_to_the_page_that_says_so(django_user_model: Any) -> None:
    answer = page(Role.VIEWER)(request_of(django_user_model(username="somebody")))
    assert (answer.status_code, answer.url) == (302, "/no-company/")


def test_a_guarded_view_says_its_role_and_keeps_its_name() -> None:
    view = page(Role.APPROVER)
    assert (view.least_role, view.__name__) == (Role.APPROVER, "settings_page")


@pytest.mark.django_db
def test_a_row_of_ones_own_is_found(scope: Any) -> None:
    entry = AuditEntry.note(actor=None, action="test", subject="ours")
    assert get_row(AuditEntry, pk=entry.pk) == entry
    assert get_row(AuditEntry, pk=str(entry.pk)) == entry


@pytest.mark.django_db
def test_a_row_of_another_tenant_does_not_exist(tenant: Any, other_tenant: Any) -> None:
    with tenant_scope(other_tenant.pk):
        theirs = AuditEntry.note(actor=None, action="test", subject="theirs")
    with tenant_scope(tenant.pk), pytest.raises(Http404):
        get_row(AuditEntry, pk=theirs.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "abc", "1 OR 1=1", 10**30, -1, None, [1]])
def test_a_key_that_is_none_is_not_found(scope: Any, key: Any) -> None:
    AuditEntry.note(actor=None, action="test", subject="ours")
    with pytest.raises(Http404):
        get_row(AuditEntry, pk=key)


@pytest.mark.django_db
def test_rows_are_not_looked_up_without_a_tenant() -> None:
    with pytest.raises(NoActiveTenant):
        get_row(AuditEntry, pk=1)
