"""What belongs to the person rather than to a company: profile, choosing the company, and having none."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from smoothx.lib.replies import go_back
from smoothx.lib.shapes import Action
from smoothx.tenants.access import for_role
from smoothx.tenants.middleware import SESSION_KEY
from smoothx.tenants.models import Membership, Role


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = _signed_in(request)
    memberships = Membership.objects.filter(user=user).select_related("tenant").order_by("tenant__name")
    context = {
        "email": user.email,
        "rows": _sign_in_rows(user),
        "companies": [{"name": row.tenant.name, "role": Role(row.role).label} for row in memberships],
    }
    return render(request, "pages/profile.html", context)


def _signed_in(request: HttpRequest) -> User:
    """The person `login_required` let through."""
    return cast(User, request.user)


def _sign_in_rows(user: User) -> list[dict[str, Any]]:
    has_second = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    second = (
        "On. A code is asked for after the password." if has_second else "Off. Only the password protects the account."
    )
    return [
        _row("E-mail", user.email, "Change", "account_email"),
        _row("Password", "At least 10 characters.", "Change", "account_change_password"),
        _row("Two-factor", second, "Manage" if has_second else "Set up", "mfa_index"),
    ]


def _row(title: str, detail: str, label: str, name: str) -> dict[str, Any]:
    return {"title": title, "detail": detail, "action": Action(label=label, url=reverse(name))}


@login_required
@require_POST
def switch_tenant(request: HttpRequest) -> HttpResponse:
    """Work for another company of this person from now on. A company they do not belong to does not exist here."""
    wanted = request.POST.get("tenant", "")
    tenant_id = int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0
    membership = Membership.objects.filter(user=_signed_in(request), tenant_id=tenant_id).first()
    if membership is None:
        raise Http404
    request.session[SESSION_KEY] = membership.tenant_id
    return go_back(request, reverse("dashboard"))


@login_required
def no_company(request: HttpRequest) -> HttpResponse:
    """Signed in, but no company has let this person in yet."""
    if getattr(request, "membership", None) is not None:
        return redirect("dashboard")
    return render(request, "pages/no_company.html", {"email": _signed_in(request).email})


@for_role(Role.VIEWER)
def guide_customer_field(request: HttpRequest) -> HttpResponse:
    """How the Procore administrator adds the project field Customer."""
    return render(request, "pages/guide_customer_field.html")
