"""Accounts are made by an invitation or by staff, never by a stranger signing up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": "You have this address already.",
        "email_password_mismatch": "The e-mail or the password is not right.",
        "email_taken": "Somebody else signs in with this address.",
        "enter_current_password": "Enter your present password.",
        "incorrect_code": "This code is not right.",
        "incorrect_password": "The password is not right.",
        "max_email_addresses": "You cannot have more than %d addresses.",
        "rate_limited": "Too many tries. Wait a few minutes.",
        "too_many_login_attempts": "Too many wrong passwords. Wait five minutes, or reset the password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": "Switch two-factor off before you add an address.",
        "cannot_delete_authenticator": "Two-factor cannot be switched off.",
        "cannot_generate_recovery_codes": "Set up the authenticator app first.",
        "incorrect_code": "This code is not right.",
        "unverified_email": "Confirm your e-mail address first, under Profile, E-mail.",
    }
