"""What must not be so in production: stand-in vendors, published secrets, missing credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as CheckWarning

from connectors.transport import is_loopback

_VENDOR_URLS = (
    "PROCORE_LOGIN_URL", "PROCORE_API_URL", "QBO_AUTHORIZE_URL", "QBO_TOKEN_URL", "QBO_REVOKE_URL", "QBO_API_URL",
)  # fmt: skip
_CREDENTIALS = ("PROCORE_CLIENT_ID", "PROCORE_CLIENT_SECRET", "QBO_CLIENT_ID", "QBO_CLIENT_SECRET")


def check_production(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """With DEBUG off; in development nothing is wrong."""
    if settings.DEBUG:
        return []
    return [
        *_check_urls(), *_check_secret_key(), *_check_encryption_keys(), *_check_credentials(), *_check_reach(),
    ]  # fmt: skip


def _check_urls() -> Iterator[CheckMessage]:
    for name in _VENDOR_URLS:
        address = getattr(settings, name)
        if is_loopback(address):
            yield Error(
                f"{name} points at this machine.", hint="Unset it, or give the vendor's own.", id="smoothx.E001"
            )
        elif urlsplit(address).scheme != "https":
            yield Error(f"{name} does not start with https://.", id="smoothx.E002")


def _check_secret_key() -> Iterator[CheckMessage]:
    if settings.SECRET_KEY == settings.INSECURE_SECRET_KEY:
        yield Error("SECRET_KEY is the one of the source code.", hint="Set a long random one.", id="smoothx.E003")


def _check_encryption_keys() -> Iterator[CheckMessage]:
    keys = settings.FIELD_ENCRYPTION_KEYS
    hint = "Set FIELD_ENCRYPTION_KEYS to keys of your own, the newest first."
    if not keys:
        yield Error("FIELD_ENCRYPTION_KEYS is empty.", hint=hint, id="smoothx.E004")
    if settings.INSECURE_ENCRYPTION_KEY in keys:
        yield Error("FIELD_ENCRYPTION_KEYS holds the key of the source code.", hint=hint, id="smoothx.E005")
    for position, key in enumerate(keys, start=1):
        if not _is_fernet_key(key):
            yield Error(f"FIELD_ENCRYPTION_KEYS: key {position} is no Fernet key.", hint=hint, id="smoothx.E006")


def _check_credentials() -> Iterator[CheckMessage]:
    for name in _CREDENTIALS:
        if not getattr(settings, name):
            yield Error(f"{name} is empty.", hint="The vendor's developer portal shows it.", id="smoothx.E007")


def _check_reach() -> Iterator[CheckMessage]:
    """What works without, but leaves people and vendors without word."""
    if settings.EMAIL_BACKEND.endswith(".console.EmailBackend"):
        yield CheckWarning(
            "EMAIL_URL sends mail to the log: nobody gets it.",
            hint="Give an smtp:// address. A lost connection and a forgotten password are told by mail.",
            id="smoothx.W001",
        )
    if not settings.BASE_URL.startswith("https://"):
        yield CheckWarning(
            "BASE_URL does not start with https://.",
            hint="The vendors send people back to it, and Procore its events.",
            id="smoothx.W002",
        )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
