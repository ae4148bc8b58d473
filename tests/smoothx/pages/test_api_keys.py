"""The page of API keys: made by administrators, shown once, revoked for good."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from smoothx.tenants.api_keys import find_key, make_key, note_use, revoke_key
from smoothx.tenants.models import ApiKey, AuditEntry, Tenant

PAGE, NEW = "/settings/api-keys/", "/settings/api-keys/new/"


@pytest.fixture
def client(admin_user: Any, client_of: Any) -> Any:
    return client_of(admin_user)


def key_in(response: Any) -> str:
    (key,) = re.findall(r'<textarea [^>]*id="api-key"[^>]*>([^<]+)</textarea>', response.content.decode())
    return str(key)


def test_a_key_is_shown_in_one_answer_alone(client: Any, scope: Tenant, admin_user: Any) -> None:
    response = client.post(NEW, {"name": " Power BI ", "last_day": ""})
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    key = key_in(response)
    row = ApiKey.objects.get()
    assert (find_key(key), row.name, row.made_by, row.expires_at) == (row, "Power BI", admin_user, None)
    assert key not in (page := client.get(PAGE).content.decode())
    assert f"{row.hint}…" in page
    # Sent once more, as by loading the page again, it is refused.
    again = client.post(NEW, {"name": "Power BI", "last_day": ""})
    assert again.status_code == 422
    assert "There is a key called Power BI already. Choose another name, or revoke that one." in again.content.decode()
    assert ApiKey.objects.count() == 1
    audit = client.get("/settings/audit/").content.decode()
    assert "API key, made" in audit
    assert f"Begins {row.hint}" in audit
    assert key not in audit


def test_the_dialog_alone_is_answered_where_it_is_opened_over_the_page(client: Any, scope: Tenant) -> None:
    headers = {"HX-Request": "true"}
    for response in (client.get(NEW, headers=headers), client.post(NEW, {"name": "Excel"}, headers=headers)):
        text = response.content.decode().strip()
        assert (text.startswith("<dialog open"), text.endswith("</dialog>")) == (True, True)


def test_a_last_day_is_one_of_the_company(client: Any, scope: Tenant) -> None:
    Tenant.objects.update(time_zone="Pacific/Auckland")
    auckland = ZoneInfo("Pacific/Auckland")
    day = timezone.localdate(timezone=auckland) + timedelta(days=60)
    assert client.post(NEW, {"name": "Year end", "last_day": day.isoformat()}).status_code == 200
    assert ApiKey.objects.get().expires_at == datetime.combine(day + timedelta(days=1), time.min, tzinfo=auckland)
    shown = f"{day:%-d %b %Y}"
    assert shown in client.get(PAGE).content.decode()
    assert f"expires {shown}" in client.get("/settings/audit/").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "  "}, "Give it a name."),
        ({"name": "x" * 61}, "Ensure this value has at most 60 characters (it has 61)."),
        ({"name": "A", "last_day": "soon"}, "This is not a date."),
        ({"name": "A", "last_day": "2020-01-01"}, "Choose a day from today on, at most ten years away."),
        ({"name": "A", "last_day": "9999-12-31"}, "Choose a day from today on, at most ten years away."),
    ],
)
def test_what_cannot_be_made_is_said_beside_its_field(
    client: Any, scope: Tenant, sent: dict[str, str], said: str
) -> None:
    response = client.post(NEW, sent)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert (ApiKey.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_revoked_key_is_asked_about_first_and_then_ends(client: Any, scope: Tenant, admin_user: Any) -> None:
    row, key = make_key("Power BI", admin_user)
    address = f"{PAGE}{row.pk}/revoke/"
    question = client.get(address).content.decode()
    assert "Whatever reads with this key is refused from then on. This cannot be taken back." in question
    assert "Never used." in question
    assert find_key(key) == row
    note_use(row)
    assert re.search(r"Last used \d+ \w{3} \d{4}, \d\d:\d\d\.", client.get(address).content.decode())
    said = [str(message) for message in get_messages(client.post(address).wsgi_request)]
    assert (said, find_key(key)) == (["Power BI was revoked"], None)
    assert "Power BI was revoked before." in client.post(address, follow=True).content.decode()
    assert AuditEntry.objects.filter(action="api_key.revoked").count() == 1


def test_the_page_tells_those_in_use_from_those_that_ended(client: Any, scope: Tenant, admin_user: Any) -> None:
    empty = client.get(PAGE).content.decode()
    assert "No keys yet" in empty
    assert "Not in use any more" not in empty
    make_key("Power BI", admin_user)
    revoke_key(make_key("Lost", admin_user)[0], admin_user)
    expired, _ = make_key("Audit 2025", admin_user)
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1), made_by=None)
    response = client.get(PAGE)
    assert [row["name"] for row in response.context["keys"]] == ["Power BI"]
    assert [(row["name"], row["made_by"], bool(row["revoked_at"])) for row in response.context["ended"]] == [
        ("Audit 2025", "Somebody who left", False),
        ("Lost", admin_user.email, True),
    ]
    # Its name is free again, and it goes on standing there as expired.
    assert client.post(NEW, {"name": "Audit 2025"}).status_code == 200
    page = client.get(PAGE)
    assert [row["name"] for row in page.context["keys"]] == ["Audit 2025", "Power BI"]
    assert [row["revoked_at"] is None for row in page.context["ended"]] == [True, False]


def test_who_only_looks_makes_no_key(
    scope: Tenant, viewer: Any, approver: Any, admin_user: Any, client_of: Any
) -> None:
    row, key = make_key("Power BI", admin_user)
    for person in (viewer, approver):
        browser = client_of(person)
        answers = [browser.get(PAGE), browser.get(NEW), browser.post(NEW, {"name": "Mine"})]
        answers += [browser.get(f"{PAGE}{row.pk}/revoke/"), browser.post(f"{PAGE}{row.pk}/revoke/")]
        assert [answer.status_code for answer in answers] == [403] * 5
        assert "API keys" not in browser.get("/settings/access/").content.decode()
    assert (ApiKey.objects.count(), find_key(key)) == (1, row)
