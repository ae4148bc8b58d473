"""A stateful stand-in for QuickBooks Online."""

from __future__ import annotations

from connectors.sandbox.qbo.app import QboSandbox
from connectors.sandbox.qbo.auth.oauth import AUTHORIZE_PATH, CLIENT_ID, CLIENT_SECRET, REVOKE_PATH, TOKEN_PATH

__all__ = ["AUTHORIZE_PATH", "CLIENT_ID", "CLIENT_SECRET", "REVOKE_PATH", "TOKEN_PATH", "QboSandbox"]
