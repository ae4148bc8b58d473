"""Bringing the bytes of a file to Procore: a place is asked for, the bytes go to the storage service, an id remains.

An upload that no record takes is nothing, so all of this may be done again.
"""

from __future__ import annotations

from connectors.downloads import hosts_of
from connectors.errors import Rejected, Retry
from connectors.multipart import LocalFile, Multipart, TextPart
from connectors.procore.client import ProcoreClient
from connectors.procore.faults import read_words
from connectors.procore.resources import UPLOADS
from connectors.transport import Anonymous, NoAnswer, NotSent, Request, Response, exchange

_TAKEN = frozenset({200, 201, 204})


def upload(client: ProcoreClient, project_id: str, file: LocalFile, *, name: str, content_type: str, key: str) -> str:
    """The id under which a record of the project can take the file. Raises the errors of connectors.errors."""
    told = {"response_filename": name, "response_content_type": content_type, "size": file.size}
    place = client.create(UPLOADS, told, project_id=project_id, key=key)
    fields = [TextPart(str(field), str(value)) for field, value in (place.get("fields") or {}).items()]
    url = str(place.get("url") or "")
    if not hosts_of(client.connection).trusts(url):
        message = "Procore named a place for the file that is not known to us"
        raise Rejected(message, vendor_text=message)
    answer = _send(Request("POST", url, multipart=Multipart(fields, file, "file", content_type), is_write=True))
    if answer.status not in _TAKEN:
        words = read_words(answer.body)
        # An hour after it was asked for the place is closed; a new one is asked for next time.
        error = Retry if answer.status in (403, 404) or answer.status >= 500 else Rejected
        message = f"the storage service answered {answer.status}: {words}"
        raise error(message, vendor_text=words, status=answer.status)
    return str(place["uuid"])


def _send(request: Request) -> Response:
    try:
        return exchange(request, auth=Anonymous())
    except (NotSent, NoAnswer) as error:
        message = "the storage service did not answer"
        raise Retry(message) from error
