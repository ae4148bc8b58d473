"""The library python-quickbooks against the sandbox: queries, batches, changes, files, printing, mail, reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import requests
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import AuthorizationException, UnsupportedException, ValidationException
from quickbooks.objects import Attachable, AttachableRef, Customer, Estimate, Invoice, SalesReceipt, Vendor

from tests.connectors.sandbox.qbo.library import open_library


@pytest.fixture
def client() -> Iterator[QuickBooks]:
    with open_library() as library:
        yield library


def test_lists_are_filtered_counted_ordered_and_paged(client: QuickBooks) -> None:
    assert Customer.filter(DisplayName="Amy's Bird Sanctuary", qb=client)[0].Id == "1"
    assert [each.Id for each in Customer.filter(Active=True, FamilyName="Lauterbach", qb=client)] == ["1"]
    assert [each.Id for each in Customer.choose(["5", "6"], qb=client)] == ["5", "6"]
    assert [each.Id for each in Customer.choose(["Cool Cars"], field="DisplayName", qb=client)] == ["3"]
    assert [each.Id for each in Customer.where("DisplayName LIKE 'Doe%'", order_by="Id", qb=client)] == [
        "62",
        "63",
        "69",
    ]
    assert Customer.count(qb=client) == 40
    assert Vendor.count("Active IN (true, false)", qb=client) == 27
    dearest = Invoice.where("TotalAmt > '400.00'", order_by="TotalAmt DESC", max_results=2, qb=client)
    assert [each.TotalAmt for each in dearest] == [2369.52, 954.75]


def test_paging_meets_every_row_once(client: QuickBooks) -> None:
    met: list[str] = []
    while page := Customer.all(order_by="Id", start_position=len(met) + 1, max_results=7, qb=client):
        met += [each.Id for each in page]
    assert len(met) == len(set(met)) == 40
    assert Customer.query("SELECT * FROM Customer WHERE Id = '999'", qb=client) == []


def make_customers(*names: str) -> list[Customer]:
    customers = []
    for name in names:
        customer = Customer()
        customer.DisplayName = name
        customers.append(customer)
    return customers


def test_batches_create_update_and_delete(client: QuickBooks) -> None:
    made = batch_create(make_customers("Batch One", "Batch Two", "Cool Cars"), qb=client)
    assert [each.DisplayName for each in made.successes] == ["Batch One", "Batch Two"]
    assert [fault.Error[0].code for fault in made.faults] == ["6240"]
    assert made.faults[0].original_object.DisplayName == "Cool Cars"

    for customer in made.successes:
        customer.Notes = "From a batch"
    changed = batch_update(made.successes, qb=client)
    assert [(each.Notes, each.SyncToken) for each in changed.successes] == [("From a batch", "1")] * 2

    gone = batch_delete(Invoice.choose(["264", "265"], qb=client), qb=client)
    assert (len(gone.successes), gone.faults) == (2, [])
    assert Customer.get("1", qb=client).Balance == 439.0


def test_more_than_thirty_go_in_two_batches(client: QuickBooks) -> None:
    made = batch_create(make_customers(*(f"Crowd {number}" for number in range(35))), qb=client)
    assert (len(made.successes), made.faults) == (35, [])


@pytest.mark.parametrize("since", ["2020-10-01T00:00:00-07:00", datetime(2020, 10, 1)])  # noqa: DTZ001
def test_changes_since_a_time_include_deletions(client: QuickBooks, since: str | datetime) -> None:
    customer = Customer.get("3", qb=client)
    customer.Notes = "Changed"
    customer.save(qb=client)
    Invoice.get("265", qb=client).delete(qb=client)

    changes = change_data_capture([Customer, Invoice, Estimate], since, qb=client)
    # The deletion has moved the balance of its customer.
    assert [each.Id for each in changes.Customer] == ["3", "1"]
    (stub,) = changes.Invoice
    assert (stub.Id, stub.status) == ("265", "Deleted")
    assert not hasattr(changes, "Estimate")


def refer_to(record: Vendor | Invoice) -> AttachableRef:
    reference = AttachableRef()
    reference.EntityRef = record.to_ref()
    return reference


def test_note_is_attached_and_changed(client: QuickBooks) -> None:
    vendor = Vendor.all(max_results=1, qb=client)[0]
    note = Attachable()
    note.AttachableRef.append(refer_to(vendor))
    note.Note = "Call first"
    note.save(qb=client)

    read = Attachable.get(note.Id, qb=client)
    assert (read.Note, read.AttachableRef[0].EntityRef.value) == ("Call first", vendor.Id)
    first = Attachable.all(max_results=1, qb=client)[0]
    first.Note = "Do not call"
    first.save(qb=client)
    assert Attachable.get(first.Id, qb=client).Note == "Do not call"


@pytest.mark.parametrize("content", [b"Twelve bytes", b"", bytes(range(256))])
def test_file_is_attached_and_downloaded(client: QuickBooks, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "receipt.txt"
    path.write_bytes(content)
    file = Attachable()
    file.AttachableRef.append(refer_to(Vendor.get("56", qb=client)))
    file.FileName, file._FilePath, file.ContentType = path.name, os.fspath(path), "text/plain"
    file.save(qb=client)

    read = Attachable.get(file.Id, qb=client)
    assert (read.FileName, read.ContentType, read.Size) == ("receipt.txt", "text/plain", len(content))
    assert read.AttachableRef[0].EntityRef.value == "56"
    assert requests.get(read.TempDownloadUri, timeout=10).content == content
    found = Attachable.where(
        "AttachableRef.EntityRef.Type = 'Vendor' AND AttachableRef.EntityRef.value = '56'", qb=client
    )
    assert [each.Id for each in found] == [file.Id]
    read.delete(qb=client)
    assert Attachable.where(f"Id = '{file.Id}'", qb=client) == []


def test_bytes_are_attached_without_a_file(client: QuickBooks) -> None:
    file = Attachable()
    file.AttachableRef.append(refer_to(Invoice.get("130", qb=client)))
    file.FileName, file._FileBytes, file.ContentType = "plan.pdf", b"%PDF-1.4 plan", "application/pdf"
    file.save(qb=client)
    assert Attachable.get(file.Id, qb=client).Size == len(b"%PDF-1.4 plan")


@pytest.mark.parametrize(("kind", "number"), [(Invoice, "130"), (Estimate, "100"), (SalesReceipt, "47")])
def test_document_is_printed(client: QuickBooks, kind: type, number: str) -> None:
    assert kind.get(number, qb=client).download_pdf(qb=client).startswith(b"%PDF-")


@pytest.mark.parametrize(("kind", "number"), [(Invoice, "130"), (Estimate, "100")])
def test_document_is_sent(client: QuickBooks, kind: type, number: str) -> None:
    kind.get(number, qb=client).send(qb=client, send_to="buyer@example.com")
    sent = kind.get(number, qb=client)
    assert (sent.EmailStatus, sent.BillEmail.Address) == ("EmailSent", "buyer@example.com")


@pytest.mark.parametrize("name", ["BalanceSheet", "ProfitAndLoss", "GeneralLedger", "AgedPayables"])
def test_report_has_its_three_parts(client: QuickBooks, name: str) -> None:
    report = client.get_report(name, {"start_date": "2015-01-01", "end_date": "2015-12-31"})
    assert {"Header", "Columns", "Rows"} <= report.keys()


def test_refusals_become_the_librarys_own_errors(client: QuickBooks) -> None:
    with pytest.raises(ValidationException) as unparsed:
        Customer.query("SELECT * FROM Customer WHERE", qb=client)
    assert unparsed.value.error_code == 4000
    with pytest.raises(UnsupportedException) as unsupported:
        client.get_single_object("nosuchentity", "1")
    assert unsupported.value.error_code == 500
    client.session.token = {"access_token": "worn out", "token_type": "bearer"}
    with pytest.raises(AuthorizationException):
        Customer.get("1", qb=client)
