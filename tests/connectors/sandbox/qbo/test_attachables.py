from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import requests

from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.server import serve
from connectors.sandbox.wire import decode_own, encode
from tests.connectors.sandbox.qbo.conftest import ACME, FIRM, REALM, Qbo, drop, open_session

CONTENT = b"%PDF-1.4 \x00\xff lien waiver"


def link(entity: str, record_id: str) -> list[dict[str, Any]]:
    return [{"EntityRef": {"type": entity, "value": record_id}}]


def pair(number: str, metadata: Any, content: bytes = CONTENT, **headers: str) -> list[tuple[str, Any]]:
    text = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    return [
        (f"file_metadata_{number}", ("attachment.json", text, "application/json")),
        (f"file_content_{number}", ("waiver.pdf", content, "application/pdf", headers)),
    ]


def upload(qbo: Qbo, *parts: tuple[str, Any], **params: str) -> list[dict[str, Any]]:
    answer = qbo.raw("POST", "upload", files=list(parts), params=params)
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["AttachableResponse", "time"]
    return answer.json()["AttachableResponse"]


def upload_one(qbo: Qbo, **members: Any) -> dict[str, Any]:
    (answer,) = upload(qbo, *pair("01", {"FileName": "waiver.pdf", "ContentType": "application/pdf", **members}))
    return answer["Attachable"]


def read_file(url: str) -> requests.Response:
    return requests.get(url, timeout=10)


def test_a_file_is_answered_as_recorded_and_reads_back(qbo: Qbo) -> None:
    bill = qbo.bill()
    made = upload_one(qbo, AttachableRef=link("bill", bill["Id"]))

    assert drop(made, "MetaData", "TempDownloadUri") == {
        "FileName": "waiver.pdf",
        "FileAccessUri": f"/v3/company/{REALM}/download/{made['Id']}",
        "Size": len(CONTENT),
        "ContentType": "application/pdf",
        "domain": "QBO",
        "sparse": False,
        "Id": made["Id"],
        "SyncToken": "0",
        "AttachableRef": [{"EntityRef": {"value": bill["Id"], "type": "Bill"}, "IncludeOnSend": False}],
    }
    assert (len(made["Id"]), list(made["MetaData"])) == (19, ["CreateTime", "LastUpdatedTime"])
    assert drop(qbo.get(f"attachable/{made['Id']}")["Attachable"], "TempDownloadUri") == drop(made, "TempDownloadUri")


def test_the_link_works_without_a_token_for_fifteen_minutes(qbo: Qbo) -> None:
    made = upload_one(qbo)
    told = qbo.raw("GET", f"download/{made['Id']}")
    first = read_file(told.text)

    assert told.headers["Content-Type"].startswith("text/plain")
    assert (first.status_code, first.content, first.headers["Content-Type"]) == (200, CONTENT, "application/pdf")
    assert read_file(made["TempDownloadUri"]).content == CONTENT
    forged = told.text[:-1] + ("0" if told.text[-1] != "0" else "1")
    assert read_file(forged).status_code == 403
    assert read_file(f"{qbo.url}{urlsplit(told.text).path}").status_code == 403
    qbo.control("POST", "clock", {"advance_seconds": 902})
    late = read_file(told.text)
    assert (late.status_code, "<Message>Request has expired</Message>" in late.text) == (403, True)
    assert read_file(qbo.raw("GET", f"download/{made['Id']}").text).content == CONTENT


def test_base64_parts_and_several_files_in_one_call(qbo: Qbo) -> None:
    encoded = base64.b64encode(CONTENT)
    parts = [
        *pair("02", {"FileName": "b.pdf"}, b"plain"),
        *pair("01", {"FileName": "a.pdf"}, encoded, **{"Content-Transfer-Encoding": "base64"}),
    ]
    first, second = (answer["Attachable"] for answer in upload(qbo, *parts))

    assert (first["FileName"], first["Size"], read_file(first["TempDownloadUri"]).content) == (
        "a.pdf",
        len(CONTENT),
        CONTENT,
    )
    assert (second["FileName"], second["Size"]) == ("b.pdf", 5)


def test_a_file_that_cannot_be_linked_is_a_fault_of_its_own(qbo: Qbo) -> None:
    good, bad = upload(
        qbo,
        *pair("01", {"FileName": "a.pdf"}),
        *pair("02", {"FileName": "b.pdf", "AttachableRef": link("Estimate", "75")}),
    )

    assert good["Attachable"]["FileName"] == "a.pdf"
    assert bad == {
        "Fault": {
            "Error": [
                {
                    "Message": "A business validation error has occurred while processing your request",
                    "Detail": "Business Validation Error: The entity Estimate 75 that you are trying to link does not "
                    "exist. Estimate 75",
                    "code": "6000",
                    "element": "",
                }
            ],
            "type": "ValidationFault",
        }
    }
    assert qbo.query("select count(*) from Attachable") == {"totalCount": 1}


def test_an_upload_without_files_or_with_junk_is_refused(qbo: Qbo) -> None:
    assert qbo.raw("POST", "upload", json={}).status_code == 415
    assert qbo.raw("POST", "upload", files=[("other", ("a", b"x"))]).json()["Fault"]["Error"][0]["code"] == "2020"
    (junk,) = upload(qbo, *pair("01", b"{nonsense"))
    (no_object,) = upload(qbo, *pair("01", [1]))
    (no_content,) = upload(qbo, pair("01", {"FileName": "a.pdf"})[0])
    codes = [each["Fault"]["Error"][0]["code"] for each in (junk, no_object, no_content)]
    assert codes == ["2010", "2010", "2020"]
    assert qbo.query("select count(*) from Attachable") == {"totalCount": 0}


def test_a_repeated_upload_answers_the_first_answer(qbo: Qbo) -> None:
    first = upload(qbo, *pair("01", {"FileName": "a.pdf"}), requestid="up-1")
    again = upload(qbo, *pair("01", {"FileName": "a.pdf"}), requestid="up-1")
    assert again == first
    assert qbo.query("select count(*) from Attachable") == {"totalCount": 1}


def test_a_company_that_ended_its_subscription_takes_no_file(qbo: Qbo, fault: Any) -> None:
    qbo.act("set_subscription", state="ended")
    (answer,) = upload(qbo, *pair("01", {"FileName": "a.pdf"}))
    assert answer == {"Fault": fault("subscription")["body"]["Fault"]}


def test_notes_are_created_changed_found_and_deleted_by_id_alone(qbo: Qbo) -> None:
    bill = qbo.bill()
    note = qbo.save("Attachable", {"Note": "Waiver is on file", "AttachableRef": link("Bill", bill["Id"])})
    found = "select * from attachable where AttachableRef.EntityRef.Type = 'bill' and AttachableRef.EntityRef.value = "

    assert qbo.query(f"{found}'{bill['Id']}'")["Attachable"] == [note]
    assert qbo.query(f"{found}'999'") == {}
    edit = {"Id": note["Id"], "SyncToken": "0", "sparse": True, "Note": "Waiver came"}
    changed = qbo.save("Attachable", edit)
    assert (changed["Note"], changed["SyncToken"], changed["AttachableRef"]) == (
        "Waiver came",
        "1",
        note["AttachableRef"],
    )
    moved = qbo.save("Attachable", {**changed, "AttachableRef": link("Vendor", ACME)})
    assert moved["AttachableRef"] == [{"EntityRef": {"value": ACME, "type": "Vendor"}, "IncludeOnSend": False}]
    assert qbo.save("Attachable", {"Id": note["Id"]}, operation="delete") == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": note["Id"],
    }
    assert qbo.refuse("POST", "attachable", json={"Id": note["Id"]}, params={"operation": "delete"})["code"] == "610"
    assert qbo.refuse("POST", "attachable", json={"AttachableRef": link("Bill", bill["Id"])})["code"] == "2020"


def test_an_attachment_outlives_its_transaction_and_a_restart(qbo: Qbo) -> None:
    bill = qbo.bill()
    made = upload_one(qbo, AttachableRef=link("Bill", bill["Id"]))
    qbo.save("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
    kept = decode_own(encode(qbo.app.dump()))
    server = serve(QboSandbox(FIRM, state=kept))
    again = Qbo(server, open_session(server.url))
    again.set_limits(per_second=0)
    read = again.get(f"attachable/{made['Id']}")["Attachable"]

    assert drop(read, "TempDownloadUri") == drop(made, "TempDownloadUri")
    assert read_file(read["TempDownloadUri"]).content == CONTENT
    server.stop()


def test_an_image_has_a_thumbnail_and_a_document_has_none(qbo: Qbo) -> None:
    picture = upload_one(qbo, FileName="site.png", ContentType="image/png")
    waiver = upload_one(qbo)
    told = qbo.raw("GET", picture["ThumbnailFileAccessUri"].removeprefix(f"/v3/company/{REALM}/"))

    assert picture["ThumbnailFileAccessUri"] == f"/v3/company/{REALM}/attachable-thumbnail/{picture['Id']}"
    assert read_file(picture["ThumbnailTempDownloadUri"]).headers["Content-Type"] == "image/png"
    assert read_file(told.text).content == CONTENT
    assert not {"ThumbnailFileAccessUri", "ThumbnailTempDownloadUri"} & waiver.keys()
    assert qbo.refuse("GET", f"attachable-thumbnail/{waiver['Id']}")["code"] == "610"
    assert qbo.refuse("GET", "attachable-thumbnail/x")["code"] == "2030"
    kept = qbo.save("Attachable", picture)
    assert (kept["SyncToken"], kept["ThumbnailFileAccessUri"]) == ("0", picture["ThumbnailFileAccessUri"])
