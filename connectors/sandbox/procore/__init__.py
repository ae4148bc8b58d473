"""A stand-in for Procore's REST API, login host and person pages, on one port."""

from __future__ import annotations

from connectors.sandbox.procore.server import ProcoreSandbox

__all__ = ["ProcoreSandbox"]
