"""A client of the library python-quickbooks that is pointed at a sandbox instead of the vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.objects.base import Ref
from quickbooks.objects.detailline import (
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from requests.adapters import HTTPAdapter

from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.qbo import CLIENT_ID, CLIENT_SECRET, QboSandbox
from connectors.sandbox.server import RunningServer
from tests.connectors.sandbox.stage import staged

CALLBACK = "https://app.example/callback"
VENDOR_HOST = "https://sandbox-quickbooks.api.intuit.com"


@contextmanager
def open_library(arrange: Callable[[QboSandbox], None] = lambda sandbox: None) -> Iterator[QuickBooks]:
    """The stock company behind the library's own client, connected by the library's own OAuth client."""
    sandbox = QboSandbox(build("stock"))
    sandbox.set_limits(per_minute=0, per_second=0, batches_per_minute=0)
    arrange(sandbox)
    with staged(sandbox) as server:
        yield connect(server)


class Diversion(HTTPAdapter):
    """Sends what is meant for the vendor to the sandbox: the library's session refuses plain http addresses."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        request.url = f"{request.url}".replace(VENDOR_HOST, self.url, 1)
        return super().send(request, *args, **options)


def connect(server: RunningServer) -> QuickBooks:
    return connect_to(server.url, next(iter(server.app.books)))


def connect_to(url: str, realm: str) -> QuickBooks:
    token = requests.post(f"{url}/_control/token", json={"realm": realm}, timeout=10).json()
    # The library takes any other environment for the address of a discovery document.
    with_discovery = f"{url}/.well-known/openid_sandbox_configuration"
    auth = AuthClient(CLIENT_ID, CLIENT_SECRET, CALLBACK, with_discovery, realm_id=realm)
    client = QuickBooks(auth_client=auth, refresh_token=token["refresh_token"], company_id=realm, minorversion=75)
    client.sandbox = True
    client.session.mount(VENDOR_HOST, Diversion(url))
    return client


def point(record: Any, member: str = "Id") -> Ref:
    """A reference to a record of any class, also of those that make none themselves."""
    reference = Ref()
    reference.value = getattr(record, member)
    return reference


def make_sales_line(item: Any, amount: float, description: str = "") -> SalesItemLine:
    line = SalesItemLine()
    line.LineNum = 1
    line.Description = description
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = item.to_ref()
    return line


def make_expense_line(account_id: str, amount: float) -> AccountBasedExpenseLine:
    line = AccountBasedExpenseLine()
    line.Amount = amount
    line.DetailType = "AccountBasedExpenseLineDetail"
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = Ref()
    line.AccountBasedExpenseLineDetail.AccountRef.type = "Account"
    line.AccountBasedExpenseLineDetail.AccountRef.value = account_id
    return line
