"""The database of the tests is migrated once and then copied: by every worker, and by later runs.

It takes ten seconds to migrate and a tenth of one to copy. The copy's name says which migrations it holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection

PREFIX = "smoothx_migrated_"
# Any number, the same for all who may make it at once.
LOCK = 7_310_455


def find_or_make() -> str:
    """The name of a database that holds every migration and no rows but theirs."""
    name = f"{PREFIX}{_digest()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in cursor.fetchall()}
        if name in found:
            return name
        for other in found:
            cursor.execute(f'DROP DATABASE "{other}" WITH (FORCE)')
        # One that was broken off has another name, so that nobody copies it.
        begun = f"{name}_begun"
        cursor.execute(f'CREATE DATABASE "{begun}"')
        _migrate(begun)
        cursor.execute(f'ALTER DATABASE "{begun}" RENAME TO "{name}"')
    return name


def _digest() -> str:
    """Of all migrations, ours and the libraries'."""
    digest = hashlib.sha256(django.__version__.encode())
    for app in apps.get_app_configs():
        for path in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(f"{app.label}/{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _migrate(name: str) -> None:
    with _pointed_at(name):
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        # A database that somebody is connected to cannot be copied.
        connection.close()
        connection.settings_dict["NAME"] = own
