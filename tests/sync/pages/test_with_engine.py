"""The pages over what the engine really wrote: every figure they show must agree with both sandboxes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.directory import refresh_directory_item
from sync.models import Entry
from sync.pages.retention import load_retention
from tests import worlds
