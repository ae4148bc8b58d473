"""The pairs automap was not sure about: accept, reject, accept all above a line, and take a rejection back."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mapping.automap.reviewing import HIGHEST, LOWEST, Above, CountChanged, find_above
from mapping.automap.running import reject, take_back_rejection
from mapping.automap.storing import reason_with_score
from mapping.kinds import KINDS
from mapping.links import LinkRefused, link
from mapping.models import Link, SuggestedPair
from mapping.page.query import ListQuery, read_page, review_url
from mapping.page.review import name_pair
from mapping.page.section import review_page
from mapping.page.undone import count_pairs
from mapping.screens import Section, section_of
from mapping.views.bulk import change_rows
from mapping.views.doors import get_section, make_frame
from smoothx.lib.replies import go_back, render_dialog
from smoothx.lib.shapes import Confirm
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

CONFIRM = "components/confirm.html"
USUAL_LINE = 90


@require_GET
@for_role(Role.ADMIN)
def review(request: TenantRequest, section_key: str) -> HttpResponse:
    """The pairs to decide on, or with `show=rejected` those a person said no to."""
    query = ListQuery(tab="mapped", page=read_page(request.GET.get("page", "")))
    frame = make_frame(request, get_section(section_key), query)
    is_rejected = request.GET.get("show") == "rejected"
    context = review_page(frame, is_rejected=is_rejected)
    return render(request, "mapping/review.html", {**context, "line": USUAL_LINE})


@require_POST
@for_role(Role.ADMIN)
def link_pair(request: TenantRequest, pair_id: int) -> HttpResponse:
    """Link a pair automap was not sure about."""
    pair = get_row(SuggestedPair, pk=pair_id)
    section = section_of(KINDS[pair.kind])
    try:
        made = link(
            KINDS[pair.kind],
            left_connection=pair.left_connection,
            left_id=pair.left_id,
            right_connection=pair.right_connection,
            right_id=pair.right_id,
            chosen_by=Link.ChosenBy.HAND,
            actor=request.user,
            reason=reason_with_score(pair.reason, pair.score),
        )
    except LinkRefused as refusal:
        messages.error(request, refusal.sentence)
        return go_back(request, review_url(section))
    undo = f"undo:{reverse('mapping:unlink', args=[section.key, made.pk])}"
    messages.success(request, "The pair is linked", extra_tags=undo)
    return go_back(request, review_url(section))


@require_POST
@for_role(Role.ADMIN)
def reject_pair(request: TenantRequest, pair_id: int) -> HttpResponse:
    pair = get_row(SuggestedPair, pk=pair_id)
    reject(pair, request.user)
    undo = f"undo:{reverse('mapping:allow_pair', args=[pair.pk])}"
    left, right = name_pair(pair)
    messages.success(request, f"Not offered again: {left} and {right}", extra_tags=undo)
    return go_back(request, review_url(section_of(KINDS[pair.kind])))


@require_POST
@for_role(Role.ADMIN)
def allow_pair(request: TenantRequest, pair_id: int) -> HttpResponse:
    pair = get_row(SuggestedPair, pk=pair_id)
    take_back_rejection(pair, request.user)
    left, right = name_pair(pair)
    messages.success(request, f"Offered again: {left} and {right}")
    return go_back(request, review_url(section_of(KINDS[pair.kind]), rejected=True))


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def accept(request: TenantRequest, section_key: str) -> HttpResponse:
    """GET says how many pairs are at or above `least`; POST links them, if they are still `expected`."""
    section = get_section(section_key)
    values = request.POST if request.method == "POST" else request.GET
    least = _read_number(values.get("least", ""))
    if least is None or not LOWEST <= least <= HIGHEST:
        messages.error(request, f"Give a score from {LOWEST} to {HIGHEST}.")
        return go_back(request, review_url(section))
    if request.method == "GET":
        return _ask(request, section, least)
    expected, count = _read_number(values.get("expected", "")), find_above(section, least).count
    if count != expected:
        return _ask(request, section, least, error=CountChanged(count).sentence)
    wanted = {"least": least, "expected": count}
    return change_rows(request, section, "accept", wanted, count=count, back=review_url(section))


def _ask(request: TenantRequest, section: Section, least: int, *, error: str = "") -> HttpResponse:
    above = find_above(section, least)
    if not above.count:
        none = (
            f"No pair at or above {least} can be linked at once." if above.left else f"No pair is at or above {least}."
        )
        messages.warning(request, " ".join((none, *_say_left(above))))
        return go_back(request, review_url(section))
    sentences = ("They are linked as if you had linked each of them.", "The whole of it can be undone.")
    question = Confirm(
        title=f"Accept {count_pairs(above.count)} at or above {least}",
        text=" ".join((*sentences, *_say_left(above))),
        action_url=reverse("mapping:accept_above", args=[section.key]),
        button=f"Link {count_pairs(above.count)}",
        cancel_url=review_url(section),
        next=review_url(section),
        fields={"least": str(least), "expected": str(above.count)},
        error=error,
    )
    return render_dialog(request, CONFIRM, {"confirm": question}, title=question.title, status=422 if error else 200)


def _say_left(above: Above) -> Iterator[str]:
    """What a person has to decide, and why."""
    if above.rivals:
        wants, stays = ("wants", "stays") if above.rivals == 1 else ("want", "stay")
        yield f"{above.rivals:,} more {wants} a row that another wants too, and {stays} for you."
    if above.ambiguous:
        has, stays = ("has", "stays") if above.ambiguous == 1 else ("have", "stay")
        yield f"{above.ambiguous:,} more {has} several that fit equally well, and {stays} for you."
    if above.seconds:
        has, stays = ("has", "stays") if above.seconds == 1 else ("have", "stay")
        yield f"{above.seconds:,} more {has} the other role already, and {stays} for you."


def _read_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None
