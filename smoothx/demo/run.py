"""`make demo`: everything running, with a live company, until Ctrl-C."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection

from connectors.sandbox.firm.scenarios import build
from smoothx.demo.files import hang_files
from smoothx.demo.stack import METRICS_TOKEN, Stage, say, send_events_to, start_product
from smoothx.demo.story import OWNER, PASSWORD, STAFF, make_company, set_up
from smoothx.demo.supervise import Supervisor
from smoothx.demo.visitor import Lost, Visitor
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope


def play(supervisor: Supervisor, stage: Stage) -> int:
    options = stage.options
    say("Preparing the database")
    call_command("migrate", verbosity=0)
    contractor = build(stage.info["scenario"], size=stage.info["size"], seed=stage.info["seed"])
    tenant = make_company(contractor.name)
    say("Starting the web server, a worker and the scheduler")
    start_product(supervisor, stage.port, options)
    send_events_to(stage)
    if tenant.state == Tenant.State.SETUP:
        hang_files(stage.info)
        try:
            with tenant_scope(tenant.pk):
                set_up(Visitor(stage.base_url), contractor, say)
        except Lost as lost:
            say(f"The demo company could not be set up: {lost}. Logs are in {supervisor.log_dir}.")
            return 1
    connection.close()
    show_addresses(stage)
    ending = supervisor.wait()
    if ending.signum is None:
        say(str(ending))
        return 1
    say("Stopping")
    return 0


def show_addresses(stage: Stage) -> None:
    say(
        f"""
  Smoothx              {stage.base_url}
    sign in            {OWNER}   password: {PASSWORD}
    staff              {STAFF}   password: {PASSWORD}   ({stage.base_url}/operations/)
    figures            curl -H "Authorization: Bearer {METRICS_TOKEN}" {stage.base_url}/metrics/
  Procore sandbox      {stage.info["procore"]["url"]}   approve an invoice here, and its bill appears
  QuickBooks sandbox   {stage.info["qbo"]["url"]}   pay or change a bill here

  Ctrl-C stops everything.
"""
    )
