"""Declarations of currencies and tax agencies."""

from __future__ import annotations

from connectors.sandbox.qbo.kinds import Kind

CURRENCIES: tuple[Kind, ...] = ()
