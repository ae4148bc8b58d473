"""The two settings that are written as one URL each."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from smoothx.lib.env import BadSetting
from smoothx.settings import database_from_url, email_from_url

CONSOLE = {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


def smtp(host: str, port: int, user: str = "", password: str = "", *, tls: bool = False) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": tls,
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("console:", CONSOLE),
        ("console://", CONSOLE),
        ("smtp://mail.firm.example", smtp("mail.firm.example", 25)),
        (
            "smtp://smoothx:secret@mail.firm.example:587?tls=true",
            smtp("mail.firm.example", 587, "smoothx", "secret", tls=True),
        ),
        (
            "smtp://post%40firm.example:p%2Fa%3Ass%23@mail.firm.example:2525?tls=false",
            smtp("mail.firm.example", 2525, "post@firm.example", "p/a:ss#"),
        ),
        ("smtp://only-a-user@mail.firm.example/", smtp("mail.firm.example", 25, "only-a-user")),
        ("smtp://[::1]:1025", smtp("::1", 1025)),
        ("smtp://", smtp("localhost", 25)),
    ],
)
def test_email_from_url(url: str, expected: dict[str, Any]) -> None:
    assert email_from_url(url) == expected


def test_a_mail_port_that_is_none_stops() -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        email_from_url("smtp://mail.firm.example:smtp")


@pytest.mark.parametrize(
    ("url", "named", "options"),
    [
        (
            "postgresql://smoothx:p%40ss%2F@db.firm.example:6543/books?sslmode=require",
            ("books", "smoothx", "p@ss/", "db.firm.example", "6543"),
            {"sslmode": "require"},
        ),
        (
            "postgresql:///books?host=/run/postgres&port=54018&user=smoothx",
            ("books", "smoothx", "", "/run/postgres", "54018"),
            {},
        ),
        (
            "postgres://db/books?connect_timeout=5&application_name=smoothx",
            ("books", "", "", "db", ""),
            {"connect_timeout": "5", "application_name": "smoothx"},
        ),
        ("host=db dbname=books user=smoothx", ("books", "smoothx", "", "db", ""), {}),
        ("", ("", "", "", "", ""), {}),
    ],
)
def test_database_from_url(url: str, named: tuple[str, ...], options: dict[str, str]) -> None:
    found = database_from_url(url)
    assert tuple(found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")) == named
    assert found["OPTIONS"] == options


def test_the_database_is_fit_for_a_transaction_pooling_proxy() -> None:
    found = database_from_url("postgresql://db/books")
    assert found["ENGINE"] == "smoothx.tenants.postgres"
    assert found["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "server_side_binding" not in found["OPTIONS"]
    assert connection.settings_dict["ENGINE"] == "smoothx.tenants.postgres"
    assert settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True


@pytest.mark.parametrize("url", ["mysql://db/books", "postgresql://db/books?tls=true"])
def test_an_address_libpq_does_not_know_stops(url: str) -> None:
    with pytest.raises(psycopg.ProgrammingError):
        database_from_url(url)


@pytest.mark.parametrize("url", ["smtps://mail.firm.example", "smtp://mail.firm.example?tls=yes", "mail.firm.example"])
def test_a_mail_address_that_would_mean_no_encryption_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="EMAIL_URL must be"):
        email_from_url(url)
