"""Declarations of attachments."""

from __future__ import annotations

from connectors.sandbox.qbo.kinds import Kind

FILES: tuple[Kind, ...] = ()
