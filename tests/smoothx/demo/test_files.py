"""Which records of the demo's firm get a file."""

from __future__ import annotations

from typing import Any

from smoothx.demo.files import choose_in_books, choose_in_procore, hang_files


def test_the_latest_approved_records_and_the_first_charges_of_jobs(sandboxes: Any) -> None:
    state = {
        "requisitions": [
            {"id": 1, "status": "approved", "billing_date": "2026-07-31"},
            {"id": 2, "status": "under_review", "billing_date": "2026-09-30"},
            {"id": 3, "status": "approved", "billing_date": "2026-08-31"},
        ],
        "payment_applications": [{"id": 4, "status": "approved", "billing_date": None}],
        "direct_costs": [],
    }
    chosen = [(act["record"], act["record_id"]) for act in choose_in_procore(state)]
    assert chosen == [("requisition", 1), ("requisition", 3), ("requisition", 3), ("payment_application", 4)]
    job = {"DetailType": "X", "X": {"CustomerRef": {"value": "9"}}}
    charges = [{"Id": "7", "Line": [{"DetailType": "X", "X": {}}]}, {"Id": "8", "Line": [job]}]
    assert choose_in_books({"Purchase": charges}) == [
        {"entity": "Purchase", "record_id": "8", "name": "Receipt 1.jpg"}
    ]
    # The firm has enough of each for its files to be seen.
    assert hang_files(sandboxes.info) == 8
