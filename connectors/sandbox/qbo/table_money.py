"""Declarations of what moves money or time without a sale or a bill: journals, deposits, transfers, time."""

from __future__ import annotations

from connectors.sandbox.qbo.kinds import Kind

MONEY: tuple[Kind, ...] = ()
