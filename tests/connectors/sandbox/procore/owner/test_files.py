"""Uploads, storage, and the files at records."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.connectors.sandbox.procore.conftest import COMPANY, Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems
from tests.connectors.sandbox.procore.owner.conftest import direct_cost, prime, snapshot

CONTENT = b"%PDF-1.4 lien waiver"


def upload(procore: Procore, name: str = "waiver.pdf") -> str:
    """The id of a finished upload."""
    made = procore.post(f"projects/{procore.project()}/uploads", {"response_filename": name}).json()
    sent = requests.post(made["url"], data=made["fields"], files={"file": (name, CONTENT)}, timeout=10)
    assert (sent.status_code, sent.headers["ETag"]) == (204, f'"{hashlib.md5(CONTENT).hexdigest()}"')  # noqa: S324
    return str(made["uuid"])


def pay(procore: Procore, **attributes: Any) -> dict[str, Any]:
    given = {"amount": "1", **attributes}
    body = {"project_id": procore.project(), "contract_id": prime(procore), "contract_payment": given}
    answer = procore.post("contract_payments", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_file_goes_up_and_comes_down_again(procore: Procore) -> None:
    [attachment] = pay(procore, upload_ids=[upload(procore)])["attachments"]
    assert (attachment["filename"], attachment["name"]) == ("waiver.pdf", "waiver.pdf")
    assert attachment["url"].startswith(
        f"{procore.server.url}/api/v5/files/us-east-1/pro-core.com/companies/{COMPANY}/"
    )
    moved = requests.get(attachment["url"], headers=procore.headers, timeout=10, allow_redirects=False)
    assert moved.status_code == 302
    target = moved.headers["Location"]
    # Another host, so that clients do not send the token on by themselves.
    assert urlsplit(target).hostname != urlsplit(attachment["url"]).hostname
    found = requests.get(target, timeout=10)
    assert (found.status_code, found.content) == (200, CONTENT)
    assert found.headers["Content-Type"] == "application/pdf"
    assert requests.get(attachment["url"], headers=procore.headers, timeout=10).content == CONTENT


def test_links_are_good_only_as_they_are_meant(procore: Procore) -> None:
    [attachment] = pay(procore, upload_ids=[upload(procore)])["attachments"]
    url, headers = attachment["url"], procore.headers
    assert requests.get(url, timeout=10).status_code == 401
    assert requests.get(url.replace("sig=", "sig=0"), headers=headers, timeout=10).status_code == 403
    target = requests.get(url, headers=headers, timeout=10, allow_redirects=False).headers["Location"]
    refused = requests.get(target, headers=headers, timeout=10)
    assert refused.status_code == 400
    assert "<Code>InvalidArgument</Code>" in refused.text
    forged = requests.get(target.replace("X-Amz-Date=2", "X-Amz-Date=3"), timeout=10)
    assert (forged.status_code, "SignatureDoesNotMatch" in forged.text) == (403, True)
    procore.control("clock", {"advance_seconds": 61})
    late = requests.get(target, timeout=10)
    assert (late.status_code, "Request has expired" in late.text) == (403, True)


def test_segmented_upload_is_put_together(procore: Procore) -> None:
    parts = [CONTENT[:7], CONTENT[7:]]
    segments = [{"size": len(part), "sha256": hashlib.sha256(part).hexdigest()} for part in parts]
    segments[0]["md5"] = hashlib.md5(parts[0]).hexdigest()  # noqa: S324
    base = f"/rest/v1.1/companies/{COMPANY}/uploads"
    made = procore.post(base, {"response_filename": "two.txt", "segments": segments})
    template = "/rest/v1.1/companies/{c}/uploads"
    assert made.status_code == 201
    assert list_schema_problems("POST", template, 201, made.json()) == []
    body = made.json()
    assert (body["status"], "url" in body) == ("ready", False)
    assert base64.b64decode(body["segments"][0]["headers"]["content-md5"]).hex() == segments[0]["md5"]
    etags = []
    for part, segment in zip(parts, body["segments"], strict=True):
        assert requests.put(segment["url"], data=b"x" * len(part), timeout=10).status_code == 400
        sent = requests.put(segment["url"], data=part, headers=segment["headers"], timeout=10)
        assert sent.status_code == 200
        etags.append({"etag": sent.headers["ETag"]})
    one = f"{base}/{body['uuid']}"
    assert procore.read(one)["status"] == "receiving"
    assert procore.patch(one, {"segments": etags[:1]}).status_code == 422
    assert procore.patch(one, {"segments": [{"etag": "x"}, *etags[1:]]}).status_code == 422
    assert procore.patch(one, {"segments": etags}).json()["status"] == "complete"
    [attachment] = pay(procore, upload_ids=[body["uuid"]])["attachments"]
    assert requests.get(attachment["url"], headers=procore.headers, timeout=10).content == CONTENT


def test_wrong_upload_ids_are_dropped_without_a_word(procore: Procore) -> None:
    unsent = procore.post(f"projects/{procore.project()}/uploads", {"response_filename": "x"}).json()["uuid"]
    for given in (["01JEXAMPLE0000000000000000", unsent, 5, None, {"a": 1}], "text", {"a": 1}, None):
        assert pay(procore, upload_ids=given)["attachments"] == []


def test_locked_payment_still_takes_files(procore: Procore) -> None:
    payment = pay(procore, origin_id="qb-1")
    ids = {"project_id": procore.project(), "contract_id": prime(procore)}
    given = {**ids, "contract_payment": {"upload_ids": [upload(procore)]}}
    answer = procore.patch(f"contract_payments/{payment['id']}", given)
    assert (answer.status_code, len(answer.json()["attachments"])) == (200, 1)


def test_older_endpoints_take_files_in_a_form(procore: Procore) -> None:
    path = f"projects/{procore.project()}/direct_costs"
    fields = {"item[direct_cost_type]": "expense", "item[description]": "Fuel"}
    files = [("attachments[]", ("a.txt", b"one", "text/plain")), ("attachments[]", ("b.txt", b"two", "text/plain"))]
    answer = procore.call("POST", path, data=fields, files=files)
    made = answer.json()
    assert answer.status_code == 201
    assert (made["description"], made["attachments_count"]) == ("Fuel", 2)
    assert [row["filename"] for row in made["attachments"]] == ["a.txt", "b.txt"]
    found = requests.get(made["attachments"][1]["url"], headers=procore.headers, timeout=10)
    assert found.content == b"two"
    answer = procore.call("PATCH", f"{path}/{made['id']}", files=files[:1])
    assert (answer.status_code, answer.json()["attachments_count"]) == (200, 3)


def test_nested_form_fields_become_lines(procore: Procore) -> None:
    code = procore.app.tables.of("wbs_codes", procore.project())[0]["id"]
    fields = [
        ("direct_cost[direct_cost_type]", "expense"),
        ("direct_cost[line_items][][wbs_code_id]", str(code)),
        ("direct_cost[line_items][][manual_amount]", "5"),
        ("direct_cost[line_items][][wbs_code_id]", str(code)),
        ("direct_cost[line_items][][manual_amount]", "6"),
    ]
    path = f"/rest/v1.1/projects/{procore.project()}/direct_costs"
    made = procore.call("POST", path, files=[(name, (None, value)) for name, value in fields]).json()
    assert [line["amount"] for line in made["line_items"]] == ["5.0", "6.0"]
    broken = [("direct_cost", "x"), ("direct_cost[description]", "y")]
    answer = procore.call("POST", path, files=[(name, (None, value)) for name, value in broken])
    assert answer.status_code == 400


def test_bad_uploads_are_refused(procore: Procore) -> None:
    before = snapshot(procore)
    base = f"/rest/v1.1/companies/{COMPANY}/uploads"
    for body in (
        {},
        {"response_filename": "x", "segments": "y"},
        {"response_filename": "x", "segments": [5]},
        {"response_filename": "x", "segments": [{"size": "a", "sha256": "b"}]},
        {"response_filename": "x", "segments": [{"size": 3}]},
        {"response_filename": "x", "segments": [{"size": 3, "sha256": "a", "md5": "zz"}]},
        {"response_filename": "x", "size": "large"},
    ):
        assert procore.post(base, body).status_code in (400, 422)
    assert snapshot(procore) == before
    assert procore.get(f"{base}/nothing").status_code == 404
    assert procore.get("/rest/v1.1/companies/5/uploads/x").status_code == 404
    bucket = f"{procore.server.url}/storage/pro-core.com"
    assert requests.post(bucket, data={"key": "x"}, timeout=10).status_code == 403
    assert requests.put(f"{bucket}/companies/5/x?partNumber=1", data=b"", timeout=10).status_code == 404
    assert requests.get(f"{bucket}/companies/5/x", timeout=10).status_code == 403


def test_deleted_record_takes_its_files_along(procore: Procore) -> None:
    path = f"projects/{procore.project()}/direct_costs/{direct_cost(procore)}"
    procore.patch(path, {"item": {"upload_ids": [upload(procore)]}})
    assert len(procore.app.tables.all("attachments")) == 1
    procore.call("DELETE", path)
    assert procore.app.tables.all("attachments") == []


def test_companies_contracts_and_invoices_take_files_as_well(procore: Procore) -> None:
    project, contract, given = procore.project(), procore.commitment(), {"upload_ids": [upload(procore)]}
    claim = f"requisitions/{procore.requisition(3)}"
    answers = [
        procore.patch(f"vendors/{procore.vendor()}", {"company_id": COMPANY, "vendor": given}),
        procore.patch(f"work_order_contracts/{contract}", {"project_id": project, "work_order_contract": given}),
        procore.patch(claim, {"project_id": project, "commitment_id": contract, "requisition": given}),
        procore.patch(f"prime_contract/{prime(procore)}", {"project_id": project, "prime_contract": given}),
    ]
    for answer in answers:
        assert (answer.status_code, len(answer.json()["attachments"])) == (200, 1)


def test_unified_upload_goes_in_four_steps(procore: Procore) -> None:
    base = f"/rest/v2.1/companies/{COMPANY}/projects/{procore.project()}/uploads"
    given = {
        "file_name": "waiver.pdf",
        "file_size": len(CONTENT),
        "content_type": "application/pdf",
        "segments": [{"size": len(CONTENT)}],
    }
    for name in given:
        assert procore.post(base, {**given, name: None}).json()["error"]["details"][0]["source"] == name
    assert procore.post(base, {**given, "file_size": 5}).status_code == 422
    assert procore.post(base, {**given, "segments": [{"size": len(CONTENT)}, {"size": 0}]}).status_code == 422
    made = procore.post(base, given)
    data = made.json()["data"]
    assert (made.status_code, data["status"], data["file_size"]) == (201, "ready", len(CONTENT))
    [segment] = data["segments"]
    assert segment["headers"] == {"Content-Length": str(len(CONTENT))}
    one = f"{base}/{data['upload_id']}"
    assert procore.patch(one, {"part_etags": [None]}).json()["data"]["status"] == "ready"
    assert procore.patch(one, {"part_etags": ["x"]}).status_code == 422
    sent = requests.put(segment["url"], data=CONTENT, timeout=10)
    done = procore.patch(one, {"part_etags": [sent.headers["ETag"]]})
    assert done.json() == {"data": {"upload_id": data["upload_id"], "status": "complete"}}
    assert [procore.read(one)["data"]["status"] for _ in range(3)] == ["complete", "available", "available"]
    [attachment] = pay(procore, upload_ids=[data["upload_id"]])["attachments"]
    assert requests.get(attachment["url"], headers=procore.headers, timeout=10).content == CONTENT


def test_bytes_have_to_come_within_the_hour(procore: Procore) -> None:
    made = procore.post(f"companies/{COMPANY}/uploads", {"response_filename": "late.txt"}).json()
    procore.control("clock", {"advance_seconds": 3601})
    sent = requests.post(made["url"], data=made["fields"], files={"file": ("late.txt", b"x")}, timeout=10)
    assert sent.status_code == 403
