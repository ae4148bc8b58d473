"""Going live, pausing and resuming."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from connectors.errors import VendorError
from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Confirm
from smoothx.pages.onboarding import StartDateForm, last_run
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role, Tenant
from sync import golive
from sync.checklist import Check
from sync.models import OpeningBalance, OpeningRun
from sync.work import NotConnected


@for_role(Role.ADMIN)
@require_POST
def go_live(request: TenantRequest) -> HttpResponse:
    """Ask first, with what it means; then let documents cross. What stops it is said, and nothing changes."""
    home = reverse("dashboard")
    if request.tenant.state != Tenant.State.SETUP:
        messages.info(request, "The company is live already.")
        return go_back(request, home)
    run = last_run()
    problem = _find_problem(StartDateForm(request.POST), run)
    if problem or run is None:
        messages.error(request, problem)
        return go_back(request, home)
    if request.POST.get("confirmed") != "1":
        return _ask(request, run)
    try:
        golive.go_live(request.user)
    except golive.CannotGoLive as error:
        messages.error(request, f"Not live yet. Still open: {_names(error.checks)}.")
    except (VendorError, NotConnected):
        messages.error(request, "Not live yet. QuickBooks or Procore did not answer. Try again.")
    else:
        messages.success(request, "Live. Approved documents cross from now on.")
    return go_back(request, home)


def _find_problem(form: StartDateForm, run: OpeningRun | None) -> str:
    """What is wrong with the chosen date, in words; empty when it is the one that was read and confirmed."""
    if not form.is_valid():
        return "Choose the start date first."
    chosen = form.cleaned_data["start_date"]
    if run is None or run.state != "done" or run.start_date != chosen or not run.found.get("confirmed"):
        return f"Read and confirm the opening balances for {chosen:%-d %b %Y} first."
    left = golive.blockers(golive.check_all())
    return f"Not live yet. Still open: {_names(left)}." if left else ""


def _names(checks: list[Check]) -> str:
    return ", ".join(check.label for check in checks)


def _ask(request: TenantRequest, run: OpeningRun) -> HttpResponse:
    home = reverse("dashboard")
    after = int(run.found.get("claims_after") or 0)
    contracts = OpeningBalance.objects.count()
    invoices = "subcontractor invoice is" if after == 1 else "subcontractor invoices are"
    items = [
        f"Documents dated from {run.start_date:%-d %b %Y} on cross by themselves.",
        f"{after} approved {invoices} posted to QuickBooks now.",
        f"{contracts} contract{' starts' if contracts == 1 else 's start'} from the confirmed opening balances.",
    ]
    confirm = Confirm(
        title="Go live",
        text="From now on Smoothx writes to both accounts. You can pause at any time. What is posted stays.",
        items=items,
        action_url=reverse("go_live"),
        button=f"Go live, post {after}" if after else "Go live",
        cancel_url=home,
        next=home,
        fields={"start_date": run.start_date.isoformat(), "confirmed": "1"},
    )
    return render_dialog(request, "components/confirm.html", {"confirm": confirm}, title="Go live")


@for_role(Role.ADMIN)
@require_POST
def pause(request: TenantRequest) -> HttpResponse:
    if request.tenant.state == Tenant.State.LIVE:
        golive.pause(request.user)
        undo = f"undo:{reverse('resume')}"
        messages.success(request, "Paused. Changes are still noticed and wait.", extra_tags=undo)
    return go_back(request, reverse("dashboard"))


@for_role(Role.ADMIN)
@require_POST
def resume(request: TenantRequest) -> HttpResponse:
    if request.tenant.state == Tenant.State.PAUSED:
        released = golive.resume(request.user)
        went = f"{released} document{' goes' if released == 1 else 's go'} on" if released else "Nothing waited"
        messages.success(request, f"Live again. {went}.")
    return go_back(request, reverse("dashboard"))
