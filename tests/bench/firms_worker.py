"""A worker of the product whose companies have their accounts at different addresses, as in tests.bench.many_firms.

`python -m tests.bench.firms_worker FIRMS`, where FIRMS is JSON: the addresses of both servers by the tenant's id. The
product itself has one address for each vendor; everything else is the product's own worker, with the scheduler in it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from smoothx.tenants.scope import active_tenant_id

CONCURRENCY = 8
ADDRESSES = {"PROCORE_API_URL": "procore", "QBO_API_URL": "qbo"}
CLIENTS = ("connectors.procore.client", "connectors.qbo.client")


class SettingsOfTenant:
    """The project's settings, with the vendors' addresses of the tenant whose scope is active."""

    def __init__(self, urls: Mapping[int, Mapping[str, str]]) -> None:
        self._urls = urls

    def __getattr__(self, name: str) -> Any:
        if name in ADDRESSES:
            return self._urls[active_tenant_id()][ADDRESSES[name]]
        return getattr(settings, name)


def main(firms: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smoothx.settings")
    django.setup()
    own = SettingsOfTenant({int(tenant_id): urls for tenant_id, urls in json.loads(firms).items()})
    for name in CLIENTS:
        importlib.import_module(name).settings = own  # type: ignore[attr-defined]
    schedule = Path(tempfile.mkdtemp()) / "schedule"
    options = ["--pool", "threads", "--concurrency", str(CONCURRENCY), "--loglevel", "WARNING", "--without-mingle"]
    app = importlib.import_module("smoothx.celery").app
    app.worker_main(["worker", "--beat", "--schedule", str(schedule), *options])


if __name__ == "__main__":
    main(sys.argv[1])
