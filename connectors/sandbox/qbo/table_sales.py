"""Declarations of the sales side: estimates, invoices, credit memos, receipts and payments."""

from __future__ import annotations

from connectors.sandbox.qbo.kinds import Kind

SALES: tuple[Kind, ...] = ()
