"""`make demo-check`: the whole story without a screen, then both sides compared to the cent."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.management import call_command

from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.firm.scenarios import build
from smoothx.demo.compare import Comparison, ProjectRow, compare
from smoothx.demo.files import hang_files
from smoothx.demo.stack import Stage, say, send_events_to, start_product
from smoothx.demo.story import OWNER, PASSWORD, make_company, set_up, wait_until_settled
from smoothx.demo.supervise import Supervisor
from smoothx.demo.visitor import Lost, Visitor
from smoothx.tenants.scope import tenant_scope
from sync import ledger
from sync.models import Entry

# A bill takes about three calls, and QuickBooks allows eight a second.
SECONDS_PER_DOCUMENT = 3
LEAST_SECONDS = 240


def play(supervisor: Supervisor, stage: Stage) -> int:
    contractor = build(stage.info["scenario"], size=stage.info["size"], seed=stage.info["seed"])
    call_command("migrate", verbosity=0)
    tenant = make_company(contractor.name)
    start_product(supervisor, stage.port, stage.options)
    send_events_to(stage)
    hang_files(stage.info)
    with tenant_scope(tenant.pk):
        try:
            set_up(Visitor(stage.base_url), contractor, say)
            result, problems = watch(stage, contractor)
        except Lost as lost:
            say(f"demo-check stopped: {lost}. Logs are in {supervisor.log_dir}.")
            return 1
    show(result, problems)
    if stage.options.waits_at_the_end:
        say(json.dumps({"web": stage.base_url, "email": OWNER, "password": PASSWORD, **stage.info}))
        supervisor.wait()
    return 1 if problems else 0


def watch(stage: Stage, contractor: Contractor) -> tuple[Comparison, list[str]]:
    """Wait until nothing moves, compare, and answer every difference in words."""
    claims = compare(contractor, read_state(stage, "procore"), books_of(stage))
    expected = claims.documents + len(claims.blocked)
    wait_until_settled(expected, seconds=max(LEAST_SECONDS, expected * SECONDS_PER_DOCUMENT))
    result = compare(contractor, read_state(stage, "procore"), books_of(stage), with_direct_costs=True)
    return result, [*result.differences, *check_blocked(result), *find_strays(result)]


def check_blocked(result: Comparison) -> list[str]:
    """Claims of projects that cannot sync must wait for their project, and the project must say why."""
    problems = []
    for source_id, code in result.blocked.items():
        entry = Entry.objects.filter(flow="bills", source_id=source_id).first()
        if entry is None or "project_not_mapped" not in codes_of([entry]):
            problems.append(f"claim {source_id} should wait for its project and does not")
            continue
        project = Entry.objects.filter(flow="projects", source_id=entry.project_id)
        if code not in codes_of(project):
            problems.append(f"project {entry.project_id} should show {code}, it shows {codes_of(project)}")
    return problems


def find_strays(result: Comparison) -> list[str]:
    """Whatever else stands neither posted nor out of the question."""
    fine = (*ledger.POSTED_STATES, Entry.State.INELIGIBLE)
    stuck = Entry.objects.filter(flow="bills").exclude(state__in=fine).exclude(source_id__in=result.blocked)
    return [f"{entry.title or entry.source_id} is {entry.state}: {codes_of([entry])}" for entry in stuck]


def codes_of(entries: Iterable[Entry]) -> list[str]:
    return [notice["code"] for entry in entries for notice in entry.notices]


def books_of(stage: Stage) -> dict[str, Any]:
    realm = stage.info["qbo"]["realms"][0]["id"]
    found: dict[str, Any] = read_state(stage, "qbo")["realms"][realm]
    return found


def read_state(stage: Stage, vendor: str) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{stage.info[vendor]['url']}/_control/state", timeout=60) as response:
        state: dict[str, Any] = json.loads(response.read())
    return state


def show(result: Comparison, problems: list[str]) -> None:
    headings = ("gross", "held", "released", "payable")
    say(f"{'':34} {'documents':>9}  " + "  ".join(f"{name + ', P | Q':^29}" for name in headings))
    for row in (*result.rows, total_of(result.rows)):
        cells = [f"{money(getattr(row.procore, n))} {money(getattr(row.books, n))}" for n in headings]
        say(f"{row.name[:34]:34} {row.documents:>9}  " + "  ".join(cells))
    if result.blocked:
        say(f"\nWaiting as they should, because their project cannot sync: {len(result.blocked)} claims")
        for code in sorted(set(result.blocked.values())):
            count = sum(each == code for each in result.blocked.values())
            say(f"  {code}: {count}")
    for problem in problems:
        say(f"difference: {problem}")
    say(f"demo-check: {result.documents} documents, {len(problems)} differences")


def total_of(rows: Iterable[ProjectRow]) -> ProjectRow:
    whole = ProjectRow("All projects")
    for row in rows:
        whole.documents += row.documents
        whole.procore += row.procore
        whole.books += row.books
    return whole


def money(amount: Decimal) -> str:
    return f"{amount:>14,.2f}"
