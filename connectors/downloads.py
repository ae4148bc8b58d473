"""Fetching one file from where a vendor keeps it: a limit of size and time, known hosts only, no token to strangers.

Procore hands out an address of its own that wants the token and leads on to a signed one, which must not get it;
QuickBooks hands out the signed one at once. Only https to the vendor and to the storage service both use is followed,
so that an address in a record cannot make this server call others. The host of files may change, says Procore:
PROCORE_FILE_HOSTS and QBO_FILE_HOSTS name what is trusted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from connectors.errors import FileRefused, Retry
from connectors.file_rules import FileRules, is_page, show_size
from connectors.models import Connection, Vendor
from connectors.multipart import LocalFile
from connectors.transport import Anonymous, NoAnswer, NotSent, Request, Streamed, exchange_stream, is_loopback

log = logging.getLogger(__name__)

MOST_REDIRECTS = 3
LONGEST_SECONDS = 90.0
KEPT_IN_MEMORY = 1024 * 1024
_GONE_OR_EXPIRED = frozenset({400, 401, 403, 404, 410})


class LinkExpired(Retry):
    """The address is not good any more, or never was: ask the vendor for a new one."""


@dataclass(frozen=True, slots=True)
class FileHosts:
    """Where a vendor's files may lie. `api` is the vendor's own address, which a stand-in for it is trusted by."""

    api: str
    own: Sequence[str]
    storage: Sequence[str]

    def trusts(self, url: str) -> bool:
        """Whether the address may be called at all."""
        return self.is_own(url) or self._is_stand_in(url) or (_is_https(url) and _is_under(url, self.storage))

    def is_own(self, url: str) -> bool:
        """Whether it is the vendor itself, which alone gets the token."""
        api, asked = urlsplit(self.api), urlsplit(url)
        is_api = (asked.scheme, asked.netloc) == (api.scheme, api.netloc)
        return is_api or (_is_https(url) and _is_under(url, self.own))

    def _is_stand_in(self, url: str) -> bool:
        """A stand-in of the vendor on this machine keeps files under its other name, on the same port."""
        is_here = is_loopback(self.api) and is_loopback(url)
        return is_here and urlsplit(url).port == urlsplit(self.api).port


def hosts_of(connection: Connection) -> FileHosts:
    if connection.vendor == Vendor.PROCORE:
        return FileHosts(settings.PROCORE_API_URL, ("procore.com",), settings.PROCORE_FILE_HOSTS)
    return FileHosts(settings.QBO_API_URL, ("intuit.com",), settings.QBO_FILE_HOSTS)


@contextmanager
def fetch(url: str, *, name: str, hosts: FileHosts, rules: FileRules, auth: Any = None) -> Iterator[LocalFile]:
    """The file at `url`, for as long as the block lasts; `auth` goes to the vendor's own hosts alone.

    Raises LinkExpired, Retry, and FileRefused: nothing in it, more than `rules` allow, a web page instead of the file,
    an address that leads elsewhere.
    """
    with SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as kept:
        handle = cast("BinaryIO", kept)
        for _ in range(MOST_REDIRECTS + 1):
            _check_host(url, hosts)
            with _open(url, auth if hosts.is_own(url) else None) as answer:
                if 300 <= answer.status < 400:
                    url = urljoin(url, answer.headers.get("Location", ""))
                    continue
                file = _keep(answer, handle, name=name, rules=rules)
            handle.seek(0)
            yield file
            return
        raise FileRefused("file_unreadable", why="its address leads on and on")


@contextmanager
def _open(url: str, auth: Any) -> Iterator[Streamed]:
    """The answer, headers read. The address is not logged: who has it has the file."""
    try:
        with exchange_stream(Request("GET", url), auth=auth or Anonymous()) as answer:
            yield answer
    except (NotSent, NoAnswer) as error:
        message = f"a file could not be fetched from {urlsplit(url).hostname}"
        log.warning("connectors.download.failed host=%s error=%s", urlsplit(url).hostname, type(error).__name__)
        raise Retry(message) from error


def _keep(answer: Streamed, handle: BinaryIO, *, name: str, rules: FileRules) -> LocalFile:
    if answer.status in _GONE_OR_EXPIRED:
        message = f"the address of a file was refused with status {answer.status}"
        raise LinkExpired(message, status=answer.status)
    if answer.status != 200:
        message = f"a file was answered with status {answer.status}"
        raise Retry(message, status=answer.status)
    content_type = answer.headers.get("Content-Type", "")
    if is_page(name, content_type):
        raise FileRefused("file_unreadable", why="a web page came instead of the file")
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit():
        check_size(int(announced), rules)
    size, end = 0, time.monotonic() + LONGEST_SECONDS
    for piece in answer.pieces():
        size += len(piece)
        if size > rules.most_bytes:
            check_size(size, rules, is_whole=False)
        if time.monotonic() > end:
            message = "fetching a file took too long"
            raise Retry(message)
        handle.write(piece)
    check_size(size, rules)
    return LocalFile(handle, size, content_type)


def check_size(size: int, rules: FileRules, *, is_whole: bool = True) -> None:
    """Raises FileRefused for nothing, and for more than the vendor takes."""
    if not size:
        raise FileRefused("file_empty")
    if size > rules.most_bytes:
        shown = show_size(size) if is_whole else f"more than {show_size(rules.most_bytes)}"
        raise FileRefused("file_too_large", size=shown, limit=show_size(rules.most_bytes), taker=rules.vendor)


def _check_host(url: str, hosts: FileHosts) -> None:
    try:
        is_trusted = hosts.trusts(url)
    except ValueError:
        is_trusted = False
    if not is_trusted:
        host = urlsplit(url).hostname if "[" not in url else ""
        log.warning("connectors.download.host_refused host=%s", host)
        raise FileRefused("file_unreadable", why=f"its address leads to {host or 'nowhere'}, which is not known to us")


def _is_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.port in (None, 443) and not parts.username


def _is_under(url: str, domains: Sequence[str]) -> bool:
    """Whether the host is one of `domains` or below it. Of "s3.*.amazonaws.com" only storage is meant, no machine."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains) and _is_storage(host)


def _is_storage(host: str) -> bool:
    """Below amazonaws.com any customer's machine has a name too, with an address that may be a private one."""
    if not host.endswith(".amazonaws.com"):
        return True
    return any(label == "s3" or label.startswith("s3-") for label in host.split("."))
