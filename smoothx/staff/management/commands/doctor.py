"""Looks for what is wrong, and says what to do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand

from smoothx.staff.checks_company import check_company
from smoothx.staff.checks_installation import DATABASE_AWAY, MIGRATIONS_MISSING, check_installation
from smoothx.staff.findings import Finding
from smoothx.staff.operating import add_apply, add_json, add_tenant, audit, find_tenants, name_operator, to_json
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope


class Command(BaseCommand):
    help = (
        "Look for what is wrong and say what to do: database, migrations, row-level security, Redis, scheduler and "
        "workers, "
        "then of "
        "each company its connections, tokens, hooks, documents that are stuck, in doubt or due without anybody "
        "coming, "
        "events nobody looked into, and links that lead nowhere. Ends with 1 when something is wrong, with 0 "
        "otherwise; "
        "notes are no fault. With --apply work that was lost sight of is marked as due, nothing else."
    )

    def add_arguments(self, parser: Any) -> None:
        add_tenant(parser)
        add_json(parser)
        add_apply(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(check_installation())
        if not any(finding.code in (DATABASE_AWAY, MIGRATIONS_MISSING) for finding in findings):
            for tenant in find_tenants(options["tenant"]):
                findings += _look_at(tenant, options)
        wrong = sum(finding.level == "wrong" for finding in findings)
        if options["json"]:
            self.stdout.write(to_json({"wrong": wrong, "findings": [finding.as_dict() for finding in findings]}))
        else:
            self._tell(findings, wrong, is_mended=options["apply"])
        if wrong:
            sys.exit(1)

    def _tell(self, findings: Sequence[Finding], wrong: int, *, is_mended: bool) -> None:
        for finding in findings:
            whose = f"company {finding.tenant}" if finding.tenant else "installation"
            self.stdout.write(f"{finding.level.upper()} {whose} {finding.code}: {finding.text}")
            self.stdout.write(f"  {'Marked as due now.' if is_mended and finding.mend else finding.fix}")
        self.stdout.write("Nothing is wrong." if not wrong else f"{wrong} found.")


def _look_at(tenant: Tenant, options: Any) -> list[Finding]:
    with tenant_scope(tenant.pk):
        found = list(check_company(tenant))
        mends = {finding.code: finding.mend for finding in found if finding.mend is not None}
        if mends and options["apply"]:
            for mend in mends.values():
                mend()
            audit(name_operator(options["operator"]), "operator.marked_due", ", ".join(mends))
    return found
