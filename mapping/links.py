"""Linking and unlinking, one pair at a time. Every change is audited and announced to what waits for it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.resource import Resource
from mapping.automap import automap, undo_run
from mapping.divisions import descendants
from mapping.kinds import KINDS, MappingKind
from mapping.models import AutomapRun, Link, RemoteItem
from mapping.signals import OpenDocuments, announce, count_documents, link_subject
from smoothx.tenants.models import AuditEntry

__all__ = ["LinkRefused", "automap", "blocked_by_unlink", "link", "undo_run", "unlink"]
