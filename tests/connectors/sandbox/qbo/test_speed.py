"""How much time of the processor reads over 50,000 bills take."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.qbo.books.write import save
from connectors.sandbox.wire import decode_own, encode
from tests.connectors.sandbox.qbo.conftest import FIRM, REALM, make_bill, make_line

BILLS = 50_000
LIMIT_SECONDS = 0.05


@pytest.fixture(scope="module")
def large() -> Iterator[QboSandbox]:
    small = QboSandbox(FIRM)
    book = small.find_book()
    bill = save(book, book.kinds["Bill"], make_bill(Line=[make_line(amount) for amount in (100, 50, 25)]))
    state = decode_own(encode(small.dump()))
    numbers = range(1000, 1000 + BILLS)
    state["realms"][REALM]["Bill"] = [{**bill, "Id": str(each), "DocNumber": f"D-{each}"} for each in numbers]
    state["kept"][REALM]["touched"]["Bill"] = {str(each): each for each in numbers}
    app = QboSandbox(FIRM, state=state)
    app.set_limits(per_minute=0, per_second=0)
    yield app
    app.close()


@pytest.mark.bench
@pytest.mark.parametrize(
    "path",
    [
        "query?query=select * from Bill maxresults 1000",
        "query?query=select * from Bill startposition 49001 maxresults 1000",
        "query?query=select * from Bill orderby Id maxresults 1000",
        "query?query=select count(*) from Bill where TotalAmt > '1000'",
        "query?query=select * from Bill where DocNumber = 'D-7777'",
        "query?query=select * from Bill where MetaData.LastUpdatedTime > '2100-01-01T00:00:00Z'",
        "query?query=select * from Bill where Id in ('1001', '1002')",
        "bill/1001",
        "cdc?entities=Bill&changedSince=2026-01-01",
    ],
)
def test_a_read_takes_less_than_fifty_milliseconds(large: QboSandbox, path: str) -> None:
    client = Client(large)
    token = large.issue_token(REALM)["access_token"]
    times = []
    for _ in range(5):
        started = time.process_time()
        answer = client.get(
            f"/v3/company/{REALM}/{path}", headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
        )
        times.append(time.process_time() - started)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    assert min(times) < LIMIT_SECONDS
