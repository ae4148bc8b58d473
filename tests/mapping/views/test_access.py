"""Who may open and change what: a table of every address."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.automap import automap
from mapping.kinds import SECTIONS, VENDOR
from mapping.models import AutomapRun, Link, SuggestedPair
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
    return Link.objects.count(), AutomapRun.objects.count(), rejected, AuditEntry.objects.count()


@pytest.mark.parametrize("name", [*PAGES, *READ_BY_ADMINS])
def test_nobody_looks_without_signing_in(name: str, addresses: dict[str, str], client: Any) -> None:
    response = client.get(addresses[name])
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", PAGES)
def test_viewers_look(name: str, addresses: dict[str, str], client_of: Any, viewer: Any) -> None:
    assert client_of(viewer).get(addresses[name]).status_code in (200, 302)


@pytest.mark.parametrize("person", ["viewer", "approver"])
@pytest.mark.parametrize("name", POSTS)
def test_only_administrators_change(
    name: str, person: str, addresses: dict[str, str], client_of: Any, request: pytest.FixtureRequest
) -> None:
    before = counts()
    data = {"side": "procore", "confirmed": "1", "as": "vendor"}
    assert client_of(request.getfixturevalue(person)).post(addresses[name], data).status_code == 403
    assert counts() == before


@pytest.mark.parametrize("name", READ_BY_ADMINS)
def test_dialogs_are_for_administrators(
    name: str, addresses: dict[str, str], client_of: Any, viewer: Any, admin_user: Any
) -> None:
    assert client_of(viewer).get(addresses[name]).status_code == 403
    assert client_of(admin_user).get(addresses[name]).status_code == 200


@pytest.mark.parametrize("name", WITH_IDS)
def test_another_firms_ids_do_not_exist(name: str, addresses: dict[str, str], client_of: Any, stranger: Any) -> None:
    before = counts()
    assert client_of(stranger).post(addresses[name], {}).status_code == 404
    assert counts() == before


@pytest.mark.parametrize("name", [name for name in POSTS if name not in (*READ_BY_ADMINS, "refresh")])
def test_changes_are_posts(name: str, addresses: dict[str, str], client_of: Any, owner: Any) -> None:
    assert client_of(owner).get(addresses[name]).status_code == 405


def test_a_viewer_is_offered_no_buttons(addresses: dict[str, str], client_of: Any, viewer: Any) -> None:
    browser = client_of(viewer)
    page = browser.get("/mapping/contacts/?tab=procore")
    assert (page.context["refresh"], page.context["automap"], page.context["bulk"]) == (None, None, [])
    assert {row["link_url"] for row in page.context["rows"]} == {""}
    content = page.content.decode()
    assert "/link/" not in content
    assert "Refresh" not in content
    mapped = browser.get("/mapping/contacts/?tab=mapped")
    assert mapped.context["rows"][0]["unlink"] is None
    assert "/unlink/" not in mapped.content.decode()
