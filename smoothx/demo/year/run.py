"""`make year-check`: a simulated year without a screen, both sides compared every month, then all done again."""

from __future__ import annotations

import json

from django.contrib.auth import get_user_model
from django.core.management import call_command

from connectors import limits
from connectors.sandbox.firm.scenarios import build
from smoothx.demo.stack import Stage, say, start_product
from smoothx.demo.story import OWNER, PASSWORD, make_company
from smoothx.demo.supervise import Supervisor
from smoothx.demo.year.company import bring_live
from smoothx.demo.year.playing import Outcome, play_year
from smoothx.demo.year.script import Size, write_year
from smoothx.demo.year.switches import choose_switches
from smoothx.demo.year.vendors import Vendors
from smoothx.tenants.scope import tenant_scope
from sync.registry import all_flows


def play(supervisor: Supervisor, stage: Stage) -> int:
    firm = build(stage.info["scenario"], size=stage.info["size"], seed=stage.info["seed"])
    call_command("migrate", verbosity=0)
    tenant = make_company(firm.name)
    vendors, switches = Vendors.from_info(stage.info), choose_switches(stage.options.seed)
    with tenant_scope(tenant.pk):
        say(f"Bringing {firm.name} live")
        vendors.lift_limits()
        limits.leave_redis()
        bring_live(tenant, vendors, firm, switches)
        say(f"  {switches.told()}")
        size = Size(months=stage.options.months)
        script = write_year(firm, seed=stage.options.seed, size=size, carried=list(all_flows()), switches=switches)
        decider = get_user_model().objects.get(username=OWNER)
        outcome = play_year(vendors, firm, script, say=say, decider=decider, switches=switches)
    show(outcome)
    if stage.options.waits_at_the_end:
        start_product(supervisor, stage.port, stage.options)
        say(json.dumps({"web": stage.base_url, "email": OWNER, "password": PASSWORD, **stage.info}))
        supervisor.wait()
    return 0 if outcome.is_clean else 1


def show(outcome: Outcome) -> None:
    say(f"compared: {', '.join(outcome.compared)}")
    if outcome.not_carried:
        say(f"not carried: {', '.join(outcome.not_carried)}")
    for difference in outcome.differences:
        say(f"difference: {difference}")
    for write in outcome.writes:
        say(f"written again: {write}")
    say(
        f"year-check: {outcome.documents} documents, {len(outcome.differences)} differences, "
        f"{len(outcome.writes)} writes on re-run"
    )
