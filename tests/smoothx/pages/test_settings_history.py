"""The versions of the settings on the page: listed, compared, restored, exported and imported."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mapping.choices import choose
from mapping.models import DefaultChoice, RemoteItem
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import SettingsVersion
from sync.versions.files import write_file
from tests.mapping.factories import make_account
from tests.smoothx.pages.test_settings import said


@pytest.fixture
def client(admin_user: Any, client_of: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def three(scope: Tenant, admin_user: Any) -> None:
    """Three versions: Materials, then Labor, then by item."""
    make_account("Materials", remote_id="1", code="5000")
    make_account("Labor", remote_id="2")
    choose("bill_code", "1", admin_user)
    choose("bill_code", "2", admin_user)
    choose("line_item_type", "item", admin_user)


def stored() -> dict[str, str]:
    return dict(DefaultChoice.objects.values_list("key", "value"))


def test_versions_are_listed_newest_first_with_what_changed(
    client: Any, three: None, admin_user: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        response = client.get("/settings/history/")
    rows = response.context["rows"]
    assert [(row["number"], row["who"]) for row in rows] == [(n, admin_user.email) for n in (3, 2, 1)]
    assert [(c["label"], c["before"], c["after"]) for row in rows for c in row["changes"]] == [
        ("Default Line Item Type", "Not chosen", "Item"),
        ("QB Bill Account Code", "5000 Materials", "Labor"),
        ("QB Bill Account Code", "Not chosen", "5000 Materials"),
    ]


def test_a_long_history_has_pages_and_costs_no_more_statements(
    client: Any, scope: Tenant, django_assert_max_num_queries: Any
) -> None:
    SettingsVersion.objects.bulk_create(SettingsVersion(number=number) for number in range(1, 27))
    with django_assert_max_num_queries(14):
        first = client.get("/settings/history/")
    assert len(first.context["rows"]) == 25
    second = client.get(first.context["page"].next_url)
    assert [row["number"] for row in second.context["rows"]] == [1]


def test_any_two_versions_are_compared_whichever_is_named_first(client: Any, three: None) -> None:
    for address in ("/settings/history/compare/?from=1&to=3", "/settings/history/compare/?from=3&to=1"):
        response = client.get(address)
        assert [(row["label"], row["before"], row["after"]) for row in response.context["rows"]] == [
            ("Default Line Item Type", "Not chosen", "Item"),
            ("QB Bill Account Code", "5000 Materials", "Labor"),
        ]
        assert [action.url for action in response.context["restores"]] == ["/settings/history/1/restore/"]
    assert client.get("/settings/history/compare/?from=1&to=9").status_code == 404
    assert said(client.get("/settings/history/compare/?from=1")) == ["Choose two versions to compare."]


def test_another_company_has_no_such_version(client: Any, scope: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        choose("line_item_type", "item", None)
    assert client.get("/settings/history/1/").status_code == 404
    assert client.post("/settings/history/1/restore/", {"seen": "0"}).status_code == 404


def test_a_version_is_restored_after_its_preview(client: Any, three: None) -> None:
    page = client.get("/settings/history/1/restore/")
    assert [(row.label, row.before, row.after, row.verdict) for row in page.context["planned"]] == [
        ("Default Line Item Type", "Item", "Not chosen", "change"),
        ("QB Bill Account Code", "Labor", "5000 Materials", "change"),
    ]
    assert stored() == {"bill_code": "2", "line_item_type": "item"}
    done = client.post("/settings/history/1/restore/", {"seen": str(page.context["seen"])})
    assert (done["Location"], said(done)) == ("/settings/history/", ["Version 1 restored, 2 settings changed"])
    assert stored() == {"bill_code": "1"}
    last = SettingsVersion.objects.get(number=4)
    assert (last.what, last.detail) == ("restored", "Restored version 1")


def test_a_change_made_meanwhile_stops_the_restore(client: Any, three: None, admin_user: Any) -> None:
    choose("bill_date", "period_end", admin_user)
    refused = client.post("/settings/history/1/restore/", {"seen": "3"})
    assert refused.status_code == 422
    assert refused.context["error"] == "The settings were changed meanwhile. This is what would change now."
    assert (stored()["bill_code"], SettingsVersion.objects.count()) == ("2", 4)


def test_restoring_what_is_so_already_changes_nothing(client: Any, three: None) -> None:
    refused = client.post("/settings/history/3/restore/", {"seen": "3"})
    assert (refused.status_code, refused.context["error"]) == (422, "There is nothing to change.")
    assert SettingsVersion.objects.count() == 3


def test_an_export_is_imported_row_by_row_after_a_look(
    client: Any, three: None, scope: Tenant, admin_user: Any
) -> None:
    exported = client.get("/settings/export/")
    assert exported["Content-Disposition"] == 'attachment; filename="settings-ridgeline.json"'
    assert len(json.loads(exported.content)["settings"]) == 2
    choose("bill_code", "", admin_user)
    choose("line_item_type", "category", admin_user)
    upload = SimpleUploadedFile("settings.json", exported.content)
    page = client.post("/settings/import/", {"file": upload})
    assert [(row.setting, row.verdict) for row in page.context["planned"]] == [
        ("default:line_item_type", "change"),
        ("default:bill_code", "change"),
    ]
    assert stored() == {"line_item_type": "category"}
    sent = {"content": page.context["content"], "seen": str(page.context["seen"]), "take": ["default:bill_code"]}
    assert said(client.post("/settings/import/", sent)) == ["1 setting imported"]
    assert stored() == {"line_item_type": "category", "bill_code": "2"}
    assert SettingsVersion.objects.get(number=6).detail == "Imported from Ridgeline Builders"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"seen": "0"}, "The settings were changed meanwhile. This is what the file would change now."),
        ({"take": []}, "Tick the settings to take over."),
        (
            {"take": ["default:line_item_type", "default:bill_code"]},
            "Nothing was changed. QB Bill Account Code: Labor is not in QuickBooks any more.",
        ),
    ],
)
def test_an_import_that_cannot_be_is_refused_whole(
    client: Any, three: None, changes: dict[str, Any], error: str, admin_user: Any
) -> None:
    content = write_file("Ridgeline Builders")
    choose("line_item_type", "category", admin_user)
    choose("bill_code", "1", admin_user)
    DefaultChoice.objects.get(key="bill_code").delete()
    RemoteItem.objects.filter(remote_id="2").delete()
    sent = {"content": content, "seen": "5", "take": ["default:line_item_type"], **changes}
    refused = client.post("/settings/import/", sent)
    assert (refused.status_code, refused.context["error"]) == (422, error)
    assert stored() == {"line_item_type": "category"}


def test_what_is_no_export_is_refused_under_the_field(client: Any, scope: Tenant) -> None:
    refused = client.post("/settings/import/", {"file": SimpleUploadedFile("x.json", b"[]")})
    assert refused.status_code == 422
    assert refused.context["form"].errors == {
        "file": ["This is not a file of settings. Choose one that Export settings made."]
    }
    assert client.post("/settings/import/", {"content": "[]"}).status_code == 422
    assert client.post("/settings/import/").context["form"].errors == {"file": ["Choose a file."]}


def test_a_new_company_is_told_what_will_be_here(client: Any, scope: Tenant) -> None:
    assert "Nothing changed yet" in client.get("/settings/history/").content.decode()
