"""Files that the demo's people hang on a few documents of both sandboxes before the product reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests

MOST_OF_A_KIND = 2
Record = Mapping[str, Any]


def hang_files(info: Mapping[str, Any]) -> int:
    """Waivers and backup on the latest claims, receipts on costs of either side. Answers how many files."""
    procore, qbo = info["procore"]["url"], info["qbo"]["url"]
    state, realm = _read(procore), info["qbo"]["realms"][0]["id"]
    acts = [(procore, act) for act in choose_in_procore(state)]
    acts += [(qbo, act) for act in choose_in_books(_read(qbo)["realms"][realm])]
    for url, act in acts:
        requests.post(f"{url}/_control/act", json={"do": "attach_file", **act}, timeout=60).raise_for_status()
    return len(acts)


def choose_in_procore(state: Mapping[str, Sequence[Record]]) -> list[dict[str, Any]]:
    """Acts for the latest approved claims, owner invoice and direct costs."""
    claims = _approved(state["requisitions"], "billing_date")[-MOST_OF_A_KIND:]
    names = [("Lien waiver.pdf", "requisition", claim) for claim in claims]
    names += [("Stored material photos.jpg", "requisition", claim) for claim in claims[-1:]]
    invoices = _approved(state["payment_applications"], "billing_date")
    names += [("Pay application backup.pdf", "payment_application", each) for each in invoices[-1:]]
    costs = _approved(state["direct_costs"], "direct_cost_date")[-MOST_OF_A_KIND:]
    names += [("Delivery ticket.pdf", "direct_cost", cost) for cost in costs]
    return [{"record": kind, "record_id": row["id"], "name": name} for name, kind, row in names]


def choose_in_books(books: Mapping[str, Sequence[Record]]) -> list[dict[str, Any]]:
    """Acts for the first charges that name a project."""
    charges = [row for row in books.get("Purchase", ()) if any(_names_job(line) for line in row["Line"])]
    names = [f"Receipt {number}.jpg" for number in range(1, MOST_OF_A_KIND + 1)]
    return [
        {"entity": "Purchase", "record_id": row["Id"], "name": name} for name, row in zip(names, charges, strict=False)
    ]


def _read(url: str) -> Any:
    answer = requests.get(f"{url}/_control/state", timeout=60)
    answer.raise_for_status()
    return answer.json()


def _approved(rows: Sequence[Record], day: str) -> list[Record]:
    return sorted((row for row in rows if row["status"] == "approved"), key=lambda row: (row[day] or "", row["id"]))


def _names_job(line: Record) -> bool:
    return "CustomerRef" in line.get(str(line.get("DetailType")), {})
