from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from connectors.checks import check_production

GOOD = {
    "DEBUG": False,
    "SECRET_KEY": "k" * 50,
    "FIELD_ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
    "PROCORE_LOGIN_URL": "https://login.procore.com",
    "PROCORE_API_URL": "https://api.procore.com",
    "QBO_AUTHORIZE_URL": "https://appcenter.intuit.com/connect/oauth2",
    "QBO_TOKEN_URL": "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    "QBO_REVOKE_URL": "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    "QBO_API_URL": "https://quickbooks.api.intuit.com",
    "PROCORE_CLIENT_ID": "a",
    "PROCORE_CLIENT_SECRET": "b",
    "QBO_CLIENT_ID": "c",
    "QBO_CLIENT_SECRET": "d",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "BASE_URL": "https://app.example.com",
}


@pytest.fixture
def production(settings: Any) -> Any:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def found() -> list[str | None]:
    return [message.id for message in check_production()]


def test_a_proper_production_passes(production: Any) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PROCORE_API_URL", "http://127.0.0.1:9001", "smoothx.E001"),
        ("PROCORE_LOGIN_URL", "https://localhost", "smoothx.E001"),
        ("QBO_API_URL", "http://[::1]:80", "smoothx.E001"),
        ("QBO_TOKEN_URL", "http://0.0.0.0/token", "smoothx.E001"),
        ("QBO_REVOKE_URL", "https://sandbox.localhost/", "smoothx.E001"),
        ("QBO_AUTHORIZE_URL", "http://appcenter.intuit.com/connect", "smoothx.E002"),
        ("SECRET_KEY", "insecure-for-development-only", "smoothx.E003"),
        ("FIELD_ENCRYPTION_KEYS", [], "smoothx.E004"),
        ("FIELD_ENCRYPTION_KEYS", ["too short"], "smoothx.E006"),
        ("PROCORE_CLIENT_ID", "", "smoothx.E007"),
        ("QBO_CLIENT_SECRET", "", "smoothx.E007"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "smoothx.W001"),
        ("BASE_URL", "http://app.example.com", "smoothx.W002"),
    ],
)
def test_each_danger_is_told_in_production_only(production: Any, name: str, value: Any, code: str) -> None:
    setattr(production, name, value)
    assert found() == [code]
    production.DEBUG = True
    assert found() == []


def test_the_published_encryption_key_is_refused(production: Any) -> None:
    production.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), production.INSECURE_ENCRYPTION_KEY]
    assert found() == ["smoothx.E005"]


def test_django_runs_the_check(production: Any) -> None:
    production.QBO_CLIENT_ID = ""
    assert "smoothx.E007" in [message.id for message in run_checks()]
