"""What a person does at the vendors while lists are read: adding, changing and removing rows of them over HTTP."""

from __future__ import annotations

from itertools import count
from typing import Any

import requests

from connectors.models import Connection, Vendor
from connectors.qbo.client import QboClient
from mapping.directory.refreshing import refresh_section
from mapping.models import Refresh, RemoteItem

_keys = count(1)


def both() -> tuple[Connection, Connection]:
    return Connection.objects.get(vendor=Vendor.PROCORE), Connection.objects.get(vendor=Vendor.QBO)


def at_procore(pair: Any, method: str, path: str, body: Any = None) -> Any:
    """One call of Procore's API as the connected user; answers its JSON."""
    left, _ = both()
    headers = {"Authorization": f"Bearer {left.access_token}", "Procore-Company-Id": left.account_id}
    joint = "&" if "?" in path else "?"
    url = f"{pair.procore.url}/rest/v1.0/{path}{joint}company_id={left.account_id}"
    response = requests.request(method, url, json=body, headers=headers, timeout=30)
    response.raise_for_status()
    return response.json() if response.content else None


def at_quickbooks(entity: str, **members: Any) -> dict[str, Any]:
    """A record of QuickBooks made, or changed where `Id` is among the members."""
    client = QboClient(both()[1])
    if "Id" not in members:
        return client.create(entity, members, key=f"test-{next(_keys)}")
    token = client.get_entity(entity, members["Id"])["SyncToken"]
    wire = {"sparse": True, "SyncToken": token, **members}
    return client.update(entity, wire, key=f"test-{next(_keys)}")


def make_tax_code(pair: Any, name: str, percent: str, *, on: str = "Sales") -> str:
    """The id of a new tax code of one rate."""
    _, right = both()
    agency = at_quickbooks("TaxAgency", DisplayName=f"Agency of {name}")["Id"]
    rate = {"TaxRateName": name[:10], "RateValue": percent, "TaxAgencyId": agency, "TaxApplicableOn": on}
    response = requests.post(
        f"{pair.qbo.url}/v3/company/{right.account_id}/taxservice/taxcode",
        json={"TaxCode": name, "TaxRateDetails": [rate]},
        headers={"Authorization": f"Bearer {right.access_token}", "Accept": "application/json"},
        timeout=30,
    )
    response.raise_for_status()
    return str(response.json()["TaxCodeId"])


def rows_of(resource: Any, **filters: Any) -> dict[str, RemoteItem]:
    """The directory's rows of a list by name."""
    return {row.name: row for row in RemoteItem.objects.filter(resource=resource.key, **filters)}


def reading(section: str, side: str) -> Refresh:
    """One reading as the task does it; the row as it stands afterwards."""
    progress = Refresh.objects.create(section=section, side=side)
    refresh_section(section, side, progress=progress)
    progress.refresh_from_db()
    return progress
