from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from connectors.procore.records import Company, CostCode, Project
from connectors.qbo import resources as qbo
from connectors.qbo.records import Contact
from mapping.choices import choose
from mapping.directory.items import DirectoryRow, company_item, project_code_item
from mapping.directory.project_codes import renew_project_only_codes
from mapping.directory.refreshing import absorb_qbo_changes
from mapping.directory.rows import COMMON, KEY, READ, Counts, mark_missing, save_rows
from mapping.directory.upserts import upsert_companies, upsert_contacts, upsert_projects
from mapping.kinds import VENDOR
from mapping.models import RemoteItem
from mapping.signals import mapping_changed
from tests.factories import connections
from tests.mapping.factories import make_account, make_company, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


def companies(**names: str) -> list[DirectoryRow]:
    return [company_item(Company(id=key.removeprefix("c"), name=name)) for key, name in names.items()]


def save(*rows: DirectoryRow) -> Counts:
    left, _ = connections()
    return save_rows(left, procore.VENDORS.key, rows)


def test_a_page_is_counted_and_written_with_one_statement(django_assert_num_queries: Any) -> None:
    save(*companies(c1="Aspen", c2="Basin"))
    rows = companies(c1="Aspen", c2="Basin Concrete", c3="Elk Creek")
    left, _ = connections()
    with django_assert_num_queries(1):
        counts = save_rows(left, procore.VENDORS.key, rows)
    assert counts == Counts(read=3, added=1, renamed=1, inactivated=0)
    assert dict(RemoteItem.objects.values_list("remote_id", "name")) == {
        "1": "Aspen",
        "2": "Basin Concrete",
        "3": "Elk Creek",
    }
    assert RemoteItem.objects.get(remote_id="2").normal_name == "basin concrete"


def test_every_column_of_the_directory_is_written() -> None:
    fields = [field for field in RemoteItem._meta.concrete_fields if not field.primary_key and not field.generated]
    columns = [field.name for field in fields]
    assert sorted((*COMMON, *READ)) == sorted(columns)
    assert [constraint.fields for constraint in RemoteItem._meta.constraints] == [KEY]


def test_texts_arrive_as_they_were_read() -> None:
    name = 'O\'Brien \\ "Søn" 100% %s {x}\n\u2028 🏗 Inc'
    company = Company(id="9", name=name, email="a@b.example", phone="(360) 555-0100", is_active=False)
    save({**company_item(company), "data": {"standard_id": None, "full_code": name}})
    row = RemoteItem.objects.get()
    assert (row.name, row.data) == (name, {"standard_id": None, "full_code": name})
    assert (row.email, row.phone, row.code, row.is_active) == ("a@b.example", "(360) 555-0100", "", False)
    assert (row.resource, row.connection.vendor, row.vanished_at) == (procore.VENDORS.key, "procore", None)


def test_only_its_own_list_is_touched() -> None:
    left, books = connections()
    save(*companies(c1="Aspen"))
    make_vendor("Aspen", remote_id="1")
    assert save_rows(books, qbo.CUSTOMERS.key, companies(c1="Basin")) == Counts(read=1, added=1)
    assert save_rows(left, procore.VENDORS.key, companies(c1="Cedar")) == Counts(read=1, renamed=1)
    assert dict(RemoteItem.objects.values_list("resource", "name")) == {
        procore.VENDORS.key: "Cedar",
        qbo.VENDORS.key: "Aspen",
        qbo.CUSTOMERS.key: "Basin",
    }


def test_a_row_that_is_read_again_unchanged_is_not_written_and_not_missing() -> None:
    left, _ = connections()
    save(*companies(c1="Aspen", c2="Basin", c3="Cedar", c4="Dogwood"))
    long_ago = timezone.now() - timedelta(days=1)
    RemoteItem.objects.update(seen_at=long_ago)
    RemoteItem.objects.filter(remote_id="3").update(vanished_at=long_ago)
    started_at, seen = timezone.now(), set[str]()
    counts = save_rows(left, procore.VENDORS.key, companies(c1="Aspen", c2="Basin Two", c3="Cedar"), seen=seen)
    assert (counts, seen) == (Counts(read=3, renamed=1), {"1", "2", "3"})
    written = RemoteItem.objects.filter(seen_at__gte=started_at).order_by("remote_id")
    assert list(written.values_list("remote_id", "vanished_at")) == [("2", None), ("3", None)]
    assert mark_missing(left, procore.VENDORS.key, since=started_at, seen=seen) == Counts(inactivated=1)
    assert list(RemoteItem.objects.filter(is_active=False).values_list("remote_id", flat=True)) == ["4"]
    save(*companies(c1="Aspen"))
    assert RemoteItem.objects.get(remote_id="1").seen_at >= started_at


@pytest.mark.parametrize(
    "change",
    [
        {"code": "7"},
        {"email": "a@b.example"},
        {"phone": "1"},
        {"parent_id": "7"},
        {"project_id": "7"},
        {"subtype": "job"},
        {"is_active": False},
        {"data": {"city": "Denver"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_other_value_is_a_change(change: Any) -> None:
    left, _ = connections()
    row = companies(c1="Aspen")[0]
    save(row)
    save_rows(left, procore.VENDORS.key, [{**row, **change}], seen=set())  # type: ignore[typeddict-item]
    (name,) = change
    assert getattr(RemoteItem.objects.get(), name) == change[name]


def test_a_row_that_comes_twice_in_a_page_is_written_once() -> None:
    assert save(*companies(c1="Aspen"), *companies(c1="Aspen Roofing")) == Counts(read=2, added=1)
    assert RemoteItem.objects.get().name == "Aspen Roofing"


def test_only_rows_not_seen_are_missing() -> None:
    save(*companies(c1="Aspen", c2="Basin"))
    RemoteItem.objects.update(seen_at=timezone.now() - timedelta(days=1))
    started_at = timezone.now()
    save(*companies(c1="Aspen"))
    left, _ = connections()
    assert mark_missing(left, procore.VENDORS.key, since=started_at) == Counts(inactivated=1)
    gone = RemoteItem.objects.get(remote_id="2")
    assert gone.is_active is False
    assert gone.vanished_at is not None
    assert mark_missing(left, procore.VENDORS.key, since=started_at) == Counts()
    save(*companies(c2="Basin"))
    back = RemoteItem.objects.get(remote_id="2")
    assert (back.is_active, back.vanished_at) == (True, None)


def test_what_hangs_on_a_row_is_told_once_its_state_turns(owner: Any, django_capture_on_commit_callbacks: Any) -> None:
    _, books = connections()
    company = make_company("Aspen")
    make_link(VENDOR, company, make_vendor("Aspen", remote_id="7"))
    make_account("Materials", remote_id="9")
    choose("bill_code", "9", owner)
    heard: list[str] = []

    def note(*, subjects: list[str], **_: Any) -> None:
        heard.extend(subjects)

    mapping_changed.connect(note)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            upsert_contacts(books, [Contact("7", "vendor", "Aspen", "Aspen", "3", is_active=False)])
            assert mark_missing(books, qbo.ACCOUNTS.key, only=["9"]) == Counts(inactivated=1)
            upsert_contacts(books, [Contact("7", "vendor", "Aspen", "Aspen", "4", is_active=False)])
        assert heard == [f"link:vendor:{company.remote_id}", "default:bill_code"]
        with django_capture_on_commit_callbacks(execute=True):
            upsert_contacts(books, [Contact("7", "vendor", "Aspen", "Aspen", "5")])
        assert heard[2:] == [f"link:vendor:{company.remote_id}"]
    finally:
        mapping_changed.disconnect(note)


def test_single_rows_keep_what_a_push_needs() -> None:
    left, books = connections()
    wire = {
        "Id": "58",
        "SyncToken": "4",
        "DisplayName": "Larimer Lofts",
        "FullyQualifiedName": "Ridgeline Land:Larimer Lofts",
        "ParentRef": {"value": "12"},
        "Active": True,
        "BillAddr": {"Line1": "1 Main St", "City": "Denver", "CountrySubDivisionCode": "CO", "PostalCode": "80202"},
    }
    upsert_contacts(books, [Contact.from_wire(wire, role="customer")])
    job = RemoteItem.objects.get(resource=qbo.CUSTOMERS.key)
    assert (job.parent_id, job.subtype, job.data["sync_token"]) == ("12", "job", "4")
    assert {key: job.data[key] for key in ("street", "city", "state_code", "zip", "country_code")} == {
        "street": "1 Main St",
        "city": "Denver",
        "state_code": "CO",
        "zip": "80202",
        "country_code": "",
    }
    upsert_projects(left, [Project(id="501", name="Larimer Lofts", number="2417", customer_id="5")])
    upsert_companies(left, [Company(id="5", name="Ridgeline Land", is_active=False)])
    project = RemoteItem.objects.get(resource=procore.PROJECTS.key)
    assert (project.code, project.data["customer_id"]) == ("2417", "5")
    assert RemoteItem.objects.get(resource=procore.VENDORS.key).is_active is False


def test_changes_of_the_books_are_absorbed() -> None:
    _, books = connections()
    make_vendor("Aspen", remote_id="7")
    make_vendor("Basin", remote_id="8")
    counts = absorb_qbo_changes(
        books,
        {
            "Vendor": [{"Id": "7", "DisplayName": "Aspen Roofing"}, {"Id": "8", "status": "Deleted"}],
            "Account": [{"Id": "9", "Name": "Materials", "AccountType": "Expense", "CurrentBalance": 12.5}],
        },
    )
    assert counts == Counts(read=2, added=1, renamed=1, inactivated=1)
    assert list(RemoteItem.objects.order_by("remote_id").values_list("remote_id", "name", "is_active")) == [
        ("7", "Aspen Roofing", True),
        ("8", "Basin", False),
        ("9", "Materials", True),
    ]
    assert RemoteItem.objects.get(remote_id="9").data["balance"] == "12.50"


def test_a_code_of_a_sub_job_says_so() -> None:
    """A project and each of its sub jobs have the same codes."""
    code = CostCode("1", "03", "Concrete", None, "3", "9")
    assert project_code_item(code, project_name="26-101 Clinic")["name"] == "Concrete, 26-101 Clinic"
    of_job = project_code_item(replace(code, sub_job="East"), project_name="26-101 Clinic")
    assert (of_job["name"], of_job["data"]["own_name"]) == ("Concrete, 26-101 Clinic, East", "Concrete")


def test_codes_only_projects_have_can_be_mapped_once_for_all() -> None:
    left, _ = connections()

    def code(remote_id: str, full_code: str, standard_id: str | None, parent_id: str | None = None) -> DirectoryRow:
        known = CostCode(remote_id, full_code, f"Name {full_code}", parent_id, standard_id, "9")
        return project_code_item(known)

    rows = [code("1", "03", "3"), code("2", "99-100", None, "1"), code("4", "99-100", None), code("5", "03-300", "33")]
    save_rows(left, procore.PROJECT_COST_CODES.key, rows)
    renew_project_only_codes(left)
    mapped = RemoteItem.objects.get(resource=procore.STANDARD_COST_CODES.key)
    assert (mapped.remote_id, mapped.code, mapped.parent_id, mapped.is_active) == ("code:99-100", "99-100", "3", True)
    RemoteItem.objects.filter(remote_id__in=["2", "4"]).update(is_active=False)
    assert renew_project_only_codes(left).inactivated == 1
    mapped.refresh_from_db()
    assert mapped.is_active is False


def test_a_full_reading_of_standard_codes_leaves_project_only_codes_alone() -> None:
    left, _ = connections()
    save_rows(left, procore.PROJECT_COST_CODES.key, [project_code_item(CostCode("2", "99-100", "Own"))])
    renew_project_only_codes(left)
    assert mark_missing(left, procore.STANDARD_COST_CODES.key, since=timezone.now()) == Counts()
