"""`make chaos-check`: many runs under fire, each on the same ground, none of which may lose or double a document."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection

from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.server import RunningServer, serve
from smoothx.demo.chaos.abreast import KINDS, tell
from smoothx.demo.chaos.breeding import Nursery
from smoothx.demo.chaos.clocks import DURABLE, make_database_clock
from smoothx.demo.chaos.fire import Field
from smoothx.demo.chaos.ground import Ground
from smoothx.demo.chaos.playing import Run, play_run
from smoothx.demo.chaos.verdict import Verdict
from smoothx.demo.stack import Options, Stage, say, send_events_to
from smoothx.demo.story import OWNER, make_company
from smoothx.demo.supervise import Supervisor
from smoothx.demo.year.company import bring_live
from smoothx.demo.year.vendors import Vendors
from smoothx.tenants.scope import tenant_scope

# After the firm's own backlog, so that a run's documents are all there is.
START_DATE = date(2026, 11, 1)


def play(supervisor: Supervisor, stage: Stage) -> int:
    options = stage.options
    os.environ["PGOPTIONS"] = DURABLE
    firm = replace(build(stage.info["scenario"], size=1, seed=1), start_date=START_DATE)
    call_command("migrate", verbosity=0)
    tenant = make_company(firm.name)
    vendors = Vendors.from_info(stage.info)
    log = supervisor.log_dir / "workers.log"
    web = _serve_product(stage)
    total: Counter[str] = Counter()
    try:
        with tenant_scope(tenant.pk), Nursery(log, os.environ) as nursery:
            vendors.lift_limits()
            bring_live(tenant, vendors, firm)
            send_events_to(stage)
            make_database_clock()
            ground = Ground(vendors)
            for seed in options.runs:
                ground.put_back()
                nursery.clock_off = 0.0
                total += _play_one(Field(tenant.pk, vendors, nursery), firm, seed, options)
    finally:
        web.stop()
    say(tell(total))
    return 1 if total["failed"] else 0


def _play_one(field: Field, firm: Contractor, seed: int, options: Options) -> Counter[str]:
    began_at = time.monotonic()
    decider = get_user_model().objects.get(username=OWNER)
    run = play_run(field, firm, seed, may_restart=True, decider=decider, in_turn=options.in_turn)
    verdict = run.verdict
    state = "in order" if verdict.is_clean else "FAILED"
    say(
        f"seed {seed}: {state}, {len(run.volleys)} volleys, {run.deaths} workers killed, "
        f"{time.monotonic() - began_at:.1f} s"
    )
    if not verdict.is_clean or len(options.runs) == 1:
        _show(run)
    return _count(verdict)


def _show(run: Run) -> None:
    for line in (*run.verdict.tell(), *run.tell()):
        say(f"    {line}")
    if not run.verdict.is_clean:
        say(f"    again: make chaos-check RUNS=1 SEED={run.seed}")


def _count(verdict: Verdict) -> Counter[str]:
    counts = {kind: len(getattr(verdict, kind)) for kind in KINDS}
    return Counter({**counts, "runs": 1, "failed": int(not verdict.is_clean)})


def _serve_product(stage: Stage) -> RunningServer:
    """The product's own web server, which takes the vendors' events."""
    product = get_wsgi_application()

    def serve_and_let_go(environ: Any, start_response: Any) -> Any:
        # Threads come and go here; a database that is put back must have no users.
        try:
            return product(environ, start_response)
        finally:
            connection.close()

    return serve(serve_and_let_go, port=stage.port)
