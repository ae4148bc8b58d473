"""Users and roles: who belongs to the company and what they may do. Owners change it, administrators look."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Choice, Confirm
from smoothx.pages.settings_nav import layout
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import AuditEntry, Membership, Role, Tenant

log = logging.getLogger(__name__)

ROLE_HELP = {
    Role.OWNER: "everything, users too",
    Role.ADMIN: "connections, mapping, settings, going live",
    Role.APPROVER: "decides about documents",
    Role.VIEWER: "looks",
}


class LastOwner(Exception):
    """The company would be left without an owner."""


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail", max_length=150)
    role = forms.ChoiceField(
        label="Role", choices=[(role.value, f"{role.label}, {text}") for role, text in ROLE_HELP.items()],
        initial=Role.VIEWER,
    )  # fmt: skip


@for_role(Role.ADMIN)
def users(request: TenantRequest) -> HttpResponse:
    return _page(request, InviteForm())


def _page(request: TenantRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    may = has_role(request.membership, Role.OWNER)
    rows = Membership.objects.filter(tenant=request.tenant).select_related("user").order_by("user__email")
    context = {
        "rows": [_row(row, request, may=may) for row in rows],
        "form": form,
        "invite_url": reverse("settings:users_invite") if may else None,
        "note": "" if may else "Only an owner can invite people or change roles.",
        **layout(request, "settings:users", lead="Who works with this company in Smoothx."),
    }
    return render(request, "settings/users.html", context, status=status)


def _row(row: Membership, request: TenantRequest, *, may: bool) -> dict[str, Any]:
    role = Role(row.role)
    return {
        "id": row.pk,
        "name": row.user.get_full_name() or row.user.email,
        "email": row.user.email,
        "is_self": row.user_id == request.user.pk,
        "role": role.label,
        "role_help": ROLE_HELP[role],
        "roles": [Choice(choice.value, choice.label, choice == role) for choice in ROLE_HELP],
        "has_signed_in": row.user.last_login is not None,
        "role_url": reverse("settings:users_role", args=[row.pk]) if may else None,
        "remove_url": reverse("settings:users_remove", args=[row.pk]) if may else None,
    }


@for_role(Role.OWNER)
@require_POST
def invite(request: TenantRequest) -> HttpResponse:
    """Add a person by e-mail; who has no account yet is sent a link to choose a password."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    email, role = form.cleaned_data["email"].lower(), form.cleaned_data["role"]
    try:
        with transaction.atomic():
            is_new = add_member(request.tenant, email, role)
            AuditEntry.note(actor=request.user, action="user.invited", subject=email, role=role)
    except IntegrityError:
        form.add_error("email", f"{email} belongs to this company already.")
        return _page(request, form, status=422)
    _tell_invited(request, email, role, is_new=is_new)
    return go_back(request, reverse("settings:users"))


def _tell_invited(request: TenantRequest, email: str, role: str, *, is_new: bool) -> None:
    """The invitation stands whether or not the mail goes out. Who invited has to know, or both would wait."""
    said = f"{email} was invited as {Role(role).label.lower()}"
    try:
        if is_new:
            _send_password_link(request, email)
        else:
            _tell_of_company(request, email)
    except OSError as error:
        # SMTP's own errors are among them.
        log.error("users.invitation_mail_failed tenant=%s: %s", request.tenant.pk, error)
        what = "ask for a password" if is_new else "sign in"
        address = f"{settings.BASE_URL}{reverse('account_reset_password' if is_new else 'account_login')}"
        messages.warning(request, f"{said}, but the mail could not be sent. Tell them to {what} at {address}")
    else:
        messages.success(request, said)


def add_member(tenant: Tenant, email: str, role: str) -> bool:
    """Make the membership, and the account when there is none: True then. Raises IntegrityError for a member."""
    users = get_user_model().objects
    user = users.filter(email__iexact=email).first()
    is_new = user is None
    if user is None:
        user = users.create_user(username=email, email=email)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    Membership.objects.create(tenant=tenant, user=user, role=role)
    return is_new


def _send_password_link(request: TenantRequest, email: str) -> None:
    form = ResetPasswordForm({"email": email})
    if form.is_valid():
        form.save(request)


def _tell_of_company(request: TenantRequest, email: str) -> None:
    """Somebody with an account only needs to know; signing in is as before."""
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}you now belong to {request.tenant.name}"
    who = request.user.get_full_name() or request.user.email
    text = f"{who} added you to {request.tenant.name}. Sign in as usual: {settings.BASE_URL}\n"
    send_mail(subject, text, None, [email])


@for_role(Role.OWNER)
@require_POST
def change_role(request: TenantRequest, membership_id: int) -> HttpResponse:
    role = request.POST.get("role", "")
    member = _member(request, membership_id)
    if role not in Role.values:
        messages.error(request, "Choose one of the roles.")
    elif role != member.role:
        try:
            _keep_an_owner(request.tenant, member, role)
        except LastOwner:
            messages.error(request, "The company needs an owner. Make somebody else owner first.")
        else:
            messages.success(request, f"{member.user.email} is now {Role(role).label.lower()}")
            AuditEntry.note(
                actor=request.user,
                action="user.role_changed",
                subject=member.user.email,
                before=member.role,
                after=role,
            )
    return go_back(request, reverse("settings:users"))


@for_role(Role.OWNER)
def remove(request: TenantRequest, membership_id: int) -> HttpResponse:
    """Ask, then end the membership. The account stays: it may belong to other companies."""
    member = _member(request, membership_id)
    back = reverse("settings:users")
    if request.method != "POST":
        confirm = Confirm(
            title=f"Remove {member.user.email}",
            text=f"They can no longer open {request.tenant.name}. What they did stays in the audit log.",
            action_url=reverse("settings:users_remove", args=[member.pk]),
            button="Remove from the company",
            variant="bad",
            cancel_url=back,
        )
        return render_dialog(request, "components/confirm.html", {"confirm": confirm}, title=confirm.title)
    try:
        _keep_an_owner(request.tenant, member, None)
    except LastOwner:
        messages.error(request, "The company needs an owner. Make somebody else owner first.")
    else:
        AuditEntry.note(actor=request.user, action="user.removed", subject=member.user.email, role=member.role)
        messages.success(request, f"{member.user.email} was removed")
    return go_back(request, back)


def _member(request: TenantRequest, membership_id: int) -> Membership:
    """Memberships are read across tenants by design, so the tenant is named here."""
    return get_object_or_404(Membership.objects.select_related("user"), pk=membership_id, tenant=request.tenant)


def _keep_an_owner(tenant: Tenant, member: Membership, role: str | None) -> None:
    """Change the role, or remove with None. Raises LastOwner; two owners at once cannot both step down."""
    with transaction.atomic():
        owners = set(
            Membership.objects.select_for_update().filter(tenant=tenant, role=Role.OWNER).values_list("pk", flat=True)
        )
        if role != Role.OWNER and owners == {member.pk}:
            raise LastOwner
        rows = Membership.objects.filter(pk=member.pk)
        if role is None:
            rows.delete()
        else:
            rows.update(role=role)
