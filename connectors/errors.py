"""What can go wrong with a vendor, named by what happens next.

Each error carries two texts: `str(error)` for the log and the vendor's own words in `vendor_text` for the details of
the document page. `fault` is a stable code of ours (see the fault tables), `request_id` the vendor's id of the call.
"""

from __future__ import annotations

from typing import TypedDict


class Facts(TypedDict):
    """What an error keeps of the answer: the vendor's words, its id of the call, the status."""

    vendor_text: str
    request_id: str
    status: int | None


class VendorError(Exception):
    """Base of all: a call that did not end as asked."""

    fault = "vendor_error"

    def __init__(
        self, message: str, *, fault: str = "", vendor_text: str = "", request_id: str = "", status: int | None = None
    ) -> None:
        super().__init__(message)
        self.fault = fault or self.fault
        self.vendor_text = vendor_text
        self.request_id = request_id
        self.status = status

    @property
    def facts(self) -> Facts:
        """For an error that takes this one's place."""
        return {"vendor_text": self.vendor_text, "request_id": self.request_id, "status": self.status}


class Retry(VendorError):
    """Nothing was done; ask again after `after` seconds."""

    fault = "try_again"

    def __init__(self, message: str, *, after: float = 5.0, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.after = after


class Throttled(Retry):
    """The connection's call limit is used up: every call of it waits `after` seconds, whatever it is about."""


class VendorAway(Throttled):
    """The vendor has not answered this connection several times in a row: its calls rest for `after` seconds."""


class Reconnect(VendorError):
    """The connection is no longer accepted: a person must connect again."""

    fault = "connection_lost"


class NoPermission(VendorError):
    """The connection works, but its user may not do this (company, project, tool or subscription)."""

    fault = "no_permission"


class Rejected(VendorError):
    """The vendor read it and said no. Trying the same again changes nothing."""

    fault = "rejected"


class Conflict(VendorError):
    """The record changed since it was read: read and plan again."""

    fault = "stale_version"


class Missing(VendorError):
    """The record is not there, or not visible to us."""

    fault = "target_missing"


class Uncertain(VendorError):
    """A write was sent and no answer came back: it may have happened. Look before sending again."""

    fault = "no_answer"


class FileRefused(Rejected):
    """A file cannot cross as it is. `fault` is the outcome's code, `detail` what its sentence names."""

    def __init__(self, fault: str, **detail: str) -> None:
        super().__init__(f"a file cannot cross: {fault} {detail}", fault=fault)
        self.detail = detail
