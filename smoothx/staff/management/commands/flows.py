"""How the flows of each company stand; without companies, the flows in the order they run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from smoothx.staff.operating import add_json, add_tenant, find_tenants, to_json, to_table
from smoothx.staff.standing import HEADINGS, flows_of
from smoothx.tenants.scope import tenant_scope
from sync.registry import all_flows


class Command(BaseCommand):
    help = (
        "Show how each company's flows stand: whether a flow is on, how many documents are in each state, since "
        "when the "
        "oldest open one is known, and when one last went through. Changes nothing. With --list: the flows in the "
        "order "
        "they run, without any company."
    )

    def add_arguments(self, parser: Any) -> None:
        add_tenant(parser)
        add_json(parser)
        parser.add_argument("--list", action="store_true", help="only the flows there are, in the order they run")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(is_json=options["json"])
            return
        tenants = find_tenants(options["tenant"])
        told: list[dict[str, Any]] = []
        for tenant in tenants:
            with tenant_scope(tenant.pk):
                told.append({"tenant": tenant.pk, "name": tenant.name, "state": tenant.state, "flows": flows_of()})
        if options["json"]:
            self.stdout.write(to_json(told))
            return
        for company in told:
            self.stdout.write(f"{company['tenant']} {company['name']}, {company['state']}")
            self.stdout.write(to_table(HEADINGS, company["flows"]) + "\n")

    def _list(self, *, is_json: bool) -> None:
        if is_json:
            names = ("key", "label", "source", "target", "after")
            self.stdout.write(
                to_json([{name: getattr(flow, name) for name in names} for flow in all_flows().values()])
            )
            return
        for flow in all_flows().values():
            after = f", after {', '.join(flow.after)}" if flow.after else ""
            self.stdout.write(f"{flow.key}: {flow.label} ({flow.source} to {flow.target}{after})")
