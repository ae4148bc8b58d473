"""Unlinking the rows chosen in a list, after saying what that stops."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from mapping.bulk.acts import choose_links
from mapping.models import Link
from mapping.page.query import ListQuery, url_of
from mapping.page.undone import count_pairs
from mapping.screens import Section
from mapping.signals import OpenDocuments
from mapping.unlinking import count_stopped
from mapping.views.bulk import change_rows, read_values
from mapping.views.doors import get_section
from smoothx.lib.replies import go_back, next_of, render_dialog
from smoothx.lib.shapes import Confirm
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role

CONFIRM = "components/confirm.html"


@require_POST
@for_role(Role.ADMIN)
def unlink_chosen(request: TenantRequest, section_key: str) -> HttpResponse:
    """Without `confirmed` the question that counts the documents; with it, the pairs are taken apart."""
    section = get_section(section_key)
    back = next_of(request, url_of(section, ListQuery(tab="mapped")))
    values = read_values(request.POST, back)
    links = choose_links(section, values)
    if not links:
        messages.warning(request, "Choose at least one pair.")
        return go_back(request, back)
    if request.POST.get("confirmed") != "1":
        question = _question(section, links, count_stopped(links), request.POST, back)
        return render_dialog(request, CONFIRM, {"confirm": question}, title=question.title)
    return change_rows(request, section, "unlink", values, count=len(links), back=back)


def _question(section: Section, links: list[Link], documents: OpenDocuments, values: QueryDict, back: str) -> Confirm:
    count, stopped = count_pairs(len(links)), f"{documents.count:,} document{'' if documents.count == 1 else 's'}"
    is_all = values.get("all") == "1"
    ids = {} if is_all else {"ids": ",".join(str(link.pk) for link in links)}
    return Confirm(
        title=f"Unlink {count}",
        text=f"{stopped} will stop until they are linked again." if documents.count else "No document needs them.",
        items=documents.titles,
        more=max(0, documents.count - len(documents.titles)) if documents.titles else 0,
        action_url=reverse("mapping:unlink_chosen", args=[section.key]),
        button=f"Unlink, stop {stopped}" if documents.count else f"Unlink {count}",
        variant="bad" if documents.count else "main",
        cancel_url=back,
        next=back,
        fields={"confirmed": "1", **({"all": "1"} if is_all else {}), **ids},
    )
