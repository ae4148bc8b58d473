"""Who may open what. A stranger gets 404 (not even that it exists), a member with too weak a role 403."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from smoothx.tenants.models import Membership, Role, Tenant

_RANK = {Role.VIEWER: 0, Role.APPROVER: 1, Role.ADMIN: 2, Role.OWNER: 3}
_Row = TypeVar("_Row", bound=models.Model)
View = Callable[..., HttpResponseBase]


class TenantRequest(HttpRequest):
    """A request the middleware has given a tenant."""

    tenant: Tenant
    membership: Membership
    user: User


def has_role(membership: Membership, least: Role) -> bool:
    return _RANK[Role(membership.role)] >= _RANK[least]


def for_role(least: Role) -> Callable[[View], View]:
    """Only signed-in members of the active tenant with at least this role."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = getattr(request, "membership", None)
            if membership is None:
                return redirect("no_company")
            if not has_role(membership, least):
                message = f"This needs the role {least.label}. Ask an owner of your company."
                raise PermissionDenied(message)
            return view(request, *args, **kwargs)

        guarded.least_role = least  # type: ignore[attr-defined]
        return guarded

    return decorate


def get_row(model: type[_Row], **lookup: Any) -> _Row:
    """The active tenant's row, or 404: another tenant's row does not exist here."""
    try:
        return get_object_or_404(model, **lookup)
    except (ValueError, TypeError) as error:
        raise Http404 from error
