"""Which company a request works for: the one chosen in the session, only ever one's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from smoothx.tenants.middleware import SESSION_KEY, TenantMiddleware
from smoothx.tenants.models import Membership
from smoothx.tenants.scope import active_tenant_id
from tests.conftest import make_member

pytestmark = pytest.mark.django_db


class Seen:
    """A view that notes what it was given."""

    tenant: Any = None
    membership: Any = None
    scope: int | None = None
    zone: str = ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.tenant = getattr(request, "tenant", None)
        self.membership = getattr(request, "membership", None)
        self.scope = active_tenant_id()
        self.zone = str(timezone.get_current_timezone())
        return HttpResponse("seen")


def pass_through(user: Any, **session: Any) -> Seen:
    """What the view sees of a request by `user` whose session holds this."""
    request = RequestFactory().get("/")
    request.user = user
    request.session = session  # type: ignore[assignment]
    seen = Seen()
    assert TenantMiddleware(seen)(request).content == b"seen"
    assert active_tenant_id() is None
    return seen


@pytest.fixture
def of_both(tenant: Any, other_tenant: Any) -> Any:
    """Somebody who belongs to both companies; Basin comes first by name."""
    user = make_member(tenant, "both@ridgeline.example", "owner")
    Membership.objects.create(tenant=other_tenant, user=user, role="viewer")
    return user


def test_a_member_works_for_their_company(owner: Any, tenant: Any) -> None:
    seen = pass_through(owner)
    assert (seen.tenant, seen.scope, seen.membership.role) == (tenant, tenant.pk, "owner")


def test_without_a_choice_the_first_by_name_is_taken(of_both: Any, other_tenant: Any) -> None:
    assert pass_through(of_both).scope == other_tenant.pk


def test_the_chosen_company_is_taken_with_the_role_held_there(of_both: Any, tenant: Any, other_tenant: Any) -> None:
    seen = pass_through(of_both, tenant_id=tenant.pk)
    assert (seen.scope, seen.membership.role) == (tenant.pk, "owner")
    seen = pass_through(of_both, tenant_id=other_tenant.pk)
    assert (seen.scope, seen.membership.role) == (other_tenant.pk, "viewer")


@pytest.mark.parametrize("wrong", [0, -1, 10**30, None, "text", [1]])
def test_a_company_that_is_none_is_ignored(owner: Any, tenant: Any, wrong: Any) -> None:
    assert pass_through(owner, tenant_id=wrong).scope == tenant.pk


def test_somebody_elses_company_in_the_session_is_ignored(owner: Any, tenant: Any, other_tenant: Any) -> None:
    seen = pass_through(owner, tenant_id=other_tenant.pk)
    assert (seen.tenant, seen.scope) == (tenant, tenant.pk)


def test_a_membership_that_ended_ends_at_once(of_both: Any, tenant: Any, other_tenant: Any) -> None:
    assert pass_through(of_both, tenant_id=tenant.pk).scope == tenant.pk
    Membership.objects.filter(user=of_both, tenant=tenant).delete()
    assert pass_through(of_both, tenant_id=tenant.pk).scope == other_tenant.pk


def test_nobody_works_for_no_company() -> None:
    seen = pass_through(AnonymousUser())
    assert (seen.tenant, seen.membership, seen.scope) == (None, None, None)


def test_a_person_without_a_company_works_for_none(django_user_model: Any, tenant: Any) -> None:
    user = django_user_model.objects.create_user(username="new", email="new@ridgeline.example")
    seen = pass_through(user, tenant_id=tenant.pk)
    assert (seen.tenant, seen.scope) == (None, None)


@pytest.mark.parametrize(
    ("named", "used"), [("America/Denver", "America/Denver"), ("Mars/Olympus", str(UTC)), ("../etc/passwd", str(UTC))]
)
def test_times_are_told_in_the_companys_zone(owner: Any, tenant: Any, named: str, used: str) -> None:
    type(tenant).objects.filter(pk=tenant.pk).update(time_zone=named)
    before = timezone.get_current_timezone()
    assert pass_through(owner).zone == used
    assert timezone.get_current_timezone() == before


def test_a_view_that_fails_leaves_no_scope_behind(owner: Any) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    request = RequestFactory().get("/")
    request.user = owner
    request.session = {}  # type: ignore[assignment]
    with pytest.raises(ZeroDivisionError):
        TenantMiddleware(fail)(request)
    assert active_tenant_id() is None


def company_shown(client: Any) -> int:
    return int(client.get(reverse("settings:defaults")).wsgi_request.tenant.pk)


def test_the_choice_is_kept_for_the_requests_that_follow(
    of_both: Any, tenant: Any, other_tenant: Any, client_of: Callable[[Any], Any]
) -> None:
    client = client_of(of_both)
    assert company_shown(client) == other_tenant.pk
    client.post(reverse("switch_tenant"), {"tenant": tenant.pk})
    assert [company_shown(client), company_shown(client)] == [tenant.pk, tenant.pk]
    assert client.session[SESSION_KEY] == tenant.pk
    client.post(reverse("switch_tenant"), {"tenant": other_tenant.pk})
    assert company_shown(client) == other_tenant.pk


def test_a_strangers_company_cannot_be_chosen(
    owner: Any, tenant: Any, other_tenant: Any, client_of: Callable[[Any], Any]
) -> None:
    client = client_of(owner)
    assert client.post(reverse("switch_tenant"), {"tenant": other_tenant.pk}).status_code == 404
    assert SESSION_KEY not in client.session
    assert company_shown(client) == tenant.pk


def test_a_strangers_company_planted_in_the_session_is_not_opened(
    owner: Any, tenant: Any, other_tenant: Any, client_of: Callable[[Any], Any]
) -> None:
    client = client_of(owner)
    session = client.session
    session[SESSION_KEY] = other_tenant.pk
    session.save()
    assert company_shown(client) == tenant.pk


def test_a_person_without_a_company_is_told_so(django_user_model: Any, client_of: Callable[[Any], Any]) -> None:
    client = client_of(django_user_model.objects.create_user(username="new", email="new@ridgeline.example"))
    answer = client.get(reverse("dashboard"))
    assert (answer.status_code, answer.url) == (302, reverse("no_company"))
    page = client.get(reverse("no_company"))
    assert page.status_code == 200
    assert "new@ridgeline.example" in page.content.decode()
