"""Lists the flows in the order they run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sync.registry import all_flows


class Command(BaseCommand):
    help = "List the flows in the order they run."

    def handle(self, *args: Any, **options: Any) -> None:
        for flow in all_flows().values():
            after = f", after {', '.join(flow.after)}" if flow.after else ""
            self.stdout.write(f"{flow.key}: {flow.label} ({flow.source} to {flow.target}{after})")
