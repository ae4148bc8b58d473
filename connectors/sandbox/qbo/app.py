"""The QuickBooks Online stand-in: two companies of one owner behind OAuth, a gateway and the accounting service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from connectors.sandbox.control import ActRefused
from connectors.sandbox.desk import HOME_RULES
from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.qbo.auth.oauth import (
    AUTHORIZE_PATH,
    KEYS_PATH,
    REVOKE_PATH,
    TOKEN_PATH,
    USERINFO_PATH,
    Authorisation,
)
from connectors.sandbox.qbo.auth.tokens import TokenOffice
from connectors.sandbox.qbo.books.book import Book
from connectors.sandbox.qbo.books.table import KINDS
from connectors.sandbox.qbo.books.texts import RecordTexts
from connectors.sandbox.qbo.companies.load import load_company, load_empty_company
from connectors.sandbox.qbo.companies.stock import STOCK_BOOKS, load_stock_company
from connectors.sandbox.qbo.desk.acts import Acts
from connectors.sandbox.qbo.desk.acts_files import FileActs
from connectors.sandbox.qbo.desk.acts_labour import LabourActs
from connectors.sandbox.qbo.desk.acts_lists import ListActs
from connectors.sandbox.qbo.desk.acts_orders import OrderActs
from connectors.sandbox.qbo.desk.acts_purchases import PurchaseActs
from connectors.sandbox.qbo.desk.acts_switches import SwitchActs
from connectors.sandbox.qbo.desk.desk import BookkeeperDesk
from connectors.sandbox.qbo.desk.record_pages import RECORD_RULES
from connectors.sandbox.qbo.files.uploads import FILE_PATH, THUMBNAIL
from connectors.sandbox.qbo.service.documents import Documents
from connectors.sandbox.qbo.service.events import FORMATS, RETRY_DELAYS, Event, find_operation, pack_events
from connectors.sandbox.qbo.service.service import Service
from connectors.sandbox.qbo.service.throttle import Throttle
from connectors.sandbox.qbo.tax.tax_service import TaxService
from connectors.sandbox.webhook import Delivery

COMPANY = "/v3/company/<realm_id>"
# Clients spell it both ways.
TAX_SERVICE_PATHS = ("taxservice/taxcode", "taxService/taxCode")


class QboSandbox(
    Authorisation,
    Documents,
    Service,
    TaxService,
    SwitchActs,
    FileActs,
    ListActs,
    LabourActs,
    OrderActs,
    PurchaseActs,
    Acts,
    BookkeeperDesk,
):
    vendor = "qbo"
    webhook_retry_delays = RETRY_DELAYS
    # Any other success counts as a failure.
    webhook_accepts = range(200, 201)
    url_map = Map(
        [
            *(rule.empty() for rule in (*HOME_RULES, *RECORD_RULES)),
            Rule(AUTHORIZE_PATH, endpoint="oauth_authorize", methods=["GET"]),
            Rule(AUTHORIZE_PATH, endpoint="oauth_decide", methods=["POST"]),
            Rule(TOKEN_PATH, endpoint="oauth_token", methods=["POST"]),
            Rule(REVOKE_PATH, endpoint="oauth_revoke", methods=["POST"]),
            *(
                # Clients ask with and without the last slash.
                Rule(f"/.well-known/{name}{slash}", endpoint="oauth_discovery", methods=["GET"])
                for name in ("openid_configuration", "openid_sandbox_configuration")
                for slash in ("", "/")
            ),
            Rule(USERINFO_PATH, endpoint="oauth_userinfo", methods=["GET", "POST"]),
            Rule(KEYS_PATH, endpoint="oauth_keys", methods=["GET"]),
            Rule(FILE_PATH, endpoint="page_file", methods=["GET"]),
            Rule(f"{COMPANY}/query", endpoint="api_query", methods=["GET", "POST"]),
            Rule(f"{COMPANY}/cdc", endpoint="api_changes", methods=["GET"]),
            Rule(f"{COMPANY}/batch", endpoint="api_batch", methods=["POST"]),
            Rule(f"{COMPANY}/upload", endpoint="api_upload", methods=["POST"]),
            Rule(f"{COMPANY}/download/<record_id>", endpoint="api_download", methods=["GET"]),
            Rule(f"{COMPANY}/{THUMBNAIL}/<record_id>", endpoint="api_download", methods=["GET"]),
            Rule(f"{COMPANY}/reports/<name>", endpoint="api_report", methods=["GET"]),
            *(Rule(f"{COMPANY}/{path}", endpoint="api_tax_service", methods=["POST"]) for path in TAX_SERVICE_PATHS),
            Rule(f"{COMPANY}/<segment>", endpoint="api_single", methods=["GET"]),
            Rule(f"{COMPANY}/<segment>", endpoint="api_write", methods=["POST"]),
            Rule(f"{COMPANY}/<segment>/<record_id>", endpoint="api_read", methods=["GET"]),
            Rule(f"{COMPANY}/<segment>/<record_id>/pdf", endpoint="api_pdf", methods=["GET"]),
            Rule(f"{COMPANY}/<segment>/<record_id>/send", endpoint="api_send", methods=["POST"]),
            Rule(f"{COMPANY}/<path:rest>", endpoint="api_unknown"),
        ],
        merge_slashes=False,
    )

    # --- state

    def clear(self) -> None:
        self.books = {}
        self.texts = RecordTexts()
        self.switches = {}
        self.redirect_uris = []
        self.files = {}
        self.tokens = TokenOffice(self.clock.epoch)
        self.throttle = Throttle(self.clock.epoch)
        self.webhook_url = ""
        self.webhook_format = FORMATS[0]

    def load(self, contractor: Contractor) -> None:
        other_realm = str(int(contractor.realm_id) + 1)
        load_books = load_stock_company if contractor.facts.get("books") == STOCK_BOOKS else load_company
        load_books(self._add_book(contractor.realm_id), contractor)
        load_empty_company(
            self._add_book(other_realm),
            contractor.facts.get("other_company_name", f"{contractor.name} Holdings"),
            contractor,
        )
        self._announce_from_now_on()

    def dump(self) -> dict[str, Any]:
        """`realms`: realm -> entity -> records as they go over the wire; the rest is what is kept beside them."""
        return {
            **self.dump_records(),
            "kept": {realm_id: book.dump() for realm_id, book in self.books.items()},
            "tokens": self.tokens.dump(),
            "limits": self.set_limits(),
            "webhooks": self.webhook_settings(),
            "switches": self.dump_switches(),
            "redirect_uris": list(self.redirect_uris),
            "files": self.dump_files(),
        }

    def dump_records(self, only: Collection[str] = ()) -> dict[str, Any]:
        realms = {
            realm_id: {name: list(rows.values()) for name, rows in book.records.items() if not only or name in only}
            for realm_id, book in self.books.items()
        }
        return {"realms": realms}

    def restore(self, dump: dict[str, Any]) -> None:
        for realm_id, records in dump["realms"].items():
            self._add_book(realm_id).restore(records, dump["kept"][realm_id])
        self.tokens.restore(dump["tokens"])
        self.set_limits(**dump["limits"])
        self.set_webhooks(**dump["webhooks"])
        self.restore_switches(dump.get("switches", {}))
        self.redirect_uris = list(dump.get("redirect_uris", []))
        self.restore_files(dump.get("files", {}))
        self._announce_from_now_on()

    def account_of(self, request: Request, arguments: dict[str, Any]) -> str:
        return str(arguments.get("realm_id", ""))

    def find_book(self, realm: str = "") -> Book:
        """The books of a realm, the firm's own without one. Raises ActRefused."""
        book = self.books.get(str(realm)) if realm else next(iter(self.books.values()))
        if book is None:
            raise ActRefused(f"there is no company {realm}")
        return book

    def companies(self) -> list[dict[str, str]]:
        return [
            {"id": realm_id, "name": next(book.all("CompanyInfo"))["CompanyName"]}
            for realm_id, book in self.books.items()
        ]

    # --- the frame's questions

    def authorise(self, request: Request) -> Response | None:
        return self.admit(request)

    def issue_token(self, account_id: str) -> dict[str, Any]:
        if account_id not in self.books:
            raise ValueError(f"there is no company {account_id}; known: {', '.join(self.books)}")
        return self.tokens.issue(account_id)

    def refuse(self, request: Request, error: HTTPException) -> Response:
        if request.path.startswith("/v3/"):
            return self.refuse_call(request, error)
        return error.get_response(request.environ)

    def set_limits(self, **limits: Any) -> dict[str, Any]:
        """Throttles, and how refresh tokens rotate: `refresh_rotation_seconds` (0: each time), `refresh_grace`."""
        if "refresh_rotation_seconds" in limits:
            self.tokens.rotation_seconds = float(limits.pop("refresh_rotation_seconds") or 0)
        if "refresh_grace" in limits:
            self.tokens.has_grace = bool(limits.pop("refresh_grace"))
        self.throttle.set(limits)
        return {
            **self.throttle.as_dict(),
            "refresh_rotation_seconds": self.tokens.rotation_seconds,
            "refresh_grace": self.tokens.has_grace,
        }

    def set_webhooks(self, *, url: str | None = None, format: str | None = None, **unknown: Any) -> None:
        if unknown:
            raise ValueError(f"unknown webhook settings: {', '.join(sorted(unknown))}")
        if format is not None and format not in FORMATS:
            raise ValueError(f"format is one of {', '.join(FORMATS)}")
        if url is not None and not isinstance(url, str):
            raise ValueError("url is text")
        self.webhook_url = self.webhook_url if url is None else url
        self.webhook_format = self.webhook_format if format is None else format

    def webhook_settings(self) -> dict[str, Any]:
        return {"url": self.webhook_url, "format": self.webhook_format}

    def pack_deliveries(self, events: list[Any]) -> Iterable[Delivery]:
        with self.lock:
            url, format_name = self.webhook_url, self.webhook_format
        return pack_events(url, format_name, events) if url else []

    def _add_book(self, realm_id: str) -> Book:
        self.books[realm_id] = Book(realm_id, kinds=KINDS, now=self.clock.now)
        return self.books[realm_id]

    def _announce_from_now_on(self) -> None:
        for realm_id, book in self.books.items():
            book.on_event = self._make_announcer(realm_id)

    def _make_announcer(self, realm_id: str) -> Callable[..., None]:
        def announce(entity: str, record_id: str, operation: str, deleted_id: str = "") -> None:
            told = find_operation(entity, operation)
            if told:
                self.emit(Event(realm_id, entity, record_id, told, self.clock.now(), deleted_id))

        return announce
