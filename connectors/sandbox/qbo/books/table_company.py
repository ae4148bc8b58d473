"""Declarations of what there is one of per company."""

from __future__ import annotations

from connectors.sandbox.qbo.books.kinds import Kind

COMPANY = (
    Kind("CompanyInfo", "single", counter="CompanyInfo", has_changes=False, has_events=False),
    Kind("Preferences", "single", counter="Preferences", has_changes=False),
)
