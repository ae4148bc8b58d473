"""What a link is for those that wait: its own left row, and for a division every code it covers."""

from __future__ import annotations

from connectors.models import Connection
from connectors.procore import resources as procore
from mapping.divisions import descendants
from mapping.kinds import KINDS
from mapping.models import RemoteItem
from mapping.signals import link_subject
