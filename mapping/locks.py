"""What those who write links or suggestions wait for, each in this order, so that no two wait for one another.

First the section, then the links, then single rows (a run, a link). All hold until the transaction ends.
"""

from __future__ import annotations

import zlib

from django.db import connection as database

from mapping.screens import Section
from smoothx.tenants.scope import require_tenant_id


def lock_section(section: Section) -> None:
    """One at a time begins a run of this section, or writes its suggestions."""
    _lock(f"mapping:{section.key}")


def lock_links(section: Section | None = None) -> None:
    """One at a time links, unlinks or leaves out rows of this company, so what is read afterwards stays true.

    `section` is named by those who write many of its suggestions as well.
    """
    if section is not None:
        lock_section(section)
    _lock("mapping links")


def _lock(name: str) -> None:
    with database.cursor() as cursor:
        key = zlib.crc32(name.encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (require_tenant_id() % 2**31, key))
