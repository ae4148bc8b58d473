"""Who may open and change what: a table of every address."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.automap.running import automap
from mapping.kinds import VENDOR
from mapping.models import Link, MappingRun, SuggestedPair
from mapping.screens import SECTIONS
from smoothx.tenants.models import AuditEntry
from tests.mapping.factories import make_company, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def addresses(owner: Any) -> dict[str, str]:
    """Each address with ids that exist in the firm."""
    company, vendor = make_company("Aspen", remote_id="518"), make_vendor("Basin Supply")
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    made = make_link(VENDOR, make_company("Clear"), make_vendor("Clear"))
    run = automap(SECTIONS["contacts"], owner)
    entry = AuditEntry.note(actor=owner, action="unlink", subject="a, b", kind="vendor")
    return {
        "index": "/mapping/",
        "section": "/mapping/contacts/",
        "refresh": "/mapping/contacts/refresh/",
        "automap": "/mapping/contacts/automap/",
        "link": f"/mapping/contacts/link/{company.pk}/",
        "open": "/mapping/contacts/open/procore/518/",
        "unlink": f"/mapping/contacts/unlink/{made.pk}/",
        "push": f"/mapping/contacts/push/procore/?id={company.pk}",
        "push back": f"/mapping/contacts/push/quickbooks/?id={vendor.pk}",
        "undo": f"/mapping/undo/{entry.pk}/",
        "undo run": f"/mapping/runs/{run.pk}/undo/",
        "close run": f"/mapping/runs/{run.pk}/close/",
        "reopen run": f"/mapping/runs/{run.pk}/reopen/",
        "link pair": f"/mapping/pairs/{run.pairs.get().pk}/link/",
        "reject pair": f"/mapping/pairs/{run.pairs.get().pk}/reject/",
        "allow pair": f"/mapping/pairs/{run.pairs.get().pk}/allow/",
    }


PAGES = ("index", "section")
READ_BY_ADMINS = ("link", "open", "unlink", "push", "push back")
POSTS = ("refresh", "automap", "link", "unlink", "push", "push back", "undo", "undo run", "close run", "reopen run",
         "link pair", "reject pair", "allow pair")  # fmt: skip
WITH_IDS = ("link", "unlink", "undo", "undo run", "close run", "reopen run", "link pair", "reject pair", "allow pair")


def counts() -> tuple[int, int, int, int]:
    rejected = SuggestedPair.objects.filter(rejected_at__isnull=False).count()
    return Link.objects.count(), MappingRun.objects.count(), rejected, AuditEntry.objects.count()


def test_nobody_looks_without_signing_in(addresses: dict[str, str], client: Any) -> None:
    found = [client.get(addresses[name]) for name in (*PAGES, *READ_BY_ADMINS)]
    assert {response.status_code for response in found} == {302}
    assert {response.url.partition("?")[0] for response in found} == {"/accounts/login/"}


def test_viewers_look(addresses: dict[str, str], client_of: Any, viewer: Any) -> None:
    assert [client_of(viewer).get(addresses[name]).status_code for name in PAGES] == [302, 200]


@pytest.mark.parametrize("person", ["viewer", "approver"])
def test_only_administrators_change(
    person: str, addresses: dict[str, str], client_of: Any, request: pytest.FixtureRequest
) -> None:
    before, browser = counts(), client_of(request.getfixturevalue(person))
    data = {"side": "procore", "confirmed": "1", "as": "vendor"}
    assert {name: browser.post(addresses[name], data).status_code for name in POSTS} == dict.fromkeys(POSTS, 403)
    assert counts() == before


def test_dialogs_are_for_administrators(
    addresses: dict[str, str], client_of: Any, viewer: Any, admin_user: Any
) -> None:
    for person, status in ((viewer, 403), (admin_user, 200)):
        browser = client_of(person)
        found = {name: browser.get(addresses[name]).status_code for name in READ_BY_ADMINS}
        assert found == dict.fromkeys(READ_BY_ADMINS, status)


def test_another_firms_ids_do_not_exist(addresses: dict[str, str], client_of: Any, stranger: Any) -> None:
    before, browser = counts(), client_of(stranger)
    assert {name: browser.post(addresses[name]).status_code for name in WITH_IDS} == dict.fromkeys(WITH_IDS, 404)
    assert counts() == before


def test_changes_are_posts(addresses: dict[str, str], client_of: Any, owner: Any) -> None:
    names = [name for name in POSTS if name not in (*READ_BY_ADMINS, "refresh")]
    browser = client_of(owner)
    assert {name: browser.get(addresses[name]).status_code for name in names} == dict.fromkeys(names, 405)


def test_a_viewer_is_offered_no_buttons(addresses: dict[str, str], client_of: Any, viewer: Any) -> None:
    browser = client_of(viewer)
    page = browser.get("/mapping/contacts/?tab=procore")
    assert (page.context["refresh"]["url"], page.context["automap"], page.context["bulk"]) == (None, None, [])
    assert {row["link_url"] for row in page.context["rows"]} == {""}
    content = page.content.decode()
    assert "/link/" not in content
    assert "Refresh" not in content
    mapped = browser.get("/mapping/contacts/?tab=mapped")
    assert mapped.context["rows"][0]["unlink"] is None
    assert "/unlink/" not in mapped.content.decode()
