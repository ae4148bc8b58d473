"""A person's consent at the vendor: that it was asked for here, and the ways it can fail."""

from __future__ import annotations

import secrets
import time
from typing import ClassVar

from django.utils.crypto import constant_time_compare

from connectors.models import Vendor
from smoothx.tenants.access import TenantRequest

LONGEST_SECONDS = 15 * 60


class ConsentError(Exception):
    """Nothing was connected. `code` is stable and for the log, `sentence` is for the person."""

    code: ClassVar[str] = "consent_failed"

    def __init__(self, vendor: str, sentence: str, *, vendor_text: str = "") -> None:
        super().__init__(f"{self.code}: {sentence}")
        self.vendor = vendor
        self.sentence = sentence
        self.vendor_text = vendor_text


class BadState(ConsentError):
    """The answer belongs to no question we asked, to another company's, or to one asked too long ago."""

    code = "bad_state"


class ConsentDenied(ConsentError):
    code = "consent_denied"


class ConsentFailed(ConsentError):
    """The vendor ended the sign-in, or its answer cannot be used."""

    code = "consent_failed"


class AnotherRealm(ConsentError):
    """Another company than the one this tenant's documents belong to."""

    code = "another_realm"


class AccountTaken(ConsentError):
    """The account belongs to another tenant, which is not named."""

    code = "account_taken"


class WrongChoice(ConsentError):
    """The company chosen is not one of those offered, or there is nothing to choose."""

    code = "wrong_choice"


def ask(request: TenantRequest, vendor: str) -> str:
    """A new random state, remembered in the session with the vendor, the tenant and the time."""
    state = secrets.token_urlsafe(32)
    request.session[_key(vendor)] = {"state": state, "tenant": request.tenant.pk, "at": time.time()}
    return state


def check_answer(request: TenantRequest, vendor: str) -> None:
    """That this callback answers our question and allows. A state is good once. Raises ConsentError."""
    asked = request.session.pop(_key(vendor), None)
    given = request.GET.get("state", "")
    name = Vendor(vendor).label
    if asked is None or not constant_time_compare(asked["state"], given):
        raise BadState(vendor, f"This sign-in to {name} was not started here. Nothing was connected. Connect again.")
    if asked["tenant"] != request.tenant.pk:
        sentence = f"You changed to another company while signing in to {name}. Nothing was connected. Connect again."
        raise BadState(vendor, sentence)
    if time.time() - asked["at"] > LONGEST_SECONDS:
        sentence = f"Signing in to {name} took longer than 15 minutes. Nothing was connected. Connect again."
        raise BadState(vendor, sentence)
    _check_decision(request, vendor)


def _check_decision(request: TenantRequest, vendor: str) -> None:
    error, name = request.GET.get("error", ""), Vendor(vendor).label
    if error == "access_denied":
        sentence = f"Access was not allowed, so {name} is not connected. Connect again and allow it."
        raise ConsentDenied(vendor, sentence)
    if error or not request.GET.get("code"):
        sentence = f"{name} ended the sign-in with an error. Nothing was connected. Connect again."
        raise ConsentFailed(
            vendor, sentence, vendor_text=f"{error} {request.GET.get('error_description', '')}".strip()
        )


def _key(vendor: str) -> str:
    return f"consent:{vendor}"
