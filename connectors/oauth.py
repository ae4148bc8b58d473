"""Connecting and disconnecting an account: consent, code, company, revocation.

Nothing here changes whether the tenant is live. Everything that ends, well or not, leaves an audit entry.
"""

from __future__ import annotations

import copy
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from connectors import consent
from connectors.accounts import another, bind, is_bound, present_connection, refuse_other, refuse_taken
from connectors.consent import (
    AccountTaken,
    AnotherRealm,
    BadState,
    ConsentDenied,
    ConsentError,
    ConsentFailed,
    WrongChoice,
)
from connectors.errors import Retry, VendorError
from connectors.grants import GrantRefused, TokenPair, authorize_url, exchange_code, oauth_server, revoke
from connectors.models import Connection, ConnectionRoute, Vendor
from connectors.probe import read_facts
from connectors.procore.client import ProcoreClient
from connectors.procore.resources import COMPANIES
from connectors.transport import NoAnswer
from smoothx.lib.secrets import CannotDecrypt
from smoothx.lib.text import collapse_spaces
from smoothx.tenants.access import TenantRequest
from smoothx.tenants.models import AuditEntry

__all__ = [
    "AccountTaken", "AnotherRealm", "BadState", "ConsentDenied", "ConsentError", "ConsentFailed", "WrongChoice",
    "begin", "choose_company", "disconnect", "finish", "redirect_uri",
]  # fmt: skip


def begin(request: TenantRequest, vendor: str) -> str:
    """The address at the vendor where the person decides. Raises ConsentFailed when this server has no client id."""
    if not oauth_server(vendor).client_id:
        name = Vendor(vendor).label
        raise ConsentFailed(vendor, f"This server has no client id for {name} yet. Ask whoever runs it.")
    return authorize_url(vendor, redirect_uri=redirect_uri(vendor), state=consent.ask(request, vendor))


def finish(request: TenantRequest, vendor: str) -> Connection:
    """The connection made of the vendor's callback: connected, or for a new Procore sign-in waiting for its company.

    Raises ConsentError, or VendorError when the vendor fails while its account is looked at; then nothing changed.
    """
    try:
        consent.check_answer(request, vendor)
        if vendor == Vendor.QBO:
            return _finish_qbo(request)
        return _finish_procore(request)
    except (ConsentError, VendorError) as refusal:
        code = refusal.code if isinstance(refusal, ConsentError) else refusal.fault
        AuditEntry.note(actor=request.user, action="connection.refused", subject=Vendor(vendor).label, code=code)
        raise


def choose_company(connection: Connection, company_id: str, *, actor: Any = None) -> Connection:
    """Connect to one of the Procore companies the sign-in reaches.

    Raises WrongChoice, AccountTaken, AnotherRealm, and the errors of connectors.errors: NoPermission where the app is
    not installed or the user may not look; then nothing changed and another company can be chosen.
    """
    names = {company["id"]: company["name"] for company in connection.facts.get("companies", [])}
    if connection.state != Connection.State.CHOOSING:
        raise WrongChoice(connection.vendor, "The company is chosen already. Disconnect to choose another.")
    if company_id not in names:
        raise WrongChoice(connection.vendor, "Choose one of the companies listed.")
    refuse_taken(connection.vendor, company_id)
    refuse_other(connection, company_id)
    trial = copy.copy(connection)
    trial.account_id = company_id
    name, facts = read_facts(trial)
    return bind(
        connection,
        vendor=connection.vendor,
        account_id=company_id,
        name=name or names[company_id],
        facts=facts,
        actor=actor,
        pair=None,
    )


def disconnect(connection: Connection, *, actor: Any = None) -> bool:
    """End the connection on our side whatever the vendor says; answers whether the vendor confirmed the revocation.

    Row, mapping and documents stay, so that connecting the same account again goes on where it ended.
    """
    is_revoked = _revoke_own(connection)
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.state = Connection.State.DISCONNECTED
        row.sealed_access_token = row.sealed_refresh_token = row.broken_reason = row.lease_owner = ""
        row.access_expires_at = row.refresh_expires_at = row.broken_at = row.lease_expires_at = None
        row.facts = {name: value for name, value in row.facts.items() if name != "companies"}
        # A refresh under way finds its version gone and keeps nothing.
        row.token_version += 1
        row.save()
        ConnectionRoute.objects.filter(connection_id=row.pk).delete()
        AuditEntry.note(actor=actor, action="connection.disconnected", subject=str(row), is_revoked=is_revoked)
    connection.refresh_from_db()
    return is_revoked


def redirect_uri(vendor: str) -> str:
    """What is registered with the vendor, to the letter."""
    return f"{settings.BASE_URL}{reverse('connectors:callback', args=[vendor])}"


def _finish_qbo(request: TenantRequest) -> Connection:
    """The company comes with the callback, so it is checked before the code is used: no token, nothing to revoke.

    That matters: using the code may end the tokens another tenant has for the company (unverified).
    """
    vendor = Vendor.QBO
    realm_id = request.GET.get("realmId", "")
    if not realm_id.isdigit():
        raise ConsentFailed(vendor, "QuickBooks did not say which company was chosen. Nothing was connected.")
    row = present_connection(vendor)
    refuse_taken(vendor, realm_id)
    refuse_other(row, realm_id)
    pair = _exchange(request, vendor)
    known = row if row is not None and row.account_id == realm_id else None
    name, facts = _look_at(_trial(vendor, realm_id, pair), pair, known=known)
    return bind(row, vendor=vendor, account_id=realm_id, name=name, facts=facts, actor=request.user, pair=pair)


def _finish_procore(request: TenantRequest) -> Connection:
    vendor = Vendor.PROCORE
    pair = _exchange(request, vendor)
    row = present_connection(vendor)
    companies = _list_companies(_trial(vendor, "", pair), pair)
    if not companies:
        revoke(vendor, pair.refresh_token)
        raise ConsentFailed(vendor, "The signed-in user is in no Procore company. Sign in as another user.")
    if row is None or not is_bound(row):
        return _keep_choosing(row, pair, companies, actor=request.user)
    if row.account_id not in {company["id"] for company in companies}:
        revoke(vendor, pair.refresh_token)
        raise another(row)
    name, facts = _look_at(_trial(vendor, row.account_id, pair), pair, known=row)
    return bind(row, vendor=vendor, account_id=row.account_id, name=name, facts=facts, actor=request.user, pair=pair)


def _exchange(request: TenantRequest, vendor: str) -> TokenPair:
    name = Vendor(vendor).label
    try:
        return exchange_code(vendor, request.GET["code"], redirect_uri=redirect_uri(vendor))
    except GrantRefused as refusal:
        sentence = f"{name} did not accept the sign-in. Nothing was connected. Connect again."
        raise ConsentFailed(vendor, sentence, vendor_text=refusal.vendor_text) from refusal
    except NoAnswer as error:
        sentence = f"{name} did not answer. Nothing was connected. Connect again in a minute."
        raise ConsentFailed(vendor, sentence) from error


def _trial(vendor: str, account_id: str, pair: TokenPair) -> Connection:
    """A connection that is not saved: what it is used for leaves no trace if it fails."""
    trial = Connection(vendor=vendor, account_id=account_id, state=Connection.State.CONNECTED)
    for column, value in pair.as_columns().items():
        setattr(trial, column, value)
    return trial


def _look_at(trial: Connection, pair: TokenPair, *, known: Connection | None) -> tuple[str, dict[str, Any]]:
    """The account's name and facts. A known account that is out of reach for a moment keeps those it had.

    Its former tokens may have ended with the new consent, so the new pair must not be thrown away.
    """
    try:
        return read_facts(trial)
    except Retry:
        if known is None:
            revoke(trial.vendor, pair.refresh_token)
            raise
        return known.account_name, known.facts
    except VendorError:
        revoke(trial.vendor, pair.refresh_token)
        raise


def _list_companies(trial: Connection, pair: TokenPair) -> list[dict[str, str]]:
    try:
        rows = [row for page in ProcoreClient(trial).list(COMPANIES) for row in page]
    except VendorError:
        revoke(trial.vendor, pair.refresh_token)
        raise
    named = [{"id": str(row["id"]), "name": collapse_spaces(row.get("name") or "")} for row in rows]
    return sorted(named, key=lambda company: company["name"].casefold())


def _keep_choosing(
    row: Connection | None, pair: TokenPair, companies: list[dict[str, str]], *, actor: Any
) -> Connection:
    """Keep the sign-in until its company is chosen. The former account's id stays, in case it is chosen again."""
    kept = row or Connection(vendor=Vendor.PROCORE)
    kept.state = Connection.State.CHOOSING
    for column, value in pair.as_columns().items():
        setattr(kept, column, value)
    kept.token_version += 1
    kept.facts = {**kept.facts, "companies": companies}
    kept.save()
    AuditEntry.note(actor=actor, action="connection.signed_in", subject=str(kept), companies=len(companies))
    return kept


def _revoke_own(connection: Connection) -> bool:
    if not connection.sealed_refresh_token:
        return True
    try:
        return revoke(connection.vendor, connection.refresh_token)
    except CannotDecrypt:
        return False
